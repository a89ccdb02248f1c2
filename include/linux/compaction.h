/* SPDX-License-Identifier: MIT */
/* Making large free blocks by moving pages together. Names as in Linux 6.1. */
#ifndef _LINUX_COMPACTION_H
#define _LINUX_COMPACTION_H

#include <linux/gfp.h>
#include <linux/mmzone.h>

enum compact_priority {
	COMPACT_PRIO_SYNC_FULL,
	MIN_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_FULL,
	COMPACT_PRIO_SYNC_LIGHT,
	MIN_COMPACT_COSTLY_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	DEF_COMPACT_PRIORITY = COMPACT_PRIO_SYNC_LIGHT,
	COMPACT_PRIO_ASYNC,
	INIT_COMPACT_PRIORITY = COMPACT_PRIO_ASYNC
};

enum compact_result {
	COMPACT_NOT_SUITABLE_ZONE,
	COMPACT_SKIPPED,		/* too little is free: reclaim first */
	COMPACT_DEFERRED,		/* it failed lately, and little has changed since */
	COMPACT_NO_SUITABLE_PAGE,
	COMPACT_CONTINUE,
	COMPACT_COMPLETE,		/* looked at all there is; no block came of it */
	COMPACT_PARTIAL_SKIPPED,
	COMPACT_CONTENDED,
	COMPACT_SUCCESS,		/* a block of the order is free */
};

/* Frames that must be free beyond a mark for moving to make sense: the block's, and as many targets. */
static inline unsigned long compact_gap(unsigned int order) { return 2UL << order; }

/* Would compaction for that order make sense in the zone? Any context. */
enum compact_result compaction_suitable(struct zone *zone, int order, unsigned int alloc_flags, int highest_zone);

/*
 * kmemkit_compact_memory - move what can move together, in every zone, until no more blocks of the order
 * come of it (6.1's /proc/sys/vm/compact_memory; order there is the largest)
 *
 * Returns the blocks made. May sleep.
 */
unsigned long kmemkit_compact_memory(unsigned int order);

/* What compaction has done since the start. */
struct kmemkit_compact_stats {
	unsigned long attempts, success, fail, deferred, skipped;	/* of requests */
	unsigned long windows;				/* aligned blocks begun to be emptied */
	unsigned long migrated, busy;			/* pages moved; that could not, this time */
	unsigned long scanned;				/* frames looked at to choose a window */
};
void kmemkit_get_compact_stats(struct kmemkit_compact_stats *stats);
#endif
