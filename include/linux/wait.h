/* SPDX-License-Identifier: MIT */
/*
 * Wait queues. A sleeper puts an entry on the queue, sets its state, looks at its condition, and
 * calls schedule(); a waker changes the condition, then wakes the queue: whichever comes second
 * sees the other. Signals do not exist, so the interruptible forms never return -ERESTARTSYS.
 */
#ifndef _LINUX_WAIT_H
#define _LINUX_WAIT_H

#include <linux/list.h>
#include <linux/stddef.h>
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <linux/ktime.h>
#include <asm/current.h>

typedef struct wait_queue_entry wait_queue_entry_t;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);

#define WQ_FLAG_EXCLUSIVE	0x01
#define WQ_FLAG_WOKEN		0x02
#define WQ_FLAG_BOOKMARK	0x04
#define WQ_FLAG_CUSTOM		0x08
#define WQ_FLAG_DONE		0x10
#define WQ_FLAG_PRIORITY	0x20

struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head entry;
};

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};
typedef struct wait_queue_head wait_queue_head_t;

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);

#define __WAITQUEUE_INITIALIZER(name, tsk)	\
	{ .private = (tsk), .func = default_wake_function, .entry = { NULL, NULL } }
#define DECLARE_WAITQUEUE(name, tsk)	\
	struct wait_queue_entry name = __WAITQUEUE_INITIALIZER(name, tsk)
#define __WAIT_QUEUE_HEAD_INITIALIZER(name)	\
	{ .lock = __SPIN_LOCK_INITIALIZER((name).lock), .head = LIST_HEAD_INIT((name).head) }
#define DECLARE_WAIT_QUEUE_HEAD(name)	\
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name)	DECLARE_WAIT_QUEUE_HEAD(name)
#define DEFINE_WAIT_FUNC(name, function)	\
	struct wait_queue_entry name = {	\
		.private = current, .func = (function), .entry = LIST_HEAD_INIT((name).entry) }
#define DEFINE_WAIT(name)	DEFINE_WAIT_FUNC(name, autoremove_wake_function)
#define init_wait(w)	init_wait_entry((w), 0)

void __init_waitqueue_head(struct wait_queue_head *wq, const char *name, struct lock_class_key *key);
#define init_waitqueue_head(wq)	__init_waitqueue_head((wq), #wq, NULL)

static inline void init_waitqueue_entry(struct wait_queue_entry *e, struct task_struct *p)
{
	e->flags = 0;
	e->private = p;
	e->func = default_wake_function;
}

static inline void init_waitqueue_func_entry(struct wait_queue_entry *e, wait_queue_func_t func)
{
	e->flags = 0;
	e->private = NULL;
	e->func = func;
}

void init_wait_entry(struct wait_queue_entry *e, int flags);

static inline int waitqueue_active(struct wait_queue_head *wq)
{
	return __atomic_load_n(&wq->head.next, __ATOMIC_RELAXED) != &wq->head;
}

static inline bool wq_has_single_sleeper(struct wait_queue_head *wq)
{
	return waitqueue_active(wq) && wq->head.next == wq->head.prev;
}

static inline bool wq_has_sleeper(struct wait_queue_head *wq)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return waitqueue_active(wq);
}

static inline void __add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	list_add(&e->entry, &wq->head);
}

static inline void __add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	e->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue(wq, e);
}

static inline void __add_wait_queue_entry_tail(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	list_add_tail(&e->entry, &wq->head);
}

static inline void __add_wait_queue_entry_tail_exclusive(struct wait_queue_head *wq,
							 struct wait_queue_entry *e)
{
	e->flags |= WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(wq, e);
}

static inline void __remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	(void)wq;
	list_del(&e->entry);
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e);
void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e);
void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *e);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e);
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *e, int state);
bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e, int state);
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *e, int state);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *e);
long wait_woken(struct wait_queue_entry *e, unsigned int mode, long timeout);

/* Wake entries in order until nr exclusive ones woke (0: all). _locked: the caller holds wq->lock. */
int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key);
void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr);
void __wake_up_locked_key(struct wait_queue_head *wq, unsigned int mode, void *key);

#define wake_up(wq)			__wake_up((wq), TASK_NORMAL, 1, NULL)
#define wake_up_nr(wq, nr)		__wake_up((wq), TASK_NORMAL, (nr), NULL)
#define wake_up_all(wq)			__wake_up((wq), TASK_NORMAL, 0, NULL)
#define wake_up_locked(wq)		__wake_up_locked((wq), TASK_NORMAL, 1)
#define wake_up_all_locked(wq)		__wake_up_locked((wq), TASK_NORMAL, 0)
#define wake_up_interruptible(wq)	__wake_up((wq), TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr) __wake_up((wq), TASK_INTERRUPTIBLE, (nr), NULL)
#define wake_up_interruptible_all(wq)	__wake_up((wq), TASK_INTERRUPTIBLE, 0, NULL)
#define wake_up_interruptible_sync(wq)	__wake_up((wq), TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_sync(wq)		__wake_up((wq), TASK_NORMAL, 1, NULL)
#define poll_to_key(m)			((void *)(uintptr_t)(m))
#define key_to_poll(m)			((unsigned int)(uintptr_t)(m))
#define wake_up_poll(wq, m)		__wake_up((wq), TASK_NORMAL, 1, poll_to_key(m))
#define wake_up_interruptible_poll(wq, m)	__wake_up((wq), TASK_INTERRUPTIBLE, 1, poll_to_key(m))
#define wake_up_interruptible_sync_poll(wq, m)	wake_up_interruptible_poll(wq, m)
#define wake_up_locked_poll(wq, m)	__wake_up_locked_key((wq), TASK_NORMAL, poll_to_key(m))
#define wake_up_interruptible_sync_poll_locked(wq, m)	\
	__wake_up_locked_key((wq), TASK_INTERRUPTIBLE, poll_to_key(m))
/* The queue's memory is about to go: nobody may stand in it any more, or it is a warning. */
#define wake_up_pollfree(wq)	\
	do { __wake_up((wq), TASK_NORMAL, 0, NULL); WARN_ON_ONCE(waitqueue_active(wq)); } while (0)

/*
 * The loop behind all forms: sleep by `cmd` until the condition holds. The value is `initial`,
 * which cmd may change through __ret.
 */
#define ___wait_event(wq, condition, state, exclusive, initial, cmd)		\
({										\
	struct wait_queue_entry __wait;						\
	long __ret = (initial);							\
										\
	init_wait_entry(&__wait, (exclusive) ? WQ_FLAG_EXCLUSIVE : 0);		\
	while (prepare_to_wait_event(&(wq), &__wait, (state)), !(condition)) {	\
		cmd;								\
	}									\
	finish_wait(&(wq), &__wait);						\
	__ret;									\
})

/* With a limit: the condition is looked at once more when the time is over; then at least 1. */
#define ___wait_cond_timeout(condition)						\
({										\
	bool __cond = (condition);						\
	if (__cond && !__ret)							\
		__ret = 1;							\
	__cond || !__ret;							\
})

#define kmk_wait_event(wq, condition, state, exclusive, cmd)			\
do {										\
	might_sleep();								\
	if (!(condition))							\
		(void)___wait_event(wq, condition, state, exclusive, 0, cmd);	\
} while (0)

#define kmk_wait_event_ret(wq, condition, state, exclusive)			\
({										\
	kmk_wait_event(wq, condition, state, exclusive, schedule());		\
	0;									\
})

#define kmk_wait_event_timeout(wq, condition, state, limit)			\
({										\
	long __kmk_limit = (limit), __ret = __kmk_limit;			\
	might_sleep();								\
	if (!___wait_cond_timeout(condition))					\
		__ret = ___wait_event(wq, ___wait_cond_timeout(condition), state, 0, __kmk_limit, \
				      __ret = schedule_timeout(__ret));		\
	__ret;									\
})

#define wait_event(wq, c)		kmk_wait_event(wq, c, TASK_UNINTERRUPTIBLE, 0, schedule())
#define io_wait_event(wq, c)		wait_event(wq, c)
#define wait_event_exclusive(wq, c)	kmk_wait_event(wq, c, TASK_UNINTERRUPTIBLE, 1, schedule())
#define wait_event_idle(wq, c)		kmk_wait_event(wq, c, TASK_IDLE, 0, schedule())
#define wait_event_idle_exclusive(wq, c)	kmk_wait_event(wq, c, TASK_IDLE, 1, schedule())
#define wait_event_freezable(wq, c)	kmk_wait_event_ret(wq, c, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible(wq, c)	kmk_wait_event_ret(wq, c, TASK_INTERRUPTIBLE, 0)
#define wait_event_interruptible_exclusive(wq, c)	kmk_wait_event_ret(wq, c, TASK_INTERRUPTIBLE, 1)
#define wait_event_killable(wq, c)	kmk_wait_event_ret(wq, c, TASK_KILLABLE, 0)
#define wait_event_killable_exclusive(wq, c)	kmk_wait_event_ret(wq, c, TASK_KILLABLE, 1)
#define wait_event_state(wq, c, s)	kmk_wait_event_ret(wq, c, s, 0)
#define wait_event_cmd(wq, c, cmd1, cmd2)	\
	kmk_wait_event(wq, c, TASK_UNINTERRUPTIBLE, 0, cmd1; schedule(); cmd2)
#define wait_event_exclusive_cmd(wq, c, cmd1, cmd2)	\
	kmk_wait_event(wq, c, TASK_UNINTERRUPTIBLE, 1, cmd1; schedule(); cmd2)

/* The caller holds wq.lock, which is dropped while sleeping. */
int do_wait_intr(struct wait_queue_head *wq, struct wait_queue_entry *e);
int do_wait_intr_irq(struct wait_queue_head *wq, struct wait_queue_entry *e);
#define kmk_wait_event_locked(wq, condition, fl, once)				\
({										\
	struct wait_queue_entry __wait;						\
	int __ret = 0;								\
										\
	if (!(condition)) {							\
		init_wait_entry(&__wait, fl);					\
		do								\
			__ret = once(&(wq), &__wait);				\
		while (!__ret && !(condition));					\
		list_del_init(&__wait.entry);					\
		__set_current_state(TASK_RUNNING);				\
	}									\
	__ret;									\
})
#define wait_event_interruptible_locked(wq, c)	kmk_wait_event_locked(wq, c, 0, do_wait_intr)
#define wait_event_interruptible_locked_irq(wq, c)	kmk_wait_event_locked(wq, c, 0, do_wait_intr_irq)
#define wait_event_interruptible_exclusive_locked(wq, c)	\
	kmk_wait_event_locked(wq, c, WQ_FLAG_EXCLUSIVE, do_wait_intr)
#define wait_event_interruptible_exclusive_locked_irq(wq, c)	\
	kmk_wait_event_locked(wq, c, WQ_FLAG_EXCLUSIVE, do_wait_intr_irq)
#define wait_event_freezable_exclusive(wq, c)	wait_event_interruptible_exclusive(wq, c)

#define wait_event_timeout(wq, c, t)	kmk_wait_event_timeout(wq, c, TASK_UNINTERRUPTIBLE, t)
#define wait_event_interruptible_timeout(wq, c, t)	kmk_wait_event_timeout(wq, c, TASK_INTERRUPTIBLE, t)
#define wait_event_freezable_timeout(wq, c, t)	kmk_wait_event_timeout(wq, c, TASK_INTERRUPTIBLE, t)
#define wait_event_killable_timeout(wq, c, t)	kmk_wait_event_timeout(wq, c, TASK_KILLABLE, t)
#define wait_event_idle_timeout(wq, c, t)	kmk_wait_event_timeout(wq, c, TASK_IDLE, t)
#define wait_event_idle_exclusive_timeout(wq, c, t)	kmk_wait_event_timeout(wq, c, TASK_IDLE, t)

/* High-resolution limit (a ktime_t): 0, or -ETIME when the time is over. */
#define wait_event_hrtimeout(wq, c, t)	\
	(wait_event_timeout(wq, c, nsecs_to_jiffies(ktime_to_ns(t)) + 1) ? 0 : -ETIME)
#define wait_event_interruptible_hrtimeout(wq, c, t)	\
	(wait_event_interruptible_timeout(wq, c, nsecs_to_jiffies(ktime_to_ns(t)) + 1) ? 0 : -ETIME)

/* The caller holds a lock that is dropped while sleeping. */
#define wait_event_lock_irq_cmd(wq, c, lock, cmd)				\
	((void)___wait_event(wq, c, TASK_UNINTERRUPTIBLE, 0, 0,			\
			     spin_unlock_irq(&(lock)); cmd; schedule(); spin_lock_irq(&(lock))))
#define wait_event_lock_irq(wq, c, lock)	wait_event_lock_irq_cmd(wq, c, lock, )
#define wait_event_interruptible_lock_irq_cmd(wq, c, lock, cmd)			\
	({ (void)___wait_event(wq, c, TASK_INTERRUPTIBLE, 0, 0,			\
			       spin_unlock_irq(&(lock)); cmd; schedule(); spin_lock_irq(&(lock))); 0; })
#define wait_event_interruptible_lock_irq(wq, c, lock)	wait_event_interruptible_lock_irq_cmd(wq, c, lock, )
#define kmk_wait_event_lock_irq_timeout(wq, c, lock, limit, state)		\
({										\
	long __kmk_limit = (limit), __ret = __kmk_limit;			\
	if (!___wait_cond_timeout(c))						\
		__ret = ___wait_event(wq, ___wait_cond_timeout(c), state, 0, __kmk_limit, \
				      spin_unlock_irq(&(lock)); __ret = schedule_timeout(__ret); \
				      spin_lock_irq(&(lock)));			\
	__ret;									\
})
#define wait_event_lock_irq_timeout(wq, c, lock, t)	\
	kmk_wait_event_lock_irq_timeout(wq, c, lock, t, TASK_UNINTERRUPTIBLE)
#define wait_event_interruptible_lock_irq_timeout(wq, c, lock, t)	\
	kmk_wait_event_lock_irq_timeout(wq, c, lock, t, TASK_INTERRUPTIBLE)

#include <linux/wait_bit.h>

#endif
