/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_COMPILER_TYPES_H
#define _LINUX_COMPILER_TYPES_H

#include <kmemkit/profile.h>
#include <linux/kconfig.h>
#include <linux/compiler_attributes.h>

/* Address spaces and contexts are for sparse only. */
#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __safe
#define __force
#define __bitwise__
#define __bitwise __bitwise__
#define __nocast
#define __private
#define __must_hold(x)
#define __acquires(x)
#define __cond_acquires(x)
#define __releases(x)
#define __acquire(x)		((void)0)
#define __release(x)		((void)0)
#define __cond_lock(x, c)	(c)
#define __chk_user_ptr(x)	((void)0)
#define __chk_io_ptr(x)		((void)0)
#define ACCESS_PRIVATE(p, member) ((p)->member)
#define BTF_TYPE_TAG(value)

#define __has_builtin_or(x)	1
#define ___PASTE(a, b)		a##b
#define __PASTE(a, b)		___PASTE(a, b)
#define __UNIQUE_ID(prefix)	__PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define __ADDRESSABLE(sym)	\
	static void *__used __PASTE(__addressable_, __PASTE(sym, __LINE__)) = (void *)&sym;

#define notrace			__attribute__((__no_instrument_function__))
#define noinline_for_stack	noinline
#define noinstr			noinline notrace
#define __no_kasan_or_inline	__always_inline
#define __no_kcsan
#define __no_sanitize_address	__attribute__((__no_sanitize_address__))
#define __no_sanitize_or_inline	__always_inline
#define __no_stack_protector
#define __no_profile
#define __nocfi
#define __noscs
#define __latent_entropy
#define __randomize_layout
#define __no_randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __cficanonical
#define __inline_maybe_unused	inline __maybe_unused
#define asm_volatile_goto(x...)	asm goto(x)
#define asm_inline		asm

#define __same_type(a, b)	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define __native_word(t)	(sizeof(t) == 1 || sizeof(t) == 2 || sizeof(t) == 4 || sizeof(t) == 8)
/* The value of a comma expression has lost its qualifiers, but not its width. */
#define __unqual_scalar_typeof(x) __typeof__(((void)0, (x)))

#define __compiletime_assert(condition, msg, n)	_Static_assert(condition, msg)
#define compiletime_assert(condition, msg)	\
	do { if (!(condition)) kmk_compile_time_failure(); } while (0)
#define compiletime_assert_atomic_type(t)	\
	_Static_assert(__native_word(t), "atomic access needs a native word")

#define __struct_size(p)	__builtin_object_size(p, 0)
#define __member_size(p)	__builtin_object_size(p, 1)
#define __diag_push()
#define __diag_pop()
#define __diag_ignore(compiler, version, option, comment)
#define __diag_ignore_all(option, comment)

/*
 * The linker's name of a kernel function whose C name libc uses for something else: no global
 * symbol of ours may have a libc name.
 */
#define KMK_SYM(name)		__asm__("kmk_" #name)

#endif
