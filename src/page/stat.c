/* SPDX-License-Identifier: MIT */
/* Counters of linux/vmstat.h. They live here, below the rooms that count; the texts are the debug room's. */
#include <linux/mm.h>
#include <linux/vmstat.h>
#include "page.h"

unsigned long kmk_vm_event[NR_VM_EVENT_ITEMS];
long kmk_node_stat[NR_VM_NODE_STAT_ITEMS];
long kmk_zone_stat[MAX_NR_ZONES][NR_VM_ZONE_STAT_ITEMS];
struct pglist_data contig_page_data;

#define TEXT_OF(item, text) text,
static const char *const event_text[] = { KMK_VM_EVENTS(TEXT_OF) };
static const char *const zone_text[] = { KMK_ZONE_STATS(TEXT_OF) };
static const char *const node_text[] = { KMK_NODE_STATS(TEXT_OF) };

const char *zone_stat_name(enum zone_stat_item item) { return zone_text[item]; }
const char *node_stat_name(enum node_stat_item item) { return node_text[item]; }
const char *vm_event_name(enum vm_event_item item) { return event_text[item]; }

void all_vm_events(unsigned long *ret)
{
	for (unsigned int i = 0; i < NR_VM_EVENT_ITEMS; i++)
		ret[i] = __atomic_load_n(&kmk_vm_event[i], __ATOMIC_RELAXED);
}

void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta)
{
	if (WARN_ON_ONCE(item == NR_FREE_PAGES))
		return;
	__atomic_fetch_add(&kmk_zone_stat[zone->index][item], delta, __ATOMIC_RELAXED);
}

void inc_zone_page_state(struct page *page, enum zone_stat_item item)
{
	mod_zone_page_state(page_zone(page), item, 1);
}

void dec_zone_page_state(struct page *page, enum zone_stat_item item)
{
	mod_zone_page_state(page_zone(page), item, -1);
}

unsigned long zone_page_state(struct zone *zone, enum zone_stat_item item)
{
	long n;

	if (item == NR_FREE_PAGES)
		return kmk_zone_free(zone);
	n = __atomic_load_n(&kmk_zone_stat[zone->index][item], __ATOMIC_RELAXED);
	return n > 0 ? (unsigned long)n : 0;
}

unsigned long global_zone_page_state(enum zone_stat_item item)
{
	unsigned long n = 0;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		n += zone_page_state(&kmk_zones[z], item);
	return n;
}
