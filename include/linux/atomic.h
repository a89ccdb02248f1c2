/* SPDX-License-Identifier: MIT */
/*
 * Atomic counters of 32 bits (atomic), 64 bits (atomic64) and a long (atomic_long).
 *
 * Order, as in the kernel: reads, writes and operations without a result promise none; operations
 * with a result are full barriers, unless their name ends in _relaxed, _acquire or _release. An
 * operation that may fail (add_unless, cmpxchg ...) orders only when it succeeds. The three
 * families are one text, made three times.
 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/barrier.h>
#include <asm/cmpxchg.h>

/* C11 has macros of these names: ours, if we come last. */
#undef atomic_fetch_add
#undef atomic_fetch_sub
#undef atomic_fetch_and
#undef atomic_fetch_or
#undef atomic_fetch_xor

/* f(name, type, counter, order) for the four orders of one operation. */
#define KMK_ORDERS(GEN, f, t, T, ...)						\
	GEN(f, t, T, , __ATOMIC_SEQ_CST, ##__VA_ARGS__)				\
	GEN(f, t, T, _relaxed, __ATOMIC_RELAXED, ##__VA_ARGS__)			\
	GEN(f, t, T, _acquire, __ATOMIC_ACQUIRE, ##__VA_ARGS__)			\
	GEN(f, t, T, _release, __ATOMIC_RELEASE, ##__VA_ARGS__)

#define KMK_GEN_ARITH(f, t, T, sfx, order, op, c_op)				\
static __always_inline t f##_fetch_##op##sfx(t i, T *v)				\
{										\
	return (t)__atomic_fetch_##op(&v->counter, i, order);			\
}										\
static __always_inline t f##_##op##_return##sfx(t i, T *v)			\
{										\
	return (t)__atomic_##op##_fetch(&v->counter, i, order);			\
}

#define KMK_GEN_LOGIC(f, t, T, sfx, order, op, c_op)				\
static __always_inline t f##_fetch_##op##sfx(t i, T *v)				\
{										\
	return (t)__atomic_fetch_##op(&v->counter, i, order);			\
}

#define KMK_GEN_REST(f, t, T, sfx, order)					\
static __always_inline t f##_fetch_andnot##sfx(t i, T *v)			\
{										\
	return (t)__atomic_fetch_and(&v->counter, ~i, order);			\
}										\
static __always_inline t f##_fetch_inc##sfx(T *v)				\
{										\
	return (t)__atomic_fetch_add(&v->counter, 1, order);			\
}										\
static __always_inline t f##_fetch_dec##sfx(T *v)				\
{										\
	return (t)__atomic_fetch_sub(&v->counter, 1, order);			\
}										\
static __always_inline t f##_inc_return##sfx(T *v)				\
{										\
	return (t)__atomic_add_fetch(&v->counter, 1, order);			\
}										\
static __always_inline t f##_dec_return##sfx(T *v)				\
{										\
	return (t)__atomic_sub_fetch(&v->counter, 1, order);			\
}										\
static __always_inline t f##_xchg##sfx(T *v, t i)				\
{										\
	return (t)__atomic_exchange_n(&v->counter, i, order);			\
}										\
static __always_inline t f##_cmpxchg##sfx(T *v, t old, t val)			\
{										\
	return (t)cmpxchg##sfx(&v->counter, old, val);				\
}										\
static __always_inline bool f##_try_cmpxchg##sfx(T *v, t *old, t val)		\
{										\
	t was = f##_cmpxchg##sfx(v, *old, val);					\
	bool ok = was == *old;							\
										\
	if (!ok)								\
		*old = was;							\
	return ok;								\
}										\
static __always_inline bool f##_add_negative##sfx(t i, T *v)			\
{										\
	return (t)__atomic_add_fetch(&v->counter, i, order) < 0;		\
}

#define KMK_GEN_VOID(f, t, T, op)						\
static __always_inline void f##_##op(t i, T *v)					\
{										\
	__atomic_fetch_##op(&v->counter, i, __ATOMIC_RELAXED);			\
}

/* Replaces v by EXPR(old) unless the old value fails the test; yields the old value. */
#define KMK_GEN_UNLESS(f, t, T)							\
static __always_inline t f##_fetch_add_unless(T *v, t a, t u)			\
{										\
	t old = f##_read(v);							\
										\
	while (old != u && !f##_try_cmpxchg(v, &old, old + a))			\
		;								\
	return old;								\
}										\
static __always_inline bool f##_add_unless(T *v, t a, t u)			\
{										\
	return f##_fetch_add_unless(v, a, u) != u;				\
}										\
static __always_inline bool f##_inc_not_zero(T *v)				\
{										\
	return f##_add_unless(v, 1, 0);						\
}										\
static __always_inline bool f##_inc_unless_negative(T *v)			\
{										\
	t old = f##_read(v);							\
										\
	while (old >= 0 && !f##_try_cmpxchg(v, &old, old + 1))			\
		;								\
	return old >= 0;							\
}										\
static __always_inline bool f##_dec_unless_positive(T *v)			\
{										\
	t old = f##_read(v);							\
										\
	while (old <= 0 && !f##_try_cmpxchg(v, &old, old - 1))			\
		;								\
	return old <= 0;							\
}										\
static __always_inline t f##_dec_if_positive(T *v)				\
{										\
	t old = f##_read(v);							\
										\
	while (old > 0 && !f##_try_cmpxchg(v, &old, old - 1))			\
		;								\
	return old - 1;								\
}

#define KMK_GEN_FAMILY(f, t, T)							\
static __always_inline t f##_read(const T *v)					\
{										\
	return (t)__atomic_load_n(&v->counter, __ATOMIC_RELAXED);		\
}										\
static __always_inline t f##_read_acquire(const T *v)				\
{										\
	return (t)__atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);		\
}										\
static __always_inline void f##_set(T *v, t i)					\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);			\
}										\
static __always_inline void f##_set_release(T *v, t i)				\
{										\
	__atomic_store_n(&v->counter, i, __ATOMIC_RELEASE);			\
}										\
KMK_GEN_VOID(f, t, T, add)							\
KMK_GEN_VOID(f, t, T, sub)							\
KMK_GEN_VOID(f, t, T, and)							\
KMK_GEN_VOID(f, t, T, or)							\
KMK_GEN_VOID(f, t, T, xor)							\
static __always_inline void f##_andnot(t i, T *v)				\
{										\
	f##_and(~i, v);								\
}										\
static __always_inline void f##_inc(T *v)					\
{										\
	f##_add(1, v);								\
}										\
static __always_inline void f##_dec(T *v)					\
{										\
	f##_sub(1, v);								\
}										\
KMK_ORDERS(KMK_GEN_ARITH, f, t, T, add, +)					\
KMK_ORDERS(KMK_GEN_ARITH, f, t, T, sub, -)					\
KMK_ORDERS(KMK_GEN_LOGIC, f, t, T, and, &)					\
KMK_ORDERS(KMK_GEN_LOGIC, f, t, T, or, |)					\
KMK_ORDERS(KMK_GEN_LOGIC, f, t, T, xor, ^)					\
KMK_ORDERS(KMK_GEN_REST, f, t, T)						\
KMK_GEN_UNLESS(f, t, T)								\
static __always_inline bool f##_sub_and_test(t i, T *v)				\
{										\
	return f##_sub_return(i, v) == 0;					\
}										\
static __always_inline bool f##_dec_and_test(T *v)				\
{										\
	return f##_sub_return(1, v) == 0;					\
}										\
static __always_inline bool f##_inc_and_test(T *v)				\
{										\
	return f##_add_return(1, v) == 0;					\
}

KMK_GEN_FAMILY(atomic, int, atomic_t)
KMK_GEN_FAMILY(atomic64, s64, atomic64_t)
KMK_GEN_FAMILY(atomic_long, long, atomic_long_t)

#define atomic_cond_read_acquire(v, c)		smp_cond_load_acquire(&(v)->counter, (c))
#define atomic_cond_read_relaxed(v, c)		smp_cond_load_relaxed(&(v)->counter, (c))
#define atomic64_cond_read_acquire(v, c)	smp_cond_load_acquire(&(v)->counter, (c))
#define atomic64_cond_read_relaxed(v, c)	smp_cond_load_relaxed(&(v)->counter, (c))
#define atomic_long_cond_read_acquire(v, c)	smp_cond_load_acquire(&(v)->counter, (c))
#define atomic_long_cond_read_relaxed(v, c)	smp_cond_load_relaxed(&(v)->counter, (c))

#endif
