/* SPDX-License-Identifier: MIT */
/*
 * A list of objects in the order of their last use, for caches with a shrinker. One list a node, each with
 * its own lock; there is one node and no control group. An object is linked by a list_head of its own, empty
 * (INIT_LIST_HEAD) while it is on no list.
 */
#ifndef _LINUX_LIST_LRU_H
#define _LINUX_LIST_LRU_H

#include <linux/cache.h>
#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/nodemask.h>
#include <linux/shrinker.h>
#include <linux/spinlock.h>

struct mem_cgroup;

/* What a walk's call-back did with the item. */
enum lru_status {
	LRU_REMOVED,		/* off the list, the lock is held */
	LRU_REMOVED_RETRY,	/* off the list; the lock was dropped and taken again */
	LRU_ROTATE,		/* in use: to the list's end */
	LRU_SKIP,		/* leave it */
	LRU_RETRY,		/* the lock was dropped and taken again: begin anew */
	LRU_STOP,		/* walk no further (after 6.1) */
};

struct list_lru_one {
	struct list_head list;
	long nr_items;
};

struct list_lru_node {
	spinlock_t lock;
	struct list_lru_one lru;
	long nr_items;
} ____cacheline_aligned_in_smp;

struct list_lru {
	struct list_lru_node *node;
};

/* 0 or -ENOMEM. Destroying forgets the lists; the objects are the caller's. May sleep. */
int __list_lru_init(struct list_lru *lru, bool memcg_aware, struct lock_class_key *key, struct shrinker *shrinker);
#define list_lru_init(lru)			__list_lru_init((lru), false, NULL, NULL)
#define list_lru_init_key(lru, key)		__list_lru_init((lru), false, (key), NULL)
#define list_lru_init_memcg(lru, shrinker)	__list_lru_init((lru), true, NULL, shrinker)
void list_lru_destroy(struct list_lru *lru);
int memcg_list_lru_alloc(struct mem_cgroup *memcg, struct list_lru *lru, gfp_t gfp);

/*
 * list_lru_add - put an item at the end; list_lru_del - take it off. Whether anything changed: an item that
 * is on a list is not added again, and one that is on none not taken off. Any context (spin lock).
 */
bool list_lru_add(struct list_lru *lru, struct list_head *item);
bool list_lru_del(struct list_lru *lru, struct list_head *item);
#define list_lru_add_obj(lru, item)	list_lru_add(lru, item)
#define list_lru_del_obj(lru, item)	list_lru_del(lru, item)

/* Items on a node; 0 for a node there is not. Without the lock: a picture. */
unsigned long list_lru_count_one(struct list_lru *lru, int nid, struct mem_cgroup *memcg);
unsigned long list_lru_count_node(struct list_lru *lru, int nid);

/* For call-backs, lock held: off the list, or to another list. */
void list_lru_isolate(struct list_lru_one *list, struct list_head *item);
void list_lru_isolate_move(struct list_lru_one *list, struct list_head *item, struct list_head *head);

typedef enum lru_status (*list_lru_walk_cb)(struct list_head *item, struct list_lru_one *list, spinlock_t *lock,
					    void *cb_arg);

/*
 * list_lru_walk_one - show up to *nr_to_walk items to isolate(), oldest first, with the list's lock held
 *
 * Returns how many were removed; *nr_to_walk counts down. _irq takes the lock with interrupts off.
 */
unsigned long list_lru_walk_one(struct list_lru *lru, int nid, struct mem_cgroup *memcg, list_lru_walk_cb isolate,
				void *cb_arg, unsigned long *nr_to_walk);
unsigned long list_lru_walk_one_irq(struct list_lru *lru, int nid, struct mem_cgroup *memcg, list_lru_walk_cb isolate,
				    void *cb_arg, unsigned long *nr_to_walk);
unsigned long list_lru_walk_node(struct list_lru *lru, int nid, list_lru_walk_cb isolate, void *cb_arg,
				 unsigned long *nr_to_walk);

static inline unsigned long list_lru_count(struct list_lru *lru)
{
	unsigned long n = 0;
	int nid;

	for_each_node_state(nid, N_NORMAL_MEMORY)
		n += list_lru_count_node(lru, nid);
	return n;
}

static inline unsigned long list_lru_shrink_count(struct list_lru *lru, struct shrink_control *sc)
{
	return list_lru_count_one(lru, sc->nid, sc->memcg);
}

static inline unsigned long list_lru_shrink_walk(struct list_lru *lru, struct shrink_control *sc,
						 list_lru_walk_cb isolate, void *cb_arg)
{
	return list_lru_walk_one(lru, sc->nid, sc->memcg, isolate, cb_arg, &sc->nr_to_scan);
}

static inline unsigned long list_lru_shrink_walk_irq(struct list_lru *lru, struct shrink_control *sc,
						     list_lru_walk_cb isolate, void *cb_arg)
{
	return list_lru_walk_one_irq(lru, sc->nid, sc->memcg, isolate, cb_arg, &sc->nr_to_scan);
}

static inline unsigned long list_lru_walk(struct list_lru *lru, list_lru_walk_cb isolate, void *cb_arg,
					  unsigned long nr_to_walk)
{
	unsigned long n = 0;
	int nid;

	for_each_node_state(nid, N_NORMAL_MEMORY) {
		n += list_lru_walk_node(lru, nid, isolate, cb_arg, &nr_to_walk);
		if (!nr_to_walk)
			break;
	}
	return n;
}
#endif
