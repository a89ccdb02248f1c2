/* SPDX-License-Identifier: MIT */
/* The room's boot level, its part in a fork, and its check. */
#include <linux/sched.h>
#include "port.h"
#include "reclaim.h"
#include "rooms.h"
#include "shmem.h"

/* ---- the gate that a fork closes, or a look at all of memory ---- */

static uint32_t inside, closed;		/* threads; how often it was closed */

/* How often the calling thread is inside; kept in its task, which a new thread has empty. */
static unsigned long *depth(void) { return (unsigned long *)&current->kmk_scratch[KMK_IN_GATE]; }

void kmk_reclaim_enter(void)
{
	if ((*depth())++)
		return;
	for (;;) {
		__atomic_fetch_add(&inside, 1, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&closed, __ATOMIC_SEQ_CST))
			return;
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
		port_wait(&closed, __atomic_load_n(&closed, __ATOMIC_RELAXED), 10 * 1000 * 1000);
	}
}

void kmk_reclaim_leave(void)
{
	if (!--*depth())
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
}

/* Not for ever: who is inside may wait for a lock that the forking thread holds. */
static void close_gate(void)
{
	uint64_t end = port_now() + 1000000000ull;
	uint32_t mine = *depth() != 0, now;

	__atomic_fetch_add(&closed, 1, __ATOMIC_SEQ_CST);
	while ((now = __atomic_load_n(&inside, __ATOMIC_SEQ_CST)) > mine && port_now() < end)
		port_wait(&inside, now, 100 * 1000);
}

static void open_gate(void)
{
	__atomic_fetch_sub(&closed, 1, __ATOMIC_SEQ_CST);
	port_wake(&closed, UINT32_MAX);
}

/* A page that it had locked or isolated stays so. */
static void left_inside(void)
{
	kmk_shrinker_left();
	kmk_oom_left();
	if (*depth()) {
		*depth() = 0;
		__atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
	}
}

void kmk_reclaim_pause(void) { close_gate(); }
void kmk_reclaim_resume(void) { open_gate(); }

void kmk_reclaim_fork_lock(void)
{
	close_gate();
	kmk_shrinker_fork_lock();
	kmk_swap_fork_lock();
	kmk_lock(&kmk_lru.lock);
}

void kmk_reclaim_fork_unlock(void)
{
	kmk_unlock(&kmk_lru.lock);
	kmk_swap_fork_unlock();
	kmk_shrinker_fork_unlock();
	open_gate();
}

void kmk_reclaim_fork_copy(void)
{
	kmk_swap_fork_copy();
}

void kmk_reclaim_fork_parent(void)
{
	kmk_swap_fork_parent();
}

void kmk_reclaim_fork_child(void)
{
	inside = *depth() != 0;
	closed = 0;		/* who else had it paused is not here */
	kmk_shrinker_fork_child();
	kmk_kswapd_fork_child();
	kmk_swap_fork_child();
}

int kmk_reclaim_start(void)
{
	int err;

	kmk_thread_leave_hook = left_inside;
	kmk_lru_start();
	kmk_direct_start();
	kmk_kswapd_start();
	kmk_page_oom = kmk_oom;
	kmk_compact_start();
	kmk_idle_release_start();
	kmk_budget_start();
	kmk_pressure_start();
	err = kmk_mapping_start();
	if (!err)
		err = kmk_swap_start();
	return err ? err : kmk_script_start();
}

unsigned int kmk_reclaim_validate(void)
{
	return kmk_lru_validate() + kmk_shmem_validate() + kmk_anon_validate();
}
