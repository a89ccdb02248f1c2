/* SPDX-License-Identifier: MIT */
/*
 * The sync room: threads, their execution context, and waiting.
 *
 * Vocabulary. A *thread* is the host's; its *block* (thread.h) is what we know about it. A *task*
 * (struct task_struct) is the kernel API's view of a thread, from a static pool, made at first
 * need. A *virtual CPU* is what smp_processor_id() names; a thread in an atomic section (its
 * context word is not zero) holds one exclusively. A *sleep* is a wait in the host by a thread
 * that holds none.
 *
 *	context.c	context word, virtual CPUs, might_sleep reports, calls on other CPUs
 *	lock.c		internal ranked locks
 *	spinlock.c	spinlock_t, rwlock_t, bit locks
 *	task.c		current, schedule, wake-ups
 *	kthread.c	kernel threads
 *	mutex.c		mutex, rwsem, semaphore, completion
 *	wait.c		wait queues
 *	event.c		timers, tasklets, interrupts
 *	rcu.c		grace periods and call-backs
 *	percpu.c	per-CPU variables
 *	unwind.c	leaving a function from any depth
 *
 * Invariants. (1) cpus[i].held is 1 while exactly one thread holds CPU i. (2) ctx == 0 exactly
 * when the thread holds no virtual CPU. (3) An atomic section never sleeps; where user code does,
 * it is reported once for each call site and the virtual CPU is lent out meanwhile.
 * (4) Nothing here allocates memory.
 */
#ifndef KMK_SYNC_SYNC_H
#define KMK_SYNC_SYNC_H

#include <linux/types.h>
#include <linux/sched.h>

#include "lock.h"
#include "thread.h"

#define KMK_MAX_TASKS	4096
#define KMK_NS_PER_JIFFY (1000000000u / HZ)

/* src/start.c: bring the library up; idempotent, any thread. */
int kmemkit_start(void);

struct port_desc;

/* Called once by the boot sequence, after port_describe(). 0. */
int kmk_sync_start(const struct port_desc *desc);
/* Around a fork: every lock of the room, in rank order. */
void kmk_sync_fork_lock(void);
void kmk_sync_fork_unlock(void);
/* In the child, after the locks were released: the calling thread is the only one left. */
void kmk_sync_fork_child(void);
void kmk_context_fork_child(void);
void kmk_event_fork_child(void);
void kmk_rcu_fork_child(void);
void kmk_srcu_fork_child(void);
void kmk_task_fork_child(void);
/* Every fact this room can check about itself; false after a report. Only while threads are quiet. */
bool kmk_sync_validate(void);
bool kmk_cpus_validate(void);
bool kmk_percpu_validate(void);

/* context.c */
void kmk_cpu_set_count(unsigned nr);
void kmk_ctx_reset(uint32_t ctx);
void kmk_cpus_pass(void);
/*
 * Take all virtual CPUs, so that no section is under way, and no spin lock held, but the caller's own. False,
 * and none is taken: one did not end within the limit, maybe because it wants a lock that the caller holds.
 * Until the thaw the caller begins no section of its own.
 */
bool kmk_cpus_freeze(uint64_t limit_ns);
void kmk_cpus_thaw(void);
/* Sleep in the host on a word; a virtual CPU held by mistake is lent out. As port_wait(). */
int kmk_sleep_on(uint32_t *addr, uint32_t val, uint64_t timeout_ns);
/* Report a sleep in atomic context once for each `site`. */
void kmk_check_sleep(const char *file, int line, const void *site);
#define KMK_CHECK_SLEEP() kmk_check_sleep(__FILE__, __LINE__, __builtin_return_address(0))

/* task.c */
extern struct kmk_lock kmk_task_lock;
extern struct task_struct kmk_tasks[KMK_MAX_TASKS];
extern unsigned kmk_tasks_high;			/* all tasks ever used lie below */
struct task_struct *kmk_task_alloc(void);
void kmk_task_bind(struct task_struct *t);	/* make it the calling thread's */
void kmk_task_unbind(void);			/* and end that */
bool kmk_task_shared(void);			/* the calling thread's is the one of all beyond the pool's end */

static inline struct task_struct *kmk_task(void)
{
	struct task_struct *t = kmk_self()->task;

	return __builtin_expect(t != NULL, 1) ? t : kmk_current();
}

/*
 * Memory that is being freed: a timer or other event pending in it is reported, and cancelled. Looks at the
 * first thousand armed, so it is for debugging only.
 */
void kmk_event_check_free(const void *start, size_t size, unsigned long caller);

/* event.c, rcu.c */
extern struct kmk_lock kmk_event_lock, kmk_rcu_lock;

/*
 * Wait until what call_rcu() and kvfree_rcu() have queued is done, at most limit_ns. Whether there was
 * anything to wait for; false at once for who may not sleep, reads, or runs the call-backs.
 */
bool kmk_rcu_wait(uint64_t limit_ns);

/* rcu.c: depth of the calling thread, without making a task for it. */
#define KMK_RCU_DEPTH	0xffffUL
static inline unsigned kmk_rcu_depth_now(const struct kmk_thread *self)
{
	return self->task ? (unsigned)(self->task->kmk_rcu & KMK_RCU_DEPTH) : 0;
}

/* percpu.c */
extern struct kmk_lock kmk_percpu_lock;
void kmk_percpu_start(void);
/* For leak scans: fn for the part of each CPU's area in use. */
void kmk_percpu_each_range(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data);

#endif
