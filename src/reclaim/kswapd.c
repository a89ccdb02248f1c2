/* SPDX-License-Identifier: MIT */
/*
 * kswapd: reclaim ahead of need. Requests that find every zone below low wake it; it works until a zone
 * they could use stands above high, so that most requests never wait.
 *
 * A host thread, started by the first wake-up; where the host has no threads, a request that may wait
 * does its work in its place. After RETRIES vain rounds it sleeps until direct reclaim frees something.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "port.h"
#include "reclaim.h"
#include "sync/sync.h"

#define RETRIES 16

enum { NONE, ASLEEP, AWAKE };		/* states of the thread */
static uint32_t state;
static uint32_t wanted_order, wanted_class;	/* largest asked for since the last round */
static uint32_t wishes;				/* counts them */
static uint32_t served;				/* wishes that the last run was told of */
static uint32_t failures;
static uint32_t late;				/* somebody had to reclaim since the last run */

static unsigned long mark_of(const struct zone *zone, unsigned int class)
{
	return zone_watermark(zone, WMARK_HIGH) + READ_ONCE(zone->reserve[class]) + READ_ONCE(zone->boost);
}

/* Frames that requests can have: what somebody holds for a moment counts as free everywhere else. */
static unsigned long at_hand(struct zone *zone)
{
	unsigned long free = kmk_zone_free(zone), away = READ_ONCE(zone->nr_held);

	return free > away ? free - away : 0;
}

/* Does some zone of the class have what was asked for, above its high mark? */
static bool balanced(unsigned int order, unsigned int class)
{
	bool any = false;

	for (unsigned int z = 0; z <= class; z++) {
		struct zone *zone = &kmk_zones[z];

		if (!zone->managed)
			continue;
		any = true;
		if (at_hand(zone) > mark_of(zone, class) && (!order || kmk_zone_has_order(zone, order)))
			return true;
	}
	return !any;
}

/* Frames missing in the zone that needs fewest. */
static unsigned long missing(unsigned int class)
{
	unsigned long least = ULONG_MAX;

	for (unsigned int z = 0; z <= class; z++) {
		struct zone *zone = &kmk_zones[z];
		unsigned long mark = mark_of(zone, class), free = at_hand(zone);

		if (zone->managed)
			least = min(least, mark >= free ? mark - free + 1 : 1);
	}
	return least;
}

static void balance(unsigned int order, unsigned int class)
{
	struct kmk_scan sc = {
		.gfp = GFP_KERNEL | __GFP_HIGHMEM, .order = order, .class_zone = class, .priority = KMK_DEF_PRIORITY,
		.kswapd = true, .may_writepage = true, .may_unmap = true, .may_swap = true,
	};
	unsigned long all = 0;

	count_vm_event(PAGEOUTRUN);
	while (sc.priority > 0 && !balanced(0, class)) {
		sc.wanted = max(missing(class), SWAP_CLUSTER_MAX);
		sc.scanned = sc.reclaimed = 0;
		kmk_shrink_node(&sc);
		all += sc.reclaimed;
		if (sc.reclaimed < sc.wanted)
			sc.priority--;
	}
	if (all || balanced(0, class))
		__atomic_store_n(&failures, 0, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
}

/*
 * Requests that had to wait say that kswapd came too late: low and high rise, by at most a 32nd of the
 * zone. Each run without such takes an eighth back.
 */
static void lower_boosts(void)
{
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		unsigned long old = __atomic_load_n(&kmk_zones[z].boost, __ATOMIC_RELAXED);

		__atomic_compare_exchange_n(&kmk_zones[z].boost, &old, old - (old + 7) / 8, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
	}
}

static void raise_boosts(unsigned int class)
{
	for (unsigned int z = 0; z <= class; z++) {
		struct zone *zone = &kmk_zones[z];
		unsigned long old = __atomic_load_n(&zone->boost, __ATOMIC_RELAXED);
		unsigned long most = (zone->managed - READ_ONCE(zone->withheld)) / 32;

		__atomic_store_n(&zone->boost, min(old + old / 2 + SWAP_CLUSTER_MAX, most), __ATOMIC_RELAXED);
	}
}

static void one_run(void)
{
	unsigned int order = __atomic_exchange_n(&wanted_order, 0, __ATOMIC_ACQ_REL);
	unsigned int class = __atomic_exchange_n(&wanted_class, 0, __ATOMIC_ACQ_REL);
	struct kmk_reclaim_scope scope;

	kmk_reclaim_begin(&scope, GFP_KERNEL, _THIS_IP_);
	balance(order, class);
	kmk_reclaim_end(&scope);
	/* Behind the end: compaction is refused to who reclaims. */
	if (order && !balanced(order, class) && kmk_page_compact) {
		count_vm_event(KCOMPACTD_WAKE);
		kmk_page_compact(order, GFP_KERNEL | __GFP_HIGHMEM, class);
	}
	if (!__atomic_exchange_n(&late, 0, __ATOMIC_RELAXED))
		lower_boosts();
}

static void kswapd(void *arg)
{
	(void)arg;
	kmk_self()->flags |= KMK_T_CORE;
	kmk_set_comm(kmk_current(), "kswapd0");
	current->flags |= PF_KTHREAD | PF_KSWAPD;
	smp_store_release(&contig_page_data.kswapd, current);
	for (;;) {
		uint32_t seen = __atomic_load_n(&wishes, __ATOMIC_SEQ_CST);

		__atomic_store_n(&served, seen, __ATOMIC_SEQ_CST);
		one_run();
		/* Who found us awake has only counted; who comes after this store wakes us. */
		__atomic_store_n(&state, ASLEEP, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&wishes, __ATOMIC_SEQ_CST) != seen)
			__atomic_store_n(&state, AWAKE, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&state, __ATOMIC_SEQ_CST) == ASLEEP)
			port_wait(&state, ASLEEP, UINT64_MAX);
	}
}

static void raise_to(uint32_t *at, uint32_t value)
{
	uint32_t old = __atomic_load_n(at, __ATOMIC_RELAXED);

	while (old < value && !__atomic_compare_exchange_n(at, &old, value, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

/* No thread can be had: whoever may wait does the work. */
static void run_inline(gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp) && !kmk_atomic_context() && !kmk_in_memalloc())
		one_run();
}

static void wake(gfp_t gfp, unsigned int order, unsigned int zone)
{
	uint32_t was = ASLEEP;

	if (__atomic_load_n(&failures, __ATOMIC_RELAXED) >= RETRIES)
		return;
	raise_to(&wanted_order, order);
	raise_to(&wanted_class, zone);
	__atomic_fetch_add(&wishes, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&state, __ATOMIC_SEQ_CST) == AWAKE)
		return;
	if (__atomic_compare_exchange_n(&state, &was, AWAKE, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		port_wake(&state, 1);
		return;
	}
	was = NONE;
	if (!__atomic_compare_exchange_n(&state, &was, AWAKE, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	if (port_thread_start(kswapd, NULL, "kswapd0")) {
		__atomic_store_n(&state, NONE, __ATOMIC_SEQ_CST);
		run_inline(gfp);
	}
}

/* For tests: without new wishes nothing will happen. */
bool kmk_kswapd_rests(void)
{
	uint32_t now = __atomic_load_n(&state, __ATOMIC_SEQ_CST);

	return now == NONE || (now == ASLEEP && __atomic_load_n(&wishes, __ATOMIC_SEQ_CST) ==
						__atomic_load_n(&served, __ATOMIC_SEQ_CST));
}

void kmk_kswapd_hope(unsigned int class)
{
	__atomic_store_n(&failures, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&late, 1, __ATOMIC_RELAXED);
	raise_boosts(class);
}

static bool hopeless(void) { return __atomic_load_n(&failures, __ATOMIC_RELAXED) >= RETRIES; }

void kmk_kswapd_start(void)
{
	kmk_page_hopeless = hopeless;
	kmk_page_wake_kswapd = wake;
}

/* The child has no such thread: the next wake-up starts one. */
void kmk_kswapd_fork_child(void)
{
	state = NONE;
	contig_page_data.kswapd = NULL;
}
