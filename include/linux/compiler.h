/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/compiler_types.h>

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define likely_notrace(x)	likely(x)
#define unlikely_notrace(x)	unlikely(x)
#define __branch_check__(x, expect, is_constant) __builtin_expect(!!(x), expect)

#define barrier()		__asm__ __volatile__("" : : : "memory")
#define barrier_data(ptr)	__asm__ __volatile__("" : : "r"(ptr) : "memory")
#define barrier_before_unreachable() __asm__ __volatile__("")
#define OPTIMIZER_HIDE_VAR(var)	__asm__("" : "=r"(var) : "0"(var))
#define RELOC_HIDE(ptr, off)	({				\
	unsigned long kmk_rh_;					\
	__asm__("" : "=r"(kmk_rh_) : "0"(ptr));			\
	(__typeof__(ptr))(kmk_rh_ + (off)); })
#define absolute_pointer(val)	RELOC_HIDE((void *)(val), 0)
#define unreachable()		__builtin_unreachable()
#define annotate_unreachable()
#define __annotate_jump_table
#define KENTRY(sym)
#define data_race(expr)		(expr)
#define __ADDRESS_OF_LABEL(l)	(&&l)
#define is_unsigned_type(type)	(!is_signed_type(type))
#define is_signed_type(type)	(((type)(-1)) < (__force type)1)
#define __is_constexpr(x)	\
	(sizeof(int) == sizeof(*(8 ? ((void *)((long)(x) * 0l)) : (int *)8)))
#define statically_true(x)	(__builtin_constant_p(x) && (x))
#define __must_be_array(a)	((int)(sizeof(char[1 - 2 * !!__same_type((a), &(a)[0])]) - 1))
#define prevent_tail_call_optimization() barrier()
#define offset_to_ptr(off)	((void *)((unsigned long)(off) + *(off)))
#define uninitialized_var(x)	x = x

#include <asm/rwonce.h>

#endif
