/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PERCPU_H
#define _ASM_PERCPU_H
#include <linux/percpu-defs.h>
#define __my_cpu_offset	per_cpu_offset(kmk_cpu())
#endif
