/* SPDX-License-Identifier: MIT */
/* list_lru: contracts in linux/list_lru.h. */
#include <linux/errno.h>
#include <linux/list_lru.h>
#include <linux/slab.h>

int __list_lru_init(struct list_lru *lru, bool memcg_aware, struct lock_class_key *key, struct shrinker *shrinker)
{
	(void)memcg_aware, (void)key, (void)shrinker;
	lru->node = kcalloc(nr_node_ids, sizeof(*lru->node), GFP_KERNEL);
	if (!lru->node)
		return -ENOMEM;
	for (unsigned int i = 0; i < nr_node_ids; i++) {
		spin_lock_init(&lru->node[i].lock);
		INIT_LIST_HEAD(&lru->node[i].lru.list);
	}
	return 0;
}

void list_lru_destroy(struct list_lru *lru)
{
	kfree(lru->node);
	lru->node = NULL;
}

int memcg_list_lru_alloc(struct mem_cgroup *memcg, struct list_lru *lru, gfp_t gfp)
{
	(void)memcg, (void)lru, (void)gfp;
	return 0;
}

static struct list_lru_node *node_of(struct list_lru *lru, const struct list_head *item)
{
	(void)item;			/* there is one node */
	return &lru->node[0];
}

bool list_lru_add(struct list_lru *lru, struct list_head *item)
{
	struct list_lru_node *node = node_of(lru, item);
	bool added;

	spin_lock(&node->lock);
	added = list_empty(item);
	if (added) {
		list_add_tail(item, &node->lru.list);
		node->lru.nr_items++;
		WRITE_ONCE(node->nr_items, node->nr_items + 1);
	}
	spin_unlock(&node->lock);
	return added;
}

bool list_lru_del(struct list_lru *lru, struct list_head *item)
{
	struct list_lru_node *node = node_of(lru, item);
	bool removed;

	spin_lock(&node->lock);
	removed = !list_empty(item);
	if (removed) {
		list_lru_isolate(&node->lru, item);
		WRITE_ONCE(node->nr_items, node->nr_items - 1);
	}
	spin_unlock(&node->lock);
	return removed;
}

void list_lru_isolate(struct list_lru_one *list, struct list_head *item)
{
	list_del_init(item);
	list->nr_items--;
}

void list_lru_isolate_move(struct list_lru_one *list, struct list_head *item, struct list_head *head)
{
	list_move(item, head);
	list->nr_items--;
}

unsigned long list_lru_count_node(struct list_lru *lru, int nid)
{
	return (unsigned int)nid < nr_node_ids ? (unsigned long)READ_ONCE(lru->node[nid].nr_items) : 0;
}

unsigned long list_lru_count_one(struct list_lru *lru, int nid, struct mem_cgroup *memcg)
{
	(void)memcg;
	return list_lru_count_node(lru, nid);
}

/* The list may be another after the call-back dropped the lock: then the walk begins at its head. */
static unsigned long walk_locked(struct list_lru_node *node, list_lru_walk_cb isolate, void *arg, unsigned long *left)
{
	struct list_head *at = node->lru.list.next, *next;
	unsigned long removed = 0;

	while (at != &node->lru.list && *left) {
		enum lru_status status;

		next = at->next;
		--*left;
		status = isolate(at, &node->lru, &node->lock, arg);
		if (status == LRU_REMOVED || status == LRU_REMOVED_RETRY) {
			removed++;
			WRITE_ONCE(node->nr_items, node->nr_items - 1);
		} else if (status == LRU_ROTATE) {
			list_move_tail(at, &node->lru.list);
		} else if (status == LRU_STOP) {
			break;
		}
		at = status == LRU_RETRY || status == LRU_REMOVED_RETRY ? node->lru.list.next : next;
	}
	return removed;
}

unsigned long list_lru_walk_one(struct list_lru *lru, int nid, struct mem_cgroup *memcg, list_lru_walk_cb isolate,
				void *cb_arg, unsigned long *nr_to_walk)
{
	struct list_lru_node *node = &lru->node[nid];
	unsigned long removed;

	(void)memcg;
	spin_lock(&node->lock);
	removed = walk_locked(node, isolate, cb_arg, nr_to_walk);
	spin_unlock(&node->lock);
	return removed;
}

unsigned long list_lru_walk_one_irq(struct list_lru *lru, int nid, struct mem_cgroup *memcg, list_lru_walk_cb isolate,
				    void *cb_arg, unsigned long *nr_to_walk)
{
	struct list_lru_node *node = &lru->node[nid];
	unsigned long removed;

	(void)memcg;
	spin_lock_irq(&node->lock);
	removed = walk_locked(node, isolate, cb_arg, nr_to_walk);
	spin_unlock_irq(&node->lock);
	return removed;
}

unsigned long list_lru_walk_node(struct list_lru *lru, int nid, list_lru_walk_cb isolate, void *cb_arg,
				 unsigned long *nr_to_walk)
{
	return list_lru_walk_one(lru, nid, NULL, isolate, cb_arg, nr_to_walk);
}
