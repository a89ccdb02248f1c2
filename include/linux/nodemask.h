/* SPDX-License-Identifier: MIT */
/* One node. */
#ifndef _LINUX_NODEMASK_H
#define _LINUX_NODEMASK_H

#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/numa.h>

typedef struct {
	DECLARE_BITMAP(bits, MAX_NUMNODES);
} nodemask_t;

enum node_states {
	N_POSSIBLE,
	N_ONLINE,
	N_NORMAL_MEMORY,
	N_HIGH_MEMORY,
	N_MEMORY,
	N_CPU,
	N_GENERIC_INITIATOR,
	NR_NODE_STATES,
};

#define NODE_MASK_ALL		((nodemask_t) { { 1UL } })
#define NODE_MASK_NONE		((nodemask_t) { { 0UL } })
#define nodes_addr(src)		((src).bits)
#define node_set(node, dst)	__set_bit((node), (dst).bits)
#define node_clear(node, dst)	__clear_bit((node), (dst).bits)
#define node_isset(node, mask)	test_bit((node), (mask).bits)
#define node_test_and_set(node, mask) __test_and_set_bit((node), (mask).bits)
#define nodes_clear(dst)	bitmap_zero((dst).bits, MAX_NUMNODES)
#define nodes_setall(dst)	bitmap_fill((dst).bits, MAX_NUMNODES)
#define nodes_empty(src)	bitmap_empty((src).bits, MAX_NUMNODES)
#define nodes_weight(src)	((int)bitmap_weight((src).bits, MAX_NUMNODES))
#define nodes_equal(a, b)	bitmap_equal((a).bits, (b).bits, MAX_NUMNODES)
#define nodes_and(dst, a, b)	bitmap_and((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_or(dst, a, b)	bitmap_or((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_intersects(a, b)	bitmap_intersects((a).bits, (b).bits, MAX_NUMNODES)
#define first_node(src)		((unsigned int)find_first_bit((src).bits, MAX_NUMNODES))
#define next_node(n, src)	((unsigned int)find_next_bit((src).bits, MAX_NUMNODES, (unsigned long)(n) + 1))
#define nodemask_of_node(node)	({ nodemask_t kmk_nodes_ = { { 0 } }; node_set((node), kmk_nodes_); kmk_nodes_; })
#define nodes_xor(dst, a, b)	bitmap_xor((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_andnot(dst, a, b)	bitmap_andnot((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_complement(dst, a)	bitmap_complement((dst).bits, (a).bits, MAX_NUMNODES)
#define nodes_subset(a, b)	bitmap_subset((a).bits, (b).bits, MAX_NUMNODES)
#define nodes_full(src)		bitmap_full((src).bits, MAX_NUMNODES)
#define nodes_shift_right(dst, src, n)	bitmap_shift_right((dst).bits, (src).bits, n, MAX_NUMNODES)
#define nodes_shift_left(dst, src, n)	bitmap_shift_left((dst).bits, (src).bits, n, MAX_NUMNODES)
#define nodes_remap(dst, src, old, new_)	\
	bitmap_remap((dst).bits, (src).bits, (old).bits, (new_).bits, MAX_NUMNODES)
#define node_remap(old, from, to)	bitmap_bitremap((int)(old), (from).bits, (to).bits, MAX_NUMNODES)
#define nodes_onto(dst, a, b)	bitmap_onto((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_fold(dst, a, size)	bitmap_fold((dst).bits, (a).bits, size, MAX_NUMNODES)
#define nodelist_parse(buf, dst)	bitmap_parselist(buf, (dst).bits, MAX_NUMNODES)
#define nodemask_parse_user(buf, n, dst)	bitmap_parse_user(buf, n, (dst).bits, MAX_NUMNODES)
#define first_unset_node(mask)	((unsigned int)find_first_zero_bit((mask).bits, MAX_NUMNODES))
/* The next one, from the start again behind the last; MAX_NUMNODES of an empty mask. */
#define next_node_in(n, src)	\
	({ unsigned int kmk_node_ = next_node(n, src); kmk_node_ < MAX_NUMNODES ? kmk_node_ : first_node(src); })
#define init_nodemask_of_node(mask, node)	do { nodes_clear(*(mask)); node_set((node), *(mask)); } while (0)
#define NODEMASK_ALLOC(type, name, gfp)	type kmk_##name, *name = &kmk_##name
#define NODEMASK_FREE(m)	do { } while (0)
struct nodemask_scratch {
	nodemask_t mask1, mask2;
};
#define NODEMASK_SCRATCH(x)	NODEMASK_ALLOC(struct nodemask_scratch, x, GFP_KERNEL | __GFP_NORETRY)
#define NODEMASK_SCRATCH_FREE(x)	NODEMASK_FREE(x)
#define nodemask_pr_args(m)	MAX_NUMNODES, (m) ? (m)->bits : NULL
#define for_each_node_mask(node, mask) \
	for ((node) = (__typeof__(node))first_node(mask); (node) < MAX_NUMNODES;	\
	     (node) = (__typeof__(node))next_node((node), (mask)))

#define nr_node_ids		1U
#define nr_online_nodes		1U
#define first_online_node	0
#define first_memory_node	0
#define next_online_node(nid)	(MAX_NUMNODES)
#define next_memory_node(nid)	(MAX_NUMNODES)
#define num_online_nodes()	1
#define num_possible_nodes()	1
#define num_node_state(state)	1
#define node_state(node, state)	((node) == 0)
#define node_online(node)	((node) == 0)
#define node_possible(node)	((node) == 0)
/* The one node's state does not change. */
#define node_set_state(node, state)	((void)(node), (void)(state))
#define node_clear_state(node, state)	((void)(node), (void)(state))
#define node_set_online(node)		((void)(node))
#define node_set_offline(node)		((void)(node))
#define node_random(mask)	0
#define for_each_node_state(node, state) for ((node) = 0; (node) == 0; (node) = 1)
#define for_each_node(node)	for_each_node_state(node, N_POSSIBLE)
#define for_each_online_node(node) for_each_node_state(node, N_ONLINE)

#endif
