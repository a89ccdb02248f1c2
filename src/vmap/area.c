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

#include "base/report.h"
#include "port.h"
#include "rooms.h"
#include "sync/lock.h"
#include "sync/thread.h"
#include "vmap/vmap.h"

#define IOREMAP_MAX_ORDER	(7 + PAGE_SHIFT)
#define TOMBS			64	/* areas freed last, remembered for reports */

static struct kmk_lock area_lock = KMK_LOCK_INIT(KMK_RANK_VMAP);
static struct kmk_space space = KMK_SPACE_INIT(space, VMALLOC_START, VMALLOC_END & PAGE_MASK);
static unsigned long nr_areas;

struct tomb {
	unsigned long start, end;
	const void *made_by, *freed_by;
};

static struct tomb tombs[TOMBS];
static unsigned int next_tomb;

static struct kmk_area *area_of(struct kmk_range *r)
{
	return r && r->end > r->start ? container_of(r, struct kmk_area, range) : NULL;
}

static bool size_up(const struct kmk_area_request *req, unsigned long *size, unsigned long *align)
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

struct kmk_area *kmk_area_create(const struct kmk_area_request *req)
{
	unsigned long size, align;
	struct kmk_area *area;
	bool placed;

	if (!size_up(req, &size, &align))
		return NULL;
	kmk_internal_begin();
	area = kzalloc_node(sizeof(*area), req->gfp & ~(GFP_ZONEMASK | __GFP_ZERO), req->node);
	kmk_internal_end();
	if (!area)
		return NULL;
	area->internal = kmk_self()->internal;
	area->time = port_now();
	kmk_lock(&area_lock);
	placed = kmk_range_take(&space, &area->range, size, align, req->start, req->end);
	area->vm.addr = (void *)area->range.start;
	area->vm.size = size;
	area->vm.flags = req->flags;
	area->vm.caller = req->caller;
	nr_areas += placed;
	kmk_unlock(&area_lock);
	if (placed)
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

int kmk_area_map(struct kmk_area *area, unsigned long n, pgprot_t prot)
{
	unsigned int p = kmk_port_prot(prot);
	unsigned long i, len;
	int err = 0;

	for (i = 0; i < n && !err; i += len) {
		len = run_length(area, i, n);
		err = port_map(area->vm.addr + i * PAGE_SIZE, PFN_PHYS(pfn_at(area, i)),
			       len * PAGE_SIZE, p);
	}
	if (err)
		port_unmap(area->vm.addr, n * PAGE_SIZE);
	else
		__atomic_store_n(&area->nr_mapped, n, __ATOMIC_RELEASE);
	return err;
}

static void bury(const struct kmk_area *area, const void *caller)
{
	struct tomb *t = &tombs[next_tomb++ % TOMBS];

	t->start = area->range.start;
	t->end = area->range.end;
	t->made_by = area->vm.caller;
	t->freed_by = caller;
}

void kmk_area_retire(struct kmk_area *area)
{
	if (area->nr_mapped)
		port_unmap(area->vm.addr, area->nr_mapped * PAGE_SIZE);
	kmk_lock(&area_lock);
	kmk_range_give(&space, &area->range);
	nr_areas--;
	kmk_unlock(&area_lock);
	kvfree(area->pfns);
	area->pfns = NULL;
	area->nr_mapped = 0;
}

void kmk_area_destroy(struct kmk_area *area, bool frames, const void *caller)
{
	unsigned int i;

	kmk_lock(&area_lock);
	area->state = KMK_AREA_DYING;
	bury(area, caller);
	kmk_unlock(&area_lock);
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

	kmk_lock(&area_lock);
	area = area_of(kmk_range_find(&space, (unsigned long)addr));
	if (!usable(area))
		area = NULL;
	kmk_unlock(&area_lock);
	return area;
}

/* What stands, or stood, at an address that was freed wrongly. */
static void explain(const void *addr, const struct kmk_area *area, const struct tomb *tomb)
{
	unsigned long at = (unsigned long)addr;

	if (area)
		kmk_report_line("%px is %lu bytes inside the %lu-byte area 0x%px%s, made by %pS\n", addr,
				at - area->range.start, get_vm_area_size(&area->vm), area->vm.addr,
				area->ram ? " (vm_map_ram)" : "", area->vm.caller);
	else if (tomb)
		kmk_report_line("%px is in the freed area 0x%lx-0x%lx, made by %pS, freed by %pS\n", addr,
				tomb->start, tomb->end, tomb->made_by, tomb->freed_by);
	else if (is_vmalloc_addr(addr))
		kmk_report_line("%px is in the vmalloc window, in no area\n", addr);
	else
		kmk_report_line("%px is not an address of the vmalloc window\n", addr);
}

static const struct tomb *tomb_of(unsigned long addr)
{
	unsigned int i;

	for (i = 1; i <= TOMBS; i++) {
		const struct tomb *t = &tombs[(next_tomb - i) % TOMBS];

		if (t->start <= addr && addr < t->end)
			return t;
	}
	return NULL;
}

static void bad_address(const void *addr, const char *fn, const void *caller)
{
	struct kmk_area *area, copy;
	struct tomb tomb;
	const struct tomb *t;

	kmk_lock(&area_lock);
	area = area_of(kmk_range_find(&space, (unsigned long)addr));
	if (usable(area))
		copy = *area;
	else
		area = NULL;
	t = tomb_of((unsigned long)addr);
	if (t)
		tomb = *t;
	kmk_unlock(&area_lock);
	kmk_report_begin(PAGE_ALIGNED(addr) ? "Trying to %s() nonexistent vm area (%px)\n"
					    : "Trying to %s() bad address (%px)\n", fn, addr);
	explain(addr, area ? &copy : NULL, t ? &tomb : NULL);
	kmk_report_line("called from %pS; nothing was changed\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
}

struct kmk_area *kmk_area_take(const void *addr, bool want_ram, const char *fn, const void *caller)
{
	struct kmk_area *area;

	kmk_lock(&area_lock);
	area = area_of(kmk_range_find(&space, (unsigned long)addr));
	if (!usable(area) || area->ram != want_ram || area->vm.addr != addr)
		area = NULL;
	else
		area->state = KMK_AREA_DYING;
	kmk_unlock(&area_lock);
	if (!area)
		bad_address(addr, fn, caller);
	return area;
}

unsigned long kmk_vmap_areas(void)
{
	return __atomic_load_n(&nr_areas, __ATOMIC_RELAXED);
}

void kmk_vmap_for_each(void (*fn)(const struct vm_struct *area, void *data), void *data)
{
	struct kmk_range *r;

	kmk_lock(&area_lock);
	list_for_each_entry(r, &space.list, list)
		if (usable(area_of(r)))
			fn(&area_of(r)->vm, data);
	kmk_unlock(&area_lock);
}

bool kmk_area_validate(void)
{
	unsigned long n = 0;
	struct kmk_range *r;
	bool good;

	kmk_lock(&area_lock);
	good = kmk_range_validate(&space);
	list_for_each_entry(r, &space.list, list) {
		struct kmk_area *area = area_of(r);

		if (!area)
			continue;
		n++;
		good &= (unsigned long)area->vm.addr == r->start && area->vm.size == r->end - r->start;
		good &= area->nr_mapped * PAGE_SIZE <= get_vm_area_size(&area->vm);
	}
	good &= n == nr_areas;
	kmk_unlock(&area_lock);
	return good;
}

void kmk_vmap_fork_lock(void)
{
	kmk_lock(&area_lock);
	kmk_kmap_fork_lock();
}

void kmk_vmap_fork_unlock(void)
{
	kmk_kmap_fork_unlock();
	kmk_unlock(&area_lock);
}

int kmk_vmap_start(void)
{
	return kmk_area_validate() ? 0 : -EINVAL;
}
