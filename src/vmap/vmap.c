/* SPDX-License-Identifier: MIT */
/* vmap and reserved areas: somebody else's frames, or none yet, behind addresses of the window. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "base/edge.h"
#include "base/report.h"
#include "port.h"
#include "vmap/vmap.h"

#define RET_IP	__builtin_return_address(0)

static struct kmk_area *reserve(unsigned long size, unsigned long flags, unsigned long start,
				unsigned long end, bool ram, const void *caller)
{
	struct kmk_area_request req = { size, 1, start, end, flags, GFP_KERNEL, NUMA_NO_NODE, caller, ram };

	if (kmemkit_start())
		return NULL;
	req.gfp = kmk_vmap_gfp(GFP_KERNEL);
	return kmk_area_create(&req);
}

struct vm_struct *__get_vm_area_caller(unsigned long size, unsigned long flags, unsigned long start,
				       unsigned long end, const void *caller)
{
	struct kmk_area *area = reserve(size, flags, start, end, false, caller);

	return area ? &area->vm : NULL;
}

struct vm_struct *get_vm_area_caller(unsigned long size, unsigned long flags, const void *caller)
{
	return __get_vm_area_caller(size, flags, VMALLOC_START, VMALLOC_END, caller);
}

struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
	return get_vm_area_caller(size, flags, RET_IP);
}

/* A slot's descriptor stays with its window: the caller gets another. Without memory for it nothing changes. */
struct vm_struct *remove_vm_area(const void *addr)
{
	struct kmk_area *area = kmk_area_around(addr), *heir = NULL;

	might_sleep();
	if (!area || area->ram || area->vm.addr != addr)
		return NULL;
	if (area->window && !(heir = kmk_slot_heir(GFP_KERNEL)))
		return NULL;
	area = kmk_area_take(addr, false, "remove_vm_area", RET_IP);
	if (area && area->window) {
		/* Another kind of area lay there before: somebody else freed it, wrongly. */
		heir = heir ?: kmk_slot_heir(GFP_KERNEL | __GFP_NOFAIL);
		kmk_slot_evict(area, heir);
		return &heir->vm;
	}
	kmk_slot_heir_free(heir);
	if (!area)
		return NULL;
	kmk_area_lock_take();
	kmk_bury_locked(area);
	kmk_unlock(&kmk_area_lock);
	kmk_area_retire(area);
	return &area->vm;
}

void free_vm_area(struct vm_struct *vm)
{
	struct kmk_area *area;

	might_sleep();
	if (vm->flags & VM_ALLOC && vm->nr_pages) {
		vfree(vm->addr);	/* its frames would be lost */
		return;
	}
	area = kmk_area_take(vm->addr, false, "free_vm_area", RET_IP);
	if (area)
		kmk_area_destroy(area, false, RET_IP);
}

/* Build the mapping of n frames given in area->pfns or vm.pages; the area is gone on failure. */
static void *show(struct kmk_area *area, unsigned long n, pgprot_t prot)
{
	if (!kmk_area_map(area, n, prot)) {
		kmk_area_complete(area);
		return area->vm.addr;
	}
	kmk_area_destroy(area, false, area->vm.caller);
	return NULL;
}

/* Part of a descriptor: no leak candidate. */
static unsigned long *new_pfns(unsigned int count)
{
	unsigned long *pfns;

	kmk_internal_begin();
	pfns = kvmalloc_array(count, sizeof(*pfns), GFP_KERNEL);
	kmk_internal_end();
	return pfns;
}

static unsigned long *pfns_of_pages(struct page **pages, unsigned int count)
{
	unsigned long *pfns = new_pfns(count);
	unsigned int i;

	for (i = 0; pfns && i < count; i++) {
		if (WARN_ON(!pages[i])) {
			kvfree(pfns);
			return NULL;
		}
		pfns[i] = page_to_pfn(pages[i]);
	}
	return pfns;
}

static struct kmk_area *over_pages(struct page **pages, unsigned int count, unsigned long flags,
				   bool ram, const void *caller)
{
	struct kmk_area *area;
	unsigned long *pfns;

	if (!count || count > totalram_pages())
		return NULL;
	pfns = pfns_of_pages(pages, count);
	if (!pfns)
		return NULL;
	area = reserve((unsigned long)count << PAGE_SHIFT, flags | VM_UNINITIALIZED, VMALLOC_START, VMALLOC_END, ram,
		       caller);
	if (area)
		area->pfns = pfns;
	else
		kvfree(pfns);
	return area;
}

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct kmk_area *area;

	might_sleep();
	/* The page behind an area is also the one in front of the next: it is not the caller's to waive. */
	if (WARN_ON_ONCE(flags & VM_NO_GUARD))
		flags &= ~(unsigned long)VM_NO_GUARD;
	area = over_pages(pages, count, flags, false, RET_IP);
	if (!area)
		return NULL;
	if (flags & VM_MAP_PUT_PAGES) {
		area->vm.pages = pages;
		area->vm.nr_pages = count;
	}
	return show(area, count, pgprot_nx(prot));
}

void *vmap_pfn(unsigned long *pfns, unsigned int count, pgprot_t prot)
{
	struct kmk_area *area;
	unsigned int i;

	might_sleep();
	for (i = 0; i < count; i++)
		if (WARN_ON_ONCE(pfn_valid(pfns[i])))
			return NULL;
	area = reserve((unsigned long)count << PAGE_SHIFT, VM_IOREMAP | VM_UNINITIALIZED, VMALLOC_START, VMALLOC_END, false,
		       RET_IP);
	if (!area)
		return NULL;
	area->pfns = new_pfns(count);
	if (!area->pfns) {
		kmk_area_destroy(area, false, RET_IP);
		return NULL;
	}
	memcpy(area->pfns, pfns, count * sizeof(*pfns));
	return show(area, count, pgprot_nx(prot));
}

static void owns_frames(const struct kmk_area *area, const void *addr, const void *caller)
{
	kmk_report_begin("Trying to vunmap() a vmalloc area (%px)\n", addr);
	kmk_report_line("its %u pages, allocated by %pSR, would be lost: use vfree()\n",
			area->vm.nr_pages, area->vm.caller);
	kmk_report_line("called from %pSR; nothing was changed\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
}

void vunmap(const void *addr)
{
	struct kmk_area *area;

	might_sleep();
	if (!addr)
		return;
	area = kmk_area_around(addr);
	if (area && area->vm.addr == addr && area->vm.flags & VM_ALLOC && area->vm.nr_pages) {
		owns_frames(area, addr, RET_IP);
		return;
	}
	area = kmk_area_take(addr, false, "vunmap", RET_IP);
	if (area)
		kmk_area_destroy(area, false, RET_IP);
}

void *vm_map_ram(struct page **pages, unsigned int count, int node)
{
	struct kmk_area *area = over_pages(pages, count, VM_MAP, true, RET_IP);

	(void)node;
	if (!area)
		return NULL;
	return show(area, count, PAGE_KERNEL);
}

void vm_unmap_ram(const void *mem, unsigned int count)
{
	struct kmk_area *area;

	might_sleep();
	area = kmk_area_around(mem);
	if (area && area->vm.addr == mem && area->ram && area->nr_mapped != count) {
		kmk_report_begin("Trying to vm_unmap_ram() %u pages of a mapping of %lu (%px)\n", count,
				 area->nr_mapped, mem);
		kmk_report_line("called from %pSR; nothing was changed\n", RET_IP);
		kmk_report_end(KMK_POLICY_BUG);
		return;
	}
	area = kmk_area_take(mem, true, "vm_unmap_ram", RET_IP);
	if (area)
		kmk_area_destroy(area, false, RET_IP);
}

void vm_unmap_aliases(void)
{
	kmk_vmap_drain();
}

bool is_vmalloc_addr(const void *x)
{
	return (unsigned long)x - VMALLOC_START < VMALLOC_TOTAL;
}

bool is_vmalloc_or_module_addr(const void *x)
{
	return is_vmalloc_addr(x);
}

unsigned long vmalloc_to_pfn(const void *addr)
{
	struct kmk_area *area = kmk_area_around(addr);
	unsigned long i;

	if (!area)
		return 0;
	i = (unsigned long)(addr - area->vm.addr) >> PAGE_SHIFT;
	if (i >= __atomic_load_n(&area->nr_mapped, __ATOMIC_ACQUIRE))
		return 0;
	if (!area->pfns && !area->vm.pages)	/* ioremap(): one run */
		return PHYS_PFN(area->vm.phys_addr) + i;
	return area->pfns ? area->pfns[i] : page_to_pfn(area->vm.pages[i]);
}

struct page *vmalloc_to_page(const void *addr)
{
	unsigned long pfn = vmalloc_to_pfn(addr);

	return pfn && pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}

/* Bytes from addr on whose frames lie side by side. */
static unsigned long run_at(const void *addr, unsigned long left)
{
	unsigned long pfn = vmalloc_to_pfn(addr), len = PAGE_SIZE;

	while (len < left && vmalloc_to_pfn(addr + len) == pfn + (len >> PAGE_SHIFT))
		len += PAGE_SIZE;
	return len;
}

static int map_again(const void *from, void *to, unsigned long size)
{
	unsigned long at, len;
	int err = 0;

	kmk_edge_allow(to, size);
	for (at = 0; at < size && !err; at += len) {
		len = run_at(from + at, size - at);
		err = port_map(to + at, PFN_PHYS(vmalloc_to_pfn(from + at)), len, PORT_READ | PORT_WRITE);
	}
	return err;
}

/* Show frames a second time, in an area that reserved the addresses: it pays, and undoes it when it goes. */
static int show_again(const void *from, void *to, unsigned long size)
{
	struct kmk_area *area = kmk_area_around(to);
	unsigned int mappings = 1;
	unsigned long at, end;
	int err;

	if (!size)
		return 0;
	end = area ? (unsigned long)(to - area->vm.addr) + size : 0;
	if (!area || area->window || area->nr_mapped || end > get_vm_area_size(&area->vm))
		return -EINVAL;
	for (at = 0; at < size; at += run_at(from + at, size - at))
		mappings++;
	if (!kmk_mappings_take(mappings))
		return -ENOMEM;
	area->mappings += mappings;
	area->nr_shown = max(area->nr_shown, end >> PAGE_SHIFT);
	err = map_again(from, to, size);
	if (err)
		port_unmap(to, size);
	return err;
}

int remap_vmalloc_range_partial(struct vm_area_struct *vma, unsigned long uaddr, void *kaddr,
				unsigned long pgoff, unsigned long size)
{
	struct vm_struct *area = find_vm_area(kaddr);
	unsigned long off, end;
	int err;

	if (check_shl_overflow(pgoff, PAGE_SHIFT, &off) || !PAGE_ALIGNED(uaddr) || !PAGE_ALIGNED(kaddr))
		return -EINVAL;
	size = PAGE_ALIGN(size);
	if (!area || !(area->flags & (VM_USERMAP | VM_DMA_COHERENT)))
		return -EINVAL;
	if (check_add_overflow(size, off, &end) || end > get_vm_area_size(area))
		return -EINVAL;
	err = show_again(kaddr + off, (void *)uaddr, size);
	if (!err)
		vma->vm_flags |= VM_DONTEXPAND | VM_DONTDUMP;
	return err;
}

int remap_vmalloc_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff)
{
	return remap_vmalloc_range_partial(vma, vma->vm_start, addr, pgoff, vma->vm_end - vma->vm_start);
}

bool vmalloc_dump_obj(void *object)
{
	struct vm_struct *area = find_vm_area(object);

	if (!area)
		return false;
	pr_cont(" %u-page vmalloc region starting at %#lx allocated at %pSR\n", area->nr_pages,
		(unsigned long)area->addr, area->caller);
	return true;
}
