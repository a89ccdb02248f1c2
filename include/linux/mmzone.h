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

struct zone;
struct pglist_data;
typedef struct pglist_data pg_data_t;

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
