/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic that tells. check_*_overflow store the wrapped result and return true when it does not
 * fit. size_* saturate at SIZE_MAX, so that an allocation of the result fails.
 */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/const.h>
#include <linux/types.h>

/* All ones, of which a signed type has one less; its complement is the smallest. */
#define type_max(t)		((t)(~0ULL >> (64 - 8 * sizeof(t) + is_signed_type(t))))
#define type_min(t)		((t)~type_max(t))
#define __type_max(t)		type_max(t)
#define __type_min(t)		type_min(t)
#define is_non_negative(a)	(!((a) < 0))
#define is_negative(a)		((a) < 0)

static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

#define check_add_overflow(a, b, d)	__must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d)	__must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d)	__must_check_overflow(__builtin_mul_overflow(a, b, d))
#define wrapping_add(type, a, b)	({ type kmk_w_; __builtin_add_overflow(a, b, &kmk_w_); kmk_w_; })
#define wrapping_sub(type, a, b)	({ type kmk_w_; __builtin_sub_overflow(a, b, &kmk_w_); kmk_w_; })
#define wrapping_mul(type, a, b)	({ type kmk_w_; __builtin_mul_overflow(a, b, &kmk_w_); kmk_w_; })

/* *d = a << s in the type of *d; true when bits or the sign are lost, or @a or @s make no sense. */
#define check_shl_overflow(a, s, d) __must_check_overflow(({			\
	__typeof__(a) kmk_a_ = (a);						\
	__typeof__(s) kmk_s_ = (s);						\
	__typeof__(d) kmk_d_ = (d);						\
	bool kmk_bad_ = kmk_s_ < 0 || (u64)kmk_s_ >= 8 * sizeof(*kmk_d_);	\
	kmk_bad_ |= __builtin_mul_overflow(kmk_a_, 1ULL << (kmk_bad_ ? 0 : kmk_s_), kmk_d_);	\
	kmk_bad_ || kmk_a_ < 0; }))

#define overflows_type(n, T) ({							\
	__typeof__(T) kmk_t_ = 0;						\
	__builtin_add_overflow((n), (__typeof__(kmk_t_))0, &kmk_t_); })
#define castable_to_type(n, T)	(!overflows_type(n, T))

static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t bytes;

	return check_mul_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t bytes;

	return check_add_overflow(a, b, &bytes) ? SIZE_MAX : bytes;
}

/* A saturated operand stays saturated. */
static inline size_t __must_check size_sub(size_t a, size_t b)
{
	size_t bytes;

	if (a == SIZE_MAX || b == SIZE_MAX || check_sub_overflow(a, b, &bytes))
		return SIZE_MAX;
	return bytes;
}

#define array_size(a, b)		size_mul(a, b)
#define array3_size(a, b, c)		size_mul(size_mul(a, b), c)
/* In constant expressions too, as struct sizes are used for static objects. */
#define flex_array_size(p, member, count)					\
	__builtin_choose_expr(__is_constexpr(count),				\
		(count) * sizeof(*(p)->member) + __must_be_array((p)->member),	\
		size_mul(count, sizeof(*(p)->member) + __must_be_array((p)->member)))
#define struct_size(p, member, count)						\
	__builtin_choose_expr(__is_constexpr(count),				\
		sizeof(*(p)) + flex_array_size(p, member, count),		\
		size_add(sizeof(*(p)), flex_array_size(p, member, count)))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)
#define DEFINE_FLEX(type, name, member, count)					\
	union {									\
		u8 bytes[struct_size_t(type, member, count)];			\
		type obj;							\
	} name##_u __aligned(__alignof__(type)) = { };				\
	type *name = (type *)&name##_u

#endif
