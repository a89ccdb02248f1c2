/* SPDX-License-Identifier: MIT */
/*
 * Undoing what is idle: mappings in batches, by address, so that neighbours go with one host call; where
 * the host has other processors' translation caches to flush, that is what costs.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/sched.h>
#include <linux/vmalloc.h>

#include <kmemkit/vmap.h>
#include "port.h"
#include "page/page.h"
#include "rooms.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

LIST_HEAD(kmk_idle_by_age);

static struct kmk_area *area_of(struct kmk_range *r)
{
	return container_of(r, struct kmk_area, range);
}

static int by_address(void *unused, const struct list_head *a, const struct list_head *b)
{
	(void)unused;
	return list_entry(a, struct kmk_range, idle)->start > list_entry(b, struct kmk_range, idle)->start;
}

static unsigned long mapped_bytes(struct kmk_range *r)
{
	return r->window ? kmk_window_mapped(r) : area_of(r)->nr_mapped * PAGE_SIZE;
}

static void unmap(unsigned long start, unsigned long end)
{
	if (end > start)
		port_unmap((void *)start, end - start);
}

/* Neighbours touch: the guard between them is as inaccessible as what they become. */
static void unmap_neighbours(struct list_head *batch)
{
	unsigned long start = 0, end = 0, next = 0;
	struct kmk_range *r;

	list_for_each_entry(r, batch, idle) {
		if (r->start != next) {
			unmap(start, end);
			start = r->start;
		}
		end = r->start + mapped_bytes(r);
		next = r->end;
		if (!r->window)
			__atomic_store_n(&area_of(r)->nr_mapped, 0, __ATOMIC_RELAXED);	/* a validator looks */
	}
	unmap(start, end);
}

static void doom_locked(struct kmk_range *r, struct list_head *batch)
{
	if (r->window) {
		kmk_window_doom_locked(r);
	} else {
		kmk_idle_unlink_locked(area_of(r));
		WRITE_ONCE(area_of(r)->state, KMK_AREA_DYING);
	}
	list_add_tail(&r->idle, batch);
}

static unsigned long finish(struct kmk_range *r)
{
	unsigned long pages;

	if (r->window)
		return kmk_window_finish(r);
	pages = area_of(r)->vm.nr_pages;
	kmk_area_destroy(area_of(r), true, area_of(r)->freed_by);
	return pages;
}

unsigned long kmk_idle_trim(unsigned long keep)
{
	struct kmk_range *r, *next;
	unsigned long got = 0;
	LIST_HEAD(batch);

	kmk_vmap_enter();
	kmk_hands_fill();
	kmk_area_lock_take();
	while (kmk_idle_pages() > keep && !list_empty(&kmk_idle_by_age))
		doom_locked(list_first_entry(&kmk_idle_by_age, struct kmk_range, idle), &batch);
	kmk_unlock(&kmk_area_lock);
	list_sort(NULL, &batch, by_address);
	unmap_neighbours(&batch);
	list_for_each_entry_safe(r, next, &batch, idle)
		got += finish(r);
	kmk_hands_empty();
	kmk_vmap_leave();
	return got;
}

unsigned long kmk_idle_purge(void)
{
	unsigned long got;

	kmk_vmap_enter();
	kmk_shelves_flush();
	got = kmk_idle_trim(0) + kmk_windows_close();
	kmk_index_trim();
	kmk_vmap_leave();
	return got;
}

unsigned long kmk_vmap_trim_idle(unsigned long keep_bytes)
{
	unsigned long got;

	might_sleep();
	kmk_vmap_enter();
	kmk_shelves_flush();
	got = kmk_idle_trim(keep_bytes >> PAGE_SHIFT);
	if (got)
		kmk_index_trim();
	kmk_vmap_leave();
	return got;
}
