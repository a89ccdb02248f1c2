/* SPDX-License-Identifier: MIT */
/*
 * Work queues. Items run on a pool of kernel threads that grows when all are busy; an item never
 * runs twice at the same time, and a queue runs at most max_active items at once.
 */
#ifndef _LINUX_WORKQUEUE_H
#define _LINUX_WORKQUEUE_H

#include <linux/timer.h>
#include <linux/linkage.h>
#include <linux/bitops.h>
#include <linux/lockdep.h>
#include <linux/threads.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/rcupdate.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	atomic_long_t data;		/* bit 0 while pending, bit 1 too while somebody cancels it */
	struct list_head entry;
	work_func_t func;
	struct workqueue_struct *kmk_wq;
	unsigned long kmk_seq;
};

struct delayed_work {
	struct work_struct work;
	struct timer_list timer;
	struct workqueue_struct *wq;
	int cpu;
};

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
};

enum {
	WQ_UNBOUND = 1 << 1,
	WQ_FREEZABLE = 1 << 2,
	WQ_MEM_RECLAIM = 1 << 3,
	WQ_HIGHPRI = 1 << 4,
	WQ_CPU_INTENSIVE = 1 << 5,
	WQ_SYSFS = 1 << 6,
	WQ_POWER_EFFICIENT = 1 << 7,
	__WQ_ORDERED = 1 << 17,
	WQ_MAX_ACTIVE = 512,
	WQ_UNBOUND_MAX_ACTIVE = 512,
	WQ_DFL_ACTIVE = 256,
	WORK_CPU_UNBOUND = NR_CPUS,
};

void kmk_delayed_fire(struct timer_list *t);
void kmk_rcu_work_fire(struct rcu_head *head);

#define __WORK_INITIALIZER(n, f)	\
	{ .data = ATOMIC_LONG_INIT(0), .entry = { &(n).entry, &(n).entry }, .func = (f) }
#define __DELAYED_WORK_INITIALIZER(n, f, fl)	\
	{ .work = __WORK_INITIALIZER((n).work, (f)), .timer = __TIMER_INITIALIZER(kmk_delayed_fire, (fl)) }
#define DECLARE_WORK(n, f)		struct work_struct n = __WORK_INITIALIZER(n, f)
#define DECLARE_DELAYED_WORK(n, f)	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define DECLARE_DEFERRABLE_WORK(n, f)	struct delayed_work n = __DELAYED_WORK_INITIALIZER(n, f, 0)
#define INIT_WORK(w, f)		do { *(w) = (struct work_struct)__WORK_INITIALIZER(*(w), f); } while (0)
#define INIT_WORK_ONSTACK(w, f)	INIT_WORK(w, f)
#define INIT_DELAYED_WORK(w, f)	\
	do { INIT_WORK(&(w)->work, f); timer_setup(&(w)->timer, kmk_delayed_fire, 0); (w)->wq = NULL; } while (0)
#define INIT_DELAYED_WORK_ONSTACK(w, f)	INIT_DELAYED_WORK(w, f)
#define INIT_DEFERRABLE_WORK(w, f)	INIT_DELAYED_WORK(w, f)
#define INIT_RCU_WORK(w, f)		INIT_WORK(&(w)->work, f)
#define PREPARE_WORK(w, f)		((w)->func = (f))
#define destroy_work_on_stack(w)	((void)(w))
#define destroy_delayed_work_on_stack(w) ((void)(w))
#define to_delayed_work(w)		container_of(w, struct delayed_work, work)
#define to_rcu_work(w)			container_of(w, struct rcu_work, work)
#define work_data_bits(w)		((unsigned long *)&(w)->data)
#define work_pending(w)			(atomic_long_read(&(w)->data) != 0)
#define delayed_work_pending(w)		work_pending(&(w)->work)

extern struct workqueue_struct *system_wq, *system_highpri_wq, *system_long_wq, *system_unbound_wq,
	*system_freezable_wq, *system_power_efficient_wq;

/* May sleep; NULL without memory. destroy waits for all its items. */
__printf(1, 4) struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags,
							 int max_active, ...);
void destroy_workqueue(struct workqueue_struct *wq);

#define alloc_ordered_workqueue(fmt, flags, ...)	\
	alloc_workqueue(fmt, WQ_UNBOUND | __WQ_ORDERED | (flags), 1, ##__VA_ARGS__)
#define create_workqueue(name)		alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, (name))
#define create_freezable_workqueue(name) alloc_workqueue("%s", WQ_FREEZABLE | WQ_MEM_RECLAIM, 1, (name))
#define create_singlethread_workqueue(name)	alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)

/* Queueing works in any context; false if the item was pending already. */
bool queue_work(struct workqueue_struct *wq, struct work_struct *w);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay);
bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *w);
/* These may sleep. cancel: true if it was pending. */
bool flush_work(struct work_struct *w);
bool flush_delayed_work(struct delayed_work *w);
bool flush_rcu_work(struct rcu_work *w);
bool cancel_work(struct work_struct *w);
bool cancel_work_sync(struct work_struct *w);
bool cancel_delayed_work(struct delayed_work *w);
bool cancel_delayed_work_sync(struct delayed_work *w);
void kmk_flush_workqueue(struct workqueue_struct *wq);
void kmk_drain_workqueue(struct workqueue_struct *wq);
unsigned int work_busy(struct work_struct *w);
bool current_is_workqueue_rescuer(void);
struct work_struct *current_work(void);
/*
 * func(its own item) on each virtual CPU, and wait: its sections hold that CPU. 0 or -ENOMEM; may sleep.
 * work_on_cpu: fn(arg) on one of them; its result.
 */
int schedule_on_each_cpu(work_func_t func);
long work_on_cpu(int cpu, long (*fn)(void *arg), void *arg);
/* max_active 0: the default. An ordered queue keeps its limit, with a warning. Running items go on. */
void workqueue_set_max_active(struct workqueue_struct *wq, int max_active);

#define WORK_BUSY_PENDING	1u
#define WORK_BUSY_RUNNING	2u

#define flush_workqueue(wq)		kmk_flush_workqueue(wq)
#define __flush_workqueue(wq)		kmk_flush_workqueue(wq)
#define drain_workqueue(wq)		kmk_drain_workqueue(wq)
#define flush_scheduled_work()		kmk_flush_workqueue(system_wq)
#define queue_work_on(cpu, wq, w)	((void)(cpu), queue_work(wq, w))
#define queue_work_node(node, wq, w)	((void)(node), queue_work(wq, w))
#define queue_delayed_work_on(cpu, wq, w, d)	((void)(cpu), queue_delayed_work(wq, w, d))
#define mod_delayed_work_on(cpu, wq, w, d)	((void)(cpu), mod_delayed_work(wq, w, d))
#define schedule_work(w)		queue_work(system_wq, w)
#define schedule_work_on(cpu, w)	((void)(cpu), queue_work(system_wq, w))
#define schedule_delayed_work(w, d)	queue_delayed_work(system_wq, w, d)
#define schedule_delayed_work_on(cpu, w, d)	((void)(cpu), queue_delayed_work(system_wq, w, d))
#define work_on_cpu_safe(cpu, fn, arg)	work_on_cpu(cpu, fn, arg)

#endif
