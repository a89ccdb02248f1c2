/* SPDX-License-Identifier: MIT */
/*
 * Read-copy-update. A reader's depth is kept in its task, so readers may be moved by the host but
 * must not sleep. A grace period flips a phase twice and waits for readers of the old phase.
 * Call-backs run one after another, in softirq context, on a thread started on demand.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/bottom_half.h>
#include <linux/lockdep.h>
#include <linux/cleanup.h>
#include <asm/processor.h>

typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);

void rcu_read_lock(void);
void rcu_read_unlock(void);
int kmk_rcu_depth(void);
/* Waits until every reader that runs now has ended. May sleep; not inside a reader. */
void synchronize_rcu(void);
/* func(head) after a grace period. Any context; head stays untouched until then. */
void call_rcu(struct rcu_head *head, rcu_callback_t func);
/* Waits for all call-backs (and kvfree_rcu's) queued so far. May sleep. */
void rcu_barrier(void);
/* kvfree(ptr) after a grace period. head lies in the object; NULL: may sleep. */
void kmk_kvfree_call_rcu(struct rcu_head *head, void *ptr);
unsigned long get_state_synchronize_rcu(void);
unsigned long start_poll_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long cookie);
/* A cookie whose grace period is over; and whether two are of the same one. */
#define get_completed_synchronize_rcu()		1ul
#define same_state_synchronize_rcu(a, b)	((a) == (b))
void cond_synchronize_rcu(unsigned long cookie);

static inline void rcu_read_lock_bh(void) { local_bh_disable(); rcu_read_lock(); }
static inline void rcu_read_unlock_bh(void) { rcu_read_unlock(); local_bh_enable(); }
static inline void rcu_read_lock_sched(void) { preempt_disable(); rcu_read_lock(); }
static inline void rcu_read_unlock_sched(void) { rcu_read_unlock(); preempt_enable(); }
#define rcu_read_lock_sched_notrace()	rcu_read_lock_sched()
#define rcu_read_unlock_sched_notrace()	rcu_read_unlock_sched()

#define call_rcu_hurry(h, f)		call_rcu(h, f)
#define synchronize_rcu_expedited()	synchronize_rcu()
#define synchronize_sched()		synchronize_rcu()
#define synchronize_rcu_bh()		synchronize_rcu()
#define synchronize_rcu_tasks()		synchronize_rcu()
#define call_rcu_tasks(h, f)		call_rcu(h, f)
#define rcu_barrier_tasks()		rcu_barrier()
#define synchronize_rcu_mult(...)	synchronize_rcu()
#define kfree_rcu_barrier()		rcu_barrier()
#define kvfree_rcu_barrier()		rcu_barrier()
#define rcu_expedite_gp()		do { } while (0)
#define rcu_unexpedite_gp()		do { } while (0)
#define rcu_gp_is_expedited()		false
#define rcu_gp_is_normal()		true
#define rcu_init()			do { } while (0)
#define rcu_all_qs()			do { } while (0)
#define rcu_softirq_qs()		do { } while (0)
#define rcu_note_context_switch(p)	do { } while (0)
#define rcu_preempt_depth()		kmk_rcu_depth()
#define rcu_is_watching()		true
#define rcu_inkernel_boot_has_ended()	true
#define rcu_scheduler_active		1
#define rcu_head_init(h)		((h)->func = (rcu_callback_t)~0UL)
#define rcu_head_after_call_rcu(h, f)	((h)->func == (f))
#define init_rcu_head(h)		do { } while (0)
#define destroy_rcu_head(h)		do { } while (0)
#define init_rcu_head_on_stack(h)	do { } while (0)
#define destroy_rcu_head_on_stack(h)	do { } while (0)

#define rcu_read_lock_held()		(kmk_rcu_depth() > 0)
#define rcu_read_lock_bh_held()		(kmk_rcu_depth() > 0 || in_softirq())
#define rcu_read_lock_sched_held()	(!preemptible())
#define rcu_read_lock_any_held()	(kmk_rcu_depth() > 0 || !preemptible())
#define RCU_LOCKDEP_WARN(c, s)		do { } while (0 && (c))
#define rcu_sleep_check()		do { } while (0)

/* Stores of a pointer that readers may follow at once; loads that order what is read through it. */
#define RCU_INITIALIZER(v)		(v)
#define RCU_INIT_POINTER(p, v)		__atomic_store_n(&(p), (__typeof__(p))(v), __ATOMIC_RELAXED)
#define RCU_POINTER_INITIALIZER(p, v)	.p = (v)
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), (__typeof__(p))(v), __ATOMIC_RELEASE)
#define kmk_rcu_load(p)			((__typeof__(*(p)) *)__atomic_load_n(&(p), __ATOMIC_ACQUIRE))
#define rcu_replace_pointer(p, v, c)	\
	({ __typeof__(p) __rold = rcu_dereference_protected(p, c); rcu_assign_pointer(p, v); __rold; })
#define unrcu_pointer(p)		(p)
#define rcu_access_pointer(p)		((__typeof__(*(p)) *)__atomic_load_n(&(p), __ATOMIC_RELAXED))
#define rcu_dereference(p)		kmk_rcu_load(p)
#define rcu_dereference_bh(p)		kmk_rcu_load(p)
#define rcu_dereference_sched(p)	kmk_rcu_load(p)
#define rcu_dereference_raw(p)		kmk_rcu_load(p)
#define rcu_dereference_raw_check(p)	kmk_rcu_load(p)
#define rcu_dereference_raw_notrace(p)	kmk_rcu_load(p)
#define rcu_dereference_check(p, c)		((void)(0 && (c)), kmk_rcu_load(p))
#define rcu_dereference_bh_check(p, c)		rcu_dereference_check(p, c)
#define rcu_dereference_sched_check(p, c)	rcu_dereference_check(p, c)
#define rcu_dereference_protected(p, c)		((void)(0 && (c)), (__typeof__(*(p)) *)(p))
#define rcu_pointer_handoff(p)		(p)
#define rcu_swap_protected(p, v, c)	\
	do { __typeof__(v) __rtmp = rcu_dereference_protected(p, c); rcu_assign_pointer(p, v); (v) = __rtmp; } while (0)

#define kmk_kvfree_rcu_2(ptr, field)						\
do {										\
	__typeof__(ptr) __kvp = (ptr);						\
	if (__kvp)								\
		kmk_kvfree_call_rcu(&__kvp->field, (void *)__kvp);		\
} while (0)
#define kmk_kvfree_rcu_1(ptr)							\
do {										\
	__typeof__(ptr) __kvp = (ptr);						\
	if (__kvp)								\
		kmk_kvfree_call_rcu(NULL, (void *)__kvp);			\
} while (0)
#define kmk_kvfree_rcu_pick(a, b, name, ...)	name
#define kvfree_rcu(...)		\
	kmk_kvfree_rcu_pick(__VA_ARGS__, kmk_kvfree_rcu_2, kmk_kvfree_rcu_1, 0)(__VA_ARGS__)
#define kfree_rcu(...)			kvfree_rcu(__VA_ARGS__)
#define kvfree_rcu_mightsleep(ptr)	kmk_kvfree_rcu_1(ptr)
#define kfree_rcu_mightsleep(ptr)	kmk_kvfree_rcu_1(ptr)

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif
