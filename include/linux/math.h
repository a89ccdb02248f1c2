/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/types.h>

#if KMK_MIXED
#include <stdlib.h>	/* declares abs(), which is a macro below */
#endif

#undef roundup
#undef howmany
/* To powers of two; the plain forms take any divisor. */
#define __round_mask(x, y)	((__typeof__(x))((y) - 1))
#define round_up(x, y)		((((x) - 1) | __round_mask(x, y)) + 1)
#define round_down(x, y)	((x) & ~__round_mask(x, y))

#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_DOWN_ULL(ll, d) ({ unsigned long long kmk_ll_ = (ll); kmk_ll_ / (d); })
#define DIV_ROUND_UP_ULL(ll, d)	DIV_ROUND_DOWN_ULL((unsigned long long)(ll) + (d) - 1, (d))
#define DIV_ROUND_UP_SECTOR_T(ll, d) DIV_ROUND_UP_ULL(ll, d)

#define roundup(x, y) ({				\
	__typeof__(y) kmk_y_ = (y);			\
	(((x) + (kmk_y_ - 1)) / kmk_y_) * kmk_y_; })
#define rounddown(x, y) ({				\
	__typeof__(x) kmk_x_ = (x);			\
	kmk_x_ - (kmk_x_ % (y)); })
#define DIV_ROUND_CLOSEST(x, divisor) ({		\
	__typeof__(x) kmk_x_ = (x);			\
	__typeof__(divisor) kmk_d_ = (divisor);		\
	((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 ||	\
	((kmk_x_ > 0) == (kmk_d_ > 0)) ?		\
		(kmk_x_ + (kmk_d_ / 2)) / kmk_d_ :	\
		(kmk_x_ - (kmk_d_ / 2)) / kmk_d_; })
#define DIV_ROUND_CLOSEST_ULL(x, divisor) ({		\
	__typeof__(divisor) kmk_d_ = (divisor);		\
	((unsigned long long)(x) + kmk_d_ / 2) / kmk_d_; })
#define mult_frac(x, n, d) ({				\
	__typeof__(x) kmk_x_ = (x);			\
	__typeof__(n) kmk_n_ = (n);			\
	__typeof__(d) kmk_d_ = (d);			\
	__typeof__(kmk_x_) kmk_q_ = kmk_x_ / kmk_d_;	\
	kmk_q_ * kmk_n_ + (kmk_x_ % kmk_d_) * kmk_n_ / kmk_d_; })
#define sector_div(a, b) ({				\
	__typeof__(a) kmk_rem_ = (a) % (b);		\
	(a) /= (b);					\
	kmk_rem_; })

#undef abs
#define abs(x) ({					\
	__typeof__(x) kmk_abs_ = (x);			\
	_Generic((x),					\
		char: (signed char)(kmk_abs_ < 0 ? -kmk_abs_ : kmk_abs_),	\
		default: kmk_abs_ < (__typeof__(kmk_abs_))0 ? -kmk_abs_ : kmk_abs_); })
#define abs_diff(a, b) ({				\
	__typeof__(a) kmk_a_ = (a);			\
	__typeof__(b) kmk_b_ = (b);			\
	kmk_a_ > kmk_b_ ? kmk_a_ - kmk_b_ : kmk_b_ - kmk_a_; })

#define reciprocal_scale(val, ep_ro) ((u32)(((u64)(val) * (ep_ro)) >> 32))

unsigned long int_sqrt(unsigned long x);
u64 int_pow(u64 base, unsigned int exp);
static inline u32 int_sqrt64(u64 x)
{
	return (u32)int_sqrt(x);
}

#endif
