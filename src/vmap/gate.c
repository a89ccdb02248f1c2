/* SPDX-License-Identifier: MIT */
/*
 * The gate that a fork closes: behind it threads hold what belongs to no user and is on no list, such as the
 * batch of a purge. The child has none of these threads, so its fork waits until they are out.
 *
 * Entering nests. No other gate or lock that a fork takes earlier is waited for inside; nevertheless the fork
 * does not wait for ever, since a free inside may lead into anybody's code.
 */
#include <linux/kernel.h>

#include "port.h"
#include "sync/thread.h"
#include "vmap/vmap.h"

#define PATIENCE_NS	1000000000ull

static uint32_t inside, closed;		/* threads; forks */

void kmk_vmap_enter(void)
{
	if (kmk_self()->vmap_gate++)
		return;
	for (;;) {
		__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&closed, __ATOMIC_SEQ_CST))
			return;
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		port_wait(&closed, 1, 10 * 1000 * 1000);
	}
}

void kmk_vmap_leave(void)
{
	if (!--kmk_self()->vmap_gate)
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
}

void kmk_vmap_gate_close(void)
{
	uint32_t mine = kmk_self()->vmap_gate != 0, now;
	uint64_t end = port_now() + PATIENCE_NS;

	__atomic_store_n(&closed, 1, __ATOMIC_SEQ_CST);
	while ((now = __atomic_load_n(&inside, __ATOMIC_SEQ_CST)) > mine && port_now() < end)
		port_wait(&inside, now, 100 * 1000);
}

void kmk_vmap_gate_open(void)
{
	__atomic_store_n(&closed, 0, __ATOMIC_SEQ_CST);
	port_wake(&closed, UINT32_MAX);
}

void kmk_vmap_gate_fork_child(void)
{
	inside = kmk_self()->vmap_gate != 0;
}
