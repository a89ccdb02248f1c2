/* SPDX-License-Identifier: MIT */
/* The room's boot level, its part in a fork, and its check. */
#include <linux/sched.h>
#include "port.h"
#include "reclaim.h"
#include "rooms.h"
#include "shmem.h"

/* A page that it had locked or isolated stays so. */
static void left_inside(void)
{
	kmk_shrinker_left();
	kmk_oom_left();
	kmk_hands_left();
	kmk_self()->memalloc = 0;
}

bool kmk_reclaim_pause(void) { return kmk_gate_close(KMK_GATE_RECLAIM, NSEC_PER_SEC); }
void kmk_reclaim_resume(void) { kmk_gate_open(KMK_GATE_RECLAIM); }

void kmk_reclaim_fork_lock(void)
{
	kmk_shrinker_fork_lock();
	kmk_swap_fork_lock();
	kmk_lock(&kmk_lru.lock);
}

void kmk_reclaim_fork_unlock(void)
{
	kmk_unlock(&kmk_lru.lock);
	kmk_swap_fork_unlock();
	kmk_shrinker_fork_unlock();
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
	kmk_shrinker_fork_child();
	kmk_kswapd_fork_child();
	kmk_oom_fork_child();
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
	err = kmk_budget_start();
	kmk_pressure_start();
	if (!err)
		err = kmk_mapping_start();
	if (!err)
		err = kmk_swap_start();
	return err ? err : kmk_script_start();
}

unsigned int kmk_reclaim_validate(void)
{
	return kmk_lru_validate() + kmk_shmem_validate() + kmk_anon_validate();
}
