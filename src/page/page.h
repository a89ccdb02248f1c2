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
 *   forgotten   free: a bit in zone->forgotten, descriptor zero (forgotten.c)
 *   cached      in a per-CPU array: reference count 0, no PG_buddy
 *   allocated   reference count > 0 (a block: its head's)
 *   reserved    PG_reserved or outside every zone's managed ranges
 *
 * Fields on top of page->flags: the order a block was allocated with and its array group (both
 * written when the block leaves the buddy), and in a pageblock's first frame the block's migrate
 * type, stored so that zero means MOVABLE. They outlive the allocation.
 *
 *   held        off its list for a moment (emptied for compaction, or given back to the host), still
 *               counted as free; nobody else's
 *
 * Free blocks are warm or cold (KMK_PF_COLD: no memory of the host behind them: never touched, or given
 * back); a merged block is cold only if both were. Warm ones are handed out first. index is the
 * epoch of the last free.
 *
 * Invariants (page_validate): frames on lists + fresh + forgotten + held ones == zone->nr_free; a free
 * block's buddy of the same order is never free in the same zone, be it on a list or forgotten; a bit of
 * zone->filled[type] is set exactly where the list is not empty.
 *
 * Locking: zone->lock (KMK_RANK_ZONE) guards lists, fresh ranges, forgotten blocks and counters. A thread holds at
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
	unsigned long nr_free;		/* blocks, all types, forgotten ones too */
};

struct kmk_fresh { unsigned long next, end; };		/* frame numbers */

#define KMK_GROUP_ORDER		6	/* frames whose descriptors fill a page */
#define KMK_GROUP_ORDERS	(MAX_ORDER - KMK_GROUP_ORDER)

struct kmk_unit { u16 groups[MIGRATE_TYPES]; };		/* a bit a group of frames */

/* Free blocks without descriptors, see forgotten.c. */
struct kmk_forgotten {
	struct kmk_unit *unit;			/* NULL: nothing was forgotten yet */
	unsigned long nr_units;
	u32 filled[MIGRATE_TYPES];		/* bit per order */
	unsigned long nr[MIGRATE_TYPES][KMK_GROUP_ORDERS];	/* blocks, by type and order */
	unsigned long first[MIGRATE_TYPES][KMK_GROUP_ORDERS];	/* no such block in units before it */
};

struct zone {
	struct kmk_lock lock;
	const char *name;
	unsigned int index;				/* enum zone_type */
	unsigned long start_pfn, end_pfn;		/* span, holes included */
	unsigned long present, managed;			/* frames of RAM; of them ours to give */
	unsigned long nr_free;				/* frames on lists, in fresh ranges, forgotten, and held */
	unsigned long nr_warm;				/* of them on lists, with host memory behind them */
	unsigned long nr_held;				/* of them off the lists for a moment */
	unsigned long nr_given;				/* frames freed since the start */
	unsigned long withheld;				/* of the managed: treated as not there */
	unsigned long boost;				/* frames over low and high that kswapd keeps just now */
	unsigned long watermark[NR_WMARK];
	unsigned long reserve[MAX_NR_ZONES];		/* kept from requests of that class */
	u32 filled[MIGRATE_TYPES];			/* bit per order: list not empty */
	struct free_area area[MAX_ORDER];
	struct kmk_fresh fresh[KMK_ZONE_FRESH];
	unsigned int nr_fresh;
	struct kmk_forgotten forgotten;
	/* Statistics, under the lock. */
	unsigned long nr_locked;			/* times an allocation or free took the lock */
	unsigned long nr_split, nr_merge, nr_steal, nr_refill, nr_flush;
};

/* So many more held; the caller holds zone->lock, but kswapd reads without. */
static inline void kmk_zone_hold_locked(struct zone *zone, long frames)
{
	__atomic_store_n(&zone->nr_held, zone->nr_held + (unsigned long)frames, __ATOMIC_RELAXED);
}

/* Frames that may be counted on. */
static inline unsigned long kmk_zone_free(const struct zone *zone)
{
	unsigned long free = __atomic_load_n(&zone->nr_free, __ATOMIC_RELAXED);
	unsigned long held = __atomic_load_n(&zone->withheld, __ATOMIC_RELAXED);

	return free > held ? free - held : 0;
}

/* Orders of the free blocks of a type, on lists or forgotten. */
static inline u32 kmk_zone_filled(const struct zone *zone, unsigned int type)
{
	return READ_ONCE(zone->filled[type]) | READ_ONCE(zone->forgotten.filled[type]);
}

/* With the withheld ones: over the budget, progress shows only here. */
unsigned long kmk_frames_free(void);

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
extern bool kmk_page_mixed;			/* page_group=off: all types share one set of lists */
extern bool kmk_init_on_alloc __attribute__((visibility("hidden")));
extern bool kmk_init_on_free __attribute__((visibility("hidden")));
extern unsigned int kmk_nr_ids;			/* array owners of this host */

/* ---- flag fields ---- */
#define KMK_PF_ORDER_SHIFT	40
#define KMK_PF_TYPE_SHIFT	44
#define KMK_PF_COLD		(1UL << 46)	/* head of a free block: the host has no memory behind it */
#define KMK_PF_SKIP		(1UL << 47)	/* first frame of a pageblock: compaction found no use for it */
#define KMK_PF_GROUP_SHIFT	48
#define KMK_PF_ORDER_MASK	(15UL << KMK_PF_ORDER_SHIFT)
#define KMK_PF_TYPE_MASK	(3UL << KMK_PF_TYPE_SHIFT)
#define KMK_PF_GROUP_MASK	(63UL << KMK_PF_GROUP_SHIFT)

static inline unsigned int kmk_page_order(const struct page *page)
{
	return (unsigned int)(__atomic_load_n(&page->flags, __ATOMIC_RELAXED) >> KMK_PF_ORDER_SHIFT) & 15;
}

static inline unsigned int kmk_page_group(const struct page *page)
{
	return (unsigned int)(__atomic_load_n(&page->flags, __ATOMIC_RELAXED) >> KMK_PF_GROUP_SHIFT) & 63;
}

static inline bool kmk_page_is_cold(const struct page *page)
{
	return __atomic_load_n(&page->flags, __ATOMIC_RELAXED) & KMK_PF_COLD;
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

/* Flags of a page on one of reclaim's lists, or just taken off: its last put_page() clears them. */
#define KMK_PF_LISTED	(1UL << PG_lru | 1UL << PG_active | 1UL << PG_unevictable)

/* Flags a freed page may still carry: the next owner must not see them. All others forbid the free. */
#define KMK_PF_LEFTOVER	(1UL << PG_large | 1UL << PG_referenced | 1UL << PG_uptodate | 1UL << PG_dirty |	\
			 1UL << PG_error | 1UL << PG_workingset | 1UL << PG_waiters |			\
			 1UL << PG_owner_priv_1 | 1UL << PG_mappedtodisk | 1UL << PG_reclaim |	\
			 1UL << PG_swapbacked | 1UL << PG_arch_1 | 1UL << PG_mlocked)

/* ---- zone.c ---- */
int kmk_page_start(const struct port_desc *desc);
void kmk_page_set_watermarks(void);
bool kmk_zone_has_order(const struct zone *zone, unsigned int order);
/* A block of the type, or a whole pageblock to take one from: no pageblock of another type need be mixed. */
bool kmk_zone_has_own(const struct zone *zone, unsigned int order, unsigned int type);
bool kmk_zone_has_own(const struct zone *zone, unsigned int order, unsigned int type);

/* ---- buddy.c: the caller holds zone->lock ---- */
unsigned int kmk_pageblock_type(unsigned long pfn);
void kmk_pageblock_set_type(unsigned long pfn, unsigned int type);
/*
 * A block of at least the given order; where the lists have a larger one, up to most of it, *got the order
 * taken. Frames and their order are those that as many requests of the lowest order would have had.
 */
struct page *kmk_buddy_take_locked(struct zone *zone, unsigned int order, unsigned int most, unsigned int type,
				   unsigned int *got);
void kmk_buddy_give_locked(struct zone *zone, struct page *page, unsigned int order);
/*
 * A free block off its list, and back: it still counts as free (zone->nr_held), so nobody sees memory go.
 * hold: the head of a free or a forgotten block; returns whether it was warm. unhold: any aligned block of held frames.
 */
bool kmk_buddy_hold_locked(struct zone *zone, struct page *page);
void kmk_buddy_unhold_locked(struct zone *zone, struct page *page, unsigned int order, bool warm);
/* Order of the free block that starts at this frame, or of the forgotten one around it; -1: none. */
int kmk_free_order_locked(const struct zone *zone, unsigned long pfn);
/* The smallest free block under that order, for a page that moves: movable pageblocks first. Not held: taken. */
struct page *kmk_buddy_take_small_locked(struct zone *zone, unsigned int below);
extern unsigned long kmk_page_epoch;	/* counts the idle thread's rounds (reclaim room) */

/* ---- forgotten.c: the caller holds zone->lock, where the name says so ---- */
/* What the block's descriptors say may be lost: all of them may be zeroed while it is held. Any context. */
bool kmk_may_forget(const struct zone *zone, unsigned long pfn, unsigned int order);
/* As unhold of a cold block, but forgotten if it may be and has no free buddy on a list. Was it? */
bool kmk_buddy_forget_locked(struct zone *zone, struct page *page, unsigned int order);
/* Order of the forgotten block around a frame; 0: none. */
unsigned int kmk_forgotten_order_locked(const struct zone *zone, unsigned long pfn);
/* These frames are wholly forgotten: now they are the caller's, and so are their descriptors. */
bool kmk_forgotten_claim_locked(struct zone *zone, unsigned long pfn, unsigned int order);
/* The first block of the type (filled says that there is one): its frame number. */
unsigned long kmk_forgotten_find_locked(struct zone *zone, unsigned int order, unsigned int type);
/* Of such a block of order have, the first 2^order frames. Pageblocks that were of another type become the type's. */
struct page *kmk_forgotten_take_locked(struct zone *zone, unsigned int have, unsigned int order, unsigned int from,
				       unsigned int type);
/* The forgotten blocks of a pageblock change their type; their frames. */
unsigned long kmk_forgotten_retype_locked(struct zone *zone, unsigned long pfn, unsigned int type);
void kmk_forgotten_start(void);			/* without it nothing is forgotten */
unsigned long kmk_forgotten_check(const struct zone *zone, unsigned long per_order[MAX_ORDER], unsigned int *faults);

/* ---- movable.c: pages of drivers that can move ---- */
bool kmk_movable_hold(struct page *page);	/* a reference, if it is movable and not being freed */
void kmk_movable_gone(struct page *page);	/* the last reference of such a page went */
extern struct kmk_lock kmk_movable_lock;

/* ---- pcp.c ---- */
struct page *kmk_pcp_refill(struct zone *zone, unsigned int order, unsigned int type);
bool kmk_pcp_put(struct page *page, unsigned int order);
void kmk_pcp_drain_all(void);
unsigned long kmk_pcp_trim_idle(void);		/* arrays untouched since the last call */
/* Write what outlives the allocation: the block's order, and the group its free goes to (0: none). */
void kmk_page_mark(struct page *page, unsigned int order, unsigned int group);
unsigned long kmk_pcp_count(void);		/* frames in arrays; exact only when quiet */

/* ---- alloc.c, alloc_slow.c ---- */
struct page *kmk_alloc_pages(gfp_t gfp, unsigned int order, unsigned long caller);
struct page *kmk_alloc_slow(gfp_t gfp, unsigned int order, unsigned long caller);
void kmk_free_block(struct page *page, unsigned int order);
struct page *kmk_prep_page(struct page *page, gfp_t gfp, unsigned int order);
/* Order 0. If the caller's reference is the last, the frame is the caller's and on no list, and counts as used. */
bool kmk_page_capture(struct page *page);

/* ---- alloc_slow.c: up-calls to the reclaim room; NULL: there is none ---- */
/* The last reference of a page on a list goes: take it off (PG_lru and what belongs to it). Any context. */
extern void (*kmk_page_drop_lru)(struct page *page);
/* Some zone fell below low: start background reclaim. Any context; zone is the request's highest. */
extern void (*kmk_page_wake_kswapd)(gfp_t gfp, unsigned int order, unsigned int zone);
/* Reclaim for a blocking request; returns the frames freed (an estimate). May sleep. */
extern unsigned long (*kmk_page_direct_reclaim)(gfp_t gfp, unsigned int order, unsigned int zone);
/* Move pages together so that a block of the order becomes free. True: one was seen. May sleep. */
extern bool (*kmk_page_compact)(unsigned int order, gfp_t gfp, unsigned int zone);
/* Nothing helped: ask the OOM notifiers. True: somebody gave memory. May sleep. */
extern bool (*kmk_page_oom)(gfp_t gfp, unsigned int order);

/* Before every request of the slow path: NULL, or a script that squeezes memory at a given one. */
extern void (*kmk_page_tick)(void);

/*
 * Behave as if that many frames less were free (budget): they count neither against watermarks nor in
 * reports as free. 0: none. Any context. kmk_page_withheld: the present setting.
 */
void kmk_page_withhold(unsigned long frames);
unsigned long kmk_page_withheld(void);

/* For reports: has background reclaim given up? Swap slots in all, and free. */
extern bool (*kmk_page_hopeless)(void);
extern void (*kmk_page_swap)(unsigned long *total, unsigned long *free);
/* Frames that the lists of pages in a zone could still give; NULL: none. */
extern unsigned long (*kmk_page_reclaimable)(const struct zone *zone);

/* ---- scope.c: the checks of fs_reclaim_acquire() with the place they report ---- */
void kmk_fs_reclaim_check(gfp_t gfp, unsigned long ip);
void kmk_fs_reclaim_acquire(gfp_t gfp, unsigned long ip);
void kmk_fs_reclaim_release(gfp_t gfp);

/*
 * Round what must not come back into reclaim, as PF_MEMALLOC says to the user's call-backs; of a task that
 * threads share the flag stays as it is, so the library asks kmk_in_memalloc() and never the flag.
 */
unsigned int kmk_memalloc_begin(void);
void kmk_memalloc_end(unsigned int from_begin);
bool kmk_in_memalloc(void);

/* ---- report.c ---- */
bool kmk_page_bad_free(struct page *page, unsigned int order, unsigned long caller);
void kmk_page_bad_address(unsigned long addr, unsigned long caller);
/* The same for a page whose last reference is already gone. */
bool kmk_page_bad_last(struct page *page, unsigned int order, unsigned long caller);
void kmk_page_failure(gfp_t gfp, unsigned int order);
void kmk_show_mem(void);

/*
 * Sources of memory other rooms register: called with no lock held, in order of cost, when a
 * request found nothing. Each returns the number of frames it gave back (an estimate will do).
 */
struct kmk_page_source {
	unsigned long (*give)(gfp_t gfp);
	/* May be NULL. Now and then after a peak: give back what was not used since the last call. May sleep. */
	unsigned long (*idle)(void);
	const char *name;
	struct kmk_page_source *next;
};
void kmk_page_add_source(struct kmk_page_source *source);
unsigned long kmk_page_reclaim(gfp_t gfp);
unsigned long kmk_page_trim_idle(void);		/* asks every source's idle, then the CPU arrays */

/* hands.c: around whatever takes memory from one place and gives it back at another. Nests; any context. */
void kmk_hands_fill(void);
void kmk_hands_empty(void);
bool kmk_hands_full(void);
void kmk_hands_wait(void);		/* until nobody holds any, for a second at most. May sleep; not with full hands */
void kmk_hands_left(void);		/* the calling thread ends */
void kmk_hands_fork_child(void);

/*
 * Up-call of the free paths, no zone lock held: a zone has more warm frames than kmk_page_warm_limit, or a cache
 * so many in empty slabs, or so many lie in idle virtual areas (idle.c). Any context.
 */
extern void (*kmk_page_warm)(void);
extern unsigned long kmk_page_warm_limit;
extern u64 kmk_page_disk_ns;			/* alloc_slow.c; a test's disk may be dead sooner */
extern bool kmk_page_can_release;		/* the host has port_release() and threads */
unsigned long kmk_page_ask_sources(gfp_t gfp);	/* without the CPU arrays */

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
void kmk_pcp_fork_lock(void);
void kmk_pcp_fork_unlock(void);
struct port_array;
/* fn for each array of the owner that may be open; between the two above. Was one of the results true? */
bool kmk_pcp_each_array(int id, bool (*fn)(struct port_array *a));
void kmk_page_fork_unlock(void);
#endif
