/* SPDX-License-Identifier: MIT */
/*
 * Per-CPU variables. Static ones lie in the image's section kmk_percpu, which is only the initial
 * value: every virtual CPU has a copy in the per-CPU region. Dynamic pointers name CPU 0's copy.
 *
 * this_cpu_*() outside an atomic section takes the virtual CPU for its duration, so that it mixes
 * safely with plain accesses under preempt_disable(). __this_cpu_*() and raw_cpu_*() are plain.
 */
#ifndef _LINUX_PERCPU_DEFS_H
#define _LINUX_PERCPU_DEFS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/page.h>

#ifndef __percpu
#define __percpu
#endif

#define PER_CPU_BASE_SECTION	"kmk_percpu"
#define KMK_PERCPU_ATTR		__attribute__((section("kmk_percpu")))

#define DECLARE_PER_CPU_SECTION(type, name, sec)	extern __typeof__(type) name
#define DEFINE_PER_CPU_SECTION(type, name, sec)		KMK_PERCPU_ATTR __typeof__(type) name
#define DECLARE_PER_CPU(type, name)			extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name)			KMK_PERCPU_ATTR __typeof__(type) name
#define KMK_PERCPU_ALIGNED	__attribute__((aligned(64)))
#define DECLARE_PER_CPU_FIRST(type, name)		DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_FIRST(type, name)		DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_SHARED_ALIGNED(type, name)	DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_SHARED_ALIGNED(type, name)	DEFINE_PER_CPU(type, name) KMK_PERCPU_ALIGNED
#define DECLARE_PER_CPU_ALIGNED(type, name)		DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_ALIGNED(type, name)		DEFINE_PER_CPU(type, name) KMK_PERCPU_ALIGNED
#define DECLARE_PER_CPU_PAGE_ALIGNED(type, name)	DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_PAGE_ALIGNED(type, name)		\
	DEFINE_PER_CPU(type, name) __attribute__((aligned(4096)))
#define DECLARE_PER_CPU_READ_MOSTLY(type, name)		DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_READ_MOSTLY(type, name)		DEFINE_PER_CPU(type, name)
#define DECLARE_PER_CPU_DECRYPTED(type, name)		DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_DECRYPTED(type, name)		DEFINE_PER_CPU(type, name)

/* The section of the image registered first: [start, start + size) has its CPU 0 copy at + to. */
struct kmk_percpu_image {
	unsigned long start, size, to;
};
extern struct kmk_percpu_image kmk_percpu_first;

/* The general case: CPU 0's copy of a static variable of any registered image. */
unsigned long kmk_percpu_find(unsigned long addr);
/* The virtual CPU held, or the one held last. */
unsigned int kmk_cpu(void);
/* Take the virtual CPU (nests); returns its number. */
unsigned int kmk_pcpu_enter(void);
void kmk_pcpu_leave(void);

static __always_inline unsigned long kmk_percpu_zero(unsigned long addr)
{
	if (likely(addr - KMK_PERCPU_BASE < (1UL << KMK_PERCPU_SHIFT)))
		return addr;
	if (likely(addr - kmk_percpu_first.start < kmk_percpu_first.size))
		return addr + kmk_percpu_first.to;
	return kmk_percpu_find(addr);
}

static __always_inline void *kmk_percpu_at(const volatile void *p, unsigned int cpu)
{
	return (void *)(kmk_percpu_zero((unsigned long)p) + ((unsigned long)cpu << KMK_PERCPU_SHIFT));
}

#define __verify_pcpu_ptr(ptr)		((void)(ptr))
#define SHIFT_PERCPU_PTR(ptr, off)	((__typeof__(*(ptr)) *)((char *)(ptr) + (off)))
#define per_cpu_offset(cpu)		((unsigned long)(cpu) << KMK_PERCPU_SHIFT)
#define per_cpu_ptr(ptr, cpu)		((__typeof__(*(ptr)) *)kmk_percpu_at((ptr), (unsigned int)(cpu)))
#define raw_cpu_ptr(ptr)		per_cpu_ptr(ptr, kmk_cpu())
#define this_cpu_ptr(ptr)		per_cpu_ptr(ptr, kmk_cpu())
#define per_cpu(var, cpu)		(*per_cpu_ptr(&(var), cpu))
#define get_cpu_var(var)		(*per_cpu_ptr(&(var), kmk_pcpu_enter()))
#define put_cpu_var(var)		((void)&(var), kmk_pcpu_leave())
#define get_cpu_ptr(var)		per_cpu_ptr(var, kmk_pcpu_enter())
#define put_cpu_ptr(var)		((void)(var), kmk_pcpu_leave())
#define __get_cpu_var(var)		(*this_cpu_ptr(&(var)))

#define raw_cpu_read(pcp)		(*raw_cpu_ptr(&(pcp)))
#define raw_cpu_write(pcp, val)		do { *raw_cpu_ptr(&(pcp)) = (val); } while (0)
#define raw_cpu_add(pcp, val)		do { *raw_cpu_ptr(&(pcp)) += (val); } while (0)
#define raw_cpu_and(pcp, val)		do { *raw_cpu_ptr(&(pcp)) &= (val); } while (0)
#define raw_cpu_or(pcp, val)		do { *raw_cpu_ptr(&(pcp)) |= (val); } while (0)
#define raw_cpu_sub(pcp, val)		raw_cpu_add(pcp, -(__typeof__(pcp))(val))
#define raw_cpu_inc(pcp)		raw_cpu_add(pcp, 1)
#define raw_cpu_dec(pcp)		raw_cpu_sub(pcp, 1)
#define kmk_pcpu_add_return(p, val)	\
	({ __typeof__(p) __p = (p); *__p += (val); *__p; })
#define kmk_pcpu_xchg(p, val)		\
	({ __typeof__(p) __p = (p); __typeof__(*__p) __old = *__p; *__p = (val); __old; })
#define kmk_pcpu_cmpxchg(p, o, n)	\
	({ __typeof__(p) __p = (p); __typeof__(*__p) __old = *__p; if (__old == (o)) *__p = (n); __old; })
#define kmk_pcpu_cmpxchg2(p1, p2, o1, o2, n1, n2)				\
({										\
	__typeof__(p1) __p1 = (p1);						\
	__typeof__(p2) __p2 = (p2);						\
	int __same = *__p1 == (o1) && *__p2 == (o2);				\
	if (__same)								\
		*__p1 = (n1), *__p2 = (n2);					\
	__same;									\
})
#define raw_cpu_add_return(pcp, val)	kmk_pcpu_add_return(raw_cpu_ptr(&(pcp)), val)
#define raw_cpu_sub_return(pcp, val)	raw_cpu_add_return(pcp, -(__typeof__(pcp))(val))
#define raw_cpu_inc_return(pcp)		raw_cpu_add_return(pcp, 1)
#define raw_cpu_dec_return(pcp)		raw_cpu_add_return(pcp, -1)
#define raw_cpu_xchg(pcp, val)		kmk_pcpu_xchg(raw_cpu_ptr(&(pcp)), val)
#define raw_cpu_cmpxchg(pcp, o, n)	kmk_pcpu_cmpxchg(raw_cpu_ptr(&(pcp)), o, n)
#define raw_cpu_cmpxchg_double(a, b, o1, o2, n1, n2)	\
	kmk_pcpu_cmpxchg2(raw_cpu_ptr(&(a)), raw_cpu_ptr(&(b)), o1, o2, n1, n2)

#define __this_cpu_preempt_check(op)	do { } while (0)
#define __this_cpu_read(pcp)		raw_cpu_read(pcp)
#define __this_cpu_write(pcp, val)	raw_cpu_write(pcp, val)
#define __this_cpu_add(pcp, val)	raw_cpu_add(pcp, val)
#define __this_cpu_sub(pcp, val)	raw_cpu_sub(pcp, val)
#define __this_cpu_and(pcp, val)	raw_cpu_and(pcp, val)
#define __this_cpu_or(pcp, val)		raw_cpu_or(pcp, val)
#define __this_cpu_inc(pcp)		raw_cpu_inc(pcp)
#define __this_cpu_dec(pcp)		raw_cpu_dec(pcp)
#define __this_cpu_add_return(pcp, val)	raw_cpu_add_return(pcp, val)
#define __this_cpu_sub_return(pcp, val)	raw_cpu_sub_return(pcp, val)
#define __this_cpu_inc_return(pcp)	raw_cpu_inc_return(pcp)
#define __this_cpu_dec_return(pcp)	raw_cpu_dec_return(pcp)
#define __this_cpu_xchg(pcp, val)	raw_cpu_xchg(pcp, val)
#define __this_cpu_cmpxchg(pcp, o, n)	raw_cpu_cmpxchg(pcp, o, n)
#define __this_cpu_cmpxchg_double(a, b, o1, o2, n1, n2)	raw_cpu_cmpxchg_double(a, b, o1, o2, n1, n2)

#define kmk_this_cpu_do(op)						\
	do { kmk_pcpu_enter(); op; kmk_pcpu_leave(); } while (0)
#define kmk_this_cpu_get(op)						\
	({ kmk_pcpu_enter(); __typeof__(op) __got = (op); kmk_pcpu_leave(); __got; })

#define this_cpu_read(pcp)		kmk_this_cpu_get(raw_cpu_read(pcp))
#define this_cpu_write(pcp, val)	kmk_this_cpu_do(raw_cpu_write(pcp, val))
#define this_cpu_add(pcp, val)		kmk_this_cpu_do(raw_cpu_add(pcp, val))
#define this_cpu_sub(pcp, val)		this_cpu_add(pcp, -(__typeof__(pcp))(val))
#define this_cpu_inc(pcp)		this_cpu_add(pcp, 1)
#define this_cpu_dec(pcp)		this_cpu_sub(pcp, 1)
#define this_cpu_and(pcp, val)		kmk_this_cpu_do(raw_cpu_and(pcp, val))
#define this_cpu_or(pcp, val)		kmk_this_cpu_do(raw_cpu_or(pcp, val))
#define this_cpu_add_return(pcp, val)	kmk_this_cpu_get(raw_cpu_add_return(pcp, val))
#define this_cpu_sub_return(pcp, val)	this_cpu_add_return(pcp, -(__typeof__(pcp))(val))
#define this_cpu_inc_return(pcp)	this_cpu_add_return(pcp, 1)
#define this_cpu_dec_return(pcp)	this_cpu_add_return(pcp, -1)
#define this_cpu_xchg(pcp, val)		kmk_this_cpu_get(raw_cpu_xchg(pcp, val))
#define this_cpu_cmpxchg(pcp, o, n)	kmk_this_cpu_get(raw_cpu_cmpxchg(pcp, o, n))
#define this_cpu_try_cmpxchg(pcp, oldp, n)				\
({									\
	__typeof__(oldp) __oldp = (oldp);				\
	__typeof__(*__oldp) __was = *__oldp;				\
	*__oldp = this_cpu_cmpxchg(pcp, __was, n);			\
	*__oldp == __was;						\
})
#define this_cpu_cmpxchg_double(a, b, o1, o2, n1, n2)	\
	kmk_this_cpu_get(raw_cpu_cmpxchg_double(a, b, o1, o2, n1, n2))

#endif
