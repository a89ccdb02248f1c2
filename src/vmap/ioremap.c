/* SPDX-License-Identifier: MIT */
/* ioremap and iounmap: what may be mapped, where it goes, and what is said when it may not. */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <kmemkit/kmemkit.h>
#include "base/edge.h"
#include "base/option.h"
#include "base/report.h"
#include "port.h"
#include "vmap/io.h"
#include "vmap/vmap.h"

#define RET_IP	__builtin_return_address(0)

static bool checked;		/* iomem_debug=1 */

void kmk_ioremap_start(void)
{
	const char *v = kmk_option("slub_debug");

	checked = kmk_option_flag("iomem_debug", v && *v != '-');
}

static void __iomem *refuse(const char *what, phys_addr_t phys, size_t size, const void *caller)
{
	kmk_report_begin("BUG: ioremap() of %s: physical address 0x%llx, %zu bytes\n", what,
			 (unsigned long long)phys, size);
	kmk_report_line("called from %pSR; NULL was returned\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
	return NULL;
}

static struct kmk_area *make_area(size_t len, bool window, const void *caller)
{
	struct kmk_area_request req = {
		.size = len, .align = window ? KMK_IO_SLOT : PAGE_SIZE,
		.start = window ? KMK_IO_WINDOW : VMALLOC_START, .end = window ? VMALLOC_END : KMK_IO_WINDOW,
		/* VM_IOREMAP asks for an alignment of its own. */
		.flags = VM_UNINITIALIZED | (window ? 0 : VM_IOREMAP), .gfp = kmk_vmap_gfp(GFP_KERNEL),
		.node = NUMA_NO_NODE, .caller = caller,
	};
	struct kmk_area *area = kmk_area_create(&req);

	if (area)
		__atomic_fetch_or(&area->vm.flags, VM_IOREMAP, __ATOMIC_RELAXED);
	return area;
}

/* Readable and writable at least, whatever is asked: a register is no memory to protect. */
static int show(struct kmk_area *area, phys_addr_t phys, size_t len, unsigned int prot)
{
	int err;

	/* It parts the reservation around it. */
	if (!kmk_mappings_take(2))
		return -ENOMEM;
	area->mappings = 2;
	kmk_edge_allow(area->vm.addr, len);
	err = port_map(area->vm.addr, phys, len, prot | PORT_READ | PORT_WRITE);
	if (!err)
		__atomic_store_n(&area->nr_mapped, len >> PAGE_SHIFT, __ATOMIC_RELEASE);
	return err;
}

/* The slots say what readX() finds; they are set before anybody has the address. */
static int note(struct kmk_area *area, size_t len, phys_addr_t phys, size_t size, struct kmk_iomem *range)
{
	unsigned long va = (unsigned long)area->vm.addr;
	struct kmk_iomap *map;

	kmk_internal_begin();
	map = kmalloc(sizeof(*map), GFP_KERNEL);
	kmk_internal_end();
	if (!map)
		return -ENOMEM;
	map->start = va - KMK_IO_WINDOW + (phys & ~PAGE_MASK);
	map->end = map->start + size;
	map->phys = phys;
	map->range = range;
	map->caller = area->vm.caller;
	kmk_iomap_set(va, len, map);
	return 0;
}

static void __iomem *map_device(phys_addr_t phys, size_t size, unsigned int prot, struct kmk_iomem *range,
				const void *caller)
{
	size_t offset = phys & ~PAGE_MASK, len = PAGE_ALIGN(size + offset);
	bool calls = range && range->ops, window = calls || (range && checked);
	struct kmk_area *area = make_area(len, window, caller);
	int err = 0;

	if (!area) {
		pr_warn("ioremap: no addresses, or no memory, for physical 0x%llx, %zu bytes\n",
			(unsigned long long)phys, size);
		return NULL;
	}
	area->vm.phys_addr = phys - offset;
	if (!calls)
		err = show(area, phys - offset, len, prot);
	if (!err && window)
		err = note(area, len, phys, size, range);
	if (!err) {
		kmk_area_complete(area);
		return (void __iomem *)((unsigned long)(area->vm.addr + offset) | (window ? KMK_IO_TAG : 0));
	}
	pr_warn("ioremap: cannot map physical 0x%llx, %zu bytes (error %d)\n", (unsigned long long)phys, size,
		err);
	kmk_area_destroy(area, false, caller);
	return NULL;
}

static void __iomem *map(phys_addr_t phys, size_t size, unsigned int prot, const void *caller)
{
	phys_addr_t last = phys + size - 1;
	struct kmk_iomem *range;
	void __iomem *addr;

	if (kmemkit_start())
		return NULL;
	if (!size || last < phys)
		return refuse(size ? "a range that wraps round" : "an empty range", phys, size, caller);
	if (region_intersects(phys, size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) != REGION_DISJOINT)
		return refuse("RAM", phys, size, caller);
	range = kmk_iomem_get(phys, last);
	if (!range && !kmk_iomem_any_address()) {
		pr_warn("ioremap: no device is at physical 0x%llx-0x%llx: KMEMKIT_IOMEM names files, "
			"kmemkit_iomem_register() simulates\n", (unsigned long long)phys,
			(unsigned long long)last);
		return NULL;
	}
	addr = map_device(phys, size, prot, range, caller);
	/* A file stays for good; only a mapping of call-backs, or a checked one, keeps its range in use. */
	if (range && (!addr || !kmk_iomap_at(kmk_io_va(addr))))
		kmk_iomem_put(range);
	return addr;
}

void __iomem *ioremap(phys_addr_t phys, size_t size)
{
	return map(phys, size, PORT_NOCACHE, RET_IP);
}

void __iomem *ioremap_wc(phys_addr_t phys, size_t size)
{
	return map(phys, size, PORT_NOCACHE, RET_IP);
}

void __iomem *ioremap_wt(phys_addr_t phys, size_t size)
{
	return map(phys, size, PORT_NOCACHE, RET_IP);
}

void __iomem *ioremap_uc(phys_addr_t phys, size_t size)
{
	return map(phys, size, PORT_NOCACHE, RET_IP);
}

void __iomem *ioremap_np(phys_addr_t phys, size_t size)
{
	return map(phys, size, PORT_NOCACHE, RET_IP);
}

void __iomem *ioremap_cache(phys_addr_t phys, size_t size)
{
	return map(phys, size, 0, RET_IP);
}

void __iomem *ioremap_prot(phys_addr_t phys, size_t size, unsigned long prot)
{
	return map(phys, size, kmk_port_prot(__pgprot(prot)) & PORT_NOCACHE, RET_IP);
}

static bool other_area(const void *addr, const void *caller)
{
	struct vm_struct *vm = find_vm_area(addr);

	if (!vm || vm->addr != addr || vm->flags & VM_IOREMAP)
		return false;
	kmk_report_begin("Trying to iounmap() an area that ioremap() did not make (%px)\n", addr);
	kmk_report_line("it was made by %pSR\n", vm->caller);
	kmk_report_line("called from %pSR; nothing was changed\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
	return true;
}

void iounmap(volatile void __iomem *addr)
{
	unsigned long va = kmk_io_va(addr) & PAGE_MASK;
	struct kmk_iomap *map;
	struct kmk_area *area;

	might_sleep();
	if (!addr || other_area((void *)va, RET_IP))
		return;
	area = kmk_area_take((void *)va, false, "iounmap", RET_IP);
	if (!area)
		return;
	map = kmk_iomap_at(va);
	if (map) {
		kmk_iomap_set(va, get_vm_area_size(&area->vm), NULL);
		kmk_iomem_put(map->range);
		kfree(map);
	}
	kmk_area_destroy(area, false, RET_IP);
}
