/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KTIME_H
#define _LINUX_KTIME_H

#include <linux/types.h>
#include <linux/time64.h>
#include <linux/jiffies.h>
#include <linux/bug.h>

typedef s64 ktime_t;

/* Monotonic time since the host started; wall-clock time since the epoch. Any context. */
u64 kmk_time_ns(void);
u64 kmk_real_ns(void);

#define KTIME_LOW_RES		((ktime_t){ TICK_NSEC })

static inline ktime_t ktime_set(const s64 secs, const unsigned long nsecs)
{
	return secs >= KTIME_SEC_MAX ? KTIME_MAX : secs * NSEC_PER_SEC + (s64)nsecs;
}

static inline ktime_t ktime_add_safe(const ktime_t a, const ktime_t b)
{
	ktime_t sum = (ktime_t)((u64)a + (u64)b);

	return sum < 0 || sum < a || sum < b ? KTIME_MAX : sum;
}

#define ktime_sub(a, b)		((a) - (b))
#define ktime_add(a, b)		((a) + (b))
#define ktime_add_unsafe(a, b)	((u64)(a) + (b))
#define ktime_add_ns(kt, n)	((kt) + (s64)(n))
#define ktime_sub_ns(kt, n)	((kt) - (s64)(n))
#define timespec64_to_ktime(ts)	ktime_set((ts).tv_sec, (unsigned long)(ts).tv_nsec)
#define ktime_to_timespec64(kt)	ns_to_timespec64(kt)

static inline ktime_t ns_to_ktime(u64 ns) { return (ktime_t)ns; }
static inline ktime_t us_to_ktime(u64 us) { return (ktime_t)(us * NSEC_PER_USEC); }
static inline ktime_t ms_to_ktime(u64 ms) { return (ktime_t)(ms * NSEC_PER_MSEC); }
static inline s64 ktime_to_ns(const ktime_t kt) { return kt; }
static inline s64 ktime_to_us(const ktime_t kt) { return kt / NSEC_PER_USEC; }
static inline s64 ktime_to_ms(const ktime_t kt) { return kt / NSEC_PER_MSEC; }
static inline s64 ktime_divns(const ktime_t kt, s64 div) { return kt / div; }
static inline int ktime_compare(const ktime_t a, const ktime_t b) { return a < b ? -1 : a > b; }
static inline bool ktime_after(const ktime_t a, const ktime_t b) { return a > b; }
static inline bool ktime_before(const ktime_t a, const ktime_t b) { return a < b; }
static inline s64 ktime_us_delta(const ktime_t a, const ktime_t b) { return ktime_to_us(a - b); }
static inline s64 ktime_ms_delta(const ktime_t a, const ktime_t b) { return ktime_to_ms(a - b); }
static inline ktime_t ktime_add_us(const ktime_t kt, const u64 us) { return kt + (s64)us * NSEC_PER_USEC; }
static inline ktime_t ktime_add_ms(const ktime_t kt, const u64 ms) { return kt + (s64)ms * NSEC_PER_MSEC; }
static inline ktime_t ktime_sub_us(const ktime_t kt, const u64 us) { return kt - (s64)us * NSEC_PER_USEC; }
static inline ktime_t ktime_sub_ms(const ktime_t kt, const u64 ms) { return kt - (s64)ms * NSEC_PER_MSEC; }

#include <linux/timekeeping.h>

#endif
