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

struct attr {
	const char *name;
	unsigned long interval, probability, space;
	long times;
	unsigned long count;
	u32 random;
};

static struct attr slab_attr = { .name = "failslab", .random = 1 };
static struct attr page_attr = { .name = "fail_page_alloc", .random = 7 };
static long nth;		/* requests left until the one that fails; 0: off */


static bool nth_fires(void)
{
	return __atomic_load_n(&nth, __ATOMIC_RELAXED) > 0 && __atomic_sub_fetch(&nth, 1, __ATOMIC_RELAXED) == 0;
}

/* A repeatable sequence: the same options give the same failures. */
static u32 next_random(struct attr *a)
{
	a->random ^= a->random << 13;
	a->random ^= a->random >> 17;
	a->random ^= a->random << 5;
	return a->random;
}

static bool should_fail(struct attr *a, unsigned long size)
{
	if (!a->probability || !a->times)
		return false;
	if (a->space > size) {
		a->space -= size;
		return false;
	}
	if (a->interval > 1 && __atomic_add_fetch(&a->count, 1, __ATOMIC_RELAXED) % a->interval)
		return false;
	if (a->probability <= next_random(a) % 100)
		return false;
	if (a->times > 0)
		a->times--;
	printk(KERN_NOTICE "FAULT_INJECTION: forcing a failure (%s)\n", a->name);
	return true;
}

static bool slab_should_fail(struct kmem_cache *s, gfp_t gfp)
{
	bool meant = !kmk_failslab_marked || (s->flags & SLAB_FAILSLAB);

	return !(gfp & __GFP_NOFAIL) && (nth_fires() || (meant && should_fail(&slab_attr, s->object_size)));
}

static bool page_should_fail(gfp_t gfp, unsigned int order)
{
	return !(gfp & __GFP_NOFAIL) && (nth_fires() || should_fail(&page_attr, PAGE_SIZE << order));
}

long kmemkit_fail_nth(long n)
{
	if (n > 0) {
		kmk_slab_should_fail = slab_should_fail;
		kmk_page_should_fail = page_should_fail;
	}
	return __atomic_exchange_n(&nth, n > 0 ? n : 0, __ATOMIC_RELAXED);
}

static bool parse(struct attr *a)
{
	const char *v = kmk_option(a->name);
	unsigned long values[3];
	char *end;

	if (!v)
		return false;
	for (unsigned int i = 0; i < 3; i++) {
		values[i] = simple_strtoul(v, &end, 10);
		v = end + (*end == ',');
	}
	a->interval = values[0];
	a->probability = values[1];
	a->space = values[2];
	a->times = simple_strtol(v, &end, 10);
	return true;
}

int kmk_inject_start(void)
{
	const char *n = kmk_option("fail_nth");

	if (parse(&slab_attr))
		kmk_slab_should_fail = slab_should_fail;
	if (parse(&page_attr))
		kmk_page_should_fail = page_should_fail;
	if (n)
		kmemkit_fail_nth(simple_strtol(n, NULL, 10));
	return 0;
}
