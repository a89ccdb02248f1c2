/* SPDX-License-Identifier: MIT */
/* The builtins fold for constants, so one expression serves both. Sizes up to 64 bits. */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>
#include <linux/bitops.h>

static __always_inline __attribute_const__ bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

static inline __attribute_const__ int __ilog2_u32(u32 n)
{
	return 31 - __builtin_clz(n);
}

static inline __attribute_const__ int __ilog2_u64(u64 n)
{
	return 63 - __builtin_clzll(n);
}

#define ilog2(n)		(63 - (int)__builtin_clzll((unsigned long long)(n) | !(n)))
#define const_ilog2(n)		ilog2(n)
#define roundup_pow_of_two(n)	\
	((n) <= 1 ? 1UL : 2UL << (63 - (int)__builtin_clzll(((unsigned long long)(n) - 1) | 1)))
#define rounddown_pow_of_two(n)	(1UL << ilog2(n))
#define __roundup_pow_of_two(n)	roundup_pow_of_two(n)
#define __rounddown_pow_of_two(n) rounddown_pow_of_two(n)
/* The smallest order with 2^order >= n; 0 and 1 give 0. */
#define order_base_2(n)		((n) > 1 ? ilog2((n) - 1) + 1 : 0)
/* How many bits it takes to write @n: 1 for 0. */
#define bits_per(n)		((n) < 2 ? 1 : ilog2(n) + 1)

#endif
