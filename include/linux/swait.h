/* SPDX-License-Identifier: MIT */
/* Simple wait queues: the plain ones under their other names. */
#ifndef _LINUX_SWAIT_H
#define _LINUX_SWAIT_H

#include <linux/wait.h>

struct swait_queue_head { struct wait_queue_head wq; };

#define __SWAIT_QUEUE_HEAD_INITIALIZER(name)	{ .wq = __WAIT_QUEUE_HEAD_INITIALIZER((name).wq) }
#define DECLARE_SWAIT_QUEUE_HEAD(name)	\
	struct swait_queue_head name = __SWAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_SWAIT_QUEUE_HEAD_ONSTACK(name)	DECLARE_SWAIT_QUEUE_HEAD(name)
#define init_swait_queue_head(q)	init_waitqueue_head(&(q)->wq)
#define swait_active(q)			waitqueue_active(&(q)->wq)
#define swq_has_sleeper(q)		wq_has_sleeper(&(q)->wq)
#define swake_up_one(q)			wake_up(&(q)->wq)
#define swake_up_all(q)			wake_up_all(&(q)->wq)
#define swake_up_locked(q)		wake_up_locked(&(q)->wq)
#define swait_event_exclusive(q, c)			wait_event((q).wq, c)
#define swait_event_timeout_exclusive(q, c, t)		wait_event_timeout((q).wq, c, t)
#define swait_event_interruptible_exclusive(q, c)	wait_event_interruptible((q).wq, c)
#define swait_event_interruptible_timeout_exclusive(q, c, t) \
	wait_event_interruptible_timeout((q).wq, c, t)
#define swait_event_idle_exclusive(q, c)		wait_event_idle((q).wq, c)
#define swait_event_idle_timeout_exclusive(q, c, t)	wait_event_idle_timeout((q).wq, c, t)

#endif
