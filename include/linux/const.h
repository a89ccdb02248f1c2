/* SPDX-License-Identifier: MIT */
#ifndef KMK_LINUX_CONST_H
#define KMK_LINUX_CONST_H

#include <kmemkit/profile.h>

#if KMK_MIXED && __has_include_next(<linux/const.h>)
#include_next <linux/const.h>
#endif

#ifndef _AC
#ifdef __ASSEMBLY__
#define _AC(X, Y)	X
#define _AT(T, X)	X
#else
#define __AC(X, Y)	(X##Y)
#define _AC(X, Y)	__AC(X, Y)
#define _AT(T, X)	((T)(X))
#endif
#define _BITUL(x)	(_UL(1) << (x))
#define _BITULL(x)	(_ULL(1) << (x))
#endif
#ifndef _UL
#define _UL(x)		(_AC(x, UL))
#endif
#ifndef _ULL
#define _ULL(x)		(_AC(x, ULL))
#endif
#define UL(x)		(_UL(x))
#define ULL(x)		(_ULL(x))

#undef __ALIGN_KERNEL
#undef __ALIGN_KERNEL_MASK
#undef __KERNEL_DIV_ROUND_UP
#define __ALIGN_KERNEL_MASK(x, mask)	(((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a)		__ALIGN_KERNEL_MASK(x, (__typeof__(x))(a) - 1)
#define __KERNEL_DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

/* @x where it is a compile-time constant, an error where it is not. */
#define const_true(x)	(__builtin_constant_p(x) && (x))

#endif
