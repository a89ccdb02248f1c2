/* SPDX-License-Identifier: MIT */
/*
 * Tasks. `current` is the calling thread's task; a thread gets one from a static pool the first
 * time it asks. There are no signals and no priorities; the host schedules.
 */
#ifndef KMK_LINUX_SCHED_H
#define KMK_LINUX_SCHED_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/threads.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/completion_types.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/thread_info.h>
#include <linux/timex.h>
#include <asm/current.h>
#include <asm/processor.h>

struct kunit;
struct mm_struct;
struct reclaim_state;
struct pid;
struct bio_list;
struct blk_plug;
struct io_context;
struct backing_dev_info;

#define TASK_COMM_LEN	16

#define TASK_RUNNING		0x00000000
#define TASK_INTERRUPTIBLE	0x00000001
#define TASK_UNINTERRUPTIBLE	0x00000002
#define __TASK_STOPPED		0x00000004
#define __TASK_TRACED		0x00000008
#define EXIT_DEAD		0x00000010
#define EXIT_ZOMBIE		0x00000020
#define TASK_PARKED		0x00000040
#define TASK_DEAD		0x00000080
#define TASK_WAKEKILL		0x00000100
#define TASK_WAKING		0x00000200
#define TASK_NOLOAD		0x00000400
#define TASK_NEW		0x00000800
#define TASK_FREEZABLE		0x00002000
#define TASK_KILLABLE		(TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_IDLE		(TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL		(TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define TASK_ANY		0x00007fff

#define PF_VCPU			0x00000001
#define PF_IDLE			0x00000002
#define PF_EXITING		0x00000004
#define PF_IO_WORKER		0x00000010
#define PF_WQ_WORKER		0x00000020
#define PF_FORKNOEXEC		0x00000040
#define PF_SUPERPRIV		0x00000100
#define PF_DUMPCORE		0x00000200
#define PF_SIGNALED		0x00000400
#define PF_MEMALLOC		0x00000800
#define PF_NPROC_EXCEEDED	0x00001000
#define PF_USED_MATH		0x00002000
#define PF_NOFREEZE		0x00008000
#define PF_KSWAPD		0x00020000
#define PF_MEMALLOC_NOFS	0x00040000
#define PF_MEMALLOC_NOIO	0x00080000
#define PF_LOCAL_THROTTLE	0x00100000
#define PF_KTHREAD		0x00200000
#define PF_RANDOMIZE		0x00400000
#define PF_NO_SETAFFINITY	0x04000000
#define PF_MEMALLOC_PIN		0x10000000

struct task_struct {
	unsigned int __state;
	unsigned int flags;
	pid_t pid, tgid;
	char comm[TASK_COMM_LEN];
	struct kunit *kunit_test;
	struct mm_struct *mm, *active_mm;
	struct reclaim_state *reclaim_state;
	void *journal_info;
	struct bio_list *bio_list;
	struct blk_plug *plug;
	struct io_context *io_context;
	struct backing_dev_info *backing_dev_info;
	struct task_struct *group_leader, *parent, *real_parent;
	void *stack;
	void *security;
	int exit_state, exit_code;
	int prio, static_prio, normal_prio;
	unsigned int policy;
	int nr_cpus_allowed;
	int on_cpu;
	const struct cpumask *cpus_ptr;
	u64 start_time;
	unsigned long nvcsw, nivcsw;
	unsigned int in_iowait:1;
	unsigned int in_execve:1;
	unsigned int in_memstall:1;
	int make_it_fail;
	unsigned int fail_nth;
	unsigned int pagefault_disabled;
	int lockdep_depth;
	u64 timer_slack_ns;

	/* Ours. */
	void *kmk_block;		/* the thread's block while it runs */
	unsigned int kmk_usage;		/* references; 0 is a free task */
	unsigned int kmk_kflags;	/* kthread: KTHREAD_* bits of kthread.c */
	unsigned long kmk_rcu;		/* read-side depth and phase */
	unsigned long kmk_srcu;		/* depth in sleepable readers */
	int (*kmk_fn)(void *data);	/* kthread function */
	struct completion *kmk_done;	/* of kthread_complete_and_exit() */
	void *kmk_data;
	struct completion kmk_exited, kmk_parked;
	void *kmk_debug;		/* for the debug room */
};

/* The calling thread's task; never NULL. */
struct task_struct *kmk_current(void);

#define get_current()		kmk_current()
#define task_is_running(t)	(READ_ONCE((t)->__state) == TASK_RUNNING)
#define task_curr(t)		task_is_running(t)
#define get_current_state()	READ_ONCE(current->__state)

static inline void kmk_set_state(struct task_struct *t, unsigned int state)
{
	__atomic_exchange_n(&t->__state, state, __ATOMIC_SEQ_CST);
}

#define __set_current_state(s)	__atomic_store_n(&current->__state, (s), __ATOMIC_RELEASE)
#define set_current_state(s)	kmk_set_state(current, (s))
#define set_special_state(s)	kmk_set_state(current, (s))

#define MAX_SCHEDULE_TIMEOUT	((long)(~0UL >> 1))

/* Sleep until woken (state not TASK_RUNNING), or give the processor away. */
void schedule(void);
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_killable(long timeout);
long schedule_timeout_uninterruptible(long timeout);
long schedule_timeout_idle(long timeout);
long io_schedule_timeout(long timeout);
void io_schedule(void);
void schedule_preempt_disabled(void);
void yield(void);
/* 1 if the task was asleep and is now running. */
int wake_up_process(struct task_struct *t);
int wake_up_state(struct task_struct *t, unsigned int state);

/* Report, once per call site, a sleeping function in a context that must not sleep. */
void kmk_might_sleep(const char *file, int line);
int kmk_cond_resched(const char *file, int line);

#define __might_sleep(file, line)	kmk_might_sleep(file, line)
#define __might_resched(file, line, o)	((void)(o), kmk_might_sleep(file, line))
#define sched_annotate_sleep()		do { } while (0)
#define cond_resched()			kmk_cond_resched(__FILE__, __LINE__)
#define _cond_resched()			cond_resched()
#define cond_resched_lock(l)		((void)(l), 0)
#define cond_resched_rwlock_read(l)	((void)(l), 0)
#define cond_resched_rwlock_write(l)	((void)(l), 0)
#define cond_resched_rcu()		do { } while (0)
#define need_resched()			0
#define test_tsk_need_resched(t)	((void)(t), 0)
#define tif_need_resched()		0

#define task_pid_nr(t)			((t)->pid)
#define task_pid_vnr(t)			((t)->pid)
#define task_tgid_nr(t)			((t)->tgid)
#define task_tgid_vnr(t)		((t)->tgid)
#define task_pid_nr_ns(t, ns)		((t)->pid)
#define thread_group_leader(t)		((t)->pid == (t)->tgid)
#define is_global_init(t)		((t)->tgid == 1)
#define is_idle_task(t)			((void)(t), false)
#define pid_alive(t)			((void)(t), 1)
#define same_thread_group(a, b)		((a)->tgid == (b)->tgid)
#define task_nice(t)			((void)(t), 0)
#define set_user_nice(t, n)		((void)(t), (void)(n))
#define sched_set_fifo(t)		((void)(t))
#define sched_set_fifo_low(t)		((void)(t))
#define sched_set_normal(t, n)		((void)(t), (void)(n))
#define rt_task(t)			((void)(t), 0)
#define task_cpu(t)			kmk_task_cpu(t)
#define set_cpus_allowed_ptr(t, m)	((void)(t), (void)(m), 0)
#define tsk_cpus_allowed(t)		((t)->cpus_ptr)
#define get_task_comm(buf, t)		kmk_get_comm(buf, sizeof(buf), t)
#define set_task_comm(t, name)		kmk_set_comm(t, name)
#define current_restore_flags(o, f)	(current->flags = (current->flags & ~(f)) | ((o) & (f)))
#define tsk_restore_flags(t, o, f)	((t)->flags = ((t)->flags & ~(f)) | ((o) & (f)))
#define TASK_SIZE			((unsigned long)1 << 47)

unsigned int kmk_task_cpu(const struct task_struct *t);
char *kmk_get_comm(char *buf, size_t size, struct task_struct *t);
void kmk_set_comm(struct task_struct *t, const char *name);

#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#if KMK_MIXED && __has_include_next(<linux/sched.h>)
#include_next <linux/sched.h>
#endif
#endif
