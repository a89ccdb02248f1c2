/* SPDX-License-Identifier: MIT */
/*
 * Idle areas: mappings that outlive vfree() for the next request of their size.
 *
 * Slots wait in their windows (window.c) and on shelves; areas with mappings of their own wait here, found
 * by size, undone by age (purge.c). `limit` bounds the pages that nobody uses; what goes over it is undone
 * down to a quarter, so that neighbours go with one host call and the next frees find room.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "base/edge.h"
#include "page/page.h"
#include "port.h"
#include "rooms.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

#define SIZES		64		/* lists of idle areas, by pages modulo this */
#define MIN_LIMIT	512ul		/* pages */
#define MAX_LIMIT	8192ul

static struct list_head by_size[SIZES];
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

void kmk_idle_unlink_locked(struct kmk_area *area)
{
	list_del(&area->size);
	list_del(&area->range.idle);
	kmk_note(&nr_idle, -(long)pages_of(area));
}

static struct kmk_area *take_idle(const struct kmk_area_request *req, unsigned int pages)
{
	struct kmk_area *area;
	u64 now;

	if (!kmk_noted(&nr_idle))
		return NULL;
	now = port_now();
	kmk_area_lock_take();
	area = find_locked(req, pages);
	if (area) {
		kmk_idle_unlink_locked(area);
		kmk_area_begin_locked(area, req, now);
	}
	kmk_unlock(&kmk_area_lock);
	if (area)
		kmk_vmalloc_count(pages_of(area));
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

static bool keep(struct kmk_area *area)
{
	if (!area->plain || area->spoiled || kmk_vmap_exact || pages_of(area) > limit / 2 || is_vmalloc_addr(area->vm.pages) ||
	    !kmk_frames_plain(area->vm.pages, pages_of(area)))
		return false;
	kmk_edge_allow(area->vm.addr, pages_of(area) * PAGE_SIZE);
	if (kmk_init_on_free)
		memset(area->vm.addr, 0, pages_of(area) * PAGE_SIZE);
	kmk_edge_forbid(area->vm.addr, pages_of(area) * PAGE_SIZE);	/* still mapped, but nobody's */
	kmk_area_lock_take();
	WRITE_ONCE(area->state, KMK_AREA_IDLE);
	list_add(&area->size, &by_size[pages_of(area) % SIZES]);
	list_add_tail(&area->range.idle, &kmk_idle_by_age);
	kmk_note(&nr_idle, pages_of(area));
	kmk_unlock(&kmk_area_lock);
	return true;
}

void kmk_area_put(struct kmk_area *area)
{
	unsigned long idle;

	if (area->window)
		kmk_slot_give(area);
	else if (!keep(area))
		kmk_area_destroy(area, true, area->freed_by);
	idle = kmk_idle_pages();
	if (unlikely(idle > limit))
		kmk_idle_trim(limit / 4);
	else if (unlikely(idle > kmk_page_warm_limit))
		kmk_page_warm();
}

unsigned long kmk_idle_pages(void)
{
	return kmk_noted(&nr_idle) + kmk_windows_idle();
}

unsigned long kmk_vmap_idle(void)
{
	return (kmk_noted(&nr_idle) + kmk_windows_kept() + kmk_shelves_sum().pages) << PAGE_SHIFT;
}

/* Undoing sleeps and takes locks, so only for requests that may; frees inside do not recurse. */
static unsigned long give(gfp_t gfp)
{
	return gfpflags_allow_blocking(gfp) ? kmk_idle_purge() : 0;
}

/* Undone when as much is idle as at the last call: nobody took any, or it costs one more mapping. */
static unsigned long idle(void)
{
	static unsigned long was;
	unsigned long now = kmk_vmap_idle(), got = now && now == was ? kmk_idle_purge() : 0;

	was = got ? kmk_vmap_idle() : now;
	return got;
}

static struct kmk_page_source source = { .give = give, .idle = idle, .name = "idle virtual areas" };

void kmk_idle_start(unsigned int cpus)
{
	for (unsigned int i = 0; i < SIZES; i++)
		INIT_LIST_HEAD(&by_size[i]);
	limit = clamp(totalram_pages() / 32, MIN_LIMIT, MAX_LIMIT);
	kmk_shelves_start(limit, cpus);
	kmk_page_add_source(&source);
}
