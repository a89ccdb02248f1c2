/* SPDX-License-Identifier: MIT */
/*
 * The reclaim room: where memory comes from when the zones are short.
 *
 *     alloc_slow.c (page room)
 *        | below low: wake            | still nothing, and the request may wait
 *     kswapd.c: one thread a node     direct.c: the caller itself
 *        |                            |
 *        +--------> scan.c <----------+        compact.c: order > 0, by moving pages together
 *                     |                        oom.c: the last resort, then the report
 *      sources of the page room: CPU arrays, empty slabs, idle areas    (cost: locks)
 *      shrinker.c: what caches of users can spare                       (cost: their call-back)
 *      lru.c: pages with a second copy somewhere, or that can get one   (cost: I/O)
 *                     |
 *         page->mapping->a_ops->writepage
 *          |                          |
 *     mapping.c, writeback.c        shmem.c, anon.c -> swap.c
 *     pages of a file               pages that only memory holds
 *
 * Who holds a reference to a page of a mapping: the mapping's tree one, page->private (PG_private)
 * one, each caller that looked it up one. Standing on an LRU list holds none: put_page() takes a page
 * off its list when the last reference goes (kmk_page_drop_lru, an up-call of the page room).
 * Isolating takes a reference and clears PG_lru. So a page that can be evicted is locked, isolated,
 * clean, unmapped (_mapcount 0), and has exactly 2 references (3 with PG_private).
 *
 * A reference may only be taken while the page cannot be freed: found in the tree under xa_lock; found there
 * under RCU, and only if KMK_REF_OPEN says that a tree has it (mapping.c); or with PG_lru set under the LRU
 * lock (kmk_lru_isolate). Never from a frame number alone: __free_pages() by a later owner stores the count
 * without an atomic. Freed by put_page(), as it may stand on a list; __free_page() of such a page is reported.
 *
 * Locks, outermost first: page lock, mapping->i_pages.xa_lock, swap (KMK_RANK_SWAP), LRU
 * (KMK_RANK_LRU). None of the last three is held over I/O, an allocation or a call-back.
 */
#ifndef KMK_RECLAIM_RECLAIM_H
#define KMK_RECLAIM_RECLAIM_H

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/migrate_mode.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include "page/page.h"
#include "sync/lock.h"

/* ---- lru.c ---- */
/* The lists are those of enum lru_list in linux/mmzone.h. */
struct kmk_lru {
	struct kmk_lock lock;
	struct list_head list[NR_LRU_LISTS];
	unsigned long nr[NR_LRU_LISTS];		/* pages */
};
extern struct kmk_lru kmk_lru;			/* one node */

/* Take off its list and hold, or put back where its flags say, dropping that hold. Any context. */
bool kmk_lru_isolate(struct page *page);
void kmk_lru_putback(struct page *page);
/* An isolated page leaves for good (evicted, migrated away): balances the counters; the hold stays. */
void kmk_lru_isolated_gone(struct page *page);
/* Many at once, linked by page->lru. See lru.c. */
unsigned long kmk_lru_isolate_tail(enum lru_list lru, unsigned int class_zone, unsigned long nr, struct list_head *out);
void kmk_lru_putback_list(struct list_head *list);
unsigned int kmk_lru_validate(void);
void kmk_lru_start(void);

/* ---- scan.c: one attempt to free pages ---- */
struct kmk_scan {
	gfp_t gfp;			/* what may be done: __GFP_IO, __GFP_FS */
	unsigned int order;
	unsigned int class_zone;	/* highest zone that helps the request */
	unsigned long wanted;		/* frames */
	int priority;			/* lists >> priority are looked at; falls from DEF_PRIORITY */
	bool kswapd;
	bool may_writepage, may_unmap, may_swap;
	unsigned long scanned, reclaimed, skipped_io, writeback;
};
#define KMK_DEF_PRIORITY	12
unsigned long kmk_shrink_node(struct kmk_scan *scan);
/*
 * Round everything that isolates or locks pages on its own: a fork waits until nobody is inside, else the child
 * would have pages that no thread of its will ever unlock. Nests.
 */
static inline void kmk_reclaim_enter(void) { kmk_gate_enter(KMK_GATE_RECLAIM); }
static inline void kmk_reclaim_leave(void) { kmk_gate_leave(KMK_GATE_RECLAIM); }
/*
 * For who looks at slabs and pages without locks: kswapd and the idle thread stand still between these. False:
 * somebody did not come out within a second, and goes on. May sleep.
 */
bool kmk_reclaim_pause(void);
void kmk_reclaim_resume(void);

/* ---- shrinker.c ---- */
unsigned long kmk_shrink_slab(gfp_t gfp, int priority);	/* objects freed */
bool kmk_have_shrinkers(void);
unsigned long kmk_drop_slab(void);	/* until nothing much comes any more */
void kmk_shrinker_fork_lock(void);
void kmk_shrinker_fork_unlock(void);
void kmk_shrinker_fork_child(void);

/* ---- direct.c: what a thread is while it reclaims: PF_MEMALLOC, fs_reclaim held, nobody's helper ---- */
struct kmk_reclaim_scope { gfp_t gfp; unsigned int flags; uint32_t internal; };
void kmk_reclaim_begin(struct kmk_reclaim_scope *scope, gfp_t gfp, unsigned long ip);
void kmk_reclaim_end(const struct kmk_reclaim_scope *scope);
unsigned long kmk_reclaim_pages(struct kmk_scan *scan);	/* all priorities; inside such a scope */
/* Wait for grace periods under way, outside such a scope. Frames that came. */
unsigned long kmk_reclaim_rcu(gfp_t gfp, uint64_t limit_ns);
void kmk_direct_start(void);

/* ---- kswapd.c, oom.c: entered through up-calls of the page room ---- */
void kmk_kswapd_start(void);
void kmk_kswapd_hope(unsigned int class);	/* a request had to reclaim by itself, with success */
void kmk_kswapd_fork_child(void);
bool kmk_kswapd_rests(void);			/* no run under way, none to come */
bool kmk_oom(gfp_t gfp, unsigned int order);	/* true: somebody gave memory */

/* A thread ended inside reclaim, in a call-back: what it held there is given back. In the thread. start.c calls. */
void kmk_shrinker_left(void);
void kmk_oom_left(void);
void kmk_oom_fork_child(void);
/* What a thread's reclaim_mark[] says, for that. Not the task's: beyond the pool's end threads share one. */
enum { KMK_IN_SHRINKER, KMK_IN_SHRINKER_2, KMK_IN_OOM };

/* ---- mapping.c: the pages of a mapping ---- */

/* Operations the library's own mappings (shmem, anon) add. Both are called with the page locked. */
struct kmk_mapping_ops {
	/* Make the page inaccessible wherever it is shown; _mapcount is 0 then. Returns whether it was. */
	bool (*unmap)(struct page *page);
	/*
	 * scan.c: what to give kmk_mapping_evict() for this page as `value`: kmk_value(its swap slot), or NULL
	 * where nothing but zeros is lost. Without this operation: NULL. (shmem.c: a page with PG_swapcache
	 * keeps its slot in page->private, which is no reference; migrate.c carries both over.)
	 */
	void *(*stand_in)(struct page *page);
};

/*
 * Put a new page into the tree at index: it gets mapping, index and the tree's reference. The page is
 * locked. 0, -EEXIST, or -ENOMEM (gfp is for tree nodes). Replaces a value entry (see below) silently.
 */
int kmk_mapping_add(struct address_space *mapping, struct page *page, pgoff_t index, gfp_t gfp);

/* The same, where `old` (a value, or NULL: nothing) must be what stands there, else -EEXIST (for shmem.c). */
int kmk_mapping_add_over(struct address_space *mapping, struct page *page, pgoff_t index, void *old, gfp_t gfp);

/* The entry at index: a page (with a reference taken), a value, or NULL. Any context. */
void *kmk_mapping_get(struct address_space *mapping, pgoff_t index);

/*
 * Take a locked page out for good if nobody else can want it: clean, unmapped, no references besides
 * the tree's and the caller's. `value` (NULL, or kmk_value()) takes its place. True: the caller's is the
 * last reference, page->mapping is NULL. False: nothing changed.
 */
bool kmk_mapping_evict(struct address_space *mapping, struct page *page, void *value);

/*
 * Let `to` take the place of `from`, both locked: same conditions on references, but `from` may be dirty.
 * Flags and contents are the caller's business (migrate.c). 0 or -EAGAIN.
 */
int kmk_mapping_replace(struct address_space *mapping, struct page *to, struct page *from);

/*
 * The first entry (page, referenced, or value) at *index or behind it, up to end; *index is its place then.
 * mark: enum of tree.h, KMK_PRESENT for any entry, or PAGECACHE_TAG_*. NULL: none. Any context.
 */
void *kmk_mapping_find(struct address_space *mapping, pgoff_t *index, pgoff_t end, unsigned int mark);

/* Take a value entry out if it still stands at index. Whether it did. Any context. */
bool kmk_mapping_clear_value(struct address_space *mapping, pgoff_t index, void *value);

/* Boot level: the cache of tree nodes. 0 or -ENOMEM. */
int kmk_mapping_start(void);

/* Entries that are not pages: small numbers, e.g. swap slots. */
static inline void *kmk_value(unsigned long v) { return (void *)(v << 1 | 1); }
static inline bool kmk_is_value(const void *entry) { return (unsigned long)entry & 1; }
static inline unsigned long kmk_value_of(const void *entry) { return (unsigned long)entry >> 1; }

/* ---- swap.c ---- */
typedef struct { unsigned long val; } kmk_swap_slot;	/* 0: none */
kmk_swap_slot kmk_swap_get(void);			/* a free slot, or 0; any context */
void kmk_swap_put(kmk_swap_slot slot);
/* Contents of a locked page to or from a slot; synchronous. 0 or a negative errno. May sleep. */
int kmk_swap_write(struct page *page, kmk_swap_slot slot);
int kmk_swap_read(struct page *page, kmk_swap_slot slot);
unsigned long kmk_swap_free_slots(void);

/* ---- migrate.c, compact.c ---- */
/*
 * Move the contents and the role of `from` (isolated) to `to` (fresh, one reference), both locked by the
 * caller. 0: `from` has only the caller's reference left, but for passers-by. 1: its owner let go of it, `to`
 * was not needed. -EAGAIN: in use now; else it cannot move. May sleep as the mode says.
 */
int kmk_migrate_page(struct page *to, struct page *from, enum migrate_mode mode);
int kmk_compact_start(void);		/* reads compaction=, registers the up-call; kmk_reclaim_start() calls it */
/* Make a free block of that order by moving pages. True: one exists (was seen free). May sleep. */
bool kmk_compact(unsigned int order, gfp_t gfp, unsigned int class_zone);

/* ---- idle.c: idle memory goes back to the host ---- */
void kmk_idle_release_start(void);

/* ---- budget.c, pressure.c, script.c ---- */
int kmk_budget_start(void);
void kmk_budget_apply(void);		/* withhold what the budget says, as before any script */
void kmk_pressure_start(void);		/* behind all that sets up-calls of the page room */
int kmk_script_start(void);		/* 0 or -EINVAL, said why */

/* ---- statistics, vmstat.c; the names and events are in linux/vmstat.h ---- */
#endif
