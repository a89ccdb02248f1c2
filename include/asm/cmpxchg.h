/* SPDX-License-Identifier: MIT */
/* xchg and cmpxchg on any object of 1, 2, 4 or 8 bytes, pointers too. */
#ifndef _ASM_CMPXCHG_H
#define _ASM_CMPXCHG_H

#include <linux/compiler.h>

#define KMK_CMPXCHG(ptr, old, new, ok_order, fail_order) ({			\
	__unqual_scalar_typeof(*(ptr)) kmk_old_ = (__unqual_scalar_typeof(*(ptr)))(old); \
	__atomic_compare_exchange_n((ptr), &kmk_old_,				\
		(__unqual_scalar_typeof(*(ptr)))(new), 0, ok_order, fail_order); \
	kmk_old_; })
#define KMK_TRY_CMPXCHG(ptr, oldp, new, ok_order, fail_order)			\
	__atomic_compare_exchange_n((ptr), (oldp),				\
		(__unqual_scalar_typeof(*(ptr)))(new), 0, ok_order, fail_order)
#define KMK_XCHG(ptr, new, order)						\
	__atomic_exchange_n((ptr), (__unqual_scalar_typeof(*(ptr)))(new), order)

#define cmpxchg(p, o, n)		KMK_CMPXCHG(p, o, n, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)
#define cmpxchg_relaxed(p, o, n)	KMK_CMPXCHG(p, o, n, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define cmpxchg_acquire(p, o, n)	KMK_CMPXCHG(p, o, n, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define cmpxchg_release(p, o, n)	KMK_CMPXCHG(p, o, n, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define cmpxchg_local(p, o, n)		cmpxchg_relaxed(p, o, n)
#define sync_cmpxchg(p, o, n)		cmpxchg(p, o, n)
#define cmpxchg64(p, o, n)		cmpxchg(p, o, n)
#define cmpxchg64_relaxed(p, o, n)	cmpxchg_relaxed(p, o, n)
#define cmpxchg64_local(p, o, n)	cmpxchg_local(p, o, n)

#define try_cmpxchg(p, o, n)		KMK_TRY_CMPXCHG(p, o, n, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)
#define try_cmpxchg_relaxed(p, o, n)	KMK_TRY_CMPXCHG(p, o, n, __ATOMIC_RELAXED, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, o, n)	KMK_TRY_CMPXCHG(p, o, n, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)
#define try_cmpxchg_release(p, o, n)	KMK_TRY_CMPXCHG(p, o, n, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define try_cmpxchg_local(p, o, n)	try_cmpxchg_relaxed(p, o, n)
#define try_cmpxchg64(p, o, n)		try_cmpxchg(p, o, n)

#define xchg(p, n)			KMK_XCHG(p, n, __ATOMIC_SEQ_CST)
#define xchg_relaxed(p, n)		KMK_XCHG(p, n, __ATOMIC_RELAXED)
#define xchg_acquire(p, n)		KMK_XCHG(p, n, __ATOMIC_ACQUIRE)
#define xchg_release(p, n)		KMK_XCHG(p, n, __ATOMIC_RELEASE)

#endif
