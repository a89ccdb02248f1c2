/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's slow path: the request is judged, zones are walked against their
 * watermarks, memory is found elsewhere, and a failure is reported once.
 *
 * Marks (contract 1.5): the first walk keeps every zone above low; the second goes down to min,
 * and below it for __GFP_HIGH (half of min; without direct reclaim a quarter of the rest too).
 * MEMALLOC ignores the marks unless NOMEMALLOC says otherwise.
 */
#include <linux/instruction_pointer.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "port_inline.h"
#include "page.h"

#define ALLOC_HIGH		1u	/* half of min */
#define ALLOC_HARDER		2u	/* and a quarter of what is left */
#define ALLOC_NO_WATERMARKS	4u

static struct kmk_page_source *sources;
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

/* Ask every source in turn. Frames held back in CPU arrays come first: they cost least. */
unsigned long kmk_page_reclaim(gfp_t gfp)
{
	unsigned long got = kmk_pcp_count();

	for (struct kmk_page_source *s = sources; s; s = s->next)
		got += s->give(gfp);
	kmk_pcp_drain_all();
	return got;
}

static bool above(const struct zone *zone, unsigned long mark, unsigned int order, unsigned int class)
{
	unsigned long need = mark + zone->reserve[class] + (1UL << order) - 1;

	return READ_ONCE(zone->nr_free) > need;
}

static struct page *walk(gfp_t gfp, unsigned int order, enum zone_watermarks mark, unsigned int flags)
{
	const struct kmk_zonelist *list = &kmk_zonelists[gfp & 15];
	unsigned int type = (gfp & __GFP_MOVABLE) ? MIGRATE_MOVABLE
		: (gfp & __GFP_RECLAIMABLE) ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;

	for (unsigned int i = 0; i < list->count; i++) {
		struct zone *zone = &kmk_zones[list->zone[i]];
		unsigned long min = zone->watermark[mark];
		struct page *page;

		if (flags & ALLOC_HIGH)
			min -= min / 2;
		if (flags & ALLOC_HARDER)
			min -= min / 4;
		if (!(flags & ALLOC_NO_WATERMARKS) && !above(zone, min, order, list->zone[0]))
			continue;
		page = kmk_pcp_refill(zone, order, type);
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
	return gfp;
}

static unsigned int reserve_flags(gfp_t gfp)
{
	const struct task_struct *task = kmk_self()->task;
	unsigned int flags = 0;

	if (gfp & __GFP_HIGH)
		flags |= ALLOC_HIGH;
	if (((gfp & __GFP_ATOMIC) || (gfp & (__GFP_HIGH | __GFP_DIRECT_RECLAIM)) == __GFP_HIGH) &&
	    !(gfp & __GFP_NOMEMALLOC))
		flags |= ALLOC_HARDER;
	if (!(gfp & __GFP_NOMEMALLOC) &&
	    ((gfp & __GFP_MEMALLOC) || (task && (task->flags & PF_MEMALLOC))))
		flags |= ALLOC_NO_WATERMARKS;
	return flags;
}

bool gfp_pfmemalloc_allowed(gfp_t gfp) { return reserve_flags(gfp) & ALLOC_NO_WATERMARKS; }

/* Impossible or suspicious requests: one report, a defined result. False: the answer is NULL. */
static bool judge(gfp_t *gfp, unsigned int order)
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
	if (gfpflags_allow_blocking(*gfp) && kmk_atomic_context() && !kmk_self()->internal) {
		might_alloc(*gfp);
		*gfp &= ~__GFP_DIRECT_RECLAIM;
	}
	*gfp = kmk_scoped_gfp(*gfp);
	return true;
}

/* Memory is short and the caller may wait: find some, as often as its flags ask for. */
static struct page *retry(gfp_t gfp, unsigned int order, unsigned int flags)
{
	unsigned int rounds = (gfp & __GFP_NORETRY) ? 1 : (gfp & __GFP_RETRY_MAYFAIL) ? 8 : 4;
	u32 never = 0;

	for (unsigned int round = 0; ; round++) {
		unsigned long got = kmk_page_reclaim(gfp);
		struct page *page = walk(gfp, order, WMARK_MIN, flags);

		if (page)
			return page;
		if (gfp & __GFP_NOFAIL) {
			page = walk(gfp, order, WMARK_MIN, flags | ALLOC_HARDER);
			if (page)
				return page;
			port_wait(&never, 0, 10 * 1000 * 1000ull);
			continue;
		}
		if (!got || round + 1 >= rounds)
			return NULL;
	}
}

static struct page *find(gfp_t gfp, unsigned int order)
{
	unsigned int flags = reserve_flags(gfp);
	struct page *page = walk(gfp, order, WMARK_LOW, 0);

	if (page)
		return page;
	if ((gfp & __GFP_KSWAPD_RECLAIM) && kmk_page_wake_kswapd)
		kmk_page_wake_kswapd(gfp, order, kmk_zonelists[gfp & 15].zone[0]);
	page = walk(gfp, order, WMARK_MIN, flags);
	if (!page && (gfp & __GFP_DIRECT_RECLAIM) && !(flags & ALLOC_NO_WATERMARKS))
		page = retry(gfp, order, flags);
	return page;
}

noinline struct page *kmk_alloc_slow(gfp_t gfp, unsigned int order, unsigned long caller)
{
	struct page *page;

	if (kmemkit_start() || !judge(&gfp, order))
		return NULL;
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
