/* SPDX-License-Identifier: MIT */
/* Compare what the page room knows twice: lists against counters, descriptors against lists. */
#include <linux/mm.h>
#include <linux/printk.h>
#include "page.h"

#define FAULT(...) (printk(KERN_ERR "page_validate: " __VA_ARGS__), 1u)

static unsigned int check_block(const struct zone *zone, const struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn((struct page *)page), buddy = pfn ^ (1UL << order);
	unsigned int faults = 0;

	if (!PageBuddy(page) || page->private != order)
		faults += FAULT("pfn %lx on list %u of %s is not marked so\n", pfn, order, zone->name);
	if (pfn & ((1UL << order) - 1))
		faults += FAULT("pfn %lx is not aligned to order %u\n", pfn, order);
	if (page_ref_count(page))
		faults += FAULT("free pfn %lx has references\n", pfn);
	if (page->flags & KMK_PF_LISTED)
		faults += FAULT("free pfn %lx stands on a list of reclaimable pages (flags 0x%lx)\n", pfn,
				page->flags & PAGEFLAGS_MASK);
	if (pfn < zone->start_pfn || pfn + (1UL << order) > zone->end_pfn)
		faults += FAULT("pfn %lx lies outside zone %s\n", pfn, zone->name);
	if (order < MAX_ORDER - 1 && buddy >= zone->start_pfn && buddy + (1UL << order) <= zone->end_pfn &&
	    kmk_free_order_locked(zone, buddy) == (int)order)
		faults += FAULT("pfn %lx and its buddy are both free at order %u\n", pfn, order);
	return faults;
}

static unsigned int check_list(const struct zone *zone, unsigned int order, unsigned int type,
			       unsigned long *blocks, unsigned long *warm)
{
	const struct list_head *list = &zone->area[order].list[type];
	bool filled = zone->filled[type] >> order & 1;
	unsigned int faults = 0;
	struct page *page;

	if (filled == list_empty(list))
		faults += FAULT("%s order %u type %u: list and bit disagree\n", zone->name, order, type);
	list_for_each_entry(page, list, buddy_list) {
		faults += check_block(zone, page, order);
		(*blocks)++;
		*warm += kmk_page_is_cold(page) ? 0 : 1UL << order;
	}
	return faults;
}

static unsigned int check_zone(const struct zone *zone)
{
	unsigned long forgotten[MAX_ORDER] = { 0 }, frames, warm = 0;
	unsigned int faults = 0, wrong = 0;

	frames = kmk_forgotten_check(zone, forgotten, &wrong);
	if (wrong)
		faults += FAULT("%s: %u faults among forgotten blocks\n", zone->name, wrong);
	for (unsigned int o = 0; o < MAX_ORDER; o++) {
		unsigned long blocks = 0;

		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			faults += check_list(zone, o, t, &blocks, &warm);
		if (blocks + forgotten[o] != zone->area[o].nr_free)
			faults += FAULT("%s order %u: %lu blocks and %lu forgotten ones, counter says %lu\n", zone->name, o,
					blocks, forgotten[o], zone->area[o].nr_free);
		frames += blocks << o;
	}
	for (unsigned int i = 0; i < zone->nr_fresh; i++)
		frames += zone->fresh[i].end - zone->fresh[i].next;
	if (frames + zone->nr_held != zone->nr_free)
		faults += FAULT("%s: %lu frames free, %lu held, counter says %lu\n", zone->name, frames,
				zone->nr_held, zone->nr_free);
	if (warm != zone->nr_warm)
		faults += FAULT("%s: %lu free frames are warm, counter says %lu\n", zone->name, warm,
				zone->nr_warm);
	if (zone->nr_free > zone->managed)
		faults += FAULT("%s: more free than managed\n", zone->name);
	return faults;
}

unsigned int page_validate(void)
{
	unsigned int faults = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		struct zone *zone = &kmk_zones[z];

		kmk_lock(&zone->lock);
		faults += check_zone(zone);
		kmk_unlock(&zone->lock);
	}
	return faults;
}

void kmk_page_fork_lock(void)
{
	kmk_lock(&kmk_movable_lock);
	kmk_pcp_fork_lock();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		kmk_lock_nested(&kmk_zones[z].lock);
}

void kmk_page_fork_unlock(void)
{
	for (unsigned int z = MAX_NR_ZONES; z-- > 0; )
		kmk_unlock(&kmk_zones[z].lock);
	kmk_pcp_fork_unlock();
	kmk_unlock(&kmk_movable_lock);
}
