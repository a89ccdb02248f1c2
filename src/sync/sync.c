/* SPDX-License-Identifier: MIT */
/* Bringing the room up, through a fork, and checking it. */
#include <kmemkit/event.h>
#include <linux/kernel.h>

#include "sync.h"

/* In rank order. */
static struct kmk_lock *const locks[] = {
	&kmk_percpu_lock, &kmk_rcu_lock, &kmk_event_lock, &kmk_task_lock,
};

int kmk_sync_start(const struct port_desc *desc)
{
	kmk_cpu_set_count(desc->nr_cpus);
	kmk_percpu_start();
	return 0;
}

void kmk_sync_fork_lock(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(locks); i++)
		kmk_lock(locks[i]);
}

void kmk_sync_fork_unlock(void)
{
	for (unsigned i = ARRAY_SIZE(locks); i-- > 0; )
		kmk_unlock(locks[i]);
}

static struct kmk_fork_hook *fork_hooks;

void kmk_on_fork_child(struct kmk_fork_hook *h)
{
	h->next = __atomic_load_n(&fork_hooks, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&fork_hooks, &h->next, h, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

void kmk_sync_fork_child(void)
{
	kmk_context_fork_child();
	kmk_rcu_fork_child();
	kmk_event_fork_child();
	kmk_task_fork_child();
	for (struct kmk_fork_hook *h = fork_hooks; h; h = h->next)
		h->fn();
}

bool kmk_sync_validate(void)
{
	return kmk_cpus_validate() && kmk_percpu_validate();
}
