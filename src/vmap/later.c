/* SPDX-License-Identifier: MIT */
/*
 * Areas freed from a context that must not sleep. They are dying already; a helper thread, or
 * whoever calls kmk_vmap_drain() first, does the unmapping. The list is a stack: anybody pushes, without a
 * lock; who pops holds the area lock, and takes one at a time, so that a fork's child finds the rest there.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include "port.h"
#include "rooms.h"
#include "vmap/vmap.h"

static struct kmk_area *stack;
static uint32_t pending;	/* areas on the stack or in work */
static uint32_t helper;		/* a helper thread runs, or is about to */

static struct kmk_area *pop(void)
{
	struct kmk_area *area;

	if (!__atomic_load_n(&stack, __ATOMIC_RELAXED))
		return NULL;
	kmk_area_lock_take();
	area = __atomic_load_n(&stack, __ATOMIC_ACQUIRE);
	while (area && !__atomic_compare_exchange_n(&stack, &area, area->next, false, __ATOMIC_ACQUIRE,
						    __ATOMIC_ACQUIRE))
		;
	kmk_unlock(&kmk_area_lock);
	return area;
}

/* Behind the gate: an area that is off the stack belongs to nobody a fork's child knows. */
static bool finish_one(void)
{
	struct kmk_area *area;

	kmk_vmap_enter();
	area = pop();
	if (area) {
		kmk_area_put(area);
		__atomic_fetch_sub(&pending, 1, __ATOMIC_RELEASE);
		port_wake(&pending, UINT_MAX);
	}
	kmk_vmap_leave();
	return area;
}

static void finish_all(void)
{
	while (finish_one())
		;
}

static void help(void *unused)
{
	(void)unused;
	do {
		finish_all();
		__atomic_store_n(&helper, 0, __ATOMIC_SEQ_CST);
	} while (__atomic_load_n(&stack, __ATOMIC_SEQ_CST) &&
		 !__atomic_exchange_n(&helper, 1, __ATOMIC_SEQ_CST));
}

void kmk_area_free_later(struct kmk_area *area)
{
	__atomic_fetch_add(&pending, 1, __ATOMIC_RELAXED);
	area->next = __atomic_load_n(&stack, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&stack, &area->next, area, true, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED))
		;
	if (__atomic_exchange_n(&helper, 1, __ATOMIC_SEQ_CST))
		return;
	/* Without a thread the area waits for the next drain. */
	if (port_thread_start(help, NULL, "vfree"))
		__atomic_store_n(&helper, 0, __ATOMIC_SEQ_CST);
}

/* No helper came along. */
void kmk_later_fork_child(void)
{
	helper = pending = 0;
	for (const struct kmk_area *area = stack; area; area = area->next)
		pending++;
}

void kmk_vmap_drain(void)
{
	uint32_t left;

	might_sleep();
	finish_all();
	while ((left = __atomic_load_n(&pending, __ATOMIC_ACQUIRE))) {
		port_wait(&pending, left, UINT64_MAX);
		finish_all();
	}
}

void kmk_vmap_purge(void)
{
	kmk_vmap_drain();
	kmk_idle_purge();
}
