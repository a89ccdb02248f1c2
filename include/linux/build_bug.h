/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BUILD_BUG_H
#define _LINUX_BUILD_BUG_H

#include <linux/compiler.h>

#define BUILD_BUG_ON_ZERO(e)	((int)(sizeof(struct { int : (-!!(e)); })))
#define BUILD_BUG_ON_INVALID(e)	((void)(sizeof((__force long)(e))))
#define __BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON(((n) & ((n) - 1)) != 0)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n)	BUILD_BUG_ON((n) == 0 || (((n) & ((n) - 1)) != 0))

/*
 * The condition may need the optimiser to become constant, which _Static_assert does not wait for:
 * a call that survives optimisation is the error. Without optimisation nothing is checked.
 */
#if defined(__OPTIMIZE__) && !defined(__clang__)
#define KMK_BUILD_ASSERT2(cond, msg, n) do {						\
	extern void __PASTE(kmk_build_bug_, n)(void) __attribute__((__error__(msg)));	\
	if (!(cond))									\
		__PASTE(kmk_build_bug_, n)();						\
	} while (0)
#else
#define KMK_BUILD_ASSERT2(cond, msg, n)	do { (void)(cond); } while (0)
#endif
#define KMK_BUILD_ASSERT(cond, msg)	KMK_BUILD_ASSERT2(cond, msg, __COUNTER__)
#undef compiletime_assert
#define compiletime_assert(cond, msg)	KMK_BUILD_ASSERT(cond, msg)
#define BUILD_BUG_ON_MSG(cond, msg)	KMK_BUILD_ASSERT(!(cond), msg)
#define BUILD_BUG_ON(cond)		BUILD_BUG_ON_MSG(cond, "BUILD_BUG_ON failed: " #cond)
#define BUILD_BUG()			BUILD_BUG_ON_MSG(1, "BUILD_BUG failed")

#undef static_assert
#define static_assert(expr, ...)	__static_assert(expr, ##__VA_ARGS__, #expr)
#define __static_assert(expr, msg, ...)	_Static_assert(expr, msg)

#endif
