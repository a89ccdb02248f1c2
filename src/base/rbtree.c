/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees: insertion and removal, with or without summaries of subtrees.
 *
 * There is one text for both sides and both kinds. `left` says on which side of its parent the
 * node in question hangs; kid() and turn() take the side as an argument. Plain trees pass
 * call-backs that do nothing. Child pointers are stored once each, so a reader without the lock
 * may miss nodes but never leaves the tree.
 */
#include <linux/rbtree_augmented.h>

typedef void (*rotate_t)(struct rb_node *old, struct rb_node *node);

static struct rb_node *kid(const struct rb_node *node, bool left)
{
	return left ? node->rb_left : node->rb_right;
}

static void set_kid(struct rb_node *node, bool left, struct rb_node *child)
{
	if (left)
		WRITE_ONCE(node->rb_left, child);
	else
		WRITE_ONCE(node->rb_right, child);
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | rb_color(node);
}

static void set_color(struct rb_node *node, unsigned long color)
{
	node->__rb_parent_color = (unsigned long)rb_parent(node) | color;
}

static bool red(const struct rb_node *node)
{
	return node && rb_is_red(node);
}

/* @child takes the place below @parent, or at the root, that @old has. */
static void put_in_place(struct rb_root *root, struct rb_node *parent, struct rb_node *old,
			 struct rb_node *child)
{
	if (parent)
		set_kid(parent, parent->rb_left == old, child);
	else
		WRITE_ONCE(root->rb_node, child);
}

/* @x sinks to the given side, its child on the other side rises. */
static void turn(struct rb_root *root, struct rb_node *x, bool left, rotate_t rotate)
{
	struct rb_node *up = kid(x, !left), *mid = kid(up, left), *parent = rb_parent(x);

	set_kid(x, !left, mid);
	if (mid)
		set_parent(mid, x);
	set_kid(up, left, x);
	put_in_place(root, parent, x, up);
	set_parent(up, parent);
	set_parent(x, up);
	rotate(x, up);
}

void __rb_insert_augmented(struct rb_node *node, struct rb_root *root, rotate_t rotate)
{
	struct rb_node *parent;

	while ((parent = rb_parent(node)) && rb_is_red(parent)) {
		struct rb_node *grand = rb_parent(parent);
		bool left = parent == grand->rb_left;
		struct rb_node *uncle = kid(grand, !left);

		if (red(uncle)) {
			set_color(parent, RB_BLACK);
			set_color(uncle, RB_BLACK);
			set_color(grand, RB_RED);
			node = grand;
			continue;
		}
		if (node == kid(parent, !left)) {
			turn(root, parent, left, rotate);
			parent = node;
		}
		set_color(parent, RB_BLACK);
		set_color(grand, RB_RED);
		turn(root, grand, !left, rotate);
		break;
	}
	set_color(root->rb_node, RB_BLACK);
}

/* One black node too few on the paths through @node, which may be NULL, below @parent. */
static void rebalance(struct rb_root *root, struct rb_node *node, struct rb_node *parent, rotate_t rotate)
{
	while (parent && !red(node)) {
		bool left = node == parent->rb_left;
		struct rb_node *sib = kid(parent, !left);

		if (rb_is_red(sib)) {
			set_color(sib, RB_BLACK);
			set_color(parent, RB_RED);
			turn(root, parent, left, rotate);
			sib = kid(parent, !left);
		}
		if (!red(sib->rb_left) && !red(sib->rb_right)) {
			set_color(sib, RB_RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (!red(kid(sib, !left))) {
			set_color(kid(sib, left), RB_BLACK);
			set_color(sib, RB_RED);
			turn(root, sib, !left, rotate);
			sib = kid(parent, !left);
		}
		set_color(sib, rb_color(parent));
		set_color(parent, RB_BLACK);
		set_color(kid(sib, !left), RB_BLACK);
		turn(root, parent, left, rotate);
		return;
	}
	if (node)
		set_color(node, RB_BLACK);
}

/* Takes out a node that has at most one child. */
static void unlink_outer(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent = rb_parent(node), *child = node->rb_left ? node->rb_left : node->rb_right;

	put_in_place(root, parent, node, child);
	if (child)
		set_parent(child, parent);
	augment->propagate(parent, NULL);
	if (rb_is_black(node))
		rebalance(root, child, parent, augment->rotate);
}

/* A node with two children: its successor leaves its own place and takes this one, colour and all. */
static void unlink_inner(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	struct rb_node *succ = rb_next(node), *child = succ->rb_right, *below = rb_parent(succ);
	bool black = rb_is_black(succ);

	if (below == node) {
		below = succ;
	} else {
		set_kid(below, true, child);
		if (child)
			set_parent(child, below);
		set_kid(succ, false, node->rb_right);
		set_parent(node->rb_right, succ);
	}
	set_kid(succ, true, node->rb_left);
	set_parent(node->rb_left, succ);
	put_in_place(root, rb_parent(node), node, succ);
	succ->__rb_parent_color = node->__rb_parent_color;
	augment->copy(node, succ);
	if (below != succ)
		augment->propagate(below, succ);
	augment->propagate(succ, NULL);
	if (black)
		rebalance(root, child, below, augment->rotate);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	if (node->rb_left && node->rb_right)
		unlink_inner(node, root, augment);
	else
		unlink_outer(node, root, augment);
}

static void nothing(struct rb_node *a, struct rb_node *b)
{
	(void)a, (void)b;
}

static const struct rb_augment_callbacks plain = { nothing, nothing, nothing };

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	__rb_insert_augmented(node, root, nothing);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	rb_erase_augmented(node, root, &plain);
}

static struct rb_node *outermost(struct rb_node *node, bool left)
{
	while (node && kid(node, left))
		node = kid(node, left);
	return node;
}

/* The neighbour in order: the nearest node below on that side, or else above. */
static struct rb_node *step(const struct rb_node *node, bool left)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (kid(node, left))
		return outermost(kid(node, left), !left);
	while ((parent = rb_parent(node)) && node == kid(parent, left))
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return step(node, false);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return step(node, true);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

/* The leaf found by going left where possible, else right. */
static struct rb_node *deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return deepest(root->rb_node);
}

struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? rb_parent(node) : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return deepest(parent->rb_right);
	return parent;
}

void rb_replace_node_rcu(struct rb_node *victim, struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = rb_parent(victim);

	*node = *victim;
	if (node->rb_left)
		set_parent(node->rb_left, node);
	if (node->rb_right)
		set_parent(node->rb_right, node);
	smp_wmb();	/* the node is complete before a reader can find it */
	put_in_place(root, parent, victim, node);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *node, struct rb_root *root)
{
	rb_replace_node_rcu(victim, node, root);
}
