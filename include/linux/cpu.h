/* SPDX-License-Identifier: MIT */
/* CPUs never come or go: hotplug locks are empty, state call-backs run once for each CPU. */
#ifndef _LINUX_CPU_H
#define _LINUX_CPU_H

#include <linux/cpumask.h>
#include <linux/smp.h>
#include <linux/errno.h>
#include <linux/cpuhotplug.h>

#define cpus_read_lock()	do { } while (0)
#define cpus_read_unlock()	do { } while (0)
#define cpus_read_trylock()	(1)
#define cpus_write_lock()	do { } while (0)
#define cpus_write_unlock()	do { } while (0)
#define get_online_cpus()	do { } while (0)
#define put_online_cpus()	do { } while (0)
#define lockdep_assert_cpus_held()	do { } while (0)
#define cpu_hotplug_disable()	do { } while (0)
#define cpu_hotplug_enable()	do { } while (0)
#define add_cpu(cpu)		((void)(cpu), 0)
#define remove_cpu(cpu)		((void)(cpu), -EBUSY)

#endif
