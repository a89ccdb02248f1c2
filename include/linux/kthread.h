/* SPDX-License-Identifier: MIT */
/*
 * Kernel threads: host threads with a task of their own. One made by kthread_create() sleeps
 * until its first wake_up_process(); if it is stopped before, its function never runs.
 */
#ifndef _LINUX_KTHREAD_H
#define _LINUX_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>
#include <linux/completion.h>

/* May sleep. ERR_PTR(-ENOMEM) when no thread can be had. */
__printf(4, 5) struct task_struct *kthread_create_on_node(int (*fn)(void *data), void *data, int node,
							   const char *fmt, ...);
__printf(4, 5) struct task_struct *kmk_kthread_create_on_cpu(int (*fn)(void *data), void *data,
							      unsigned int cpu, const char *fmt, ...);
#define kthread_create(fn, data, fmt, ...)	kthread_create_on_node(fn, data, -1, fmt, ##__VA_ARGS__)
#define kthread_create_on_cpu(fn, data, cpu, fmt)	kmk_kthread_create_on_cpu(fn, data, cpu, fmt, cpu)
/* The same and wake it at once, from any context; the name is taken as it is. */
struct task_struct *kmk_kthread_run_any(int (*fn)(void *data), void *data, const char *name);

#define kmk_kthread_woken(create)				\
({								\
	struct task_struct *__kt = (create);			\
	if (!IS_ERR(__kt))					\
		wake_up_process(__kt);				\
	__kt;							\
})
#define kthread_run(fn, data, fmt, ...)	kmk_kthread_woken(kthread_create(fn, data, fmt, ##__VA_ARGS__))
#define kthread_run_on_cpu(fn, data, cpu, fmt)	kmk_kthread_woken(kthread_create_on_cpu(fn, data, cpu, fmt))

/* Ask the thread to end and wait; its result, or -EINTR if it never ran. May sleep. */
int kthread_stop(struct task_struct *k);
int kthread_stop_put(struct task_struct *k);
bool kthread_should_stop(void);
bool __kthread_should_park(struct task_struct *k);
bool kthread_should_park(void);
int kthread_park(struct task_struct *k);
void kthread_unpark(struct task_struct *k);
void kthread_parkme(void);
void *kthread_data(struct task_struct *k);
void *kthread_func(struct task_struct *k);
void kthread_bind(struct task_struct *k, unsigned int cpu);
void kthread_bind_mask(struct task_struct *k, const struct cpumask *mask);
/* A thread that ends inside a spin lock or the like is reported: "scheduling while atomic". */
void kthread_exit(long result) __noreturn;
/* Leave whatever section the caller is in, with no report: BUG() in the middle of one was enough. */
void kmk_atomic_forget(void);
void kthread_complete_and_exit(struct completion *done, long result) __noreturn;
#define complete_and_exit(done, result)		kthread_complete_and_exit(done, result)
#define complete_all_and_exit(done, result)	do { complete_all(done); kthread_exit(result); } while (0)
#define do_exit(code)				kthread_exit(code)
#define make_task_dead(code)			(kmk_atomic_forget(), kthread_exit(code))
#define module_put_and_kthread_exit(code)	kthread_exit(code)
#define kthread_freezable_should_stop(f)	((void)(f), kthread_should_stop())
#define kthread_use_mm(mm)			((void)(mm))
#define kthread_unuse_mm(mm)			((void)(mm))
#define set_freezable()				(false)
#define try_to_freeze()				(false)
#define freezing(t)				((void)(t), false)

#endif
