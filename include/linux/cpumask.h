/* SPDX-License-Identifier: MIT */
/* CPU sets of one word: NR_CPUS is at most 64. All CPUs are possible, present and online. */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/kernel.h>
#include <linux/threads.h>
#include <linux/types.h>
#include <linux/bitmap.h>
#include <linux/gfp_types.h>

#if NR_CPUS > 64
#error "a cpumask is one word"
#endif

struct cpumask { unsigned long bits[1]; };
typedef struct cpumask cpumask_t;
typedef struct cpumask cpumask_var_t[1];

extern unsigned int nr_cpu_ids;
extern struct cpumask kmk_cpu_mask, kmk_cpu_none;
extern const unsigned long kmk_cpu_bit[64];

#define nr_cpumask_bits		nr_cpu_ids
#define small_cpumask_bits	nr_cpu_ids
#define cpu_possible_mask	((const struct cpumask *)&kmk_cpu_mask)
#define cpu_online_mask		((const struct cpumask *)&kmk_cpu_mask)
#define cpu_present_mask	((const struct cpumask *)&kmk_cpu_mask)
#define cpu_active_mask		((const struct cpumask *)&kmk_cpu_mask)
#define cpu_all_mask		((const struct cpumask *)&kmk_cpu_mask)
#define cpu_none_mask		((const struct cpumask *)&kmk_cpu_none)
#define num_online_cpus()	nr_cpu_ids
#define num_possible_cpus()	nr_cpu_ids
#define num_present_cpus()	nr_cpu_ids
#define num_active_cpus()	nr_cpu_ids
#define cpu_online(cpu)		((unsigned int)(cpu) < nr_cpu_ids)
#define cpu_possible(cpu)	cpu_online(cpu)
#define cpu_present(cpu)	cpu_online(cpu)
#define cpu_active(cpu)		cpu_online(cpu)
#define cpu_dying(cpu)		((void)(cpu), false)
#define cpu_is_offline(cpu)	(!cpu_online(cpu))
#define cpumask_bits(m)		((m)->bits)
#define cpumask_of(cpu)		((const struct cpumask *)&kmk_cpu_bit[cpu])
#define get_cpu_mask(cpu)	cpumask_of(cpu)
#define cpumask_of_node(node)	((void)(node), cpu_online_mask)
#define cpumask_check(cpu)	(cpu)
#define CPU_MASK_ALL		{ { ~0UL } }
#define CPU_MASK_NONE		{ { 0UL } }
#define CPU_MASK_CPU0		{ { 1UL } }
#define to_cpumask(bitmap)	((struct cpumask *)(bitmap))
#define cpumask_pr_args(m)	nr_cpu_ids, cpumask_bits(m)

#define alloc_cpumask_var(m, f)		((void)(m), (void)(f), true)
#define alloc_cpumask_var_node(m, f, n)	((void)(m), (void)(f), (void)(n), true)
#define zalloc_cpumask_var(m, f)	((void)(f), cpumask_clear(*(m)), true)
#define zalloc_cpumask_var_node(m, f, n) ((void)(n), zalloc_cpumask_var(m, f))
#define free_cpumask_var(m)		((void)(m))
#define cpumask_available(m)		((void)(m), true)

static inline unsigned long kmk_mask_word(const struct cpumask *m)
{
	return m->bits[0] & kmk_cpu_mask.bits[0];
}

/* The first set bit of w at or after from, else nr_cpu_ids. */
static inline unsigned int kmk_mask_from(unsigned long w, unsigned int from)
{
	if (from >= 64 || !(w >> from))
		return nr_cpu_ids;
	return from + (unsigned int)__builtin_ctzl(w >> from);
}

static inline void cpumask_clear(struct cpumask *m) { m->bits[0] = 0; }
static inline void cpumask_setall(struct cpumask *m) { *m = kmk_cpu_mask; }
static inline void cpumask_copy(struct cpumask *to, const struct cpumask *from) { *to = *from; }
static inline void cpumask_set_cpu(unsigned int c, struct cpumask *m)
{
	__atomic_fetch_or(&m->bits[0], 1UL << c, __ATOMIC_RELAXED);
}
static inline void cpumask_clear_cpu(int c, struct cpumask *m)
{
	__atomic_fetch_and(&m->bits[0], ~(1UL << c), __ATOMIC_RELAXED);
}
static inline void __cpumask_set_cpu(unsigned int c, struct cpumask *m) { m->bits[0] |= 1UL << c; }
static inline void __cpumask_clear_cpu(int c, struct cpumask *m) { m->bits[0] &= ~(1UL << c); }
static inline bool cpumask_test_cpu(int c, const struct cpumask *m)
{
	return (__atomic_load_n(&m->bits[0], __ATOMIC_RELAXED) >> c) & 1;
}
static inline bool cpumask_test_and_set_cpu(int c, struct cpumask *m)
{
	return (__atomic_fetch_or(&m->bits[0], 1UL << c, __ATOMIC_SEQ_CST) >> c) & 1;
}
static inline bool cpumask_test_and_clear_cpu(int c, struct cpumask *m)
{
	return (__atomic_fetch_and(&m->bits[0], ~(1UL << c), __ATOMIC_SEQ_CST) >> c) & 1;
}
static inline unsigned int cpumask_weight(const struct cpumask *m)
{
	return (unsigned int)__builtin_popcountl(kmk_mask_word(m));
}
static inline bool cpumask_empty(const struct cpumask *m) { return !kmk_mask_word(m); }
static inline bool cpumask_full(const struct cpumask *m) { return kmk_mask_word(m) == kmk_cpu_mask.bits[0]; }
static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	return kmk_mask_word(a) == kmk_mask_word(b);
}
static inline bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b)
{
	return kmk_mask_word(a) & b->bits[0];
}
static inline bool cpumask_subset(const struct cpumask *a, const struct cpumask *b)
{
	return !(kmk_mask_word(a) & ~b->bits[0]);
}
static inline bool cpumask_and(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	return (d->bits[0] = a->bits[0] & b->bits[0]) != 0;
}
static inline bool cpumask_andnot(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	return (d->bits[0] = a->bits[0] & ~b->bits[0]) != 0;
}
static inline void cpumask_or(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	d->bits[0] = a->bits[0] | b->bits[0];
}
static inline void cpumask_xor(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	d->bits[0] = a->bits[0] ^ b->bits[0];
}
static inline void cpumask_complement(struct cpumask *d, const struct cpumask *a)
{
	d->bits[0] = ~a->bits[0] & kmk_cpu_mask.bits[0];
}
static inline unsigned int cpumask_first(const struct cpumask *m) { return kmk_mask_from(kmk_mask_word(m), 0); }
static inline unsigned int cpumask_next(int n, const struct cpumask *m)
{
	return kmk_mask_from(kmk_mask_word(m), (unsigned int)(n + 1));
}
static inline unsigned int cpumask_first_zero(const struct cpumask *m)
{
	return kmk_mask_from(~m->bits[0] & kmk_cpu_mask.bits[0], 0);
}
static inline unsigned int cpumask_next_zero(int n, const struct cpumask *m)
{
	return kmk_mask_from(~m->bits[0] & kmk_cpu_mask.bits[0], (unsigned int)(n + 1));
}
static inline unsigned int cpumask_first_and(const struct cpumask *a, const struct cpumask *b)
{
	return kmk_mask_from(kmk_mask_word(a) & b->bits[0], 0);
}
static inline unsigned int cpumask_next_and(int n, const struct cpumask *a, const struct cpumask *b)
{
	return kmk_mask_from(kmk_mask_word(a) & b->bits[0], (unsigned int)(n + 1));
}
static inline unsigned int cpumask_last(const struct cpumask *m)
{
	return kmk_mask_word(m) ? 63 - (unsigned int)__builtin_clzl(kmk_mask_word(m)) : nr_cpu_ids;
}
static inline unsigned int cpumask_any_but(const struct cpumask *m, unsigned int cpu)
{
	return kmk_mask_from(kmk_mask_word(m) & ~(1UL << cpu), 0);
}
/* The next CPU behind n on a round that began at start; wrap: it has passed the end already. */
static inline unsigned int cpumask_next_wrap(int n, const struct cpumask *m, int start, bool wrap)
{
	unsigned int next = cpumask_next(n, m);

	if (!wrap || n >= start) {
		if (next < nr_cpu_ids)
			return next;
		next = cpumask_first(m);
	}
	return (int)next < start ? next : nr_cpu_ids;
}

#define cpumask_any(m)			cpumask_first(m)
#define cpumask_any_and(a, b)		cpumask_first_and(a, b)
#define cpumask_any_distribute(m)	cpumask_first(m)
#define cpumask_any_and_distribute(a, b) cpumask_first_and(a, b)
#define cpumask_local_spread(i, node)	((void)(node), (i) % nr_cpu_ids)
#define cpumask_size()			sizeof(struct cpumask)

#define for_each_cpu(cpu, mask)	\
	for ((cpu) = cpumask_first(mask); (unsigned int)(cpu) < nr_cpu_ids; (cpu) = cpumask_next((int)(cpu), (mask)))
#define for_each_cpu_not(cpu, mask)	\
	for ((cpu) = cpumask_first_zero(mask); (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = cpumask_next_zero((int)(cpu), (mask)))
#define for_each_cpu_and(cpu, a, b)	\
	for ((cpu) = cpumask_first_and(a, b); (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = cpumask_next_and((int)(cpu), (a), (b)))
#define for_each_cpu_andnot(cpu, a, b)	\
	for ((cpu) = kmk_mask_from(kmk_mask_word(a) & ~(b)->bits[0], 0); (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = kmk_mask_from(kmk_mask_word(a) & ~(b)->bits[0], (unsigned int)(cpu) + 1))
#define for_each_cpu_wrap(cpu, mask, start)	\
	for ((cpu) = cpumask_next_wrap((int)(start) - 1, (mask), (int)(start), false); \
	     (unsigned int)(cpu) < nr_cpu_ids; \
	     (cpu) = cpumask_next_wrap((int)(cpu), (mask), (int)(start), (int)(cpu) < (int)(start)))
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu)
#define for_each_present_cpu(cpu)	for_each_possible_cpu(cpu)

#endif
