/* SPDX-License-Identifier: MIT */
/*
 * The page room: frames, zones, the buddy allocator and the per-CPU lists in front of it.
 *
 * Vocabulary. A frame is PAGE_SIZE bytes of RAM, a page its descriptor (struct page). A block is
 * 2^order frames, naturally aligned. A zone is a range of frame numbers with one lock.
 *
 *        alloc_pages()                       __free_pages()
 *             |  alloc.c: no lock                  |
 *        per-CPU array of (zone, type, order) -----+       pcp.c: batches
 *             |  empty                             | full
 *        zone, under its lock                      |       buddy.c
 *          free_area[order].list[type]  <----------+  split on demand, coalesce on free
 *          untouched ranges                                carved 4 MiB at a time
 *             |  below a watermark
 *        alloc_slow.c: next zone, reclaim, reserves, report
 *
 * Where a frame is:
 *   untouched   descriptor all zero, inside zone->fresh[]
 *   free        head of its block has PG_buddy, private = order, and is on one list
 *   cached      in a per-CPU array: reference count 0, no PG_buddy
 *   allocated   reference count > 0 (a block: its head's)
 *   reserved    PG_reserved or outside every zone's managed ranges
 *
 * Fields on top of page->flags: the order a block was allocated with and its array group (both
 * written when the block leaves the buddy), and in a pageblock's first frame the block's migrate
 * type, stored so that zero means MOVABLE. They outlive the allocation.
 *
 * Invariants (page_validate): free frames on lists + fresh frames == zone->nr_free; a free block's
 * buddy of the same order is never free in the same zone; a bit of zone->filled[type] is set
 * exactly where the list is not empty.
 *
 * Locking: zone->lock (KMK_RANK_ZONE) guards lists, fresh ranges and counters. A thread holds at
 * most one zone's lock. Everything else is per CPU or atomic.
 */
#ifndef KMK_PAGE_PAGE_H
#define KMK_PAGE_PAGE_H

#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <kmemkit/layout.h>
#include "port.h"
#include "sync/lock.h"
#include "sync/thread.h"

#define KMK_ZONE_FRESH	PORT_MAX_RANGES	/* untouched ranges a zone can keep */

struct free_area {
	struct list_head list[MIGRATE_TYPES];
	unsigned long nr_free;		/* blocks, all types */
};

struct kmk_fresh { unsigned long next, end; };		/* frame numbers */

struct zone {
	struct kmk_lock lock;
	const char *name;
	unsigned int index;				/* enum zone_type */
	unsigned long start_pfn, end_pfn;		/* span, holes included */
	unsigned long present, managed;			/* frames of RAM; of them ours to give */
	unsigned long nr_free;				/* frames on lists and in fresh ranges */
	unsigned long watermark[NR_WMARK];
	unsigned long reserve[MAX_NR_ZONES];		/* kept from requests of that class */
	u32 filled[MIGRATE_TYPES];			/* bit per order: list not empty */
	struct free_area area[MAX_ORDER];
	struct kmk_fresh fresh[KMK_ZONE_FRESH];
	unsigned int nr_fresh;
	/* Statistics, under the lock. */
	unsigned long nr_locked;			/* times an allocation or free took the lock */
	unsigned long nr_split, nr_merge, nr_steal, nr_refill, nr_flush;
};

/* One CPU's frames of a (zone, type, order) are bounded by this; zero closes the array. */
struct kmk_page_limits { u32 entries[KMK_PAGE_SLOTS]; };

/* The order zones are tried in, for each combination of the zone modifier bits. */
struct kmk_zonelist { u8 count; u8 zone[MAX_NR_ZONES]; };

extern struct zone kmk_zones[MAX_NR_ZONES];
extern struct kmk_zonelist kmk_zonelists[16];
extern struct kmk_page_limits kmk_page_limit[MAX_NR_ZONES];
extern unsigned long kmk_page_lowmem __attribute__((visibility("hidden")));	/* kmk_direct_bytes, without a detour */
extern u32 kmk_page_fast[32] __attribute__((visibility("hidden")));			/* gfp & 31 -> offset of the group's order-0 array */
extern bool kmk_page_tracked;			/* record owners: arrays stay closed */
extern bool kmk_page_lowest;			/* page_policy=lowest */
extern bool kmk_init_on_alloc __attribute__((visibility("hidden")));
extern bool kmk_init_on_free __attribute__((visibility("hidden")));
extern unsigned int kmk_nr_ids;			/* array owners of this host */

/* ---- flag fields ---- */
#define KMK_PF_ORDER_SHIFT	40
#define KMK_PF_TYPE_SHIFT	44
#define KMK_PF_GROUP_SHIFT	48
#define KMK_PF_ORDER_MASK	(15UL << KMK_PF_ORDER_SHIFT)
#define KMK_PF_TYPE_MASK	(3UL << KMK_PF_TYPE_SHIFT)
#define KMK_PF_GROUP_MASK	(63UL << KMK_PF_GROUP_SHIFT)

static inline unsigned int kmk_page_order(const struct page *page)
{
	return (unsigned int)(page->flags >> KMK_PF_ORDER_SHIFT) & 15;
}

static inline unsigned int kmk_page_group(const struct page *page)
{
	return (unsigned int)(page->flags >> KMK_PF_GROUP_SHIFT) & 63;
}

static inline unsigned int kmk_group_of(unsigned int zone, unsigned int type)
{
	return 1 + zone * MIGRATE_PCPTYPES + type;
}

/* Slot of an order among a group's arrays; KMK_PAGE_SLOTS: the order has none. */
static inline unsigned int kmk_order_slot(unsigned int order)
{
	return order <= PAGE_ALLOC_COSTLY_ORDER ? order
		: order == pageblock_order ? KMK_PAGE_SLOTS - 1 : KMK_PAGE_SLOTS;
}

static inline u32 kmk_group_array(unsigned int group, unsigned int slot)
{
	return KMK_PAGE_ARRAYS + group * KMK_PAGE_GROUP + slot * KMK_PAGE_STRIDE;
}

/* Flags a freed page may still carry: the next owner must not see them. All others forbid the free. */
#define KMK_PF_LEFTOVER	(1UL << PG_large | 1UL << PG_referenced | 1UL << PG_uptodate | 1UL << PG_dirty |	\
			 1UL << PG_error | 1UL << PG_workingset | 1UL << PG_waiters |			\
			 1UL << PG_owner_priv_1 | 1UL << PG_mappedtodisk | 1UL << PG_reclaim |	\
			 1UL << PG_swapbacked | 1UL << PG_arch_1 | 1UL << PG_mlocked)

/* ---- zone.c ---- */
int kmk_page_start(const struct port_desc *desc);
void kmk_page_set_watermarks(void);

/* ---- buddy.c: the caller holds zone->lock ---- */
unsigned int kmk_pageblock_type(unsigned long pfn);
void kmk_pageblock_set_type(unsigned long pfn, unsigned int type);
struct page *kmk_buddy_take_locked(struct zone *zone, unsigned int order, unsigned int type);
void kmk_buddy_give_locked(struct zone *zone, struct page *page, unsigned int order);

/* ---- pcp.c ---- */
struct page *kmk_pcp_refill(struct zone *zone, unsigned int order, unsigned int type);
bool kmk_pcp_put(struct page *page, unsigned int order);
void kmk_pcp_drain_all(void);
unsigned long kmk_pcp_count(void);		/* frames in arrays; exact only when quiet */

/* ---- alloc.c, alloc_slow.c ---- */
struct page *kmk_alloc_pages(gfp_t gfp, unsigned int order, unsigned long caller);
struct page *kmk_alloc_slow(gfp_t gfp, unsigned int order, unsigned long caller);
void kmk_free_block(struct page *page, unsigned int order);
struct page *kmk_prep_page(struct page *page, gfp_t gfp, unsigned int order);

/* ---- report.c ---- */
bool kmk_page_bad_free(struct page *page, unsigned int order, unsigned long caller);
void kmk_page_failure(gfp_t gfp, unsigned int order);
void kmk_show_mem(void);

/*
 * Sources of memory other rooms register: called with no lock held, in order of cost, when a
 * request found nothing. Each returns the number of frames it gave back (an estimate will do).
 */
struct kmk_page_source {
	unsigned long (*give)(gfp_t gfp);
	const char *name;
	struct kmk_page_source *next;
};
void kmk_page_add_source(struct kmk_page_source *source);
unsigned long kmk_page_reclaim(gfp_t gfp);

/* Owner records (tracked mode): one a frame, in a table of its own beside the frame database. */
struct kmk_page_owner {
	unsigned long caller;
	u32 stack;		/* stack depot handle, 0: none */
	gfp_t gfp;
	unsigned long freed_by;
	u64 time;
	unsigned long gray;	/* leak scan: next block to look into */
	u32 mark;
	u32 pid;
};
_Static_assert(sizeof(struct kmk_page_owner) == KMK_PAGE_EXT_BYTES, "the host maps as many");
static inline struct kmk_page_owner *kmk_page_owner(const struct page *page)
{
	return (struct kmk_page_owner *)KMK_PAGE_EXT + page_to_pfn((struct page *)page);
}

/* Compare facts kept independently; prints what differs. Returns the number of faults. May be slow. */
unsigned int page_validate(void);
void kmk_page_fork_lock(void);
void kmk_page_fork_unlock(void);
#endif
