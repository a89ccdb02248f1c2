/* SPDX-License-Identifier: MIT */
/*
 * Every state a small buddy allocator can reach, and every step between them, by the real code.
 *
 * A state is the set of allocated blocks; coalescing makes the free ones follow from it. With S(k)
 * states for 2^k frames: S(0) = 2, S(k) = S(k-1)^2 + 1. A transition is a successful allocation or
 * free. Breadth first from "all free"; each state is set up again by allocating a tiling of the
 * frames from the left and freeing the tiles that the state has free.
 *
 * usage: buddy_states FRAMES STATES TRANSITIONS
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "port/sim/sim.h"
#include "buddy_states.h"

#define TABLE (1u << 20)		/* over twice the states of 16 frames */

static unsigned int frames, top_order;
static uint64_t *table, *queue;		/* table: key + 1, 0 is empty */
static size_t queued, transitions;

/* Four bits a frame: order + 1 where an allocated block starts, else 0. */
static uint64_t key_now(void)
{
	uint64_t key = 0;

	for (unsigned int f = 0; f < frames; f++) {
		unsigned int order = buddy_head_order(f);

		if (order != BUDDY_NO_HEAD)
			key |= (uint64_t)(order + 1) << 4 * f;
	}
	return key;
}

static void visit(uint64_t key)
{
	uint32_t i = (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 44);

	while (table[i] && table[i] != key + 1)
		i = (i + 1) & (TABLE - 1);
	if (table[i])
		return;
	table[i] = key + 1;
	queue[queued++] = key;
}

static unsigned int order_at(uint64_t key, unsigned int frame)
{
	return (unsigned int)(key >> 4 * frame & 15) - 1;	/* huge when no block starts here */
}

/* Orders of a tiling: the allocated blocks, single frames elsewhere. */
static void set_up(uint64_t key)
{
	buddy_empty();
	for (unsigned int f = 0; f < frames; ) {
		unsigned int order = order_at(key, f) <= top_order ? order_at(key, f) : 0;

		if (buddy_alloc(order) != (int)f) {
			fprintf(stderr, "tile of order %u at frame %u went elsewhere (state %" PRIx64 ")\n", order, f, key);
			exit(1);
		}
		f += 1u << order;
	}
	for (unsigned int f = 0; f < frames; ) {
		if (order_at(key, f) <= top_order) {
			f += 1u << order_at(key, f);
		} else {
			buddy_free(f, 0);
			f++;
		}
	}
	if (key_now() != key) {
		fprintf(stderr, "state %" PRIx64 " became %" PRIx64 "\n", key, key_now());
		exit(1);
	}
}

static void step_from(uint64_t key)
{
	set_up(key);
	if (buddy_validate()) {
		fprintf(stderr, "state %" PRIx64 " is not valid\n", key);
		exit(1);
	}
	buddy_save();
	for (unsigned int order = 0; order <= top_order; order++) {
		if (buddy_alloc(order) < 0)
			continue;
		transitions++;
		visit(key_now());
		buddy_restore();
	}
	for (unsigned int f = 0; f < frames; f++) {
		if (order_at(key, f) > top_order)
			continue;
		buddy_free(f, order_at(key, f));
		transitions++;
		visit(key_now());
		buddy_restore();
	}
}

int main(int argc, char **argv)
{
	struct port_range range = { .start = 1 << 20, .kind = PORT_RAM };
	size_t want_states, want_transitions;
	bool good;

	if (argc != 4) {
		fprintf(stderr, "usage: buddy_states FRAMES STATES TRANSITIONS\n");
		return 2;
	}
	frames = (unsigned int)atoi(argv[1]);
	want_states = strtoul(argv[2], NULL, 10);
	want_transitions = strtoul(argv[3], NULL, 10);
	top_order = (unsigned int)__builtin_ctz(frames);
	range.end = range.start + frames * 4096ull;
	table = calloc(TABLE, sizeof(*table));
	queue = calloc(TABLE, sizeof(*queue));
	if (!table || !queue || sim_configure(&range, 1, 1, 1, "page_policy=lowest") || buddy_start(frames))
		return 1;
	visit(0);
	for (size_t i = 0; i < queued; i++)
		step_from(queue[i]);
	good = queued == want_states && transitions == want_transitions;
	printf("buddy of %u frames: %zu states (expected %zu), %zu transitions (expected %zu)\n", frames, queued,
	       want_states, transitions, want_transitions);
	printf("%d passed, %d failed\n", good, !good);
	return !good;
}
