/* SPDX-License-Identifier: MIT */
#ifndef _ASM_PROCESSOR_H
#define _ASM_PROCESSOR_H

#include <linux/compiler.h>

static __always_inline void cpu_relax(void)
{
	__builtin_ia32_pause();
}

#define rep_nop()	cpu_relax()
#define cpu_relax_yield()	cpu_relax()
#define prefetch(x)	__builtin_prefetch(x)
#define prefetchw(x)	__builtin_prefetch((x), 1)
#define spin_lock_prefetch(x)	prefetchw(x)
#define KSTK_EIP(t)	((void)(t), 0UL)

#endif
