/* SPDX-License-Identifier: MIT */
/*
 * Compaction: a free block of 2^order frames, made by moving pages.
 *
 * Vocabulary. A window is an aligned run of 2^order frames of a zone. Each of its frames is free, movable
 * (on the LRU, or a driver's), or neither; one of the last kind spoils the window. The source is what is
 * moved out of the window, a target a free frame outside of it.
 *
 *     | window: F M F F M M F ... |  <- choose: no spoiled frame, fewest M of the next CANDIDATES
 *        |     |                        hold F: they leave their lists, so nobody else gets them
 *        |     +-- M moves to a target: the smallest free blocks there are, movable pageblocks first
 *        +-- each frame emptied is captured, too; when all are ours, the window is one free block
 *
 * The chooser goes round the zone; where it stopped is kept for the next request. A pageblock in which it met
 * a spoiled frame is passed by (KMK_PF_SKIP) until a round over the zone finds nothing: then all marks go, and a
 * patient request (MIGRATE_SYNC_LIGHT) takes one round without them. A request that found nothing leaves
 * word: until enough frames were freed since, or enough requests were turned away, the next is deferred.
 *
 * Held frames count as free (zone->nr_held): nothing a user can read changes but the order of free
 * blocks. Who finds nothing else waits for them (hands.c). A window that cannot be emptied is put back as it is then: pages that moved, have moved.
 *
 * Locking: one request at a time works in a zone (a mutex; impatient requests leave). The zone's lock is
 * taken to judge a window, for targets, and to hold; never while a page moves. The worker has PF_MEMALLOC, so
 * nothing that allocates here comes back here, and page locks are only tried.
 */
#include <kmemkit/event.h>
#include <linux/bitmap.h>
#include <linux/compaction.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include "base/option.h"
#include "migrate.h"
#include "port_inline.h"
#include "reclaim.h"

#define CANDIDATES	8	/* windows compared before one is chosen */
#define BATCH		32	/* targets taken under one lock */
#define TRIES_LIGHT	2	/* at one page */
#define TRIES_PATIENT	10
#define WINDOWS_LIGHT	4	/* that may fail before the request is given up */
#define WINDOWS_PATIENT	64
#define MAX_TURNED_AWAY	64	/* deferred requests before one is let through */

struct compactor {
	struct zone *zone;
	unsigned int order;
	gfp_t gfp;
	enum migrate_mode mode;
	bool ignore_skip;
	unsigned long window;		/* its first frame */
	unsigned int nr_mine, nr_targets;
	DECLARE_BITMAP(mine, 1 << (MAX_ORDER - 1));	/* frames of the window in our hands */
	struct page *target[BATCH];
};

/* One a zone, guarded by its mutex. */
static struct {
	struct mutex lock;
	unsigned long cursor;		/* first frame of the next window to look at */
	unsigned int failed_order;	/* requests of this order and above are deferred; 0: none */
	unsigned long given;		/* zone->nr_given at that failure */
	unsigned int turned_away;
} places[MAX_NR_ZONES];

static struct kmemkit_compact_stats stats;
static bool off;

static void note(unsigned long *counter, unsigned long n) { __atomic_fetch_add(counter, n, __ATOMIC_RELAXED); }

/* ---- choosing a window ---- */

static bool may_move(const struct compactor *c, const struct page *page)
{
	if (PageReserved(page) || PageCompound(page) || kmk_page_order(page))
		return false;
	if (__PageMovable(page))
		return !PageIsolated(page);
	return PageLRU(page) && !(PageWriteback(page) && c->mode == MIGRATE_ASYNC);
}

/* What emptying a window takes. */
struct verdict {
	bool spoiled, free;		/* free: part of a free block of the order already */
	unsigned long spoiler;		/* the frame that spoils it */
	unsigned int sources, inside;	/* pages to move; frames free in it */
};

static struct verdict judge_locked(const struct compactor *c, unsigned long window)
{
	unsigned long pfn = window, end = window + (1UL << c->order);
	struct verdict v = { 0 };

	while (pfn < end && !v.spoiled && !v.free) {
		const struct page *page = pfn_to_page(pfn);
		int order = kmk_free_order_locked(c->zone, pfn);

		v.free = order >= (int)c->order;
		if (order >= 0)
			v.inside += 1U << order;
		else if (page_ref_count(page) > 0 && may_move(c, page))
			v.sources++;
		else
			v.spoiled = true;
		v.spoiler = pfn;
		pfn += order > 0 ? 1UL << order : 1;
	}
	note(&stats.scanned, pfn - window);
	return v;
}

/* Free frames that pages could move to. */
static unsigned long small_frames(const struct zone *zone, unsigned int below)
{
	unsigned long n = 0;

	for (unsigned int o = 0; o < below; o++)
		n += zone->area[o].nr_free << o;
	return n;
}

static struct page *block_of(unsigned long pfn) { return pfn_to_page(pfn & ~(pageblock_nr_pages - 1)); }

static bool skipped(const struct compactor *c, unsigned long window)
{
	if (c->ignore_skip || c->order < pageblock_order)
		return false;
	for (unsigned long pfn = window; pfn < window + (1UL << c->order); pfn += pageblock_nr_pages)
		if (__atomic_load_n(&block_of(pfn)->flags, __ATOMIC_RELAXED) & KMK_PF_SKIP)
			return true;
	return false;
}

static void forget_skips(const struct zone *zone)
{
	for (unsigned long pfn = zone->start_pfn; pfn < zone->end_pfn; pfn += pageblock_nr_pages)
		if (__atomic_load_n(&block_of(pfn)->flags, __ATOMIC_RELAXED) & KMK_PF_SKIP)
			__atomic_fetch_and(&block_of(pfn)->flags, ~KMK_PF_SKIP, __ATOMIC_RELAXED);
}

/* Memory never used has nothing to move, and may be large. */
static unsigned long behind_fresh_locked(const struct zone *zone, unsigned long pfn)
{
	for (unsigned int i = 0; i < zone->nr_fresh; i++)
		if (pfn >= zone->fresh[i].next && pfn < zone->fresh[i].end)
			return zone->fresh[i].end;
	return 0;
}

/* Judge one window. 0: no candidate, else 1 + its sources. *next: where to go on. */
static unsigned int look(struct compactor *c, unsigned long window, unsigned long *next)
{
	unsigned long size = 1UL << c->order, fresh;
	struct verdict v = { .spoiled = true };

	*next = window + size;
	if (skipped(c, window))
		return 0;
	kmk_lock(&c->zone->lock);
	fresh = behind_fresh_locked(c->zone, window);
	if (fresh)
		*next = ALIGN(fresh, size);
	else
		v = judge_locked(c, window);
	if (!v.spoiled && !v.free && v.sources > small_frames(c->zone, c->order) - v.inside)
		v.spoiled = true;
	else if (v.spoiled && !fresh && c->order >= pageblock_order)
		kmk_page_set(block_of(v.spoiler), __builtin_ctzl(KMK_PF_SKIP));
	kmk_unlock(&c->zone->lock);
	return v.spoiled || v.free ? 0 : 1 + v.sources;
}

/* The next window worth emptying. False: a round over the zone shows none. */
static bool choose(struct compactor *c)
{
	unsigned long size = 1UL << c->order, first = ALIGN(c->zone->start_pfn, size);
	unsigned long last = c->zone->end_pfn & ~(size - 1), *cursor = &places[c->zone->index].cursor;
	unsigned int best = 0, found = 0;

	if (first >= last)
		return false;
	*cursor = ALIGN(*cursor, size);
	for (unsigned long left = (last - first) >> c->order; left && found < CANDIDATES; ) {
		unsigned long window = *cursor >= first && *cursor < last ? *cursor : first;
		unsigned int cost = look(c, window, cursor);
		unsigned long passed = (*cursor - window) >> c->order;

		left -= min(left, passed);
		found += cost != 0;
		if (cost && (!best || cost < best)) {
			best = cost;
			c->window = window;
		}
		if (best && best <= size / 8)
			break;
	}
	return best != 0;
}

/* ---- emptying it ---- */

static bool is_mine(const struct compactor *c, const struct page *page)
{
	return test_bit((long)(page_to_pfn((struct page *)page) - c->window), c->mine);
}

static void make_mine(struct compactor *c, struct page *page, unsigned int nr)
{
	bitmap_set(c->mine, (unsigned int)(page_to_pfn(page) - c->window), (int)nr);
	c->nr_mine += nr;
}

/* Free blocks of the window leave their lists. */
static void hold_free(struct compactor *c, unsigned long pfn, unsigned long end)
{
	kmk_lock(&c->zone->lock);
	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);
		int order = kmk_free_order_locked(c->zone, pfn);
		unsigned int nr = order > 0 ? 1U << order : 1;

		if (order >= 0 && pfn + nr <= end) {
			kmk_buddy_hold_locked(c->zone, page);
			make_mine(c, page, nr);
		}
		pfn += nr;
	}
	kmk_unlock(&c->zone->lock);
}

/* A frame whose last reference was ours: it counts as free again, and is held. */
static void capture(struct compactor *c, struct page *page)
{
	struct zone *zone = c->zone;

	if (!kmk_page_capture(page)) {
		put_page(page);		/* somebody passes by, and frees it */
		return;
	}
	kmk_lock(&zone->lock);
	WRITE_ONCE(zone->nr_free, zone->nr_free + 1);
	kmk_zone_hold_locked(zone, 1);
	kmk_unlock(&zone->lock);
	make_mine(c, page, 1);
}

static struct page *next_target(struct compactor *c)
{
	unsigned int group = kmk_page_limit[c->zone->index].entries[0]
		? kmk_group_of(c->zone->index, MIGRATE_MOVABLE) : 0;
	struct page *page = NULL;

	if (!c->nr_targets) {
		kmk_lock(&c->zone->lock);
		while (c->nr_targets < BATCH && (page = kmk_buddy_take_small_locked(c->zone, c->order)))
			c->target[c->nr_targets++] = page;
		kmk_unlock(&c->zone->lock);
	}
	if (!c->nr_targets)
		return NULL;
	page = c->target[--c->nr_targets];
	kmk_page_mark(page, 0, group);
	return kmk_prep_page(page, 0, 0);
}

static void drop_targets(struct compactor *c)
{
	if (!c->nr_targets)
		return;
	kmk_lock(&c->zone->lock);
	while (c->nr_targets)
		kmk_buddy_give_locked(c->zone, c->target[--c->nr_targets], 0);
	kmk_unlock(&c->zone->lock);
}

/* Call-backs of file systems need __GFP_FS; our own mappings have none. */
static bool allowed(const struct compactor *c, struct page *page)
{
	struct address_space *mapping;
	bool ok;

	if (c->gfp & __GFP_FS)
		return true;
	if (!trylock_page(page))
		return false;
	mapping = READ_ONCE(page->mapping);
	ok = !mapping || mapping->kmk_ops;
	unlock_page(page);
	return ok;
}

static bool isolate(struct compactor *c, struct page *page)
{
	if (__PageMovable(page))
		return !isolate_movable_page(page, c->mode == MIGRATE_ASYNC ? ISOLATE_ASYNC_MIGRATE : 0);
	if (!PageLRU(page) || !kmk_lru_isolate(page))
		return false;
	if (!PageCompound(page) && allowed(c, page))
		return true;
	kmk_lru_putback(page);
	return false;
}

/* An isolated page moves, or is put back. -EAGAIN: another try may do. */
static int move_out(struct compactor *c, struct page *page)
{
	struct page *to = next_target(c);
	int err = to ? kmk_migrate_isolated(to, page, c->mode, false) : -ENOMEM;

	if (err && to)
		put_page(to);
	if (err && err != KMK_MIGRATE_GONE) {
		kmk_migrate_putback(page);
		note(&stats.busy, 1);
		count_vm_event(PGMIGRATE_FAIL);
		return err;
	}
	note(&stats.migrated, !err);
	capture(c, page);
	return 0;
}

/* The frame comes into our hands. */
static bool empty_frame(struct compactor *c, struct page *page)
{
	unsigned int tries = c->mode == MIGRATE_ASYNC ? TRIES_LIGHT : TRIES_PATIENT;
	unsigned long pfn = page_to_pfn(page);

	for (unsigned int i = 0; i < tries && !is_mine(c, page); i++) {
		int err = -EAGAIN;

		if (i)
			port_yield();
		if (isolate(c, page))
			err = move_out(c, page);
		else if (PageBuddy(page))
			hold_free(c, pfn, c->window + (1UL << c->order));
		else if (page_ref_count(page) > 0 && !may_move(c, page))
			return false;
		if (err && err != -EAGAIN)
			return false;
	}
	return is_mine(c, page);
}

/* Runs of frames in our hands, as free blocks. A whole window is one. */
static void give_back(struct compactor *c)
{
	unsigned long size = 1UL << c->order;

	kmk_lock(&c->zone->lock);
	if (c->nr_mine == size)
		kmk_buddy_unhold_locked(c->zone, pfn_to_page(c->window), c->order, true);
	else
		for (unsigned long i = find_first_bit(c->mine, size); i < size; i = find_next_bit(c->mine, size, i + 1))
			kmk_buddy_unhold_locked(c->zone, pfn_to_page(c->window + i), 0, true);
	kmk_unlock(&c->zone->lock);
}

static bool empty_window(struct compactor *c)
{
	unsigned long size = 1UL << c->order;
	bool whole;

	bitmap_zero(c->mine, 1 << (MAX_ORDER - 1));
	c->nr_mine = 0;
	note(&stats.windows, 1);
	kmk_hands_fill();
	hold_free(c, c->window, c->window + size);
	for (unsigned long i = 0; i < size; i++)
		if (!test_bit((long)i, c->mine) && !empty_frame(c, pfn_to_page(c->window + i)))
			break;
	whole = c->nr_mine == size;
	give_back(c);
	drop_targets(c);
	kmk_hands_empty();
	return whole;
}

/* ---- a zone ---- */

static bool has_block(struct zone *zone, unsigned int order)
{
	u32 filled = 0;

	kmk_lock(&zone->lock);
	for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
		filled |= kmk_zone_filled(zone, t);
	kmk_unlock(&zone->lock);
	return filled >> order;
}

enum compact_result compaction_suitable(struct zone *zone, int order, unsigned int alloc_flags, int highest_zone)
{
	unsigned long need = READ_ONCE(zone->watermark[WMARK_MIN]) + READ_ONCE(zone->reserve[highest_zone]) + (1UL << order);

	(void)alloc_flags;
	if (kmk_zone_free(zone) < need)
		return COMPACT_SKIPPED;
	return has_block(zone, (unsigned int)order) ? COMPACT_SUCCESS : COMPACT_CONTINUE;
}

/* One window after another until one was emptied. */
static enum compact_result work(struct compactor *c)
{
	unsigned int failures = c->mode == MIGRATE_ASYNC ? WINDOWS_LIGHT : WINDOWS_PATIENT;

	while (failures) {
		if (choose(c)) {
			if (empty_window(c))
				return COMPACT_SUCCESS;
			failures--;
		} else if (c->mode == MIGRATE_ASYNC || c->ignore_skip || c->order < pageblock_order) {
			break;
		} else {
			forget_skips(c->zone);
			c->ignore_skip = true;
		}
	}
	if (c->order >= pageblock_order)
		forget_skips(c->zone);
	return COMPACT_COMPLETE;
}

static bool deferred(const struct compactor *c)
{
	typeof(&places[0]) p = &places[c->zone->index];
	unsigned long news = max(1UL << c->order >> 3, 1UL);

	if (!p->failed_order || c->order < p->failed_order || READ_ONCE(c->zone->nr_given) - p->given >= news)
		return false;
	return ++p->turned_away < MAX_TURNED_AWAY;
}

static void remember(const struct compactor *c, bool success)
{
	typeof(&places[0]) p = &places[c->zone->index];

	if (success) {
		if (c->order >= p->failed_order)
			p->failed_order = 0;
	} else if (c->mode != MIGRATE_ASYNC) {
		p->failed_order = c->order;
		p->given = READ_ONCE(c->zone->nr_given);
		p->turned_away = 0;
	}
}

static enum compact_result compact_zone(struct zone *zone, unsigned int order, gfp_t gfp, unsigned int class_zone)
{
	struct compactor c = { .zone = zone, .order = order, .gfp = gfp,
			       .mode = gfp & __GFP_NORETRY ? MIGRATE_ASYNC : MIGRATE_SYNC_LIGHT };
	struct mutex *lock = &places[zone->index].lock;
	enum compact_result result = compaction_suitable(zone, (int)order, 0, (int)class_zone);

	if (result != COMPACT_CONTINUE)
		return result;
	/* Held over call-backs of file systems, whose locks a request without __GFP_FS may hold: that one does not wait. */
	if (c.mode == MIGRATE_ASYNC || !(gfp & __GFP_FS)) {
		if (!mutex_trylock(lock))
			return COMPACT_CONTENDED;
	} else {
		mutex_lock(lock);
	}
	result = COMPACT_SUCCESS;
	if (has_block(zone, order)) {
		/* made by whoever held the lock */
	} else if (deferred(&c)) {
		result = COMPACT_DEFERRED;
	} else {
		kmk_pcp_drain_all();
		result = has_block(zone, order) ? COMPACT_SUCCESS : work(&c);
		remember(&c, result == COMPACT_SUCCESS);
	}
	mutex_unlock(lock);
	return result;
}

static enum compact_result compact_zones(unsigned int order, gfp_t gfp, unsigned int class_zone)
{
	const struct kmk_zonelist *list = &kmk_zonelists[gfp & 15];
	enum compact_result best = COMPACT_NOT_SUITABLE_ZONE;

	for (unsigned int i = 0; i < list->count && best != COMPACT_SUCCESS; i++)
		best = max(best, compact_zone(&kmk_zones[list->zone[i]], order, gfp, class_zone));
	return best;
}

/* A fork waits for those inside; nothing they allocate comes back here. */
static unsigned int enter(void)
{
	kmk_reclaim_enter();
	return kmk_memalloc_begin();
}

static void leave(unsigned int flags)
{
	kmk_memalloc_end(flags);
	kmk_reclaim_leave();
}

bool kmk_compact(unsigned int order, gfp_t gfp, unsigned int class_zone)
{
	enum compact_result result;
	unsigned int flags;

	if (off || !order || !(gfp & __GFP_IO) || kmk_in_memalloc())
		return false;
	flags = enter();
	result = compact_zones(order, gfp, class_zone);
	leave(flags);
	note(&stats.attempts, 1);
	note(result == COMPACT_SUCCESS ? &stats.success : result == COMPACT_DEFERRED ? &stats.deferred
	     : result <= COMPACT_SKIPPED ? &stats.skipped : &stats.fail, 1);
	if (result > COMPACT_DEFERRED) {
		count_vm_event(COMPACTSTALL);
		count_vm_event(result == COMPACT_SUCCESS ? COMPACTSUCCESS : COMPACTFAIL);
	}
	return result == COMPACT_SUCCESS;
}

static unsigned long compact_fully(struct zone *zone, unsigned int order)
{
	struct compactor c = { .zone = zone, .order = order, .gfp = GFP_KERNEL, .mode = MIGRATE_SYNC,
			       .ignore_skip = true };
	unsigned long most = (zone->end_pfn - zone->start_pfn) >> order, blocks = 0;

	mutex_lock(&places[zone->index].lock);
	for (; most && choose(&c); most--)
		blocks += empty_window(&c);
	mutex_unlock(&places[zone->index].lock);
	return blocks;
}

unsigned long kmemkit_compact_memory(unsigned int order)
{
	unsigned int flags, largest = min(order, (unsigned int)MAX_ORDER - 1);
	unsigned long blocks = 0;

	if (kmemkit_start() || !largest || off)
		return 0;
	flags = enter();
	kmk_pcp_drain_all();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		if (kmk_zones[z].managed)
			blocks += compact_fully(&kmk_zones[z], largest);
	leave(flags);
	return blocks;
}

void kmemkit_get_compact_stats(struct kmemkit_compact_stats *s)
{
	for (unsigned int i = 0; i < sizeof(stats) / sizeof(unsigned long); i++)
		((unsigned long *)s)[i] = __atomic_load_n((unsigned long *)&stats + i, __ATOMIC_RELAXED);
}

static void start_places(void)
{
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		mutex_init(&places[z].lock);
}

static struct kmk_fork_hook fork_hook = { .fn = start_places };

int kmk_compact_start(void)
{
	off = !kmk_option_flag("compaction", true);
	start_places();
	kmk_on_fork_child(&fork_hook);
	kmk_page_compact = kmk_compact;
	return 0;
}
