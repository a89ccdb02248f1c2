/* SPDX-License-Identifier: MIT */
/* Take every frame that reclaim can be made to give, and let go again. Runs with a small memory (mem=). */
#ifndef KMK_TESTS_PRESSURE_H
#define KMK_TESTS_PRESSURE_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>

static LIST_HEAD(squeezed);

/* Frames taken until the allocator, having reclaimed, gave up. */
static inline unsigned long squeeze(void)
{
	unsigned long n = 0;
	struct page *page;

	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY))) {
		list_add(&page->lru, &squeezed);
		n++;
	}
	return n;
}

static inline void unsqueeze(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &squeezed, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/* A sequence of numbers that looks random and is the same in every run. */
static inline u32 draw(u64 *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*state >> 33);
}
#endif
