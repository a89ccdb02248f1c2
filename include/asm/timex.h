/* SPDX-License-Identifier: MIT */
#ifndef _ASM_TIMEX_H
#define _ASM_TIMEX_H

typedef unsigned long long cycles_t;

static inline cycles_t get_cycles(void)
{
	return __builtin_ia32_rdtsc();
}

#define random_get_entropy()	((unsigned long)get_cycles())
#define random_get_entropy_fallback() random_get_entropy()
#define rdtsc()			get_cycles()
#define rdtsc_ordered()		get_cycles()

#endif
