/* SPDX-License-Identifier: MIT */
#ifndef _ASM_SMP_H
#define _ASM_SMP_H
#include <linux/cpumask.h>
#define cpu_physical_id(cpu)	(cpu)
#endif
