/* SPDX-License-Identifier: MIT */
/*
 * Trees whose nodes carry a summary of their subtree, such as the largest gap. Three call-backs keep
 * it true: propagate recomputes from a node up to (not including) @stop; copy gives the node that
 * takes another's place that one's summary; rotate does copy and then recomputes the lowered one.
 */
#ifndef _LINUX_RBTREE_AUGMENTED_H
#define _LINUX_RBTREE_AUGMENTED_H

#include <linux/rbtree.h>

struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *node);
	void (*rotate)(struct rb_node *old, struct rb_node *node);
};

#define RB_RED		0
#define RB_BLACK	1
#define __rb_parent(pc)		((struct rb_node *)((pc) & ~3UL))
#define __rb_color(pc)		((pc) & 1)
#define __rb_is_black(pc)	__rb_color(pc)
#define __rb_is_red(pc)		(!__rb_color(pc))
#define rb_color(rb)		__rb_color((rb)->__rb_parent_color)
#define rb_is_red(rb)		__rb_is_red((rb)->__rb_parent_color)
#define rb_is_black(rb)		__rb_is_black((rb)->__rb_parent_color)

void __rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			   void (*rotate)(struct rb_node *old, struct rb_node *node));
void rb_erase_augmented(struct rb_node *node, struct rb_root *root, const struct rb_augment_callbacks *augment);

/* The caller has linked @node and updated the summaries above it. */
static inline void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
				       const struct rb_augment_callbacks *augment)
{
	__rb_insert_augmented(node, root, augment->rotate);
}

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root, bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

/* @compute(node, exit) stores the node's summary; with @exit it returns true if nothing changed. */
#define RB_DECLARE_CALLBACKS(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBAUGMENTED, RBCOMPUTE)	\
static inline void RBNAME##_propagate(struct rb_node *rb, struct rb_node *stop)	\
{										\
	for (; rb != stop; rb = rb_parent(rb))					\
		if (RBCOMPUTE(rb_entry(rb, RBSTRUCT, RBFIELD), true))		\
			break;							\
}										\
static inline void RBNAME##_copy(struct rb_node *rb_old, struct rb_node *rb_new)	\
{										\
	rb_entry(rb_new, RBSTRUCT, RBFIELD)->RBAUGMENTED =			\
		rb_entry(rb_old, RBSTRUCT, RBFIELD)->RBAUGMENTED;		\
}										\
static void RBNAME##_rotate(struct rb_node *rb_old, struct rb_node *rb_new)	\
{										\
	RBNAME##_copy(rb_old, rb_new);						\
	RBCOMPUTE(rb_entry(rb_old, RBSTRUCT, RBFIELD), false);			\
}										\
RBSTATIC const struct rb_augment_callbacks RBNAME = {				\
	.propagate = RBNAME##_propagate,					\
	.copy = RBNAME##_copy,							\
	.rotate = RBNAME##_rotate,						\
};

/* The summary is the largest @compute(node) of the subtree. */
#define RB_DECLARE_CALLBACKS_MAX(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBTYPE, RBAUGMENTED, RBCOMPUTE)	\
static inline bool RBNAME##_compute_max(RBSTRUCT *node, bool exit)		\
{										\
	RBTYPE most = RBCOMPUTE(node);						\
	struct rb_node *kids[2] = { node->RBFIELD.rb_left, node->RBFIELD.rb_right };	\
										\
	for (int i = 0; i < 2; i++)						\
		if (kids[i] && rb_entry(kids[i], RBSTRUCT, RBFIELD)->RBAUGMENTED > most)	\
			most = rb_entry(kids[i], RBSTRUCT, RBFIELD)->RBAUGMENTED;	\
	if (exit && node->RBAUGMENTED == most)					\
		return true;							\
	node->RBAUGMENTED = most;						\
	return false;								\
}										\
RB_DECLARE_CALLBACKS(RBSTATIC, RBNAME, RBSTRUCT, RBFIELD, RBAUGMENTED, RBNAME##_compute_max)

#endif
