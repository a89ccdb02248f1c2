/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RATELIMIT_H
#define _LINUX_RATELIMIT_H

#include <linux/bug.h>
#include <linux/printk.h>
#include <linux/ratelimit_types.h>
#include <linux/sched.h>

#define __ratelimit(state)	___ratelimit(state, __func__)

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	__builtin_memset(rs, 0, sizeof(*rs));
	rs->interval = interval;
	rs->burst = burst;
}

static inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
}

static inline void ratelimit_state_exit(struct ratelimit_state *rs)
{
	if ((rs->flags & RATELIMIT_MSG_ON_RELEASE) && rs->missed) {
		pr_warn("%s: %d output lines suppressed due to ratelimiting\n", current->comm, rs->missed);
		rs->missed = 0;
	}
}

static inline void ratelimit_set_flags(struct ratelimit_state *rs, unsigned long flags)
{
	rs->flags = flags;
}

#define WARN_ON_RATELIMIT(condition, state) ({					\
	bool kmk_warn_ = !!(condition);						\
	WARN_ON(kmk_warn_ && __ratelimit(state));				\
	kmk_warn_; })
#define WARN_RATELIMIT(condition, format, ...) ({				\
	static DEFINE_RATELIMIT_STATE(kmk_rs_, DEFAULT_RATELIMIT_INTERVAL,	\
				      DEFAULT_RATELIMIT_BURST);			\
	bool kmk_warn_ = !!(condition);						\
	WARN(kmk_warn_ && __ratelimit(&kmk_rs_), format, ##__VA_ARGS__);	\
	kmk_warn_; })

#endif
