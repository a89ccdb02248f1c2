/* SPDX-License-Identifier: MIT */
/*
 * Pages by index: a radix tree of 64-way nodes.
 *
 *     tree->root -> node (shift 6) -> node (shift 0) -> page | value | NULL
 *
 * A node covers 64 << shift indexes; marks[KMK_PRESENT] has a bit for each slot that is not NULL, the other
 * marks a bit for each slot with that tag, or with a tagged entry below. So a walk over dirty pages costs
 * what it finds.
 *
 * Locking: writers hold tree->xa_lock. Readers hold it or are in an RCU section: nodes are freed after a
 * grace period, slots are published with release. A reader may see a mark without its entry, never an
 * entry half made.
 *
 * Invariants (kmk_tree_validate): a bit of a parent's mark is set exactly where the child's mark is not
 * zero; no node is empty; tree->height * 6 is the root's shift + 6.
 */
#ifndef KMK_RECLAIM_TREE_H
#define KMK_RECLAIM_TREE_H

#include <linux/fs.h>

#define KMK_TREE_SHIFT	6
#define KMK_TREE_SLOTS	64UL

/* The tags PAGECACHE_TAG_*, and a slot that is not NULL. */
enum { KMK_PRESENT = 3, KMK_MARKS };

struct kmk_node {
	struct kmk_node *parent;
	u8 shift, offset;		/* index bits below this level; our slot in the parent */
	u64 marks[KMK_MARKS];
	struct rcu_head rcu;
	void *slot[KMK_TREE_SLOTS];
};

/* Nodes for one store at the most (10 levels above the root, 11 below): made outside the lock. */
struct kmk_stock {
	unsigned int count;
	struct kmk_node *node[21];
};

int kmk_tree_start(void);

/* The entry at index. Lock held, or RCU. */
void *kmk_tree_load(const struct kmk_page_tree *tree, pgoff_t index);

/*
 * Put an entry (not NULL) at index, replacing what is there; tags are kept. 0, or -EAGAIN: more nodes must
 * be in stock, nothing was changed. Lock held.
 */
int kmk_tree_store_locked(struct kmk_page_tree *tree, pgoff_t index, void *entry, struct kmk_stock *stock);
/* One more node into the stock. 0 or -ENOMEM. Lock not held; may sleep as gfp allows. */
int kmk_stock_add(struct kmk_stock *stock, gfp_t gfp);
void kmk_stock_free(struct kmk_stock *stock);

/* Take the entry at index out, with its tags; nodes that get empty are freed. Lock held. */
void *kmk_tree_erase_locked(struct kmk_page_tree *tree, pgoff_t index);

/* Tags of an entry that is there. Lock held; get also under RCU. */
void kmk_tree_tag_locked(struct kmk_page_tree *tree, pgoff_t index, unsigned int tag);
void kmk_tree_untag_locked(struct kmk_page_tree *tree, pgoff_t index, unsigned int tag);
bool kmk_tree_tagged(const struct kmk_page_tree *tree, pgoff_t index, unsigned int tag);
bool kmk_tree_any(const struct kmk_page_tree *tree, unsigned int tag);

/*
 * The first entry at *index or behind it, not behind end, that carries the mark; *index is its place then.
 * NULL: none. Lock held, or RCU.
 */
void *kmk_tree_next(const struct kmk_page_tree *tree, pgoff_t *index, pgoff_t end, unsigned int mark);

/* Facts kept twice, compared. Lock held. Number of faults, printed. */
unsigned int kmk_tree_validate(const struct kmk_page_tree *tree);
#endif
