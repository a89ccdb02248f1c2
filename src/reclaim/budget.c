/* SPDX-License-Identifier: MIT */
/*
 * The budget: so many frames may be in use; the page room withholds the rest, and the marks follow. Memory over
 * the budget is reclaimed by whoever sets it.
 */
#include <kmemkit/budget.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "base/option.h"
#include "reclaim.h"

#define STEP	256ul	/* frames */
#define TRIES	8	/* without any success, before what is left counts as not reclaimable */

static size_t budget;

/* Unlike kmk_zone_free(), with the withheld ones. */
static unsigned long frames_used(void)
{
	return totalram_pages() - kmk_frames_free();
}

size_t kmemkit_used(void) { return frames_used() << PAGE_SHIFT; }
size_t kmemkit_budget(void) { return READ_ONCE(budget); }

static int reclaim_to(unsigned long frames)
{
	unsigned int in_vain = 0;

	if (frames_used() > frames)
		kmk_page_reclaim(GFP_KERNEL);
	while (frames_used() > frames && in_vain < TRIES) {
		unsigned long before = frames_used();

		if (before <= frames)
			break;
		/* A little at a time: what shrinkers free shows only when empty slabs have gone. */
		shrink_all_memory(min(before - frames, STEP));
		kmk_page_reclaim(GFP_KERNEL);
		in_vain = frames_used() < before ? 0 : in_vain + 1;
		cond_resched();
	}
	return frames_used() > frames ? -EBUSY : 0;
}

static void hold_to(size_t bytes)
{
	unsigned long total = totalram_pages(), frames = bytes >> PAGE_SHIFT;

	WRITE_ONCE(budget, bytes);
	kmk_page_withhold(bytes && frames < total ? total - frames : 0);
}

int kmemkit_set_budget(size_t bytes)
{
	int err = kmemkit_start();

	if (err)
		return err;
	if (bytes && bytes < KMEMKIT_MIN_BUDGET)
		return -EINVAL;
	might_sleep();
	hold_to(bytes);
	if (!bytes)
		return 0;
	err = reclaim_to(bytes >> PAGE_SHIFT);
	hold_to(bytes);			/* again: which zones the rest is free in has changed */
	return err;
}

void kmk_budget_apply(void) { hold_to(kmemkit_budget()); }

/* budget=SIZE; 0 is none. */
int kmk_budget_start(void)
{
	unsigned long long bytes;

	if (!kmk_option_size("budget", &bytes) || !bytes)
		return 0;
	if (bytes < KMEMKIT_MIN_BUDGET) {
		printk(KERN_ERR "kmemkit: boot option \"budget=%llu\": the value must be 0 or at least %uM\n", bytes,
		       KMEMKIT_MIN_BUDGET >> 20);
		return -EINVAL;
	}
	hold_to(bytes);
	return 0;
}
