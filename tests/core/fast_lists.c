/* SPDX-License-Identifier: MIT */
/*
 * A million order-0 pairs, and as many of order 3, on warm per-CPU lists: the zone lock is not taken.
 * Then the same for kmalloc: no frame moves.
 */
#include <stdio.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define PAIRS 1000000

static unsigned long locked(void)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	return s.zone_locked;
}

static void page_pairs(unsigned int order, long n)
{
	while (n--)
		__free_pages(alloc_pages(GFP_KERNEL, order), order);
}

static void object_pairs(long n)
{
	while (n--)
		kfree(kmalloc(64, GFP_KERNEL));
}

/* A thread that moves to a CPU with empty lists refills them: a few locks in all, not one a pair. */
static int verdict(const char *what, unsigned long before)
{
	unsigned long times = locked() - before;

	printf("%s %s: zone lock taken %lu times in %d pairs\n", times <= 16 ? "ok" : "not ok", what, times, PAIRS);
	return times > 16;
}

int main(void)
{
	unsigned long before;
	int bad = 0;

	for (unsigned int order = 0; order <= 3; order += 3) {
		page_pairs(order, 100);
		before = locked();
		page_pairs(order, PAIRS);
		bad += verdict(order ? "order 3" : "order 0", before);
	}
	object_pairs(100);
	before = locked();
	object_pairs(PAIRS);
	bad += verdict("kmalloc(64)", before);
	return bad != 0;
}
