/* SPDX-License-Identifier: MIT */
/*
 * Idle memory goes back to the host.
 *
 * Free blocks are warm or cold (page.h). One thread, started by the first free that leaves a zone with more
 * than WARM_LIMIT warm frames, or as many in a cache's empty slabs or in idle virtual areas, works in ticks of a quarter of the delay (idle_release_ms=, 500; 0: off):
 *
 *     tick: epoch + 1
 *           caches not used since the last tick are trimmed: idle areas, empty slabs, CPU arrays
 *           free blocks last touched IDLE_TICKS epochs ago are held, given to port_release(), unheld: cold
 *
 * and sleeps without a time when for some ticks no zone had that many warm frames, nothing was trimmed, and
 * no such free came (`more_came`: idle areas and empty slabs are counted nowhere that it could look). A block
 * that is taken and freed again is of the present epoch, and warm blocks are reused first, so a steady
 * load keeps what it uses.
 *
 * Large blocks go first, found by their lists (warm ones stand in front). Then, if there is still more than a
 * rest, small ones in the order of addresses, a pageblock at a time, neighbours with one call.
 *
 * The host's memory behind the frame database goes, too: a released block that is large enough for a page of
 * descriptors leaves its list and is forgotten (src/page/forgotten.c); so is a cold block that lay on a list for as
 * long. Of one that cannot be, all descriptors but the head's page go.
 *
 * Held frames count as free, but cannot be had for a moment. So never more than HELD_MAX are held, and none
 * while a zone is near its marks; and who is about to be refused waits for them (src/page/hands.c).
 */
#include <kmemkit/event.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "base/option.h"
#include "port_inline.h"
#include "reclaim.h"
#include "rooms.h"

#define DELAY_MS	500
#define TICKS		4		/* a delay */
#define IDLE_TICKS	(TICKS + 1)	/* whole ticks, wherever in one the free was */
#define WARM_LIMIT	1024		/* frames: more wake the thread */
#define WARM_REST	64		/* of small blocks: no more are not worth a walk */
#define LARGE_ORDER	KMK_GROUP_ORDER
#define COLD_LOOK	256		/* cold blocks of a list that are looked at in a tick */
#define HELD_MAX	4096		/* frames */
#define HELD_PART	64		/* nor more than this part of a zone, but one block */
#define MAX_BACKOFF	63u		/* ticks between two walks over small blocks */
#define RUNS		64		/* runs of frames released between two lockings */

struct run { unsigned long pfn, nr; };

static u64 tick_ns;
static unsigned long released;		/* frames, since the start */
static bool started;
static u32 asleep = 1;			/* 1: a free that sees many warm frames must wake the thread */
static u32 kick;
static u32 more_came;			/* 1: since the last tick began, such a free */

unsigned long kmk_idle_released(void) { return __atomic_load_n(&released, __ATOMIC_RELAXED); }

static bool is_old(const struct page *page) { return READ_ONCE(kmk_page_epoch) - page->index >= IDLE_TICKS; }
static bool is_idle(const struct page *page) { return !kmk_page_is_cold(page) && is_old(page); }

/* ---- holding runs of frames ---- */

static void hold_locked(struct zone *zone, struct page *page, struct run *runs, unsigned int *n)
{
	unsigned long pfn = page_to_pfn(page), nr = 1UL << page->private;

	kmk_buddy_hold_locked(zone, page);
	if (*n && runs[*n - 1].pfn + runs[*n - 1].nr == pfn)
		runs[*n - 1].nr += nr;
	else
		runs[(*n)++] = (struct run){ pfn, nr };
}

/* May this many frames be out of reach for a moment? */
static bool can_hold(const struct zone *zone, unsigned long nr)
{
	unsigned long most = min(max(zone->managed / HELD_PART, 1UL << (MAX_ORDER - 1)), (unsigned long)HELD_MAX);

	return zone->nr_held + nr <= most && kmk_zone_free(zone) > READ_ONCE(zone->watermark[WMARK_HIGH]) + zone->nr_held + nr;
}

/* At the start of a run. */
static unsigned int largest_block(struct run run)
{
	return min3((unsigned int)__builtin_ctzl(run.pfn), (unsigned int)MAX_ORDER - 1,
		    63u - (unsigned int)__builtin_clzl(run.nr));
}

static void unhold_run_locked(struct zone *zone, struct run run)
{
	while (run.nr) {
		unsigned int order = largest_block(run);

		kmk_buddy_forget_locked(zone, pfn_to_page(run.pfn), order);
		run.pfn += 1UL << order;
		run.nr -= 1UL << order;
	}
}

static void forget(unsigned long pfn, unsigned long end)
{
	if (port_forget && end > pfn)
		port_forget(pfn_to_page(pfn), (end - pfn) * sizeof(struct page));
}

/* Descriptors of a free block say nothing; the head's group stays where the block will go to a list. */
static void forget_descriptors(const struct zone *zone, struct run run)
{
	unsigned long from = run.pfn;		/* frames from here on are to be forgotten */

	while (run.nr) {
		unsigned int order = largest_block(run);

		if (!kmk_may_forget(zone, run.pfn, order)) {
			forget(from, run.pfn);
			from = run.pfn + (1UL << min(order, (unsigned int)LARGE_ORDER));
		}
		run.pfn += 1UL << order;
		run.nr -= 1UL << order;
	}
	forget(from, run.pfn);
}

/* Held runs, all warm or all cold: back they go, cold. */
static void release(struct zone *zone, const struct run *runs, unsigned int n, bool was_warm)
{
	unsigned long frames = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (was_warm)
			port_release(PFN_PHYS(runs[i].pfn), runs[i].nr << PAGE_SHIFT);
		forget_descriptors(zone, runs[i]);
		frames += was_warm ? runs[i].nr : 0;
	}
	kmk_lock(&zone->lock);
	for (unsigned int i = 0; i < n; i++)
		unhold_run_locked(zone, runs[i]);
	kmk_unlock(&zone->lock);
	__atomic_fetch_add(&released, frames, __ATOMIC_RELAXED);
}

/* ---- large blocks, by their lists ---- */

static unsigned int hold_large_locked(struct zone *zone, unsigned int order, unsigned int type, struct run *runs)
{
	struct page *page, *next;
	unsigned int n = 0;

	list_for_each_entry_safe(page, next, &zone->area[order].list[type], buddy_list) {
		if (kmk_page_is_cold(page) || n == RUNS || !can_hold(zone, 1UL << order))
			break;
		if (is_idle(page))
			hold_locked(zone, page, runs, &n);
	}
	return n;
}

/* Cold ones stand at the end. Those that cannot be forgotten stay, so only so many are looked at. */
static unsigned int hold_cold_locked(struct zone *zone, unsigned int order, unsigned int type, struct run *runs)
{
	unsigned int n = 0, looked = 0;
	struct page *page, *next;

	list_for_each_entry_safe_reverse(page, next, &zone->area[order].list[type], buddy_list) {
		if (!kmk_page_is_cold(page) || n == RUNS || looked++ == COLD_LOOK || !can_hold(zone, 1UL << order))
			break;
		if (is_old(page) && kmk_may_forget(zone, page_to_pfn(page), order))
			hold_locked(zone, page, runs, &n);
	}
	return n;
}

static void release_list(struct zone *zone, unsigned int order, unsigned int type, bool warm)
{
	struct run runs[RUNS];

	for (unsigned int n = 1; n; ) {
		kmk_reclaim_enter();
		kmk_hands_fill();
		kmk_lock(&zone->lock);
		n = warm ? hold_large_locked(zone, order, type, runs) : hold_cold_locked(zone, order, type, runs);
		kmk_unlock(&zone->lock);
		release(zone, runs, n, warm);
		kmk_hands_empty();
		kmk_reclaim_leave();
	}
}

static void release_large(struct zone *zone, bool warm)
{
	for (unsigned int order = MAX_ORDER; order-- > LARGE_ORDER; )
		for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
			release_list(zone, order, type, warm);
}

/* ---- small ones, by address ---- */

/* From *pfn to the end of its pageblock, or until there are enough. */
static unsigned int hold_small_locked(struct zone *zone, unsigned long *pfn, struct run *runs)
{
	unsigned long end = min(ALIGN(*pfn + 1, pageblock_nr_pages), zone->end_pfn);
	unsigned int n = 0;

	while (*pfn < end && n < RUNS) {
		struct page *page = pfn_to_page(*pfn);
		int order = kmk_free_order_locked(zone, *pfn);
		unsigned long nr = order > 0 ? 1UL << order : 1;

		if (PageBuddy(page) && is_idle(page)) {
			if (!can_hold(zone, nr))
				break;
			hold_locked(zone, page, runs, &n);
		}
		*pfn += nr;
	}
	return n;
}

static unsigned long skip_fresh_locked(const struct zone *zone, unsigned long pfn)
{
	for (unsigned int i = 0; i < zone->nr_fresh; i++)
		if (pfn >= zone->fresh[i].next && pfn < zone->fresh[i].end)
			return zone->fresh[i].end;
	return pfn;
}

static void release_small(struct zone *zone)
{
	struct run runs[RUNS];

	for (unsigned long pfn = zone->start_pfn; pfn < zone->end_pfn; ) {
		unsigned long before = pfn;
		unsigned int n = 0;

		kmk_reclaim_enter();
		kmk_hands_fill();
		kmk_lock(&zone->lock);
		pfn = skip_fresh_locked(zone, pfn);
		if (pfn < zone->end_pfn)
			n = hold_small_locked(zone, &pfn, runs);
		kmk_unlock(&zone->lock);
		if (n)
			release(zone, runs, n, true);
		kmk_hands_empty();
		kmk_reclaim_leave();
		if (pfn == before && !n)
			break;			/* memory is short: another time */
	}
}

/*
 * The walk over all pageblocks is worth while when some frames stayed warm for the whole delay. One that
 * finds little, because others than these are in use now and then, makes the next come later.
 */
static struct {
	unsigned long warm[IDLE_TICKS];		/* at the last ticks */
	unsigned int tick, skip, backoff;
} history[MAX_NR_ZONES];

static unsigned long lowest_of(const unsigned long *v, unsigned int n)
{
	unsigned long low = v[0];

	for (unsigned int i = 1; i < n; i++)
		low = min(low, v[i]);
	return low;
}

static void maybe_release_small(struct zone *zone, unsigned long warm)
{
	typeof(&history[0]) h = &history[zone->index];
	unsigned long before = released;

	h->warm[h->tick++ % IDLE_TICKS] = warm;
	if (lowest_of(h->warm, IDLE_TICKS) <= WARM_REST || (h->skip && h->skip--))
		return;
	release_small(zone);
	h->backoff = released - before >= WARM_LIMIT ? 0 : min(h->backoff * 2 + 1, MAX_BACKOFF);
	h->skip = h->backoff;
}

/* After a sleep all is different. */
static void forget_history(void)
{
	memset(history, 0, sizeof(history));
}

/* ---- the thread ---- */

static unsigned long warm_frames(struct zone *zone)
{
	unsigned long n;

	kmk_lock(&zone->lock);
	n = zone->nr_warm;
	kmk_unlock(&zone->lock);
	return n;
}

/* Is there anything left to wait for? */
static bool tick(void)
{
	unsigned long trimmed;
	bool more = false;

	__atomic_fetch_add(&kmk_page_epoch, 1, __ATOMIC_RELAXED);
	kmk_reclaim_enter();
	trimmed = kmk_page_trim_idle();
	kmk_reclaim_leave();
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		struct zone *zone = &kmk_zones[z];

		if (!zone->managed)
			continue;
		release_large(zone, true);
		maybe_release_small(zone, warm_frames(zone));
		release_large(zone, false);
		more |= warm_frames(zone) > WARM_LIMIT;
	}
	return more || trimmed;
}

static void sleep_until_kicked(void)
{
	u32 seen = __atomic_load_n(&kick, __ATOMIC_ACQUIRE);
	bool warm;

	__atomic_store_n(&asleep, 1, __ATOMIC_SEQ_CST);
	warm = __atomic_load_n(&more_came, __ATOMIC_SEQ_CST);
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		warm |= warm_frames(&kmk_zones[z]) > WARM_LIMIT;
	if (!warm)
		port_wait(&kick, seen, UINT64_MAX);
	__atomic_store_n(&asleep, 0, __ATOMIC_SEQ_CST);
}

static int idle_thread(void *unused)
{
	u32 never = 0;

	(void)unused;
	kmk_self()->internal++;
	for (;;) {
		unsigned int quiet = 0;

		/* One quiet tick is not enough: the trimming waits for a tick without use. */
		while (quiet < IDLE_TICKS) {
			bool more;

			port_wait(&never, 0, tick_ns);
			more = __atomic_exchange_n(&more_came, 0, __ATOMIC_SEQ_CST);
			quiet = tick() || more ? 0 : quiet + 1;
		}
		sleep_until_kicked();
		forget_history();
	}
	return 0;
}

/*
 * Called behind a free, in any context: at most one caller for each time the thread sleeps gets past the test. Either
 * this thread sees the other one asleep, or that one sees the note before it sleeps.
 */
static void warm(void)
{
	u32 was = 1;

	if (!__atomic_load_n(&more_came, __ATOMIC_SEQ_CST))
		__atomic_store_n(&more_came, 1, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&asleep, __ATOMIC_SEQ_CST) ||
	    !__atomic_compare_exchange_n(&asleep, &was, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return;
	if (started) {
		__atomic_fetch_add(&kick, 1, __ATOMIC_SEQ_CST);
		port_wake(&kick, 1);
		return;
	}
	/* It stays awake for some ticks, so nobody else gets here before this is done. */
	started = true;
	if (IS_ERR(kmk_kthread_run_any(idle_thread, NULL, "kmk_idle")))
		__atomic_store_n(&kmk_page_warm_limit, ~0UL, __ATOMIC_RELAXED);
}

static void in_child(void)
{
	started = false;
	__atomic_store_n(&asleep, 1, __ATOMIC_RELAXED);
}

static struct kmk_fork_hook fork_hook = { .fn = in_child };

void kmk_idle_release_start(void)
{
	unsigned long long ms;

	if (!kmk_option_number("idle_release_ms", &ms))
		ms = DELAY_MS;
	if (!ms || !kmk_page_can_release)
		return;
	if (port_forget)
		kmk_forgotten_start();
	tick_ns = max(ms * 1000000ull / TICKS, 1000000ull);
	kmk_on_fork_child(&fork_hook);
	kmk_page_warm = warm;
	kmk_page_warm_limit = WARM_LIMIT;
}
