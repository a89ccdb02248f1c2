/* SPDX-License-Identifier: MIT */
/* Kernel threads: a host thread, a task, and a kmk_try() around the function. */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "base/report.h"
#include "sync.h"
#include "unwind.h"

#define KTHREAD_STOP	1u
#define KTHREAD_PARK	2u
#define KTHREAD_PARKED	4u
#define KTHREAD_ENDED	8u

static unsigned int kflags(const struct task_struct *t)
{
	return __atomic_load_n(&t->kmk_kflags, __ATOMIC_ACQUIRE);
}

/* A thread cannot be gone while it holds a CPU: told before the unwinding forgets where it was. */
static void check_end(const struct task_struct *t)
{
	uint32_t ctx = kmk_self()->ctx;

	if (!ctx)
		return;
	kmk_report_begin("BUG: scheduling while atomic: %s/%d/0x%08x\n", t->comm, t->pid, ctx & KMK_CTX_COUNT_MASK);
	kmk_report_line("the thread ends here\n");
	kmk_report_end(KMK_POLICY_BUG);
	kmk_ctx_reset(0);
}

static void kthread_body(void *arg)
{
	struct task_struct *t = arg;

	t->exit_code = t->kmk_fn(t->kmk_data);
	check_end(t);
}

/* The thread's first and last function. */
static void kthread_entry(void *arg)
{
	struct task_struct *t = arg;
	unsigned int state;

	kmk_task_bind(t);
	kmk_self()->flags |= KMK_T_CORE;
	while ((state = __atomic_load_n(&t->__state, __ATOMIC_ACQUIRE)) != TASK_RUNNING)
		port_wait(&t->__state, state, UINT64_MAX);
	t->exit_code = -EINTR;
	if (!(kflags(t) & KTHREAD_STOP)) {
		kthread_parkme();
		kmk_try(kthread_body, t);
	}
	kmk_thread_check_maps(kmk_self());
	kmk_ctx_reset(0);
	port_stack_trim();
	if (t->kmk_done)
		complete(t->kmk_done);
	__atomic_fetch_or(&t->kmk_kflags, KTHREAD_ENDED, __ATOMIC_RELEASE);
	complete_all(&t->kmk_parked);
	complete_all(&t->kmk_exited);
	kmk_task_unbind();
}

static struct task_struct *create(int (*fn)(void *data), void *data, unsigned int state,
				  const char *name)
{
	struct task_struct *t;

	if (kmemkit_start())
		return ERR_PTR(-ENOMEM);
	t = kmk_task_alloc();
	if (!t)
		return ERR_PTR(-ENOMEM);
	kmk_set_comm(t, name);
	t->flags = PF_KTHREAD;
	t->kmk_fn = fn;
	t->kmk_data = data;
	t->kmk_done = NULL;
	__atomic_store_n(&t->__state, state, __ATOMIC_RELEASE);
	if (port_thread_start(kthread_entry, t, t->comm)) {
		put_task_struct(t);
		return ERR_PTR(-ENOMEM);
	}
	return t;
}

static struct task_struct *create_va(int (*fn)(void *data), void *data, const char *fmt, va_list args)
{
	char name[TASK_COMM_LEN];

	KMK_CHECK_SLEEP();
	vsnprintf(name, sizeof(name), fmt, args);
	return create(fn, data, TASK_UNINTERRUPTIBLE, name);
}

struct task_struct *kmk_kthread_run_any(int (*fn)(void *data), void *data, const char *name)
{
	return create(fn, data, TASK_RUNNING, name);
}

struct task_struct *kthread_create_on_node(int (*fn)(void *data), void *data, int node,
					   const char *fmt, ...)
{
	struct task_struct *t;
	va_list args;

	(void)node;
	va_start(args, fmt);
	t = create_va(fn, data, fmt, args);
	va_end(args);
	return t;
}

struct task_struct *kmk_kthread_create_on_cpu(int (*fn)(void *data), void *data, unsigned int cpu,
					      const char *fmt, ...)
{
	struct task_struct *t;
	va_list args;

	va_start(args, fmt);
	t = create_va(fn, data, fmt, args);
	va_end(args);
	(void)cpu;
	return t;
}

int kthread_stop(struct task_struct *k)
{
	int ret;

	KMK_CHECK_SLEEP();
	kmk_get_task(k);
	__atomic_fetch_or(&k->kmk_kflags, KTHREAD_STOP, __ATOMIC_SEQ_CST);
	kthread_unpark(k);
	wake_up_process(k);
	wait_for_completion(&k->kmk_exited);
	ret = k->exit_code;
	put_task_struct(k);
	return ret;
}

int kthread_stop_put(struct task_struct *k)
{
	int ret = kthread_stop(k);

	put_task_struct(k);
	return ret;
}

bool kthread_should_stop(void)
{
	return kflags(kmk_task()) & KTHREAD_STOP;
}

bool __kthread_should_park(struct task_struct *k)
{
	return kflags(k) & KTHREAD_PARK;
}

bool kthread_should_park(void)
{
	return __kthread_should_park(kmk_task());
}

/* Say so once for each request to park; only while there is one. */
static void tell_parked(struct task_struct *t)
{
	unsigned int old = kflags(t);

	while ((old & (KTHREAD_PARK | KTHREAD_PARKED)) == KTHREAD_PARK)
		if (__atomic_compare_exchange_n(&t->kmk_kflags, &old, old | KTHREAD_PARKED, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST)) {
			complete(&t->kmk_parked);
			return;
		}
}

void kthread_parkme(void)
{
	struct task_struct *t = kmk_task();

	while (kmk_set_state(t, TASK_PARKED), kflags(t) & KTHREAD_PARK) {
		tell_parked(t);
		schedule();
	}
	__atomic_fetch_and(&t->kmk_kflags, ~KTHREAD_PARKED, __ATOMIC_SEQ_CST);
	__set_current_state(TASK_RUNNING);
}

int kthread_park(struct task_struct *k)
{
	if (kflags(k) & KTHREAD_ENDED)
		return -ENOSYS;
	if (__atomic_fetch_or(&k->kmk_kflags, KTHREAD_PARK, __ATOMIC_SEQ_CST) & KTHREAD_PARK)
		return -EBUSY;
	if (k != kmk_task()) {
		wake_up_process(k);
		wait_for_completion(&k->kmk_parked);
	}
	return 0;
}

/* The next request is told anew, even if the thread has not left kthread_parkme() by then. */
void kthread_unpark(struct task_struct *k)
{
	unsigned int old = __atomic_fetch_and(&k->kmk_kflags, ~(KTHREAD_PARK | KTHREAD_PARKED), __ATOMIC_SEQ_CST);

	if (old & KTHREAD_PARK)
		wake_up_state(k, TASK_PARKED);
}

void *kthread_data(struct task_struct *k)
{
	return k->kmk_data;
}

void *kthread_func(struct task_struct *k)
{
	return (void *)k->kmk_fn;
}

void kthread_bind(struct task_struct *k, unsigned int cpu)
{
	(void)k, (void)cpu;
}

void kthread_bind_mask(struct task_struct *k, const struct cpumask *mask)
{
	(void)k, (void)mask;
}

void kmk_atomic_forget(void)
{
	kmk_ctx_reset(0);
}

void kthread_exit(long result)
{
	struct task_struct *t = kmk_task();

	t->exit_code = (int)result;
	if (!kmk_can_throw())
		panic("kthread_exit() called by %s, which is no kernel thread", t->comm);
	check_end(t);
	kmk_throw();
}

/*
 * Who waits for done may free what this thread's function still stands on, so done is completed
 * only after the unwinding; and may look for leaks, so the dead stack is given up before.
 */
void kthread_complete_and_exit(struct completion *done, long result)
{
	kmk_task()->kmk_done = done;
	kthread_exit(result);
}
