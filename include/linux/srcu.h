/* SPDX-License-Identifier: MIT */
/* Sleepable readers: a two-index count per domain. */
#ifndef _LINUX_SRCU_H
#define _LINUX_SRCU_H

#include <linux/rcupdate.h>
#include <linux/mutex.h>

struct srcu_struct {
	unsigned int index;
	unsigned long readers[2];
	struct mutex mutex;
	struct rcu_head *pending;	/* callbacks, newest first */
	u32 server;			/* which process's thread runs them, 0 while it comes or goes */
};

#define __SRCU_INIT(name)		{ .mutex = __MUTEX_INITIALIZER((name).mutex) }
#define DEFINE_SRCU(name)		struct srcu_struct name = __SRCU_INIT(name)
#define DEFINE_STATIC_SRCU(name)	static struct srcu_struct name = __SRCU_INIT(name)

int init_srcu_struct(struct srcu_struct *s);
void cleanup_srcu_struct(struct srcu_struct *s);
int srcu_read_lock(struct srcu_struct *s);
void srcu_read_unlock(struct srcu_struct *s, int index);
void synchronize_srcu(struct srcu_struct *s);
/*
 * func(head) after a grace period of s, on a thread of the library's with softirqs off, in the order of the calls. Any
 * context. srcu_barrier: wait for all that were asked for before; may sleep. Source: Linux 6.1, kernel/rcu/srcutree.c.
 */
void call_srcu(struct srcu_struct *s, struct rcu_head *head, rcu_callback_t func);
void srcu_barrier(struct srcu_struct *s);

#define synchronize_srcu_expedited(s)	synchronize_srcu(s)
#define srcu_read_lock_held(s)		((void)(s), 1)
#define srcu_dereference(p, s)		((void)(s), kmk_rcu_load(p))
#define srcu_dereference_check(p, s, c)	((void)(s), kmk_rcu_load(p))
#define smp_mb__after_srcu_read_unlock()	__atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif
