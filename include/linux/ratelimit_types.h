/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RATELIMIT_TYPES_H
#define _LINUX_RATELIMIT_TYPES_H

/* interval is in jiffies; the window's start is kept in nanoseconds. */
struct ratelimit_state {
	int interval, burst;
	int printed, missed;
	unsigned long long begin;
	unsigned long flags;
};
#define RATELIMIT_MSG_ON_RELEASE	(1UL << 0)	/* what was held back is said by ratelimit_state_exit() */
#define DEFAULT_RATELIMIT_INTERVAL	(5 * 1000)
#define DEFAULT_RATELIMIT_BURST		10
#define RATELIMIT_STATE_INIT(name, interval_init, burst_init) \
	{ .interval = (interval_init), .burst = (burst_init) }
#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)
#endif
