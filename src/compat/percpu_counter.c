/* SPDX-License-Identifier: MIT */
/* Counters folded in batches. */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/percpu_counter.h>

int percpu_counter_batch = 32;

int __percpu_counter_init(struct percpu_counter *c, s64 amount, gfp_t gfp)
{
	raw_spin_lock_init(&c->lock);
	c->count = amount;
	c->counters = alloc_percpu_gfp(s32, gfp);
	return c->counters ? 0 : -ENOMEM;
}

void percpu_counter_destroy(struct percpu_counter *c)
{
	free_percpu(c->counters);
	c->counters = NULL;
}

void percpu_counter_add_batch(struct percpu_counter *c, s64 amount, s32 batch)
{
	s32 *here = get_cpu_ptr(c->counters);
	s64 sum = *here + amount;

	if (sum < batch && sum > -batch) {
		__atomic_store_n(here, (s32)sum, __ATOMIC_RELAXED);
	} else {
		raw_spin_lock(&c->lock);
		__atomic_store_n(&c->count, c->count + sum, __ATOMIC_RELAXED);
		__atomic_store_n(here, 0, __ATOMIC_RELAXED);
		raw_spin_unlock(&c->lock);
	}
	put_cpu_ptr(c->counters);
}

s64 __percpu_counter_sum(struct percpu_counter *c)
{
	unsigned long flags;
	int cpu;
	s64 sum;

	raw_spin_lock_irqsave(&c->lock, flags);
	sum = c->count;
	for_each_online_cpu(cpu)
		sum += __atomic_load_n(per_cpu_ptr(c->counters, cpu), __ATOMIC_RELAXED);
	raw_spin_unlock_irqrestore(&c->lock, flags);
	return sum;
}

void percpu_counter_set(struct percpu_counter *c, s64 amount)
{
	unsigned long flags;
	int cpu;

	raw_spin_lock_irqsave(&c->lock, flags);
	for_each_possible_cpu(cpu)
		__atomic_store_n(per_cpu_ptr(c->counters, cpu), 0, __ATOMIC_RELAXED);
	__atomic_store_n(&c->count, amount, __ATOMIC_RELAXED);
	raw_spin_unlock_irqrestore(&c->lock, flags);
}

void percpu_counter_sync(struct percpu_counter *c)
{
	unsigned long flags;
	s32 *here;

	raw_spin_lock_irqsave(&c->lock, flags);
	here = this_cpu_ptr(c->counters);
	__atomic_store_n(&c->count, c->count + *here, __ATOMIC_RELAXED);
	__atomic_store_n(here, 0, __ATOMIC_RELAXED);
	raw_spin_unlock_irqrestore(&c->lock, flags);
}

int __percpu_counter_compare(struct percpu_counter *c, s64 rhs, s32 batch)
{
	s64 n = percpu_counter_read(c), off = n > rhs ? n - rhs : rhs - n;

	if (off <= (s64)batch * num_online_cpus())
		n = percpu_counter_sum(c);
	return n < rhs ? -1 : n > rhs;
}
