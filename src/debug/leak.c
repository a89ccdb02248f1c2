/* SPDX-License-Identifier: MIT */
/*
 * The leak scan: mark everything that a pointer leads to, from the roots on; what is allocated and
 * unmarked is lost. Any aligned word whose value lies inside an object keeps it (also a pointer
 * into its middle, or to a frame's struct page). Three kinds of things are candidates:
 *
 *	slab objects with an owner record	blocks of frames with one	vmalloc areas
 *
 * What the library allocates for itself (thread block: internal > 0) has no caller recorded and is
 * neither a candidate nor looked into. Roots: data segments, live stacks, thread storage (the host
 * knows them) and the per-CPU variables. Objects to look into form a list through their records,
 * so the scan needs no memory. Other threads should be quiet: a pointer moved meanwhile may be missed.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include <kmemkit/run.h>
#include "port_inline.h"
#include "debug.h"
#include "reclaim/reclaim.h"
#include "rooms.h"
#include "sync/sync.h"
#include "vmap/vmap.h"

#define END 1ul		/* last of the list: distinguishes "last" from "not on the list" */

struct scan {
	u32 epoch;
	unsigned long gray;		/* first thing to look into */
	u64 baseline;
};
static struct scan scan = { .epoch = 1, .gray = END };

/* Where the record of the thing at an address lies, and its extent; NULL: no candidate. */
struct thing { unsigned long start, size; u32 *mark; unsigned long *gray; };

static bool slab_thing(unsigned long addr, struct thing *t)
{
	u32 i;
	struct kmk_slab *slab = kmk_slab_of((void *)addr, &i);

	if (!slab || !slab->track || slab->state[i] != KMK_OBJ_LIVE || !slab->track[i].caller)
		return false;
	*t = (struct thing){ (unsigned long)slab->base + (unsigned long)i * slab->cache->size,
			     slab->cache->object_size, &slab->track[i].mark, &slab->track[i].gray };
	return true;
}

static struct page *block_head(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	page = compound_head(page);
	/* Without __GFP_COMP only the head has a count: look for it where a block can start. */
	for (unsigned int o = 0; o < MAX_ORDER; o++) {
		struct page *head = pfn_to_page(pfn & ~((1UL << o) - 1));

		if (page_ref_count(head) > 0)
			return pfn - page_to_pfn(head) < 1UL << kmk_page_order(head) ? head : NULL;
	}
	return NULL;
}

static bool page_thing(unsigned long pfn, struct thing *t)
{
	struct page *page;
	struct kmk_page_owner *owner;

	if (!kmk_page_tracked || !pfn_valid(pfn) || PageSlab(pfn_to_page(pfn)))
		return false;
	page = block_head(pfn_to_page(pfn));
	if (!page || PageReserved(page))
		return false;
	owner = kmk_page_owner(page);
	if (!owner->caller)
		return false;
	*t = (struct thing){ (unsigned long)lowmem_page_address(page), PAGE_SIZE << kmk_page_order(page),
			     &owner->mark, &owner->gray };
	return true;
}

static bool thing_at(unsigned long addr, struct thing *t)
{
	if (addr - PAGE_OFFSET < kmk_direct_bytes)
		return PageSlab(virt_to_page(addr)) ? slab_thing(addr, t) : page_thing(virt_to_pfn(addr), t);
	if (addr - KMK_VMEMMAP < max_pfn * sizeof(struct page))
		return page_thing(page_to_pfn((struct page *)(addr & ~63ul)), t);
	return false;
}

static void reach(unsigned long addr)
{
	struct thing t;

	if ((addr & KMK_IO_TAG) == KMK_IO_TAG)	/* what ioremap() gave: the area is at the plain address */
		addr &= ~KMK_IO_TAG;
	if (addr - VMALLOC_START < VMALLOC_END - VMALLOC_START) {
		kmk_vmap_reach((void *)addr, scan.epoch);
		return;
	}
	if (!thing_at(addr, &t) || *t.mark == scan.epoch)
		return;
	*t.mark = scan.epoch;
	*t.gray = scan.gray;
	scan.gray = t.start;
}

/* The words of other rooms and of tools are read too: no sanitizer may object. */
__attribute__((no_sanitize("address", "thread", "undefined")))
static void look_into(uintptr_t start, uintptr_t end, void *data)
{
	(void)data;
	for (start = (start + 7) & ~7ul; start + 8 <= end; start += 8)
		reach(*(const unsigned long *)start);
}

/* Memory whose protection the program may have changed: pages that cannot be read are passed over. */
static void look_into_readable(uintptr_t start, uintptr_t end, void *data)
{
	for (unsigned long part; start < end; start = part) {
		part = kmk_protect_readable(&start, end);
		look_into(start, part, data);
	}
}

static void look_into_grays(void)
{
	while (scan.gray != END) {
		struct thing t;

		if (!thing_at(scan.gray, &t))
			break;
		scan.gray = *t.gray;
		if (t.start - PAGE_OFFSET < kmk_direct_bytes)
			look_into_readable(t.start, t.start + t.size, NULL);
	}
}

static void mark_all(void)
{
	scan.epoch++;
	scan.gray = END;
	port_roots(look_into, NULL);
	kmk_percpu_each_range(look_into, NULL);
	do {
		look_into_grays();
	} while (kmk_vmap_scan(scan.epoch, look_into_readable));	/* areas reached since the last round */
}

/* ---- what is left ---- */

struct found {
	void (*fn)(const struct kmk_leak *leak, void *data);
	void *data;
	struct kmk_reachable rest;
};

static void judge(struct found *f, const struct kmk_leak *leak, u32 mark)
{
	if (leak->time <= scan.baseline)
		return;
	if (mark == scan.epoch) {
		f->rest.objects++;
		f->rest.bytes += leak->size;
	} else {
		f->fn(leak, f->data);
	}
}

static void judge_object(struct kmem_cache *s, void *obj, struct kmk_track *t, void *data)
{
	struct kmk_leak leak;

	if (!t || !t->caller || (s->flags & SLAB_NOLEAKTRACE))
		return;
	leak = (struct kmk_leak){ obj, t->size, s->name, t->caller, t->pid, t->time, t->stack };
	judge(data, &leak, t->mark);
}

static void judge_pages(struct zone *zone, struct found *f)
{
	unsigned long used_end = zone->nr_fresh ? zone->fresh[zone->nr_fresh - 1].next : zone->end_pfn;

	for (unsigned long pfn = zone->start_pfn; pfn < used_end; pfn++) {
		struct page *page = pfn_to_page(pfn);
		struct kmk_page_owner *owner;
		struct kmk_leak leak;

		if (page_ref_count(page) <= 0 || PageSlab(page) || PageReserved(page) || !pfn_valid(pfn))
			continue;
		owner = kmk_page_owner(page);
		if (!owner->caller)
			continue;
		leak = (struct kmk_leak){ page, PAGE_SIZE << kmk_page_order(page), "page", owner->caller,
					  owner->pid, owner->time, owner->stack };
		judge(f, &leak, owner->mark);
	}
}

static void judge_area(const void *addr, size_t size, unsigned long caller, u32 mark, u64 time, void *data)
{
	struct kmk_leak leak = { addr, size, "vmalloc", caller, 0, time, 0 };

	if (caller)
		judge(data, &leak, mark);
}

struct kmk_reachable kmk_leak_scan(void (*fn)(const struct kmk_leak *leak, void *data), void *data)
{
	struct found f = { fn, data, { 0, 0 } };
	struct kmem_cache *s;

	kmk_reclaim_pause();
	mark_all();
	list_for_each_entry(s, &slab_caches, list)
		kmk_slab_each_live(s, judge_object, &f);
	if (kmk_page_tracked)
		for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
			if (kmk_zones[z].managed)
				judge_pages(&kmk_zones[z], &f);
	kmk_vmap_each_area(judge_area, &f);
	kmk_reclaim_resume();
	return f.rest;
}

void kmk_leak_baseline(void)
{
	scan.baseline = port_now();
}

/* ---- the end of a program ---- */

/* From the frame of the caller on. Records of areas, and those made when the depot was full, are that frame. */
static void print_frames(const struct kmk_leak *leak)
{
	unsigned long first = leak->caller, *entries = &first;
	unsigned int n = stack_depot_fetch(leak->stack, &entries);

	if (!n)
		entries = &first;
	for (unsigned int i = 0; i < max(n, 1u); i++)
		printk(KERN_ERR "    [<%px>] %pSR\n", (void *)entries[i], (void *)entries[i]);
}

static void print_leak(const struct kmk_leak *leak, void *data)
{
	unsigned int *count = data;
	char caller[256];

	port_symbol(leak->caller, caller, sizeof(caller));
	kmk_event_leak(leak->size, leak->cache, caller);
	if ((*count)++ >= 100)
		return;
	printk(KERN_ERR "unreferenced object 0x%px (size %zu):\n", leak->addr, leak->size);
	printk(KERN_ERR "  from %s, pid %u\n", leak->cache, leak->pid);
	printk(KERN_ERR "  backtrace:\n");
	print_frames(leak);
}

void kmk_end_report(void)
{
	struct kmk_reachable rest;
	unsigned int count = 0;

	rcu_barrier();
	kmk_debug_sweep();
	kmk_inject_end();
	if (!kmk_slab_track_all)
		return;
	rest = kmk_leak_scan(print_leak, &count);
	if (count > 100)
		printk(KERN_ERR "%u more unreferenced objects are not shown\n", count - 100);
	kmk_event_reachable(rest.objects, rest.bytes);
}

int kmk_debug_start(void)
{
	kmk_layout_say();
	kmk_owner_start();
	kmk_slab_hooks_start();
	kmk_leak_baseline();
	return kmk_inject_start();
}
