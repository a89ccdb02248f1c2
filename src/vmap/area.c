/* SPDX-License-Identifier: MIT */
/* Areas: made, found, taken out of use, undone. See vmap.h for the order of these steps. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "base/option.h"
#include "port.h"
#include "rooms.h"
#include "sync/lock.h"
#include "sync/thread.h"
#include "vmap/io.h"
#include "vmap/vmap.h"

#define IOREMAP_MAX_ORDER	(7 + PAGE_SHIFT)
struct kmk_lock kmk_area_lock = KMK_LOCK_INIT(KMK_RANK_VMAP);
/* The first page stays free: its address is also a constant in many tables, which would hide a leak there. */
struct kmk_space kmk_vmap_space = KMK_SPACE_INIT(kmk_vmap_space, VMALLOC_START + PAGE_SIZE, VMALLOC_END & PAGE_MASK);
bool kmk_vmap_exact;
enum port_guard_kind kmk_vmap_guard;
static unsigned long nr_areas;
static unsigned long nr_mappings, max_mappings;	/* of the host, charged; 0: no limit */

/* The area of a range of its own. */
static struct kmk_area *area_of(struct kmk_range *r)
{
	return r && r->end > r->start && !r->window ? container_of(r, struct kmk_area, range) : NULL;
}

struct kmk_area *kmk_area_at_locked(unsigned long addr)
{
	struct kmk_range *r = kmk_range_at_locked(addr);

	return r && r->window ? kmk_window_slot(r, addr) : area_of(r);
}

bool kmk_area_size_up(const struct kmk_area_request *req, unsigned long *size, unsigned long *align)
{
	unsigned long guard = req->flags & VM_NO_GUARD ? 0 : PAGE_SIZE;

	*size = PAGE_ALIGN(req->size);
	if (!req->size || *size < req->size || *size + guard < guard)
		return false;
	*align = max(req->align, PAGE_SIZE);
	if (req->flags & VM_IOREMAP)
		*align = 1UL << clamp((int)ilog2(roundup_pow_of_two(*size)), PAGE_SHIFT,
				      IOREMAP_MAX_ORDER);
	*size += guard;
	return is_power_of_2(*align);
}

gfp_t kmk_vmap_gfp(gfp_t gfp)
{
	might_sleep();
	return kmk_atomic_context() ? gfp & ~__GFP_DIRECT_RECLAIM : gfp;
}

void kmk_area_begin_locked(struct kmk_area *area, const struct kmk_area_request *req, u64 now)
{
	area->vm.addr = (void *)area->range.start;
	area->vm.size = area->range.end - area->range.start;
	area->vm.flags = req->flags;
	area->vm.caller = req->caller;
	area->internal = kmk_self()->internal;
	area->time = now;
	area->state = KMK_AREA_LIVE;
	kmk_note(&nr_areas, 1);
}

void kmk_area_end_locked(struct kmk_area *area)
{
	area->state = KMK_AREA_DYING;
	kmk_note(&nr_areas, -1);
}

struct kmk_area *kmk_area_create(const struct kmk_area_request *req)
{
	unsigned long size, align;
	struct kmk_area *area;
	bool placed;
	u64 now;

	if (!kmk_area_size_up(req, &size, &align))
		return NULL;
	kmk_internal_begin();
	area = kzalloc_node(sizeof(*area), req->gfp & ~(GFP_ZONEMASK | __GFP_ZERO), req->node);
	kmk_internal_end();
	if (!area)
		return NULL;
	now = port_now();
	kmk_lock(&kmk_area_lock);
	placed = kmk_place_locked(&area->range, size, align, req->start, req->end);
	if (placed)
		kmk_area_begin_locked(area, req, now);
	kmk_unlock(&kmk_area_lock);
	if (placed) {
		kmk_index_range(&area->range, req->gfp);
		return area;
	}
	kfree(area);
	return NULL;
}

unsigned int kmk_port_prot(pgprot_t prot)
{
	unsigned long bits = pgprot_val(prot);
	unsigned int p = 0;

	if (!(bits & _PAGE_PRESENT))
		return 0;
	p |= PORT_READ;
	if (bits & _PAGE_RW)
		p |= PORT_WRITE;
	if (!(bits & _PAGE_NX))
		p |= PORT_EXEC;
	if (bits & _PAGE_PCD)
		p |= PORT_NOCACHE;
	return p;
}

static unsigned long pfn_at(const struct kmk_area *area, unsigned long i)
{
	return area->pfns ? area->pfns[i] : page_to_pfn(area->vm.pages[i]);
}

static unsigned long run_length(const struct kmk_area *area, unsigned long i, unsigned long n)
{
	unsigned long first = pfn_at(area, i), len = 1;

	while (i + len < n && pfn_at(area, i + len) == first + len)
		len++;
	return len;
}

static bool charge(unsigned int n)
{
	unsigned long used = __atomic_add_fetch(&nr_mappings, n, __ATOMIC_RELAXED);

	if (!max_mappings || used <= max_mappings)
		return true;
	kmk_mappings_give(n);
	return false;
}

bool kmk_mappings_take(unsigned int n)
{
	if (charge(n))
		return true;
	kmk_vmap_purge();
	if (charge(n))
		return true;
	pr_warn_once("vmap: %lu host mappings in use, %lu allowed (half of what the host gives a process, vm.max_map_count): no more areas\n",
		     __atomic_load_n(&nr_mappings, __ATOMIC_RELAXED), max_mappings);
	return false;
}

void kmk_mappings_give(unsigned int n)
{
	__atomic_fetch_sub(&nr_mappings, n, __ATOMIC_RELAXED);
}

static unsigned int count_runs(const struct kmk_area *area, unsigned long n)
{
	unsigned int runs = 0;
	unsigned long i;

	for (i = 0; i < n; i += run_length(area, i, n))
		runs++;
	return runs;
}

int kmk_area_map(struct kmk_area *area, unsigned long n, pgprot_t prot)
{
	unsigned int p = kmk_port_prot(prot) | (area->vm.flags & VM_ALLOW_HUGE_VMAP ? PORT_HUGE : 0);
	unsigned int mappings = count_runs(area, n) + 1;
	unsigned long i, len;
	int err = 0;

	if (!kmk_mappings_take(mappings))
		return -ENOMEM;
	for (i = 0; i < n && !err; i += len) {
		len = run_length(area, i, n);
		err = port_map(area->vm.addr + i * PAGE_SIZE, PFN_PHYS(pfn_at(area, i)),
			       len * PAGE_SIZE, p);
	}
	if (err) {
		port_unmap(area->vm.addr, n * PAGE_SIZE);
		kmk_mappings_give(mappings);
		return err;
	}
	area->mappings += mappings;
	area->prot = p;
	__atomic_store_n(&area->nr_mapped, n, __ATOMIC_RELEASE);
	return 0;
}

void kmk_area_retire(struct kmk_area *area)
{
	if (area->nr_mapped)
		port_unmap(area->vm.addr, area->nr_mapped * PAGE_SIZE);
	kmk_mappings_give(area->mappings);
	kmk_lock(&kmk_area_lock);
	kmk_unplace_locked(&area->range);
	kmk_unlock(&kmk_area_lock);
	kvfree(area->pfns);
	area->pfns = NULL;
	area->nr_mapped = 0;
	area->mappings = 0;
}

void kmk_area_destroy(struct kmk_area *area, bool frames, const void *caller)
{
	unsigned int i;

	kmk_lock(&kmk_area_lock);
	if (area->state == KMK_AREA_LIVE)
		kmk_area_end_locked(area);
	area->freed_by = caller;
	kmk_bury_locked(area);
	kmk_unlock(&kmk_area_lock);
	kmk_area_retire(area);
	if (frames) {
		for (i = 0; i < area->vm.nr_pages; i++)
			__free_page(area->vm.pages[i]);
		kvfree(area->vm.pages);
	}
	kfree(area);
}

static bool usable(const struct kmk_area *area)
{
	return area && area->state == KMK_AREA_LIVE;
}

struct kmk_area *kmk_area_around(const void *addr)
{
	struct kmk_area *area;

	kmk_lock(&kmk_area_lock);
	area = kmk_area_at_locked((unsigned long)addr);
	if (!usable(area))
		area = NULL;
	kmk_unlock(&kmk_area_lock);
	return area;
}

struct kmk_area *kmk_area_take(const void *addr, bool want_ram, const char *fn, const void *caller)
{
	struct kmk_area *area;

	kmk_lock(&kmk_area_lock);
	area = kmk_area_at_locked((unsigned long)addr);
	if (!usable(area) || area->ram != want_ram || area->vm.addr != addr)
		area = NULL;
	if (area) {
		kmk_area_end_locked(area);
		area->freed_by = caller;
	}
	kmk_unlock(&kmk_area_lock);
	if (area)
		kmk_protect_reset(area->range.start, area->range.end);
	else
		kmk_bad_address(addr, fn, caller);
	return area;
}

unsigned long kmk_vmap_areas(void)
{
	return kmk_noted(&nr_areas);
}

static void each_slot(struct kmk_range *r, void (*fn)(const struct vm_struct *area, void *data), void *data)
{
	struct kmk_area *slot;

	for (unsigned int i = 0; (slot = kmk_window_slot_nr(r, i)); i++)
		if (usable(slot))
			fn(&slot->vm, data);
}

void kmk_vmap_for_each(void (*fn)(const struct vm_struct *area, void *data), void *data)
{
	struct kmk_range *r;

	kmk_lock(&kmk_area_lock);
	list_for_each_entry(r, &kmk_vmap_space.list, list) {
		if (r->window)
			each_slot(r, fn, data);
		else if (usable(area_of(r)))
			fn(&area_of(r)->vm, data);
	}
	kmk_unlock(&kmk_area_lock);
}

static bool area_good(const struct kmk_area *area, unsigned long *live)
{
	const struct kmk_range *r = &area->range;

	*live += area->state == KMK_AREA_LIVE;
	return (unsigned long)area->vm.addr == r->start && area->vm.size == r->end - r->start &&
	       area->nr_mapped * PAGE_SIZE <= get_vm_area_size(&area->vm);
}

bool kmk_area_validate(void)
{
	unsigned long live = 0;
	struct kmk_range *r;
	bool good;

	kmk_lock(&kmk_area_lock);
	good = kmk_range_validate(&kmk_vmap_space) && kmk_index_validate_locked();
	list_for_each_entry(r, &kmk_vmap_space.list, list) {
		if (r->window)
			good &= kmk_window_validate_locked(r, &live);
		else if (area_of(r))
			good &= area_good(area_of(r), &live);
	}
	good &= live == nr_areas;
	kmk_unlock(&kmk_area_lock);
	return good;
}

void kmk_vmap_fork_lock(void)
{
	kmk_lock(&kmk_io_lock);
	kmk_lock(&kmk_area_lock);
	kmk_kmap_fork_lock();
}

void kmk_vmap_fork_unlock(void)
{
	kmk_kmap_fork_unlock();
	kmk_unlock(&kmk_area_lock);
	kmk_unlock(&kmk_io_lock);
}

void kmk_vmap_fork_child(void)
{
	kmk_windows_fork_child();
}

int kmk_vmap_start(const struct port_desc *desc)
{
	const char *exact = kmk_option("vmalloc_debug");

	kmk_vmap_exact = exact && *exact != '0';
	kmk_vmap_guard = desc->guard;
	max_mappings = desc->max_mappings;
	kmk_windows_start();
	kmk_idle_start();
	return kmk_area_validate() ? kmk_kmap_start() : -EINVAL;
}
