/* SPDX-License-Identifier: MIT */
/*
 * Allocations that fail on purpose: failslab=, fail_page_alloc= (<interval>,<probability>,<space>,
 * <times>, as in the kernel's fault-injection document), and fail_nth=N: exactly the N-th request
 * of either kind, counted from the start or from kmemkit_fail_nth().
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "base/option.h"
#include "debug.h"
#include "port_inline.h"

extern bool (*kmk_page_should_fail)(gfp_t gfp, unsigned int order);

#define STACKS	10u	/* shown of the failures of one option, at most */

struct attr {
	const char *name;
	unsigned long interval, probability, space;
	long times;
	unsigned long count;
	u32 random;
	u32 shown;
};

static struct attr slab_attr = { .name = "failslab", .random = 1 };
static struct attr page_attr = { .name = "fail_page_alloc", .random = 7 };
static long nth;		/* requests left until the one that fails; 0: off */
static bool nth_told;		/* it came as an option: nobody in the program knows when it fires */

/* One less of *n, unless it is not positive. Says whether it was. */
static bool take_one(long *n)
{
	long was = __atomic_load_n(n, __ATOMIC_RELAXED);

	while (was > 0)
		if (__atomic_compare_exchange_n(n, &was, was - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

static bool nth_fires(void)
{
	return __atomic_load_n(&nth, __ATOMIC_RELAXED) > 0 && __atomic_sub_fetch(&nth, 1, __ATOMIC_RELAXED) == 0;
}

/* With what name, and which order if there is none: never the caller's own kmemkit_fail_nth(), who can count. */
static bool nth_fires_telling(const char *cache, unsigned int order)
{
	if (!nth_fires())
		return false;
	if (!READ_ONCE(nth_told))
		return true;
	if (cache)
		printk(KERN_NOTICE "FAULT_INJECTION: forcing a failure (fail_nth; slab %s)\n", cache);
	else
		printk(KERN_NOTICE "FAULT_INJECTION: forcing a failure (fail_nth; order %u)\n", order);
	dump_stack();
	return true;
}

/* A repeatable sequence: the same options give the same failures. */
static u32 next_random(struct attr *a)
{
	u32 was = __atomic_load_n(&a->random, __ATOMIC_RELAXED), next;

	do {
		next = was ^ was << 13;
		next ^= next >> 17;
		next ^= next << 5;
	} while (!__atomic_compare_exchange_n(&a->random, &was, next, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return next;
}

/* Is this request within the bytes that are let through first? */
static bool within_space(struct attr *a, unsigned long size)
{
	unsigned long was = __atomic_load_n(&a->space, __ATOMIC_RELAXED);

	while (was > size)
		if (__atomic_compare_exchange_n(&a->space, &was, was - size, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	return false;
}

static bool should_fail(struct attr *a, unsigned long size)
{
	if (!a->probability || !__atomic_load_n(&a->times, __ATOMIC_RELAXED) || within_space(a, size))
		return false;
	if (a->interval > 1 && __atomic_add_fetch(&a->count, 1, __ATOMIC_RELAXED) % a->interval)
		return false;
	if (a->probability <= next_random(a) % 100)
		return false;
	/* The last one may have been taken by another thread meanwhile; below zero there is no end. */
	if (!take_one(&a->times) && __atomic_load_n(&a->times, __ATOMIC_RELAXED) >= 0)
		return false;
	printk(KERN_NOTICE "FAULT_INJECTION: forcing a failure (%s)\n", a->name);
	if (__atomic_fetch_add(&a->shown, 1, __ATOMIC_RELAXED) < STACKS)
		dump_stack();
	return true;
}

static bool slab_should_fail(struct kmem_cache *s, gfp_t gfp)
{
	bool meant = !kmk_failslab_marked || (s->flags & SLAB_FAILSLAB);

	return !(gfp & __GFP_NOFAIL) && (nth_fires_telling(s->name, 0) || (meant && should_fail(&slab_attr, s->object_size)));
}

static bool page_should_fail(gfp_t gfp, unsigned int order)
{
	if (kmk_self()->internal >= KMK_INTERNAL_DEPOT)
		return false;
	return !(gfp & __GFP_NOFAIL) && (nth_fires_telling(NULL, order) || should_fail(&page_attr, PAGE_SIZE << order));
}

long kmemkit_fail_nth(long n)
{
	if (n > 0) {
		kmk_slab_should_fail = slab_should_fail;
		kmk_page_should_fail = page_should_fail;
	}
	WRITE_ONCE(nth_told, false);
	return __atomic_exchange_n(&nth, n > 0 ? n : 0, __ATOMIC_RELAXED);
}

bool kmk_parse_fault(const char *v, size_t n, struct kmk_fault_numbers *numbers)
{
	unsigned long long value[4];

	for (unsigned int i = 0; i < 4; i++) {
		const char *comma = i < 3 ? memchr(v, ',', n) : v + n;
		size_t len = comma ? (size_t)(comma - v) : 0;

		if (i == 3 && n == 2 && !strncmp(v, "-1", 2))
			value[i] = ~0ull;
		else if (!comma || !kmk_parse_number(v, len, &value[i]) || value[i] > LONG_MAX)
			return false;
		v += len + 1;
		n -= len + (i < 3);
	}
	*numbers = (struct kmk_fault_numbers){ value[0], value[1], value[2], (long)value[3] };
	return true;
}

static bool parse(struct attr *a)
{
	const char *v = kmk_option(a->name);
	struct kmk_fault_numbers numbers;

	if (!v || !kmk_parse_fault(v, strlen(v), &numbers))
		return false;
	a->interval = numbers.interval;
	a->probability = numbers.probability;
	a->space = numbers.space;
	a->times = numbers.times;
	return true;
}

int kmk_inject_start(void)
{
	unsigned long long n;

	if (parse(&slab_attr))
		kmk_slab_should_fail = slab_should_fail;
	if (parse(&page_attr))
		kmk_page_should_fail = page_should_fail;
	if (kmk_option_number("fail_nth", &n))
		kmemkit_fail_nth((long)n);
	WRITE_ONCE(nth_told, __atomic_load_n(&nth, __ATOMIC_RELAXED) > 0);
	return 0;
}

void kmk_inject_end(void)
{
	long left = __atomic_load_n(&nth, __ATOMIC_RELAXED);

	if (READ_ONCE(nth_told) && left > 0)
		printk(KERN_NOTICE "FAULT_INJECTION: fail_nth: not reached, %ld more requests were wanted\n", left);
}
