/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_JIFFIES_H
#define _LINUX_JIFFIES_H

#include <linux/types.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/param.h>
#include <linux/time64.h>
#include <linux/typecheck.h>

#define INITIAL_JIFFIES		((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET	((__LONG_MAX__ >> 1) - 1)
#define TICK_NSEC		(1000000000UL / HZ)
#define SHIFT_HZ		8

/* Computed from the host's clock: there is no tick. */
unsigned long kmk_jiffies(void);
#define jiffies			kmk_jiffies()
#define jiffies_64		((u64)kmk_jiffies())
static inline u64 get_jiffies_64(void) { return kmk_jiffies(); }

#define time_after(a, b)	\
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && (long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	\
	(typecheck(unsigned long, a) && typecheck(unsigned long, b) && (long)((a) - (b)) >= 0)
#define time_before_eq(a, b)	time_after_eq(b, a)
#define time_in_range(a, b, c)	(time_after_eq(a, b) && time_before_eq(a, c))
#define time_in_range_open(a, b, c) (time_after_eq(a, b) && time_before(a, c))
#define time_after64(a, b)	((s64)((u64)(b) - (u64)(a)) < 0)
#define time_before64(a, b)	time_after64(b, a)
#define time_after_eq64(a, b)	((s64)((u64)(a) - (u64)(b)) >= 0)
#define time_before_eq64(a, b)	time_after_eq64(b, a)
#define time_is_before_jiffies(a)	time_after(jiffies, a)
#define time_is_after_jiffies(a)	time_before(jiffies, a)
#define time_is_before_eq_jiffies(a)	time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a)	time_before_eq(jiffies, a)
#define jiffies_delta_to_msecs(d)	jiffies_to_msecs(max(0L, (long)(d)))
#define jiffies_delta_to_clock_t(d)	((clock_t)(d))

/* Conversions to jiffies round up, so that a wait is never too short. */
static inline unsigned long kmk_to_jiffies(u64 n, u64 per_second)
{
	u64 whole = n / per_second, rest = n % per_second;

	if (whole >= (u64)MAX_JIFFY_OFFSET / HZ)
		return MAX_JIFFY_OFFSET;
	return (unsigned long)(whole * HZ + (rest * HZ + per_second - 1) / per_second);
}

static inline unsigned long msecs_to_jiffies(const unsigned int m)
{
	return (int)m < 0 ? MAX_JIFFY_OFFSET : kmk_to_jiffies(m, 1000);
}

static inline unsigned long usecs_to_jiffies(const unsigned int u) { return kmk_to_jiffies(u, 1000000); }
static inline unsigned long nsecs_to_jiffies(u64 n) { return (unsigned long)(n / TICK_NSEC); }
static inline u64 nsecs_to_jiffies64(u64 n) { return n / TICK_NSEC; }
static inline unsigned int jiffies_to_msecs(const unsigned long j) { return (unsigned int)(j * (1000 / HZ)); }
static inline unsigned int jiffies_to_usecs(const unsigned long j) { return (unsigned int)(j * (1000000 / HZ)); }
static inline u64 jiffies_to_nsecs(const unsigned long j) { return (u64)j * TICK_NSEC; }
static inline u64 jiffies64_to_nsecs(u64 j) { return j * TICK_NSEC; }
static inline u64 jiffies64_to_msecs(u64 j) { return j * (1000 / HZ); }
static inline unsigned long timespec64_to_jiffies(const struct timespec64 *t)
{
	return kmk_to_jiffies((u64)t->tv_sec * 1000000000u + (u64)t->tv_nsec, 1000000000u);
}
static inline void jiffies_to_timespec64(const unsigned long j, struct timespec64 *t)
{
	t->tv_sec = (time64_t)(j / HZ);
	t->tv_nsec = (long)(j % HZ * TICK_NSEC);
}
static inline unsigned long round_jiffies(unsigned long j) { return (j + HZ - 1) / HZ * HZ; }
static inline unsigned long round_jiffies_relative(unsigned long j) { return j; }
#define round_jiffies_up(j)		round_jiffies(j)
#define round_jiffies_up_relative(j)	round_jiffies_relative(j)

#endif
