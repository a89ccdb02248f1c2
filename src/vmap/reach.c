/* SPDX-License-Identifier: MIT */
/* The leak scan's view of areas: reached by an address inside, then looked into once. */
#include <linux/kernel.h>
#include <linux/vmalloc.h>
#include "vmap/vmap.h"

#define BATCH 64

void kmk_vmap_reach(const void *addr, u32 round)
{
	struct kmk_area *area = kmk_area_around(addr);

	if (area)
		area->mark = round;
}

struct batch {
	u32 round;
	unsigned int n;
	struct { unsigned long start, end; } range[BATCH];
};

/* Device registers are not looked into: reading one may change the device. */
static void pick(const struct vm_struct *vm, void *data)
{
	struct kmk_area *area = kmk_area_of((struct vm_struct *)vm);
	struct batch *b = data;

	if (area->mark != b->round || area->looked == b->round || b->n == BATCH ||
	    vm->flags & VM_IOREMAP)
		return;
	area->looked = b->round;
	b->range[b->n].start = (unsigned long)vm->addr;
	b->range[b->n++].end = (unsigned long)vm->addr + area->nr_mapped * PAGE_SIZE;
}

/* Look into areas reached since they were last looked into. False: there were none. */
bool kmk_vmap_scan(u32 round, void (*look)(uintptr_t start, uintptr_t end, void *data))
{
	struct batch b = { .round = round };

	kmk_vmap_for_each(pick, &b);
	for (unsigned int i = 0; i < b.n; i++)
		look(b.range[i].start, b.range[i].end, NULL);
	return b.n != 0;
}

struct visit {
	void (*fn)(const void *addr, size_t size, unsigned long caller, u32 mark, u64 time, void *data);
	void *data;
};

static void visit_area(const struct vm_struct *vm, void *data)
{
	const struct kmk_area *area = kmk_area_of((struct vm_struct *)vm);
	const struct visit *v = data;

	if (!area->internal)
		v->fn(vm->addr, get_vm_area_size(vm), (unsigned long)vm->caller, area->mark, area->time, v->data);
}

void kmk_vmap_each_area(void (*fn)(const void *addr, size_t size, unsigned long caller, u32 mark, u64 time,
				   void *data), void *data)
{
	struct visit v = { fn, data };

	kmk_vmap_for_each(visit_area, &v);
}
