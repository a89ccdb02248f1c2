/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's slow path: the request is judged, zones are walked against their
 * watermarks, memory is found elsewhere, and a failure is reported once.
 *
 * Marks (contract 1.5): the first walk keeps every zone above low; the second goes down to min,
 * and below it for __GFP_HIGH (half of min; without direct reclaim a quarter of the rest too).
 * MEMALLOC ignores the marks unless NOMEMALLOC says otherwise.
 *
 * A request that may wait then goes round: compaction first where a block is wanted, direct reclaim,
 * compaction, and again while there is progress or the lists could still satisfy it; at the end the OOM
 * notifiers. NORETRY makes one round, blocks above order 3 too unless RETRY_MAYFAIL; NOFAIL ends with
 * memory only.
 * The rooms that do the work are reached by up-calls (page.h); without them the sources are asked.
 */
#include <linux/instruction_pointer.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/vmstat.h>
#include "port_inline.h"
#include "sync/sync.h"
#include "page.h"

#define ALLOC_HIGH		1u	/* half of min */
#define ALLOC_HARDER		2u	/* and a quarter of what is left */
#define ALLOC_NO_WATERMARKS	4u

#define RETRIES			16	/* rounds without success, as 6.1's MAX_RECLAIM_RETRIES */
#define ROUND_YIELD		32	/* frames that direct reclaim looks for in a round */

/*
 * How long a request stays that gets nothing, while pages are being written or are in somebody's hands: a slow disk is
 * waited for, a dead one is not.
 */
u64 kmk_page_disk_ns = 10000000000ull;

/* What one request asks for, and how long it has been trying. */
struct request {
	gfp_t gfp;
	unsigned int order, class;	/* class: the highest zone it could have */
	unsigned int flags;		/* ALLOC_* */
	unsigned int idle_rounds, blind_rounds;
	u64 idle_since;			/* port_now() of the first idle round */
	unsigned long blind_limit;
};

static struct kmk_page_source *sources;
unsigned long (*kmk_page_direct_reclaim)(gfp_t gfp, unsigned int order, unsigned int zone);
unsigned long (*kmk_page_reclaimable)(const struct zone *zone);
bool (*kmk_page_compact)(unsigned int order, gfp_t gfp, unsigned int zone);
bool (*kmk_page_oom)(gfp_t gfp, unsigned int order);
void (*kmk_page_drop_lru)(struct page *page);
bool (*kmk_page_hopeless)(void);
void (*kmk_page_swap)(unsigned long *total, unsigned long *free);
void (*kmk_page_tick)(void);
bool (*kmk_page_should_fail)(gfp_t gfp, unsigned int order);	/* fault injection, debug room */
void (*kmk_page_wake_kswapd)(gfp_t gfp, unsigned int order, unsigned int zone);	/* reclaim room */
void (*kmk_page_note_alloc)(struct page *page, unsigned int order, gfp_t gfp, unsigned long caller);

void kmk_page_add_source(struct kmk_page_source *source)
{
	struct kmk_page_source **at = &sources;

	while (*at)
		at = &(*at)->next;
	source->next = NULL;
	*at = source;
}

unsigned long kmk_page_ask_sources(gfp_t gfp)
{
	unsigned long got = 0;

	for (struct kmk_page_source *s = sources; s; s = s->next)
		got += s->give(gfp);
	return got;
}

/* Ask every source in turn. Frames held back in CPU arrays come first: they cost least. */
unsigned long kmk_page_reclaim(gfp_t gfp)
{
	unsigned long got = kmk_pcp_count() + kmk_page_ask_sources(gfp);

	kmk_pcp_drain_all();
	return got;
}

unsigned long kmk_page_trim_idle(void)
{
	unsigned long got = 0;

	for (struct kmk_page_source *s = sources; s; s = s->next)
		got += s->idle ? s->idle() : 0;
	return got + kmk_pcp_trim_idle();
}

static bool above_with(const struct zone *zone, unsigned long free, unsigned long mark, const struct request *r)
{
	return free > mark + READ_ONCE(zone->reserve[r->class]) + (1UL << r->order) - 1;
}

/* A zone's mark for this request: what the flags let it eat of the reserve. */
static unsigned long mark_of(const struct zone *zone, enum zone_watermarks mark, unsigned int flags)
{
	unsigned long min = READ_ONCE(zone->watermark[mark]);

	if (mark == WMARK_LOW)		/* wake kswapd earlier, not fail earlier */
		min += __atomic_load_n(&zone->boost, __ATOMIC_RELAXED);
	if (flags & ALLOC_HIGH)
		min -= min / 2;
	if (flags & ALLOC_HARDER)
		min -= min / 4;
	return min;
}

static bool allowed(const struct zone *zone, const struct request *r, enum zone_watermarks mark,
		    unsigned int flags)
{
	unsigned long free = kmk_zone_free(zone);

	if (flags & ALLOC_NO_WATERMARKS)
		return free >= 1UL << r->order;
	return above_with(zone, free, mark_of(zone, mark, flags), r);
}

static struct page *walk(const struct request *r, enum zone_watermarks mark, unsigned int flags)
{
	const struct kmk_zonelist *list = &kmk_zonelists[r->gfp & 15];
	unsigned int type = (r->gfp & __GFP_MOVABLE) ? MIGRATE_MOVABLE
		: (r->gfp & __GFP_RECLAIMABLE) ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;

	for (unsigned int i = 0; i < list->count; i++) {
		struct zone *zone = &kmk_zones[list->zone[i]];
		struct page *page = NULL;

		if (allowed(zone, r, mark, flags))
			page = kmk_pcp_refill(zone, r->order, type);
		if (page)
			return page;
	}
	return NULL;
}

gfp_t kmk_scoped_gfp(gfp_t gfp)
{
	const struct task_struct *task = kmk_self()->task;
	unsigned int flags = task ? task->flags : 0;

	if (flags & PF_MEMALLOC_NOIO)
		gfp &= ~(__GFP_IO | __GFP_FS);
	else if (flags & PF_MEMALLOC_NOFS)
		gfp &= ~__GFP_FS;
	if (flags & PF_MEMALLOC_PIN)
		gfp &= ~__GFP_MOVABLE;
	return gfp;
}

static unsigned int reserve_flags(gfp_t gfp)
{
	unsigned int flags = 0;

	if (gfp & __GFP_HIGH)
		flags |= ALLOC_HIGH;
	if (((gfp & __GFP_ATOMIC) || (gfp & (__GFP_HIGH | __GFP_DIRECT_RECLAIM)) == __GFP_HIGH) &&
	    !(gfp & __GFP_NOMEMALLOC))
		flags |= ALLOC_HARDER;
	if (!(gfp & __GFP_NOMEMALLOC) && ((gfp & __GFP_MEMALLOC) || kmk_in_memalloc()))
		flags |= ALLOC_NO_WATERMARKS;
	return flags;
}

bool gfp_pfmemalloc_allowed(gfp_t gfp) { return reserve_flags(gfp) & ALLOC_NO_WATERMARKS; }

/* Impossible or suspicious requests: one report, a defined result. False: the answer is NULL. */
static bool judge(gfp_t *gfp, unsigned int order, unsigned long caller)
{
	if (order >= MAX_ORDER) {
		WARN_ONCE(!(*gfp & __GFP_NOWARN), "page allocation of order %u: the largest is %u\n",
			  order, MAX_ORDER - 1);
		return false;
	}
	if ((*gfp & __GFP_DMA) && (*gfp & __GFP_HIGHMEM)) {
		WARN_ONCE(1, "page allocation with __GFP_DMA and __GFP_HIGHMEM: no zone is both (%pGg)\n",
			  gfp);
		return false;
	}
	*gfp = kmk_scoped_gfp(*gfp);
	if (!gfpflags_allow_blocking(*gfp))
		return true;
	if (WARN_ONCE(*gfp & __GFP_ATOMIC, "__GFP_ATOMIC with __GFP_DIRECT_RECLAIM: which of the two? (%pGg)\n",
		      gfp))
		*gfp &= ~__GFP_ATOMIC;
	if (unlikely(kmk_self()->fs_reclaim))
		kmk_fs_reclaim_check(*gfp, caller);
	if (kmk_atomic_context() || rcu_preempt_depth()) {
		if (!kmk_self()->internal)	/* else the slab room has reported it */
			kmk_check_sleep(__FILE__, __LINE__, (void *)caller);
		*gfp &= ~__GFP_DIRECT_RECLAIM;
	}
	return true;
}

static void wake_kswapd(const struct request *r)
{
	if ((r->gfp & __GFP_KSWAPD_RECLAIM) && kmk_page_wake_kswapd)
		kmk_page_wake_kswapd(r->gfp, r->order, r->class);
}

static bool compact(const struct request *r)
{
	return r->order && kmk_page_compact && kmk_page_compact(r->order, r->gfp, r->class);
}

/* Moving pages is tried before reclaim where reclaim would have to free far more than is asked for. */
static bool compact_first(const struct request *r)
{
	return r->order > PAGE_ALLOC_COSTLY_ORDER || (r->order && !(r->gfp & __GFP_MOVABLE));
}

/* Would the request succeed if all that the lists hold were free? */
static bool feasible(const struct request *r)
{
	const struct kmk_zonelist *list = &kmk_zonelists[r->gfp & 15];

	for (unsigned int i = 0; i < list->count; i++) {
		struct zone *zone = &kmk_zones[list->zone[i]];
		unsigned long could = kmk_zone_free(zone);

		if (kmk_page_reclaimable)
			could += kmk_page_reclaimable(zone);
		if (above_with(zone, could, mark_of(zone, WMARK_MIN, r->flags), r) &&
		    (!r->order || kmk_zone_has_order(zone, r->order)))
			return true;
	}
	return false;
}

/* Frames that a zone lacks: any of them may be the one where frames come from, so the most. */
static unsigned long shortage(const struct request *r)
{
	const struct kmk_zonelist *list = &kmk_zonelists[r->gfp & 15];
	unsigned long most = 0;

	for (unsigned int i = 0; i < list->count; i++) {
		const struct zone *zone = &kmk_zones[list->zone[i]];
		unsigned long need = mark_of(zone, WMARK_MIN, r->flags) + READ_ONCE(zone->reserve[r->class]) + (1UL << r->order);
		unsigned long free = kmk_zone_free(zone);

		most = max(most, need > free ? need - free : 0);
	}
	return most;
}

/*
 * What shrinkers give stands on no list, so progress alone counts too: for as many rounds as half of the
 * usual yield would need, and some more, for others may take what we free.
 */
static bool blind_again(struct request *r)
{
	if (r->order > PAGE_ALLOC_COSTLY_ORDER)
		return ++r->blind_rounds <= RETRIES / 4;
	if (!r->blind_limit)
		r->blind_limit = RETRIES + shortage(r) / (ROUND_YIELD / 2);
	return ++r->blind_rounds <= r->blind_limit;
}

/* Others may be writing what we need: give them a moment, longer each time. */
static void pause_for(unsigned int rounds)
{
	u32 never = 0;

	port_wait(&never, 0, min(rounds, 16u) * 1000 * 1000ull);
}

static bool waited_long(const struct request *r)
{
	return r->idle_rounds && port_now() - r->idle_since > READ_ONCE(kmk_page_disk_ns);
}

/* A round brought nothing. So many in a row are enough, but writing takes as long as the disk takes. */
static bool give_up(struct request *r)
{
	if (!r->idle_rounds++)
		r->idle_since = port_now();
	if (r->idle_rounds <= RETRIES)
		return false;
	if (!global_node_page_state(NR_WRITEBACK) || waited_long(r))
		return true;
	r->idle_rounds = RETRIES / 2;	/* what has been written by the next round is looked at some more times */
	return false;
}

/* After a round that did not suffice: is another worth while? As 6.1's should_reclaim_retry. */
static bool again(struct request *r, unsigned long got, bool compacted)
{
	if (got && r->order <= PAGE_ALLOC_COSTLY_ORDER)
		r->idle_rounds = 0;
	else if (give_up(r))
		return false;
	if (feasible(r)) {
		if (!got)
			pause_for(r->idle_rounds);
		return true;
	}
	return (got || compacted) && blind_again(r);
}

/* Larger blocks, low zones and those who can do without take nothing from who registered for the last resort. */
static bool ask_for_last(const struct request *r)
{
	gfp_t never = __GFP_RETRY_MAYFAIL | __GFP_THISNODE | __GFP_DMA | __GFP_DMA32;

	return r->order <= PAGE_ALLOC_COSTLY_ORDER && !(r->gfp & never);
}

/* Nothing is left to reclaim. Somebody else may have freed a lot in between, before that is known and after. */
static struct page *out_of_memory(struct request *r, bool *gave)
{
	struct page *page = NULL;

	*gave = false;
	if (ask_for_last(r)) {
		page = walk(r, WMARK_HIGH, 0);
		*gave = !page && kmk_page_oom && kmk_page_oom(r->gfp, r->order);
	}
	if (!page)
		page = walk(r, WMARK_MIN, r->flags);
	if (!page && ask_for_last(r) && (r->gfp & __GFP_NOFAIL))
		page = walk(r, WMARK_MIN, r->flags | ALLOC_NO_WATERMARKS);
	return page;
}

/* One round: reclaim, then what may be joined. NULL: it did not suffice. */
static struct page *reclaim_round(struct request *r, unsigned long *got, bool *compacted)
{
	struct page *page;

	*got = kmk_page_direct_reclaim ? kmk_page_direct_reclaim(r->gfp, r->order, r->class) : kmk_page_reclaim(r->gfp);
	page = walk(r, WMARK_MIN, r->flags);
	if (!page) {			/* part of it may lie in other CPUs' arrays */
		kmk_pcp_drain_all();
		page = walk(r, WMARK_MIN, r->flags);
	}
	*compacted = !page && compact(r);
	return *compacted ? walk(r, WMARK_MIN, r->flags) : page;
}

/* The caller may wait: try as often as its flags ask for. */
static struct page *wait_for_memory(struct request *r)
{
	bool compacted, gave, held, costly = r->order > PAGE_ALLOC_COSTLY_ORDER;
	struct page *page;
	unsigned long got;

	if (compact_first(r)) {
		page = compact(r) ? walk(r, WMARK_MIN, r->flags) : NULL;
		if (page)
			return page;
	}
	for (;;) {
		held = kmk_hands_full();
		page = reclaim_round(r, &got, &compacted);
		if (page || (r->gfp & __GFP_NORETRY) || (costly && !(r->gfp & __GFP_RETRY_MAYFAIL)))
			return page;
		wake_kswapd(r);
		if (again(r, got, compacted))
			continue;
		if ((held || kmk_hands_full()) && blind_again(r) && !waited_long(r)) {
			kmk_hands_wait();
			continue;
		}
		page = out_of_memory(r, &gave);
		if (page || !gave)
			return page;
		r->idle_rounds = r->blind_rounds = 0;
		r->blind_limit = 0;
	}
}

/* The promise: come back only with memory. Part of the reserve is used, and others get time to free. */
static struct page *never_fail(struct request *r)
{
	struct page *page;

	WARN_ONCE(r->order > PAGE_ALLOC_COSTLY_ORDER, "__GFP_NOFAIL for a block of order %u\n", r->order);
	while (!(page = walk(r, WMARK_MIN, r->flags | ALLOC_HARDER)) && !(page = wait_for_memory(r)))
		pause_for(10);
	return page;
}

/*
 * Would the request have to be cut out of a movable pageblock, because its own kind has nothing left? Every frame
 * there that cannot move spoils 2 MiB, so a caller who may wait first tries to have a whole pageblock emptied.
 */
static bool would_spoil(const struct request *r)
{
	const struct kmk_zonelist *list = &kmk_zonelists[r->gfp & 15];
	unsigned int type = r->gfp & __GFP_RECLAIMABLE ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;

	if ((r->gfp & __GFP_MOVABLE) || !(r->gfp & __GFP_DIRECT_RECLAIM) || !kmk_page_compact || kmk_page_mixed || kmk_page_lowest)
		return false;
	for (unsigned int i = 0; i < list->count; i++)
		if (allowed(&kmk_zones[list->zone[i]], r, WMARK_LOW, 0))
			return !kmk_zone_has_own(&kmk_zones[list->zone[i]], r->order, type);
	return false;
}

static struct page *find(gfp_t gfp, unsigned int order)
{
	struct request r = { .gfp = gfp, .order = order, .class = kmk_zonelists[gfp & 15].zone[0] };
	struct page *page;

	if (unlikely(would_spoil(&r)))
		kmk_page_compact(pageblock_order, gfp, r.class);
	page = walk(&r, WMARK_LOW, 0);
	if (page)
		return page;
	wake_kswapd(&r);
	r.flags = reserve_flags(gfp);
	page = walk(&r, WMARK_MIN, r.flags & ~ALLOC_NO_WATERMARKS);
	if (!page && (r.flags & ALLOC_NO_WATERMARKS))
		page = walk(&r, WMARK_MIN, r.flags);
	if (page)
		return page;
	if (!(gfp & __GFP_DIRECT_RECLAIM)) {
		WARN_ONCE(gfp & __GFP_NOFAIL, "__GFP_NOFAIL without __GFP_DIRECT_RECLAIM: nothing to wait for (%pGg)\n", &gfp);
		return NULL;
	}
	/* Inside reclaim there is nothing to wait for either. */
	if (!kmk_in_memalloc())
		page = wait_for_memory(&r);
	return page || !(gfp & __GFP_NOFAIL) ? page : never_fail(&r);
}

noinline struct page *kmk_alloc_slow(gfp_t gfp, unsigned int order, unsigned long caller)
{
	struct page *page;

	if (kmemkit_start() || !judge(&gfp, order, caller))
		return NULL;
	if (unlikely(kmk_page_tick))
		kmk_page_tick();
	if (unlikely(kmk_page_should_fail && kmk_page_should_fail(gfp, order)))
		return NULL;
	page = find(gfp, order);
	if (!page) {
		if (!(gfp & __GFP_NOWARN))
			kmk_page_failure(gfp, order);
		return NULL;
	}
	kmk_prep_page(page, gfp, order);
	if (unlikely(kmk_page_note_alloc))
		kmk_page_note_alloc(page, order, gfp, caller);
	return page;
}
