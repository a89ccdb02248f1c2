/* SPDX-License-Identifier: MIT */
/* Zones, nodes and migrate types as the kernel API shows them; the zones themselves are in src/page/. */
#ifndef _LINUX_MMZONE_H
#define _LINUX_MMZONE_H

#include <linux/types.h>
#include <linux/list.h>
#include <asm/page.h>

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_HIGHMEM, __MAX_NR_ZONES };
#define MAX_NR_ZONES	__MAX_NR_ZONES

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_TYPES
};

enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

#define PAGE_ALLOC_COSTLY_ORDER	3
#define pageblock_order		9
#define pageblock_nr_pages	(1UL << pageblock_order)

/* Lists of reclaimable pages: in the order of NR_INACTIVE_ANON ... of linux/vmstat.h. */
enum lru_list {
	LRU_INACTIVE_ANON, LRU_ACTIVE_ANON, LRU_INACTIVE_FILE, LRU_ACTIVE_FILE, LRU_UNEVICTABLE,
	NR_LRU_LISTS
};
#define LRU_BASE	0
#define LRU_ACTIVE	1
#define LRU_FILE	2
#define for_each_lru(lru)		for ((lru) = 0; (lru) < NR_LRU_LISTS; (lru)++)
#define for_each_evictable_lru(lru)	for ((lru) = 0; (lru) <= LRU_ACTIVE_FILE; (lru)++)
static inline bool is_file_lru(enum lru_list lru) { return lru == LRU_INACTIVE_FILE || lru == LRU_ACTIVE_FILE; }
static inline bool is_active_lru(enum lru_list lru) { return lru == LRU_ACTIVE_ANON || lru == LRU_ACTIVE_FILE; }

struct zone;
struct task_struct;

/* The one node. */
typedef struct pglist_data {
	int node_id;
	unsigned long node_start_pfn;
	unsigned long node_present_pages;	/* frames, holes excluded */
	unsigned long node_spanned_pages;
	struct task_struct *kswapd;		/* NULL until it was first needed */
} pg_data_t;
extern struct pglist_data contig_page_data;
#define NODE_DATA(nid)		((void)(nid), &contig_page_data)
#define page_pgdat(page)	((void)(page), &contig_page_data)

/*
 * zone_name - the zone's name as reports print it ("DMA", "DMA32", "Normal", "HighMem").
 * zone_managed_pages - frames the allocator hands out from this zone.
 * zone_free_pages - frames free now, untouched ones included.
 * Any context. Source: names as in Linux 6.1's /proc/zoneinfo.
 */
const char *zone_name(const struct zone *zone);
unsigned long zone_managed_pages(const struct zone *zone);
unsigned long zone_free_pages(const struct zone *zone);
unsigned long zone_watermark(const struct zone *zone, enum zone_watermarks mark);

/* The zone of an index, NULL where the machine has no such frames. */
struct zone *kmk_zone(enum zone_type index);

extern int min_free_kbytes;
#endif
