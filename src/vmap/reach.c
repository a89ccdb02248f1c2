/* SPDX-License-Identifier: MIT */
/* The leak scan's view of areas: reached by an address inside, then looked into once. */
#include <linux/kernel.h>
#include <linux/vmalloc.h>
#include "vmap/vmap.h"

#define BATCH 64

/* Under the lock that who frees an area's descriptor has taken before. */
void kmk_vmap_reach(const void *addr, u32 round)
{
	struct kmk_area *area;

	kmk_area_lock_take();
	area = kmk_area_at_locked((unsigned long)addr);
	if (area && READ_ONCE(area->state) == KMK_AREA_LIVE)
		area->mark = round;
	kmk_unlock(&kmk_area_lock);
}

struct batch {
	u32 round;
	unsigned int n;
	struct found {
		unsigned long start, len;
		struct page **pages;
		const unsigned long *pfns;
		bool readable;
	} found[BATCH];
};

/*
 * Device registers are not looked into: reading one may change the device. The frames that an area shows, and an
 * array of them that vmap() was given for good, count as named by the area.
 */
static void pick(const struct vm_struct *vm, void *data)
{
	struct kmk_area *area = kmk_area_of((struct vm_struct *)vm);
	struct batch *b = data;

	if (area->mark != b->round || area->looked == b->round || b->n == BATCH ||
	    vm->flags & VM_IOREMAP)
		return;
	area->looked = b->round;
	b->found[b->n++] = (struct found){
		.start = (unsigned long)vm->addr, .len = area->nr_mapped * PAGE_SIZE,
		.pages = vm->pages, .pfns = area->pfns, .readable = area->window || area->prot & PORT_READ,
	};
}

typedef void (*look_fn)(uintptr_t start, uintptr_t end, void *data);

static void look_at(const struct found *f, look_fn look)
{
	if (f->readable)
		look(f->start, f->start + f->len, NULL);
	look((uintptr_t)&f->pages, (uintptr_t)(&f->pages + 1), NULL);
	for (unsigned long i = 0; f->pfns && i < f->len >> PAGE_SHIFT; i++) {
		struct page *page = pfn_to_page(f->pfns[i]);

		look((uintptr_t)&page, (uintptr_t)(&page + 1), NULL);
	}
}

/* Look into areas reached since they were last looked into. False: there were none. */
bool kmk_vmap_scan(u32 round, look_fn look)
{
	struct batch b = { .round = round };

	kmk_vmap_for_each(pick, &b);
	for (unsigned int i = 0; i < b.n; i++)
		look_at(&b.found[i], look);
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
