/* SPDX-License-Identifier: MIT */
/* Direct reclaim: a request that may wait does the work itself, with the flags it came with. */
#include <linux/bug.h>
#include <linux/fs.h>
#include <linux/instruction_pointer.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "reclaim.h"
#include "sync/sync.h"

#define RCU_ROUND_NS	20000000ull	/* a grace period is far shorter, unless somebody reads for long */

void kmk_reclaim_begin(struct kmk_reclaim_scope *scope, gfp_t gfp, unsigned long ip)
{
	struct kmk_thread *self = kmk_self();

	kmk_fs_reclaim_acquire(gfp, ip);
	scope->gfp = gfp;
	scope->flags = kmk_memalloc_begin();
	scope->internal = self->internal;
	self->internal = 0;		/* call-backs are their owners' */
	kmk_hands_fill();
}

void kmk_reclaim_end(const struct kmk_reclaim_scope *scope)
{
	kmk_hands_empty();
	kmk_self()->internal = scope->internal;
	kmk_memalloc_end(scope->flags);
	kmk_fs_reclaim_release(scope->gfp);
}

/* Somebody is writing what could be ours: wait for a moment, not for a page, which may never come. */
static void throttle(const struct kmk_scan *sc)
{
	static uint32_t never;

	if (sc->writeback && !sc->kswapd) {
		count_vm_event(PGSCAN_DIRECT_THROTTLE);
		port_wait(&never, 0, 1000 * 1000);
	}
}

unsigned long kmk_reclaim_pages(struct kmk_scan *sc)
{
	for (sc->priority = KMK_DEF_PRIORITY; sc->priority >= 0 && sc->reclaimed < sc->wanted; sc->priority--) {
		sc->writeback = 0;
		if (!kmk_shrink_node(sc))
			throttle(sc);
	}
	return sc->reclaimed;
}

static unsigned long reclaim_now(gfp_t gfp, unsigned int order, unsigned int zone, unsigned long wanted, unsigned long ip)
{
	struct kmk_scan sc = {
		.gfp = gfp, .order = order, .class_zone = zone, .wanted = wanted,
		.may_writepage = true, .may_unmap = true, .may_swap = true,
	};
	struct kmk_reclaim_scope scope;

	if (kmk_in_memalloc())
		return 0;
	kmk_reclaim_begin(&scope, gfp, ip);
	kmk_reclaim_pages(&sc);
	kmk_reclaim_end(&scope);
	return sc.reclaimed;
}

/* A cluster; more where requests have to do this again and again, because kswapd does not get to run. */
static unsigned long share_of(unsigned int order, unsigned int zone)
{
	unsigned long more = min(__atomic_load_n(&kmk_zones[zone].boost, __ATOMIC_RELAXED), 4 * SWAP_CLUSTER_MAX);

	return max3(SWAP_CLUSTER_MAX, 1UL << order, more);
}

/* Call-backs may take any lock, so the request must not come from under one of the core's. */
static void check_no_lock(void)
{
	for (unsigned int rank = 0; rank < KMK_NR_RANKS; rank++)
		WARN_ONCE(kmk_self()->held[rank], "direct reclaim while an internal lock of rank %u is held\n", rank);
}

/* Freed memory whose grace period is not over comes back by waiting alone; then slabs may be empty. */
unsigned long kmk_reclaim_rcu(gfp_t gfp, uint64_t limit_ns)
{
	unsigned long before = kmk_frames_free() + kmk_pcp_count(), after;

	if (!kmk_rcu_wait(limit_ns))
		return 0;
	kmk_page_ask_sources(gfp);
	after = kmk_frames_free() + kmk_pcp_count();
	return after > before ? after - before : 0;
}

static unsigned long direct(gfp_t gfp, unsigned int order, unsigned int zone)
{
	unsigned long got;

	if (KMK_LOCK_CHECKS)
		check_no_lock();
	__count_zid_vm_events(ALLOCSTALL, zone, 1);
	got = reclaim_now(gfp, order, zone, share_of(order, zone), _RET_IP_);
	if (!got && !(gfp & __GFP_NORETRY) && !kmk_in_memalloc())
		got = kmk_reclaim_rcu(gfp, RCU_ROUND_NS);
	if (got)
		kmk_kswapd_hope(zone);
	return got;
}

unsigned long try_to_free_pages(struct zonelist *zonelist, int order, gfp_t gfp, void *mask)
{
	(void)zonelist, (void)mask;
	might_sleep();
	return direct(kmk_scoped_gfp(gfp), (unsigned int)order, kmk_zonelists[gfp & 15].zone[0]);
}

unsigned long shrink_all_memory(unsigned long nr)
{
	might_sleep();
	return reclaim_now(GFP_HIGHUSER_MOVABLE, 0, MAX_NR_ZONES - 1, nr, _RET_IP_);
}

unsigned long zone_reclaimable_pages(struct zone *zone)
{
	unsigned long n = zone_page_state(zone, NR_ZONE_INACTIVE_FILE) + zone_page_state(zone, NR_ZONE_ACTIVE_FILE);

	if (get_nr_swap_pages() > 0)
		n += zone_page_state(zone, NR_ZONE_INACTIVE_ANON) + zone_page_state(zone, NR_ZONE_ACTIVE_ANON);
	return n;
}

static unsigned long reclaimable(const struct zone *zone)
{
	return zone_reclaimable_pages((struct zone *)zone);
}

static void swap_slots(unsigned long *total, unsigned long *free)
{
	*total = (unsigned long)max(READ_ONCE(total_swap_pages), 0L);
	*free = (unsigned long)max(get_nr_swap_pages(), 0L);
}

void kmk_direct_start(void)
{
	kmk_page_swap = swap_slots;
	kmk_page_direct_reclaim = direct;
	kmk_page_reclaimable = reclaimable;
}
