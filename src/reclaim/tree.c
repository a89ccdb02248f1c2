/* SPDX-License-Identifier: MIT */
/* The tree of a mapping's pages; theory in tree.h. */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "tree.h"
#include "sync/sync.h"

#define MANY		8192		/* nodes on their way back, 5 MiB: above, who makes more waits for them */
#define WAIT_NS		20000000ull	/* at a time: a grace period is far shorter, unless somebody reads for long */

static struct kmem_cache *node_cache;
static int nr_leaving;			/* nodes that a grace period still keeps, about */

int kmk_tree_start(void)
{
	node_cache = kmem_cache_create("kmk_tree_node", sizeof(struct kmk_node), 0,
				       SLAB_RECLAIM_ACCOUNT, NULL);
	return node_cache ? 0 : -ENOMEM;
}

/* ---- nodes ---- */

static void node_free_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct kmk_node, rcu));
	__atomic_fetch_sub(&nr_leaving, 1, __ATOMIC_RELAXED);
}

/* None on its way, and yet many: a fork's child does not have the batch that was under way. */
static void back_pressure(gfp_t gfp)
{
	if (__atomic_load_n(&nr_leaving, __ATOMIC_RELAXED) > MANY && gfpflags_allow_blocking(gfp) &&
	    !kmk_atomic_context() && !kmk_rcu_wait(WAIT_NS) && !kmk_rcu_depth())
		__atomic_store_n(&nr_leaving, 0, __ATOMIC_RELAXED);
}

int kmk_stock_add(struct kmk_stock *stock, gfp_t gfp)
{
	struct kmk_node *node;

	gfp &= __GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HIGH | __GFP_ATOMIC | __GFP_NOWARN | __GFP_NOFAIL |
	       __GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_MEMALLOC | __GFP_NOMEMALLOC;
	back_pressure(gfp);
	node = kmem_cache_zalloc(node_cache, gfp);
	if (!node)
		return -ENOMEM;
	stock->node[stock->count++] = node;
	return 0;
}

void kmk_stock_free(struct kmk_stock *stock)
{
	while (stock->count)
		kmem_cache_free(node_cache, stock->node[--stock->count]);
}

/* ---- reading ---- */

static unsigned int slot_index(const struct kmk_node *node, pgoff_t index)
{
	return (index >> node->shift) % KMK_TREE_SLOTS;
}

/* The last index a node that begins at 0 covers. */
static pgoff_t node_last(const struct kmk_node *node)
{
	return (KMK_TREE_SLOTS - 1) << node->shift | ((1UL << node->shift) - 1);
}

static void *slot_load(struct kmk_node *node, unsigned int i)
{
	return rcu_dereference(node->slot[i]);
}

static u64 marks_load(const struct kmk_node *node, unsigned int mark)
{
	return __atomic_load_n(&node->marks[mark], __ATOMIC_RELAXED);
}

static struct kmk_node *root_load(const struct kmk_page_tree *tree, pgoff_t index)
{
	struct kmk_node *root = rcu_dereference(tree->root);

	return root && index <= node_last(root) ? root : NULL;
}

/* The node with shift 0 that holds index's slot. */
static struct kmk_node *leaf_of(const struct kmk_page_tree *tree, pgoff_t index)
{
	struct kmk_node *node = root_load(tree, index);

	while (node && node->shift)
		node = slot_load(node, slot_index(node, index));
	return node;
}

void *kmk_tree_load(const struct kmk_page_tree *tree, pgoff_t index)
{
	struct kmk_node *leaf = leaf_of(tree, index);

	return leaf ? slot_load(leaf, slot_index(leaf, index)) : NULL;
}

/*
 * From *index on, the next set bit of a node's mark. Moves *index to the first place below that slot;
 * false: none in this node, *index is behind it (0: behind the last index of all).
 */
static bool node_seek(const struct kmk_node *node, pgoff_t *index, unsigned int mark)
{
	unsigned int i = slot_index(node, *index);
	u64 bits = marks_load(node, mark) >> i;

	if (!bits) {
		*index = (*index | node_last(node)) + 1;
		return false;
	}
	if (bits & 1)
		return true;
	*index = ((*index >> node->shift) + (unsigned int)__builtin_ctzll(bits)) << node->shift;
	return true;
}

/* One descent from the root. NULL with *index moved on: look again from there. */
static void *descend(const struct kmk_page_tree *tree, pgoff_t *index, unsigned int mark, bool *end)
{
	struct kmk_node *node = root_load(tree, *index);
	void *entry = node;

	*end = !node;
	while (entry) {
		unsigned int shift = node->shift;

		if (!node_seek(node, index, mark)) {
			*end = !*index;
			return NULL;
		}
		entry = slot_load(node, slot_index(node, *index));
		if (entry && !shift)
			return entry;
		if (!entry)	/* a writer is between the mark and the slot */
			*index = ((*index >> shift) + 1) << shift;
		node = entry;
	}
	*end |= !*index;
	return NULL;
}

void *kmk_tree_next(const struct kmk_page_tree *tree, pgoff_t *index, pgoff_t last, unsigned int mark)
{
	pgoff_t at = *index;
	bool end = false;

	while (!end && at <= last) {
		void *entry = descend(tree, &at, mark, &end);

		if (entry && at > last)
			return NULL;
		if (entry) {
			*index = at;
			return entry;
		}
	}
	return NULL;
}

bool kmk_tree_tagged(const struct kmk_page_tree *tree, pgoff_t index, unsigned int tag)
{
	struct kmk_node *leaf = leaf_of(tree, index);

	return leaf && (marks_load(leaf, tag) >> slot_index(leaf, index) & 1);
}

bool kmk_tree_any(const struct kmk_page_tree *tree, unsigned int tag)
{
	struct kmk_node *root;
	bool any;

	rcu_read_lock();
	root = rcu_dereference(tree->root);
	any = root && marks_load(root, tag);
	rcu_read_unlock();
	return any;
}

/* ---- writing ---- */

static void mark_set(struct kmk_node *node, unsigned int mark, unsigned int i)
{
	for (; node; i = node->offset, node = node->parent) {
		u64 old = marks_load(node, mark);

		if (old >> i & 1)
			return;
		__atomic_store_n(&node->marks[mark], old | 1ULL << i, __ATOMIC_RELAXED);
	}
}

static void mark_clear(struct kmk_node *node, unsigned int mark, unsigned int i)
{
	for (; node; i = node->offset, node = node->parent) {
		u64 left = marks_load(node, mark) & ~(1ULL << i);

		__atomic_store_n(&node->marks[mark], left, __ATOMIC_RELAXED);
		if (left)
			return;
	}
}

static struct kmk_node *stock_take(struct kmk_stock *stock, unsigned int shift)
{
	struct kmk_node *node = stock->node[--stock->count];

	node->shift = (u8)shift;
	return node;
}

static unsigned int shift_for(pgoff_t index, unsigned int shift)
{
	while (index >> shift >= KMK_TREE_SLOTS)
		shift += KMK_TREE_SHIFT;
	return shift;
}

/* Nodes that a store at index lacks: levels above the root, and a path below the last node there is. */
static unsigned int nodes_missing(const struct kmk_page_tree *tree, pgoff_t index)
{
	struct kmk_node *node = tree->root;
	unsigned int shift = shift_for(index, node ? node->shift : 0);

	if (!node)
		return shift / KMK_TREE_SHIFT + 1;
	if (shift > node->shift)
		return (2 * shift - node->shift) / KMK_TREE_SHIFT;
	while (node && node->shift) {
		shift = node->shift;
		node = node->slot[slot_index(node, index)];
	}
	return node ? 0 : shift / KMK_TREE_SHIFT;
}

/* A new root above the old one, with the old one's marks. */
static void grow(struct kmk_page_tree *tree, struct kmk_stock *stock)
{
	struct kmk_node *old = tree->root, *root = stock_take(stock, old->shift + KMK_TREE_SHIFT);

	root->slot[0] = old;
	for (unsigned int mark = 0; mark < KMK_MARKS; mark++)
		root->marks[mark] = old->marks[mark] != 0;
	old->parent = root;
	tree->height++;
	rcu_assign_pointer(tree->root, root);
}

/* The leaf of index, made if it is not there; enough is in stock. */
static struct kmk_node *leaf_make(struct kmk_page_tree *tree, pgoff_t index, struct kmk_stock *stock)
{
	struct kmk_node *node;

	if (!tree->root) {
		node = stock_take(stock, shift_for(index, 0));
		tree->height = node->shift / KMK_TREE_SHIFT + 1;
		rcu_assign_pointer(tree->root, node);
	}
	while (shift_for(index, 0) > ((struct kmk_node *)tree->root)->shift)
		grow(tree, stock);
	for (node = tree->root; node->shift; node = node->slot[slot_index(node, index)]) {
		unsigned int i = slot_index(node, index);
		struct kmk_node *child = node->slot[i];

		if (child)
			continue;
		child = stock_take(stock, node->shift - KMK_TREE_SHIFT);
		child->parent = node;
		child->offset = (u8)i;
		rcu_assign_pointer(node->slot[i], (void *)child);
	}
	return node;
}

int kmk_tree_store_locked(struct kmk_page_tree *tree, pgoff_t index, void *entry, struct kmk_stock *stock)
{
	struct kmk_node *leaf;
	unsigned int i = index % KMK_TREE_SLOTS;

	if (nodes_missing(tree, index) > (stock ? stock->count : 0))
		return -EAGAIN;
	leaf = leaf_make(tree, index, stock);
	rcu_assign_pointer(leaf->slot[i], entry);
	mark_set(leaf, KMK_PRESENT, i);
	return 0;
}

/* Free a chain of nodes that got empty, upwards. */
static void prune(struct kmk_page_tree *tree, struct kmk_node *node)
{
	while (node && !node->marks[KMK_PRESENT]) {
		struct kmk_node *parent = node->parent;

		if (parent) {
			rcu_assign_pointer(parent->slot[node->offset], NULL);
		} else {
			rcu_assign_pointer(tree->root, NULL);
			tree->height = 0;
		}
		__atomic_fetch_add(&nr_leaving, 1, __ATOMIC_RELAXED);
		call_rcu(&node->rcu, node_free_rcu);
		node = parent;
	}
}

void *kmk_tree_erase_locked(struct kmk_page_tree *tree, pgoff_t index)
{
	struct kmk_node *leaf = leaf_of(tree, index);
	unsigned int i = index % KMK_TREE_SLOTS;
	void *entry = leaf ? leaf->slot[i] : NULL;

	if (!entry)
		return NULL;
	rcu_assign_pointer(leaf->slot[i], NULL);
	for (unsigned int mark = 0; mark < KMK_MARKS; mark++)
		if (leaf->marks[mark] >> i & 1)
			mark_clear(leaf, mark, i);
	prune(tree, leaf);
	return entry;
}

void kmk_tree_tag_locked(struct kmk_page_tree *tree, pgoff_t index, unsigned int tag)
{
	struct kmk_node *leaf = leaf_of(tree, index);

	if (leaf && leaf->slot[index % KMK_TREE_SLOTS])
		mark_set(leaf, tag, index % KMK_TREE_SLOTS);
}

void kmk_tree_untag_locked(struct kmk_page_tree *tree, pgoff_t index, unsigned int tag)
{
	struct kmk_node *leaf = leaf_of(tree, index);
	unsigned int i = index % KMK_TREE_SLOTS;

	if (leaf && leaf->marks[tag] >> i & 1)
		mark_clear(leaf, tag, i);
}

/* ---- validation ---- */

static bool slot_agrees(const struct kmk_node *node, unsigned int i)
{
	const struct kmk_node *child = node->slot[i];

	if (!child != !(node->marks[KMK_PRESENT] >> i & 1))
		return false;
	for (unsigned int tag = 0; tag < KMK_PRESENT; tag++) {
		bool set = node->marks[tag] >> i & 1;

		if (node->shift ? set != (child && child->marks[tag]) : set && !child)
			return false;
	}
	return !node->shift || !child ||
		(child->parent == node && child->offset == i && child->shift + KMK_TREE_SHIFT == node->shift);
}

static unsigned int node_validate(const struct kmk_node *node)
{
	unsigned int faults = !node->marks[KMK_PRESENT];

	for (unsigned int i = 0; i < KMK_TREE_SLOTS; i++) {
		faults += !slot_agrees(node, i);
		if (node->shift && node->slot[i])
			faults += node_validate(node->slot[i]);
	}
	return faults;
}

unsigned int kmk_tree_validate(const struct kmk_page_tree *tree)
{
	const struct kmk_node *root = tree->root;
	unsigned int faults = tree->height != (root ? root->shift / KMK_TREE_SHIFT + 1u : 0);

	faults += root ? node_validate(root) + (root->parent != NULL) : 0;
	if (faults)
		pr_err("page tree %px: %u faults\n", tree, faults);
	return faults;
}
