/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: how a cache of somebody's objects gives some back when memory is short.
 *
 * Reclaim asks count_objects how many could go: SHRINK_EMPTY for none at all, 0 for "not now". It then
 * wants a share of them, in portions: scan_objects looks at sc->nr_to_scan objects, says in
 * sc->nr_scanned how many it did look at (preset to nr_to_scan), and returns how many it freed, or
 * SHRINK_STOP when it cannot do anything in this context. What could not be asked for now is deferred
 * and added to the next round. Both may be called by several threads at once, and run with sc->gfp_mask:
 * without __GFP_FS or __GFP_IO they must not enter what those forbid. Source: Linux 6.1.
 */
#ifndef _LINUX_SHRINKER_H
#define _LINUX_SHRINKER_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

struct mem_cgroup;

struct shrink_control {
	gfp_t gfp_mask;
	int nid;			/* always 0 */
	unsigned long nr_to_scan;
	unsigned long nr_scanned;
	struct mem_cgroup *memcg;	/* always NULL */
};

#define SHRINK_STOP	(~0UL)
#define SHRINK_EMPTY	(~0UL - 1)
#define DEFAULT_SEEKS	2

#define SHRINKER_REGISTERED	(1 << 0)
#define SHRINKER_NUMA_AWARE	(1 << 1)
#define SHRINKER_MEMCG_AWARE	(1 << 2)
#define SHRINKER_NONSLAB	(1 << 3)
#define SHRINKER_ALLOCATED	(1 << 4)

struct shrinker {
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	long batch;			/* objects a call; 0: 128 */
	int seeks;			/* cost of an object's return, DEFAULT_SEEKS normally; 0: none */
	unsigned int flags;
	void *private_data;		/* the owner's */
	/* The library's own. */
	struct list_head list;
	refcount_t refcount;		/* 1 for being registered, 1 for each walk that runs it */
	struct completion done;
	const char *name;
	atomic_long_t deferred;
	atomic_long_t *nr_deferred;	/* &deferred */
};

/*
 * register_shrinker - have the shrinker asked from now on; unregister_shrinker - not any more
 *
 * With or without a name (a format and its arguments). 0 or -ENOMEM. Unregistering waits for calls that
 * are running; it may be called on a shrinker that was not registered. May sleep.
 */
#define register_shrinker(shrinker, ...)	kmk_register_shrinker((shrinker), ##__VA_ARGS__, NULL)
#define prealloc_shrinker(shrinker, ...)	kmk_prealloc_shrinker((shrinker), ##__VA_ARGS__, NULL)
int kmk_register_shrinker(struct shrinker *shrinker, const char *fmt, ...);
int kmk_prealloc_shrinker(struct shrinker *shrinker, const char *fmt, ...);
void register_shrinker_prepared(struct shrinker *shrinker);
void free_prealloced_shrinker(struct shrinker *shrinker);
void unregister_shrinker(struct shrinker *shrinker);
void synchronize_shrinkers(void);

/*
 * The later way (6.7 on): allocate, fill in, register; free unregisters, waits and frees. shrinker_alloc
 * may return NULL; flags are of the _AWARE kind. shrinker_free(NULL) is allowed. May sleep.
 */
__printf(2, 3) struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...);
void shrinker_register(struct shrinker *shrinker);
void shrinker_free(struct shrinker *shrinker);

static inline bool shrinker_try_get(struct shrinker *s) { return refcount_inc_not_zero(&s->refcount); }
static inline void shrinker_put(struct shrinker *s)
{
	if (refcount_dec_and_test(&s->refcount))
		complete(&s->done);
}
#endif
