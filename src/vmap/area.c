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

#include "base/edge.h"
#include "base/option.h"
#include "port.h"
#include "rooms.h"
#include "sync/lock.h"
#include "sync/thread.h"
#include "vmap/io.h"
#include "vmap/vmap.h"

#define IOREMAP_MAX_ORDER	(7 + PAGE_SHIFT)
struct kmk_lock kmk_area_lock = KMK_LOCK_INIT(KMK_RANK_VMAP);
unsigned long kmk_area_lock_taken;
/* The first page stays free: its address is also a constant in many tables, which would hide a leak there. */
#define WINDOW_END	(VMALLOC_END & ~(KMK_AREA_ALIGN - 1))
struct kmk_space kmk_vmap_space = KMK_SPACE_INIT(kmk_vmap_space, VMALLOC_START + KMK_AREA_ALIGN, WINDOW_END);
bool kmk_vmap_exact;
enum port_guard_kind kmk_vmap_guard;
static unsigned long nr_areas;
static unsigned long nr_mappings, max_mappings, boot_max;	/* of the host, charged; 0: no limit */

/* The area of a range of its own. */
static struct kmk_area *area_of(struct kmk_range *r)
{
	return r && r->end > r->start && !r->window ? container_of(r, struct kmk_area, range) : NULL;
}

struct kmk_area *kmk_area_at_locked(unsigned long addr)
{
	unsigned long *e = kmk_index_entry(addr, false);

	return e ? kmk_area_of_entry(__atomic_load_n(e, __ATOMIC_ACQUIRE)) : NULL;
}

bool kmk_area_size_up(const struct kmk_area_request *req, unsigned long *size, unsigned long *align)
{
	unsigned long guard = req->flags & VM_NO_GUARD ? 0 : PAGE_SIZE;

	*size = PAGE_ALIGN(req->size);
	if (!req->size || *size < req->size || *size + guard + KMK_AREA_ALIGN < *size)
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

void kmk_area_begin(struct kmk_area *area, const struct kmk_area_request *req, u64 now)
{
	area->vm.addr = (void *)area->range.start;
	area->vm.flags = req->flags;
	area->vm.caller = req->caller;
	area->internal = kmk_self()->internal;
	area->time = now;
	area->ram = req->ram;
	area->spoiled = false;
	WRITE_ONCE(area->state, KMK_AREA_LIVE);
	__atomic_store_n(area->entry, (unsigned long)area | KMK_ENTRY_FIRST | KMK_ENTRY_LIVE |
			 (req->ram ? KMK_ENTRY_RAM : 0), __ATOMIC_RELEASE);
}

void kmk_area_begin_locked(struct kmk_area *area, const struct kmk_area_request *req, u64 now)
{
	kmk_area_begin(area, req, now);
	kmk_note(&nr_areas, 1);
}

void kmk_area_end_locked(struct kmk_area *area)
{
	__atomic_store_n(area->entry, (unsigned long)area | KMK_ENTRY_FIRST, __ATOMIC_RELAXED);
	WRITE_ONCE(area->state, KMK_AREA_DYING);
	kmk_note(&nr_areas, -1);
}

static bool place(struct kmk_area *area, const struct kmk_area_request *req, unsigned long size,
		  unsigned long align)
{
	u64 now = port_now();
	bool placed;

	area->vm.size = size;
	if (!kmk_area_lock_with_nodes(req->gfp))
		return false;
	placed = kmk_range_take(&kmk_vmap_space, &area->range, ALIGN(size, KMK_AREA_ALIGN),
				max(align, KMK_AREA_ALIGN), req->start, req->end);
	if (placed) {
		kmk_index_enter_locked(&area->range);
		kmk_area_begin_locked(area, req, now);
	}
	kmk_unlock(&kmk_area_lock);
	return placed;
}

struct kmk_area *kmk_area_create(const struct kmk_area_request *req)
{
	unsigned long size, align;
	struct kmk_area *area;

	if (!kmk_area_size_up(req, &size, &align))
		return NULL;
	kmk_internal_begin();
	area = kzalloc_node(sizeof(*area), req->gfp & ~(GFP_ZONEMASK | __GFP_ZERO), req->node);
	kmk_internal_end();
	if (!area)
		return NULL;
	if (place(area, req, size, align))
		return area;
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
	pr_warn_once("vmap: %lu host mappings in use, %lu allowed (half of what the host gives a process, vm.max_map_count): no more of them\n",
		     __atomic_load_n(&nr_mappings, __ATOMIC_RELAXED), max_mappings);
	return false;
}

unsigned long kmk_vmap_mappings(void)
{
	return __atomic_load_n(&nr_mappings, __ATOMIC_RELAXED);
}

void kmk_vmap_mappings_limit(unsigned long n)
{
	__atomic_store_n(&max_mappings, n ? n : boot_max, __ATOMIC_RELAXED);
}

void kmk_mappings_force(unsigned int n)
{
	__atomic_fetch_add(&nr_mappings, n, __ATOMIC_RELAXED);
}

void kmk_mappings_give(unsigned int n)
{
	__atomic_fetch_sub(&nr_mappings, n, __ATOMIC_RELAXED);
}

bool kmk_mappings_adjust(long by, bool force)
{
	unsigned long used = __atomic_add_fetch(&nr_mappings, (unsigned long)by, __ATOMIC_RELAXED);

	if (force || !max_mappings || used <= max_mappings - max_mappings / 4)
		return true;
	__atomic_sub_fetch(&nr_mappings, (unsigned long)by, __ATOMIC_RELAXED);
	return false;
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
	kmk_edge_allow(area->vm.addr, n * PAGE_SIZE);
	area->mappings += mappings;
	area->prot = p;
	__atomic_store_n(&area->nr_mapped, n, __ATOMIC_RELEASE);
	return 0;
}

void kmk_area_retire(struct kmk_area *area)
{
	unsigned long n = max(area->nr_mapped, area->nr_shown);

	if (n)
		port_unmap(area->vm.addr, n * PAGE_SIZE);
	kmk_mappings_give(area->mappings);
	kmk_area_lock_take();
	kmk_index_leave_locked(&area->range);
	kmk_range_give(&kmk_vmap_space, &area->range);
	kmk_unlock(&kmk_area_lock);
	kvfree(area->pfns);
	area->pfns = NULL;
	area->nr_mapped = 0;
	area->nr_shown = 0;
	area->mappings = 0;
}

void kmk_area_destroy(struct kmk_area *area, bool frames, const void *caller)
{
	unsigned int i;

	kmk_area_lock_take();
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

/* The entry of what is around addr, without a look at the area itself: that would be a cold line more. */
static unsigned long entry_around(const void *addr)
{
	struct kmk_shelf *shelf = kmk_shelf_lock();
	unsigned long *e = kmk_index_entry((unsigned long)addr, false);
	unsigned long v = e ? __atomic_load_n(e, __ATOMIC_ACQUIRE) : 0;

	kmk_unlock(&shelf->lock);
	return v;
}

struct kmk_area *kmk_area_around(const void *addr)
{
	unsigned long v = entry_around(addr);

	return v & KMK_ENTRY_LIVE ? kmk_area_of_entry(v) : NULL;
}

struct vm_struct *find_vm_area(const void *addr)
{
	unsigned long v = entry_around(addr);

	return v & KMK_ENTRY_LIVE && !(v & KMK_ENTRY_RAM) ? &kmk_area_of_entry(v)->vm : NULL;
}

/* One of many who try at a time wins. */
static struct kmk_area *end_life(const void *addr, bool ram)
{
	unsigned long *e = kmk_index_entry((unsigned long)addr, true);
	unsigned long v = e ? __atomic_load_n(e, __ATOMIC_ACQUIRE) : 0;

	if ((v & KMK_ENTRY_TAGS) != (KMK_ENTRY_FIRST | KMK_ENTRY_LIVE | (ram ? KMK_ENTRY_RAM : 0)) ||
	    !__atomic_compare_exchange_n(e, &v, (v & ~KMK_ENTRY_TAGS) | KMK_ENTRY_FIRST, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return NULL;
	return kmk_area_of_entry(v);
}

struct kmk_area *kmk_area_take(const void *addr, bool want_ram, const char *fn, const void *caller)
{
	struct kmk_shelf *shelf = kmk_shelf_lock();
	struct kmk_area *area = end_life(addr, want_ram);

	if (likely(area)) {
		WRITE_ONCE(area->state, KMK_AREA_DYING);
		area->freed_by = caller;
		kmk_note(&shelf->areas, -1);
		if (area->vm.flags & VM_ALLOC)
			kmk_note(&shelf->frames, -(long)area->vm.nr_pages);
	}
	kmk_unlock(&shelf->lock);
	if (likely(area))
		area->spoiled = !kmk_protect_reset(area->range.start, area->range.end);
	else
		kmk_bad_address(addr, fn, caller);
	return area;
}

unsigned long kmk_vmap_areas(void)
{
	return kmk_noted(&nr_areas) + kmk_shelves_sum().areas;
}

unsigned long kmk_vmap_lock_taken(void)
{
	return kmk_noted(&kmk_area_lock_taken);
}

static void each_slot(struct kmk_range *r, void (*fn)(const struct vm_struct *area, void *data), void *data)
{
	struct kmk_area *slot;

	for (unsigned int i = 0; (slot = kmk_window_slot_nr(r, i)); i++)
		if (slot->state == KMK_AREA_LIVE)
			fn(&slot->vm, data);
}

void kmk_vmap_for_each(void (*fn)(const struct vm_struct *area, void *data), void *data)
{
	struct kmk_range *r;

	kmk_areas_freeze();
	list_for_each_entry(r, &kmk_vmap_space.list, list) {
		if (r->window)
			each_slot(r, fn, data);
		else if (area_of(r) && area_of(r)->state == KMK_AREA_LIVE)
			fn(&area_of(r)->vm, data);
	}
	kmk_areas_thaw();
}

static bool area_good(const struct kmk_area *area, unsigned long *live)
{
	const struct kmk_range *r = &area->range;

	*live += area->state == KMK_AREA_LIVE;
	return (unsigned long)area->vm.addr == r->start && ALIGN(area->vm.size, KMK_AREA_ALIGN) == r->end - r->start &&
	       kmk_noted(&area->nr_mapped) * PAGE_SIZE <= area->vm.size;
}

void kmk_areas_freeze(void)
{
	kmk_shelves_lock();
	kmk_area_lock_take();
}

void kmk_areas_thaw(void)
{
	kmk_unlock(&kmk_area_lock);
	kmk_shelves_unlock();
}

bool kmk_area_validate(void)
{
	unsigned long live = 0, shelved = 0;
	struct kmk_shelf_sums sums;
	struct kmk_range *r;
	bool good;

	kmk_areas_freeze();
	good = kmk_range_validate(&kmk_vmap_space) && kmk_index_validate_locked();
	list_for_each_entry(r, &kmk_vmap_space.list, list) {
		if (r->window)
			good &= kmk_window_validate_locked(r, &live, &shelved);
		else if (area_of(r))
			good &= area_good(area_of(r), &live);
	}
	sums = kmk_shelves_sum();
	good &= live == nr_areas + sums.areas && shelved == kmk_shelves_slots_locked();
	kmk_areas_thaw();
	return good;
}

void kmk_vmap_fork_lock(void)
{
	kmk_lock(&kmk_io_lock);
	kmk_areas_freeze();
	kmk_kmap_fork_lock();
}

void kmk_vmap_fork_unlock(void)
{
	kmk_kmap_fork_unlock();
	kmk_areas_thaw();
	kmk_unlock(&kmk_io_lock);
}

void kmk_vmap_fork_child(void)
{
	kmk_later_fork_child();
	kmk_windows_fork_child();
	kmk_kmap_fork_child();
	kmk_local_fork_child();
}

int kmk_vmap_start(const struct port_desc *desc)
{
	kmk_vmap_exact = kmk_option_flag("vmalloc_debug", false);
	kmk_vmap_guard = desc->guard;
	max_mappings = boot_max = desc->max_mappings;
	kmk_tables_start();
	kmk_windows_start();
	kmk_idle_start(desc->nr_ids);
	return kmk_area_validate() ? kmk_kmap_start() : -EINVAL;
}
