/* SPDX-License-Identifier: MIT */
/*
 * Each argument is evaluated once, except where both are constants: there the result must be a
 * constant too, because array sizes are made of it.
 */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/compiler.h>
#include <linux/const.h>
#include <linux/build_bug.h>

#define KMK_CMP(op, x, y)	((x) op (y) ? (x) : (y))
#define KMK_CMP_ONCE(op, x, y, ux, uy) ({			\
	__typeof__(x) ux = (x);					\
	__typeof__(y) uy = (y);					\
	KMK_CMP(op, ux, uy); })
#define KMK_SAME_POINTER(x, y)	(!!(sizeof((__typeof__(x) *)1 == (__typeof__(y) *)1)))
#define KMK_CAREFUL_CMP(op, x, y)				\
	__builtin_choose_expr(KMK_SAME_POINTER(x, y) && __is_constexpr(x) && __is_constexpr(y), \
		KMK_CMP(op, x, y),				\
		KMK_CMP_ONCE(op, x, y, __UNIQUE_ID(kmk_x), __UNIQUE_ID(kmk_y)))

#undef min
#undef max
#define min(x, y)		KMK_CAREFUL_CMP(<, x, y)
#define max(x, y)		KMK_CAREFUL_CMP(>, x, y)
#define umin(x, y)		min((unsigned long long)(x), (unsigned long long)(y))
#define umax(x, y)		max((unsigned long long)(x), (unsigned long long)(y))
#define min_t(type, x, y)	KMK_CAREFUL_CMP(<, (type)(x), (type)(y))
#define max_t(type, x, y)	KMK_CAREFUL_CMP(>, (type)(x), (type)(y))
#define min3(x, y, z)		min((__typeof__(x))min(x, y), z)
#define max3(x, y, z)		max((__typeof__(x))max(x, y), z)
#define min_not_zero(x, y) ({					\
	__typeof__(x) kmk_mnx_ = (x);				\
	__typeof__(y) kmk_mny_ = (y);				\
	kmk_mnx_ == 0 ? kmk_mny_ : (kmk_mny_ == 0 ? kmk_mnx_ : min(kmk_mnx_, kmk_mny_)); })

#define KMK_CLAMP(val, lo, hi)	((val) >= (hi) ? (hi) : ((val) <= (lo) ? (lo) : (val)))
#define KMK_CLAMP_ONCE(val, lo, hi, uval, ulo, uhi) ({		\
	__typeof__(val) uval = (val);				\
	__typeof__(lo) ulo = (lo);				\
	__typeof__(hi) uhi = (hi);				\
	KMK_CLAMP(uval, ulo, uhi); })
#define clamp(val, lo, hi)					\
	__builtin_choose_expr(__is_constexpr(val) && __is_constexpr(lo) && __is_constexpr(hi) && \
			      KMK_SAME_POINTER(val, lo) && KMK_SAME_POINTER(val, hi), \
		KMK_CLAMP(val, lo, hi),				\
		KMK_CLAMP_ONCE(val, lo, hi, __UNIQUE_ID(kmk_v), __UNIQUE_ID(kmk_l), __UNIQUE_ID(kmk_h)))
#define clamp_t(type, val, lo, hi)	clamp((type)(val), (type)(lo), (type)(hi))
#define clamp_val(val, lo, hi)		clamp_t(__typeof__(val), val, lo, hi)

#undef swap
#define swap(a, b) do {						\
	__typeof__(a) kmk_swap_ = (a);				\
	(a) = (b);						\
	(b) = kmk_swap_;					\
	} while (0)

#ifndef MIN
#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#endif
#define MIN_T(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define MAX_T(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))

static inline _Bool in_range64(unsigned long long val, unsigned long long start, unsigned long long len)
{
	return val - start < len;
}

#endif
