/* SPDX-License-Identifier: MIT */
/*
 * Short names of attributes. A name that libc's <sys/cdefs.h> also defines is ours if we come last.
 */
#ifndef _LINUX_COMPILER_ATTRIBUTES_H
#define _LINUX_COMPILER_ATTRIBUTES_H

#ifndef __has_attribute
#define __has_attribute(x)	0
#endif

#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#define noinline		__attribute__((__noinline__))
#define __noclone
#define __flatten		__attribute__((__flatten__))

#define __alias(symbol)		__attribute__((__alias__(#symbol)))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __aligned_largest	__attribute__((__aligned__))
#define __assume_aligned(a, ...) __attribute__((__assume_aligned__(a, ##__VA_ARGS__)))
#define __cleanup(func)		__attribute__((__cleanup__(func)))
#undef __attribute_const__
#define __attribute_const__	__attribute__((__const__))
#define __cold			__attribute__((__cold__))
#define __hot			__attribute__((__hot__))
#define __copy(symbol)
#define __deprecated
#define __designated_init
#define __error(msg)		__attribute__((__error__(msg)))
#define __compiletime_error(msg)
#define __compiletime_warning(msg)
#define __gnu_inline		__attribute__((__gnu_inline__))
#define __malloc		__attribute__((__malloc__))
#define __mode(x)		__attribute__((__mode__(x)))
#define __no_caller_saved_registers
#define __noreturn		__attribute__((__noreturn__))
#define __nonstring
#define __packed		__attribute__((__packed__))
#define __pure			__attribute__((__pure__))
#define __section(section)	__attribute__((__section__(section)))
#define __always_unused		__attribute__((__unused__))
#define __maybe_unused		__attribute__((__unused__))
#define __used			__attribute__((__used__))
#define __must_check		__attribute__((__warn_unused_result__))
#define __weak			__attribute__((__weak__))
#define __visible		__attribute__((__externally_visible__))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
#define __scanf(a, b)		__attribute__((__format__(scanf, a, b)))
#define __alloc_size(x, ...)	__attribute__((__alloc_size__(x, ##__VA_ARGS__)))
#define __realloc_size(x, ...)	__alloc_size(x, ##__VA_ARGS__)
#define __counted_by(member)
#define __overloadable
#define __diagnose_as(...)
#define __uninitialized
#define __fix_address

#define fallthrough		__attribute__((__fallthrough__))

#ifdef __clang__
#undef __visible
#define __visible
#undef __error
#define __error(msg)
#endif

#endif
