/* SPDX-License-Identifier: MIT */
/*
 * The order of the core's internal locks: a thread takes locks in rising rank only. Outer locks
 * (held while others are taken) come first. Two locks of one rank may be held together only when
 * the second is taken with kmk_lock_nested(), in address order. Fork preparation walks this enum.
 */
#ifndef KMK_SYNC_RANKS_H
#define KMK_SYNC_RANKS_H

enum kmk_rank {
	KMK_RANK_NONE,		/* unranked: never checked (an all-zero lock) */
	KMK_RANK_START,		/* bringing the library up */
	KMK_RANK_KUNIT,		/* suites, modules, resources */
	KMK_RANK_RESOURCE,	/* resource trees, devices */
	KMK_RANK_RECLAIM,	/* shrinker list, kswapd state */
	KMK_RANK_POOL,		/* one memory pool */
	KMK_RANK_SWAP,		/* swap slots */
	KMK_RANK_LRU,		/* the lists of reclaimable pages */
	KMK_RANK_IOMEM,		/* ranges of devices, changed protections */
	KMK_RANK_VMAP_SHELF,	/* one CPU's idle small areas */
	KMK_RANK_VMAP,		/* virtual ranges */
	KMK_RANK_KMAP,		/* the kmap window */
	KMK_RANK_CACHES,	/* list of caches: create, destroy, walk */
	KMK_RANK_CACHE,		/* one cache's shared state */
	KMK_RANK_CACHE_LIST,	/* one owner's slab lists in a cache */
	KMK_RANK_PAGE,		/* page room: whatever stands before a zone */
	KMK_RANK_PAGE_PCP,	/* one CPU's frame lists, from outside */
	KMK_RANK_ZONE,		/* one zone's free lists */
	KMK_RANK_PAGE_MISC,	/* below a zone: owner records, counters */
	KMK_RANK_PERCPU,	/* dynamic per-CPU allocator */
	KMK_RANK_WORK,		/* work queues */
	KMK_RANK_RCU,		/* grace periods and callback queues */
	KMK_RANK_TIMER,		/* the timer heap */
	KMK_RANK_WAIT,		/* wait queues, completions, sleeping locks */
	KMK_RANK_TASK,		/* task pool, registered tasks */
	KMK_RANK_CPU,		/* virtual CPUs, registered per-CPU sections */
	KMK_RANK_DEBUG,		/* stack depot, owner tables, fault knobs */
	KMK_RANK_RANDOM,	/* random state */
	KMK_RANK_REPORT,	/* one report at a time */
	KMK_RANK_CONSOLE,	/* log lines */
	KMK_NR_RANKS
};

#endif
