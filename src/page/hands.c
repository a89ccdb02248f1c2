/* SPDX-License-Identifier: MIT */
/*
 * Frames in somebody's hands: off the lists that reclaim looks at, not yet on those that requests take from.
 *
 * A thread that gives memory back works on what it took first: a whole purge of idle areas, a cluster of
 * pages, a shrinker's objects. Meanwhile a request of another thread finds nothing anywhere; without this
 * count it would be refused, although memory is a moment away. It waits until no hand is full instead
 * (the kernel's requests wait there too: for the OOM lock, and for isolated pages).
 */
#include <linux/kernel.h>
#include "port.h"
#include "page.h"
#include "sync/thread.h"

#define STEP	(1000 * 1000ull)	/* ns */
#define STEPS	1000			/* who holds a lock that the other one waits for must not wait for ever */

static u32 full;

void kmk_hands_fill(void)
{
	kmk_self()->hands++;
	__atomic_fetch_add(&full, 1, __ATOMIC_RELAXED);
}

void kmk_hands_empty(void)
{
	kmk_self()->hands--;
	__atomic_fetch_sub(&full, 1, __ATOMIC_RELEASE);
}

bool kmk_hands_full(void)
{
	return __atomic_load_n(&full, __ATOMIC_ACQUIRE);
}

void kmk_hands_wait(void)
{
	u32 never = 0;

	for (unsigned int i = 0; i < STEPS && kmk_hands_full(); i++)
		port_wait(&never, 0, STEP);
}

/* The thread ends in somebody's call-back: it will empty nothing any more. */
void kmk_hands_left(void)
{
	__atomic_fetch_sub(&full, kmk_self()->hands, __ATOMIC_RELEASE);
	kmk_self()->hands = 0;
}

/* The other threads, and what they held, are the parent's; a call-back that forked has full hands still. */
void kmk_hands_fork_child(void)
{
	__atomic_store_n(&full, kmk_self()->hands, __ATOMIC_RELAXED);
}
