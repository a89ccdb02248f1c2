/* SPDX-License-Identifier: MIT */
/*
 * Idle areas: mappings that outlive vfree() for the next request of their size.
 *
 * Slots wait in their windows (window.c); areas with mappings of their own wait here, found by size,
 * undone by age. `limit` bounds the pages of both that nobody uses; what goes over it is undone down
 * to half, so that neighbours go with one host call and the next frees find room.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "page/page.h"
#include "port.h"
#include "rooms.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

#define SIZES		64		/* lists of idle areas, by pages modulo this */
#define MIN_LIMIT	512ul		/* pages */
#define MAX_LIMIT	8192ul

static struct list_head by_size[SIZES];
static LIST_HEAD(by_age);		/* oldest first */
static unsigned long nr_idle;		/* pages of areas here */
static unsigned long limit;

static unsigned int pages_of(const struct kmk_area *area)
{
	return area->vm.nr_pages;
}

static bool suits(const struct kmk_area *area, const struct kmk_area_request *req, unsigned int pages)
{
	const struct kmk_range *r = &area->range;

	return pages_of(area) == pages && !(r->start & (max(req->align, PAGE_SIZE) - 1)) &&
	       r->start >= req->start && r->end <= req->end;
}

static struct kmk_area *find_locked(const struct kmk_area_request *req, unsigned int pages)
{
	struct kmk_area *area;

	list_for_each_entry(area, &by_size[pages % SIZES], size)
		if (suits(area, req, pages))
			return area;
	return NULL;
}

static void unlink_locked(struct kmk_area *area)
{
	list_del(&area->size);
	list_del(&area->idle);
	kmk_note(&nr_idle, -(long)pages_of(area));
}

static struct kmk_area *take_idle(const struct kmk_area_request *req, unsigned int pages)
{
	struct kmk_area *area;
	u64 now;

	if (!kmk_noted(&nr_idle))
		return NULL;
	now = port_now();
	kmk_lock(&kmk_area_lock);
	area = find_locked(req, pages);
	if (area) {
		unlink_locked(area);
		kmk_area_begin_locked(area, req, now);
	}
	kmk_unlock(&kmk_area_lock);
	return area;
}

struct kmk_area *kmk_area_reuse(const struct kmk_area_request *req)
{
	unsigned long size, align;
	unsigned int pages;

	if (!kmk_area_size_up(req, &size, &align) || size > INT_MAX)
		return NULL;
	pages = (unsigned int)(size >> PAGE_SHIFT) - 1;
	if (pages <= KMK_SLOT_PAGES && align == PAGE_SIZE && req->start == VMALLOC_START &&
	    req->end == VMALLOC_END)
		return kmk_slot_take(req, pages);
	return take_idle(req, pages);
}

/* ---- the way back ---- */

static int by_address(void *unused, const struct list_head *a, const struct list_head *b)
{
	(void)unused;
	return list_entry(a, struct kmk_area, idle)->range.start > list_entry(b, struct kmk_area, idle)->range.start;
}

/* Neighbours touch: the guard between them is as inaccessible as what they become. */
static void unmap_neighbours(struct list_head *batch)
{
	unsigned long start = 0, end = 0, next = 0;
	struct kmk_area *area;

	list_for_each_entry(area, batch, idle) {
		if (area->range.start != next) {
			if (end)
				port_unmap((void *)start, end - start);
			start = area->range.start;
		}
		end = area->range.start + area->nr_mapped * PAGE_SIZE;
		next = area->range.end;
		area->nr_mapped = 0;
	}
	if (end)
		port_unmap((void *)start, end - start);
}

static unsigned long evict(unsigned long keep)
{
	struct kmk_area *area, *next;
	unsigned long got = 0;
	LIST_HEAD(batch);

	kmk_lock(&kmk_area_lock);
	while (nr_idle > keep) {
		area = list_first_entry(&by_age, struct kmk_area, idle);
		unlink_locked(area);
		area->state = KMK_AREA_DYING;
		list_add_tail(&area->idle, &batch);
	}
	kmk_unlock(&kmk_area_lock);
	list_sort(NULL, &batch, by_address);
	unmap_neighbours(&batch);
	list_for_each_entry_safe(area, next, &batch, idle) {
		got += pages_of(area);
		kmk_area_destroy(area, true, area->freed_by);
	}
	return got;
}

static bool keep(struct kmk_area *area)
{
	if (!area->plain || kmk_vmap_exact || pages_of(area) > limit / 2 || is_vmalloc_addr(area->vm.pages) ||
	    !kmk_frames_plain(area->vm.pages, pages_of(area)))
		return false;
	if (kmk_init_on_free)
		memset(area->vm.addr, 0, pages_of(area) * PAGE_SIZE);
	kmk_lock(&kmk_area_lock);
	area->state = KMK_AREA_IDLE;
	list_add(&area->size, &by_size[pages_of(area) % SIZES]);
	list_add_tail(&area->idle, &by_age);
	kmk_note(&nr_idle, pages_of(area));
	kmk_unlock(&kmk_area_lock);
	return true;
}

void kmk_area_put(struct kmk_area *area)
{
	if (area->window)
		kmk_slot_give(area);
	else if (!keep(area))
		kmk_area_destroy(area, true, area->freed_by);
	if (likely(kmk_noted(&nr_idle) + kmk_windows_idle() <= limit))
		return;
	kmk_windows_trim(limit / 4);
	evict(limit / 4);
}

unsigned long kmk_idle_purge(void)
{
	unsigned long got = evict(0) + kmk_windows_purge();

	kmk_index_trim();
	return got;
}

unsigned long kmk_vmap_idle(void)
{
	return (kmk_noted(&nr_idle) + kmk_windows_kept()) << PAGE_SHIFT;
}

/* Undoing sleeps and takes locks, so only for requests that may; frees inside do not recurse. */
static unsigned long give(gfp_t gfp)
{
	return gfpflags_allow_blocking(gfp) ? kmk_idle_purge() : 0;
}

static struct kmk_page_source source = { .give = give, .name = "idle virtual areas" };

void kmk_idle_start(void)
{
	for (unsigned int i = 0; i < SIZES; i++)
		INIT_LIST_HEAD(&by_size[i]);
	limit = clamp(totalram_pages() / 32, MIN_LIMIT, MAX_LIMIT);
	kmk_page_add_source(&source);
}
