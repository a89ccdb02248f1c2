/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DELAY_H
#define _LINUX_DELAY_H

#include <linux/math.h>
#include <linux/sched.h>
#include <linux/jiffies.h>

/* Busy waits, any context. */
void kmk_delay_ns(u64 ns);
/* Sleeps. usleep_range ends as soon after min as the host allows. */
void msleep(unsigned int msecs);
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state);

#define ndelay(n)	kmk_delay_ns((u64)(n))
#define udelay(n)	kmk_delay_ns((u64)(n) * 1000u)
#define mdelay(n)	kmk_delay_ns((u64)(n) * 1000000u)
#define usleep_range(min, max)		usleep_range_state((min), (max), TASK_UNINTERRUPTIBLE)
#define usleep_idle_range(min, max)	usleep_range_state((min), (max), TASK_IDLE)
#define ssleep(s)	msleep((s) * 1000)
#define fsleep(us)	usleep_range((us), 2 * (us))
#define calibrate_delay()	do { } while (0)

#endif
