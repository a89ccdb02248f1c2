/* SPDX-License-Identifier: MIT */
/* A counter that is nearly right and cheap: per-CPU differences, folded in batches. */
#ifndef _LINUX_PERCPU_COUNTER_H
#define _LINUX_PERCPU_COUNTER_H

#include <linux/spinlock.h>
#include <linux/smp.h>
#include <linux/list.h>
#include <linux/threads.h>
#include <linux/percpu.h>
#include <linux/types.h>

struct percpu_counter {
	raw_spinlock_t lock;
	s64 count;
	s32 __percpu *counters;
};

extern int percpu_counter_batch;

int __percpu_counter_init(struct percpu_counter *c, s64 amount, gfp_t gfp);
void percpu_counter_destroy(struct percpu_counter *c);
void percpu_counter_set(struct percpu_counter *c, s64 amount);
void percpu_counter_add_batch(struct percpu_counter *c, s64 amount, s32 batch);
void percpu_counter_sync(struct percpu_counter *c);
s64 __percpu_counter_sum(struct percpu_counter *c);
int __percpu_counter_compare(struct percpu_counter *c, s64 rhs, s32 batch);

#define percpu_counter_init(c, v, gfp)	__percpu_counter_init(c, v, gfp)
#define percpu_counter_add(c, n)	percpu_counter_add_batch(c, n, percpu_counter_batch)
#define percpu_counter_add_local(c, n)	percpu_counter_add_batch(c, n, 0x3fffffff)
#define percpu_counter_sub(c, n)	percpu_counter_add(c, -(s64)(n))
#define percpu_counter_inc(c)		percpu_counter_add(c, 1)
#define percpu_counter_dec(c)		percpu_counter_add(c, -1)
#define percpu_counter_sum(c)		__percpu_counter_sum(c)
#define percpu_counter_compare(c, r)	__percpu_counter_compare(c, r, percpu_counter_batch)

static inline s64 percpu_counter_read(struct percpu_counter *c)
{
	return __atomic_load_n(&c->count, __ATOMIC_RELAXED);
}

static inline s64 percpu_counter_read_positive(struct percpu_counter *c)
{
	s64 n = percpu_counter_read(c);

	return n < 0 ? 0 : n;
}

static inline s64 percpu_counter_sum_positive(struct percpu_counter *c)
{
	s64 n = percpu_counter_sum(c);

	return n < 0 ? 0 : n;
}

static inline bool percpu_counter_initialized(struct percpu_counter *c)
{
	return c->counters != NULL;
}

#endif
