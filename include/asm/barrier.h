/* SPDX-License-Identifier: MIT */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>

/* x86 reorders only a store with a later load; a locked no-op on the stack beats mfence. */
#ifdef __x86_64__
#define __smp_mb()	__asm__ __volatile__("lock; addl $0, -4(%%rsp)" : : : "memory", "cc")
#define __smp_rmb()	barrier()
#define __smp_wmb()	barrier()
#else
#define __smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define __smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define __smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#endif

#define smp_mb()		__smp_mb()
#define smp_rmb()		__smp_rmb()
#define smp_wmb()		__smp_wmb()
#define mb()			__smp_mb()
#define rmb()			__smp_mb()
#define wmb()			__smp_mb()
#define dma_mb()		__smp_mb()
#define dma_rmb()		__smp_rmb()
#define dma_wmb()		__smp_wmb()
#define virt_mb()		smp_mb()
#define virt_rmb()		smp_rmb()
#define virt_wmb()		smp_wmb()
#define __smp_mb__before_atomic() barrier()
#define __smp_mb__after_atomic() barrier()
#define smp_mb__before_atomic()	barrier()
#define smp_mb__after_atomic()	barrier()
#define smp_read_barrier_depends() barrier()
#define smp_acquire__after_ctrl_dep() smp_rmb()
#define pmem_wmb()		wmb()
#define io_stop_wc()		barrier()
#define barrier_nospec()	barrier()
#define array_index_mask_nospec(index, size) ((unsigned long)-((unsigned long)(index) < (size)))

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_store_mb(var, v)	do { __atomic_store_n(&(var), (v), __ATOMIC_SEQ_CST); barrier(); } while (0)

#ifdef __x86_64__
#define kmk_relax()		__asm__ __volatile__("pause" : : : "memory")
#else
#define kmk_relax()		barrier()
#endif

#define smp_cond_load_relaxed(ptr, cond_expr) ({		\
	__typeof__(ptr) kmk_ptr_ = (ptr);			\
	__unqual_scalar_typeof(*ptr) VAL;			\
	for (;;) {						\
		VAL = READ_ONCE(*kmk_ptr_);			\
		if (cond_expr)					\
			break;					\
		kmk_relax();					\
	}							\
	VAL; })
#define smp_cond_load_acquire(ptr, cond_expr) ({		\
	__unqual_scalar_typeof(*ptr) kmk_val_;			\
	kmk_val_ = smp_cond_load_relaxed(ptr, cond_expr);	\
	smp_acquire__after_ctrl_dep();				\
	kmk_val_; })

#endif
