/* SPDX-License-Identifier: MIT */
/*
 * Counters of events and states (linux/vm_event_item.h has their names). Each is one word, changed by
 * one atomic addition; only slow paths count, so requests served from per-CPU arrays appear as the
 * batches that filled these. Any context.
 */
#ifndef _LINUX_VMSTAT_H
#define _LINUX_VMSTAT_H

#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/types.h>
#include <linux/vm_event_item.h>

extern unsigned long kmk_vm_event[NR_VM_EVENT_ITEMS];
extern long kmk_node_stat[NR_VM_NODE_STAT_ITEMS];
extern long kmk_zone_stat[MAX_NR_ZONES][NR_VM_ZONE_STAT_ITEMS];

static inline void count_vm_events(enum vm_event_item item, long delta)
{
	__atomic_fetch_add(&kmk_vm_event[item], (unsigned long)delta, __ATOMIC_RELAXED);
}
static inline void count_vm_event(enum vm_event_item item) { count_vm_events(item, 1); }
#define __count_vm_event(item)		count_vm_event(item)
#define __count_vm_events(item, delta)	count_vm_events(item, delta)
/* item is one of the _NORMAL names: the zone's own is found from it. */
#define __count_zid_vm_events(item, zid, delta)	\
	count_vm_events((enum vm_event_item)(item##_NORMAL - ZONE_NORMAL + (zid)), delta)

/* All events at one moment, ret has NR_VM_EVENT_ITEMS words. */
void all_vm_events(unsigned long *ret);
static inline void vm_events_fold_cpu(int cpu) { (void)cpu; }

/* The node is the only one; NODE_DATA(0) is its name. */
static inline void mod_node_page_state(struct pglist_data *node, enum node_stat_item item, long delta)
{
	(void)node;
	__atomic_fetch_add(&kmk_node_stat[item], delta, __ATOMIC_RELAXED);
}
static inline void inc_node_page_state(struct page *page, enum node_stat_item item)
{
	(void)page;
	mod_node_page_state(NULL, item, 1);
}
static inline void dec_node_page_state(struct page *page, enum node_stat_item item)
{
	(void)page;
	mod_node_page_state(NULL, item, -1);
}
/* A sum of additions that race may be negative for a moment: that reads as 0. */
static inline unsigned long global_node_page_state(enum node_stat_item item)
{
	long n = __atomic_load_n(&kmk_node_stat[item], __ATOMIC_RELAXED);

	return n > 0 ? (unsigned long)n : 0;
}

/*
 * The same for a zone. NR_FREE_PAGES is the zone's own count and cannot be changed here;
 * global_ is the sum over the zones.
 */
void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, long delta);
void inc_zone_page_state(struct page *page, enum zone_stat_item item);
void dec_zone_page_state(struct page *page, enum zone_stat_item item);
unsigned long zone_page_state(struct zone *zone, enum zone_stat_item item);
unsigned long global_zone_page_state(enum zone_stat_item item);
#define zone_page_state_snapshot(zone, item)	zone_page_state(zone, item)

#define __mod_node_page_state(node, item, n)	mod_node_page_state(node, item, n)
#define __inc_node_page_state(page, item)	inc_node_page_state(page, item)
#define __dec_node_page_state(page, item)	dec_node_page_state(page, item)
#define __mod_zone_page_state(zone, item, n)	mod_zone_page_state(zone, item, n)
#define __inc_zone_page_state(page, item)	inc_zone_page_state(page, item)
#define __dec_zone_page_state(page, item)	dec_zone_page_state(page, item)
#define inc_node_state(node, item)		mod_node_page_state(node, item, 1)
#define mod_lruvec_page_state(page, item, n)	((void)(page), mod_node_page_state(NULL, item, n))
#define __mod_lruvec_page_state(page, item, n)	mod_lruvec_page_state(page, item, n)
#define node_stat_mod_folio(folio, item, n)	((void)(folio), mod_node_page_state(NULL, item, n))
#define node_stat_add_folio(folio, item)	node_stat_mod_folio(folio, item, folio_nr_pages(folio))
#define node_stat_sub_folio(folio, item)	node_stat_mod_folio(folio, item, -folio_nr_pages(folio))
#define node_page_state(node, item)		((void)(node), global_node_page_state(item))
#define global_node_page_state_pages(item)	global_node_page_state(item)
#define sum_zone_node_page_state(node, item)	((void)(node), global_zone_page_state(item))

/* The text of an item in /proc/vmstat. */
const char *zone_stat_name(enum zone_stat_item item);
const char *node_stat_name(enum node_stat_item item);
const char *vm_event_name(enum vm_event_item item);
#endif
