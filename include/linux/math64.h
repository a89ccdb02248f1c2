/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

#include <linux/types.h>
#include <linux/math.h>
#include <asm/div64.h>

#define div64_long(x, y)	div64_s64((x), (y))
#define div64_ul(x, y)		div64_u64((x), (y))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline s64 div_s64_rem(s64 dividend, s32 divisor, s32 *remainder)
{
	*remainder = (s32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u32 iter_div_u64_rem(u64 dividend, u32 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return (u32)(dividend / divisor);
}

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return (u64)(((u128)a * mul) >> shift);
}

static inline u64 mul_u64_u64_shr(u64 a, u64 mul, unsigned int shift)
{
	return (u64)(((u128)a * mul) >> shift);
}

static inline u64 mul_s64_u64_shr(s64 a, u64 b, unsigned int shift)
{
	u64 r = mul_u64_u64_shr(a < 0 ? -(u64)a : (u64)a, b, shift);

	return a < 0 ? -r : r;
}

/*
 * The quotient of 128 by 64 bits, by long division: the compiler's own call would need its runtime
 * library, which the core does not link.
 */
u64 kmk_div128(u128 dividend, u64 divisor);
static inline u64 mul_u64_u64_div_u64(u64 a, u64 mul, u64 div)
{
	return kmk_div128((u128)a * mul, div);
}

static inline u64 mul_u64_u32_div(u64 a, u32 mul, u32 divisor)
{
	return kmk_div128((u128)a * mul, divisor);
}

#define DIV64_U64_ROUND_UP(ll, d) ({ u64 kmk_div_ = (d); div64_u64((ll) + kmk_div_ - 1, kmk_div_); })
#define DIV64_U64_ROUND_CLOSEST(dividend, divisor) ({		\
	u64 kmk_div_ = (divisor);				\
	div64_u64((dividend) + kmk_div_ / 2, kmk_div_); })
#define DIV_U64_ROUND_CLOSEST(dividend, divisor) ({		\
	u32 kmk_div_ = (divisor);				\
	div_u64((u64)(dividend) + kmk_div_ / 2, kmk_div_); })
#define DIV_U64_ROUND_UP(ll, d)	({ u32 kmk_div_ = (d); div_u64((ll) + kmk_div_ - 1, kmk_div_); })
#define DIV_S64_ROUND_CLOSEST(dividend, divisor) ({		\
	s64 kmk_num_ = (dividend);				\
	s32 kmk_den_ = (divisor);				\
	(kmk_num_ > 0) == (kmk_den_ > 0) ?			\
		div_s64(kmk_num_ + kmk_den_ / 2, kmk_den_) :	\
		div_s64(kmk_num_ - kmk_den_ / 2, kmk_den_); })

#endif
