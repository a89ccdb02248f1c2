/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#include <linux/ktime.h>
#include <linux/errno.h>

static inline u64 ktime_get_ns(void) { return kmk_time_ns(); }
static inline u64 ktime_get_real_ns(void) { return kmk_real_ns(); }
static inline ktime_t ktime_get(void) { return (ktime_t)kmk_time_ns(); }
static inline ktime_t ktime_get_real(void) { return (ktime_t)kmk_real_ns(); }
static inline time64_t ktime_get_seconds(void) { return (time64_t)(kmk_time_ns() / NSEC_PER_SEC); }
static inline time64_t ktime_get_real_seconds(void) { return (time64_t)(kmk_real_ns() / NSEC_PER_SEC); }
static inline void ktime_get_ts64(struct timespec64 *t) { *t = ns_to_timespec64((s64)kmk_time_ns()); }
static inline void ktime_get_real_ts64(struct timespec64 *t) { *t = ns_to_timespec64((s64)kmk_real_ns()); }

#define ktime_get_boottime()		ktime_get()
#define ktime_get_boottime_ns()		ktime_get_ns()
#define ktime_get_boottime_seconds()	ktime_get_seconds()
#define ktime_get_clocktai()		ktime_get_real()
#define ktime_get_clocktai_ns()		ktime_get_real_ns()
#define ktime_get_raw()			ktime_get()
#define ktime_get_raw_ns()		ktime_get_ns()
#define ktime_get_raw_ts64(t)		ktime_get_ts64(t)
#define ktime_get_coarse()		ktime_get()
#define ktime_get_coarse_ns()		ktime_get_ns()
#define ktime_get_coarse_real()		ktime_get_real()
#define ktime_get_coarse_ts64(t)	ktime_get_ts64(t)
#define ktime_get_coarse_real_ts64(t)	ktime_get_real_ts64(t)
#define ktime_get_boottime_ts64(t)	ktime_get_ts64(t)
#define ktime_get_mono_fast_ns()	ktime_get_ns()
#define ktime_get_raw_fast_ns()		ktime_get_ns()
#define ktime_get_boot_fast_ns()	ktime_get_ns()
#define ktime_get_real_fast_ns()	ktime_get_real_ns()

#endif
