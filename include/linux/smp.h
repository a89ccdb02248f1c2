/* SPDX-License-Identifier: MIT */
/* "Run on another CPU" means: run while holding that virtual CPU. */
#ifndef _LINUX_SMP_H
#define _LINUX_SMP_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/list.h>
#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/percpu-defs.h>
#include <linux/smp_types.h>

typedef void (*smp_call_func_t)(void *info);
typedef bool (*smp_cond_func_t)(int cpu, void *info);

#define raw_smp_processor_id()	kmk_cpu()
#define smp_processor_id()	kmk_cpu()
#define __smp_processor_id()	kmk_cpu()
#define get_cpu()		kmk_pcpu_enter()
#define put_cpu()		kmk_pcpu_leave()
#define task_cpu_possible_mask(t) cpu_possible_mask

/*
 * Run func in interrupt context on each CPU of the mask, always to the end (wait is implied).
 * Not with interrupts off. The caller may hold its own virtual CPU.
 */
void kmk_smp_call(const struct cpumask *mask, smp_call_func_t func, void *info, smp_cond_func_t cond,
		  bool skip_self);
int smp_call_function_single(int cpu, smp_call_func_t func, void *info, int wait);

/*
 * From here on the calling thread's sections hold this virtual CPU and no other, until the unpin. Not in a
 * section, not twice. A CPU that does not exist is ignored. Ours; the kernel has affinities for this.
 */
void kmk_cpu_pin(int cpu);
void kmk_cpu_unpin(void);

#define on_each_cpu(f, info, wait)		((void)(wait), kmk_smp_call(cpu_online_mask, f, info, NULL, false))
#define on_each_cpu_mask(m, f, info, wait)	((void)(wait), kmk_smp_call(m, f, info, NULL, false))
#define on_each_cpu_cond(c, f, info, wait)	((void)(wait), kmk_smp_call(cpu_online_mask, f, info, c, false))
#define on_each_cpu_cond_mask(c, f, info, wait, m)	((void)(wait), kmk_smp_call(m, f, info, c, false))
#define smp_call_function(f, info, wait)	((void)(wait), kmk_smp_call(cpu_online_mask, f, info, NULL, true))
#define smp_call_function_many(m, f, info, wait)	((void)(wait), kmk_smp_call(m, f, info, NULL, true))
#define smp_call_function_any(m, f, info, wait)	\
	smp_call_function_single((int)cpumask_first(m), f, info, wait)
#define smp_call_on_cpu(cpu, f, par, phys)	((void)(cpu), (void)(phys), (f)(par))
#define smp_send_reschedule(cpu)	((void)(cpu))
#define kick_all_cpus_sync()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define wake_up_all_idle_cpus()		do { } while (0)
#define smp_prepare_boot_cpu()		do { } while (0)

#endif
