/* SPDX-License-Identifier: MIT */
/* What lies, or lay, at an address: for bad frees, and for faults. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>

#include "base/report.h"
#include "port.h"
#include "vmap/vmap.h"

#define TOMBS		1024	/* areas freed last, whose descriptors are gone */
#define TRIES		1000	/* a faulting thread waits this long for the lock */

struct tomb {
	unsigned long start, end;
	const void *made_by, *freed_by;
};

static struct tomb tombs[TOMBS];
static unsigned int next_tomb;

void kmk_bury_locked(const struct kmk_area *area)
{
	tombs[next_tomb++ % TOMBS] = (struct tomb){ area->range.start, area->range.start + area->vm.size,
						    area->vm.caller, area->freed_by };
}

static bool find_tomb(unsigned long addr, struct tomb *tomb)
{
	unsigned int i;

	for (i = 1; i <= TOMBS; i++) {
		*tomb = tombs[(next_tomb - i) % TOMBS];
		if (tomb->start <= addr && addr < tomb->end)
			return true;
	}
	return false;
}

/* What is known of an address, copied under the lock. */
struct known {
	struct kmk_area area;
	struct tomb tomb;
	bool live, freed;
};

static void look_up_locked(unsigned long addr, struct known *k)
{
	const struct kmk_area *area = kmk_area_at_locked(addr);

	k->live = area && area->state == KMK_AREA_LIVE;
	k->freed = area && !k->live && area->freed_by;
	if (k->live)
		k->area = *area;
	else if (k->freed)
		k->tomb = (struct tomb){ area->range.start, area->range.start + area->vm.size, area->vm.caller,
					 area->freed_by };
	else
		k->freed = find_tomb(addr, &k->tomb);
}

static void describe(const void *addr, const struct known *k)
{
	unsigned long at = (unsigned long)addr;

	if (k->live)
		kmk_report_line("%px is %lu bytes inside the %lu-byte area 0x%px%s, made by %pSR\n", addr,
				at - k->area.range.start, get_vm_area_size(&k->area.vm), k->area.vm.addr,
				k->area.ram ? " (vm_map_ram)" : "", k->area.vm.caller);
	else if (k->freed)
		kmk_report_line("%px is in the freed area 0x%lx-0x%lx, made by %pSR, freed by %pSR\n", addr,
				k->tomb.start, k->tomb.end, k->tomb.made_by, k->tomb.freed_by);
	else if (is_vmalloc_addr(addr))
		kmk_report_line("%px is in the vmalloc window, in no area\n", addr);
	else
		kmk_report_line("%px is not an address of the vmalloc window\n", addr);
}

void kmk_bad_address(const void *addr, const char *fn, const void *caller)
{
	struct known k;

	kmk_areas_freeze();
	look_up_locked((unsigned long)addr, &k);
	kmk_areas_thaw();
	kmk_report_begin(PAGE_ALIGNED(addr) ? "Trying to %s() nonexistent vm area (%px)\n"
					    : "Trying to %s() bad address (%px)\n", fn, addr);
	describe(addr, &k);
	kmk_report_line("called from %pSR; nothing was changed\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
}

static int explain_live(unsigned long addr, const struct kmk_area *area, char *buf, size_t size)
{
	unsigned long bytes = get_vm_area_size(&area->vm), at = addr - area->range.start;

	if (at >= bytes)
		return scnprintf(buf, size, "guard page: %lu bytes behind the end of the %lu-byte area 0x%px, made by %pSR",
				 at - bytes, bytes, area->vm.addr, area->vm.caller);
	return scnprintf(buf, size, "%lu bytes inside the %lu-byte area 0x%px, made by %pSR%s", at, bytes,
			 area->vm.addr, area->vm.caller, at < area->nr_mapped * PAGE_SIZE ? "" : ": not mapped");
}

static int explain_freed(unsigned long addr, const struct tomb *t, char *buf, size_t size)
{
	return scnprintf(buf, size, "use after vfree: %lu bytes inside the freed area 0x%lx-0x%lx, made by %pSR, freed by %pSR",
			 addr - t->start, t->start, t->end, t->made_by, t->freed_by);
}

/* The thread that faulted may hold the lock itself: then nothing is said. */
size_t kmk_area_explain(unsigned long addr, char *buf, size_t size)
{
	static struct known k;		/* one thread reports; its stack may be small */
	unsigned int tries = TRIES;

	if (!is_vmalloc_addr((void *)addr))
		return 0;
	while (!kmk_trylock(&kmk_area_lock)) {
		if (!--tries)
			return 0;
		port_yield();
	}
	look_up_locked(addr, &k);
	kmk_unlock(&kmk_area_lock);
	if (k.live)
		return (size_t)explain_live(addr, &k.area, buf, size);
	if (k.freed)
		return (size_t)explain_freed(addr, &k.tomb, buf, size);
	return (size_t)scnprintf(buf, size, "the address lies in the vmalloc window, in no area");
}
