/* SPDX-License-Identifier: MIT */
/* Frees that are wrong, and frees that are merely not a plain object. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "base/report.h"
#include "page/page.h"
#include "debug.h"

#define SITES 256	/* a power of two */

/* The first time this is said of a caller? When the table is full: no. */
static bool first_time(unsigned long site)
{
	static unsigned long sites[SITES];
	u32 h = (u32)((site * 0x9e3779b97f4a7c15ull) >> 40);

	for (u32 i = 0; i < SITES; i++) {
		unsigned long old = 0;

		if (__atomic_compare_exchange_n(&sites[(h + i) % SITES], &old, site, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED))
			return true;
		if (old == site)
			return false;
	}
	return false;
}

gfp_t kmk_slab_flags(const struct kmem_cache *s, gfp_t gfp, unsigned long caller)
{
	const gfp_t zones = __GFP_HIGHMEM | __GFP_DMA32;

	if (unlikely(gfp & zones) && first_time(caller))
		WARN(1, "__GFP_HIGHMEM and __GFP_DMA32 mean nothing to a slab cache: dropped (%pGg), called from %pSR\n",
		     &gfp, (void *)caller);
	if (unlikely((gfp & __GFP_ZERO) && s && s->ctor) && first_time(~caller))
		WARN(1, "%s has a constructor: its objects should not be asked for with __GFP_ZERO, called from %pSR\n",
		     s->name, (void *)caller);
	return gfp & ~zones;
}

static void where(const struct kmk_slab *slab, u32 i)
{
	const struct kmem_cache *s = slab->cache;

	kmk_report_line("cache %s, object size %u, object 0x%px, slab 0x%px objects=%u used=%u\n", s->name,
			s->object_size, slab->base + (size_t)i * s->size, slab->base, s->nr,
			s->nr - slab->nr_free);
	if (slab->track && slab->track[i].caller)
		kmk_report_line("%u bytes were asked for\n", slab->track[i].size);
	kmk_debug_print_owners(slab, i);
}

static void end(unsigned long caller)
{
	kmk_report_line("called from %pSR\n", (void *)caller);
	kmk_report_end(KMK_POLICY_BUG);
}

/* An address inside a slab that is not a live object's own. */
static void bad_object(struct kmk_slab *slab, u32 i, const void *addr, unsigned long caller)
{
	const struct kmem_cache *s = slab->cache;
	long off = (long)((const unsigned char *)addr - (slab->base + (size_t)i * s->size));

	if (s->debug) {
		kmk_debug_bad_free(slab, i, addr);
		return;
	}
	if (off) {
		kmk_report_begin("BUG %s: Invalid object pointer 0x%px: %ld bytes into an object\n", s->name,
				 addr, off);
	} else if (slab->state[i] == KMK_OBJ_FREE) {
		kmk_report_begin("BUG %s: Object already free: double free of 0x%px\n", s->name, addr);
	} else {
		kmk_report_begin("BUG %s: Object 0x%px cannot be freed\n", s->name, addr);
	}
	where(slab, i);
	end(caller);
}

static void not_ours(const char *what, const void *addr, unsigned long caller)
{
	kmk_report_begin("BUG: %s: 0x%px\n", what, addr);
	end(caller);
}

static const char *foreign_kind(const void *addr)
{
	unsigned long a = (unsigned long)addr;
	const char *near = (const char *)__builtin_frame_address(0);

	if (a >= VMALLOC_START && a < VMALLOC_END)
		return "kfree of a vmalloc address (use vfree or kvfree)";
	if ((const char *)addr > near - PAGE_SIZE && (const char *)addr < near + (256 << 10))
		return "kfree of an address on the stack";
	return "kfree of an address that is not from this allocator (static, stack, libc or never mapped)";
}

/* A page that is no slab: kmalloc's large blocks come here, everything else is a mistake. */
static void free_page_address(const void *addr, unsigned long caller)
{
	struct page *page = compound_head(pfn_to_page(virt_to_pfn(addr)));

	if (kmk_page_test(page, PG_large) && addr == lowmem_page_address(page)) {
		__free_pages(page, compound_order(page));
		return;
	}
	if (kmk_page_test(page, PG_large))
		not_ours("kfree of an interior pointer of a large block", addr, caller);
	else if (page_ref_count(page) > 0)
		not_ours("kfree of a page (use __free_pages or free_pages)", addr, caller);
	else
		not_ours("kfree of memory that is free: double free, or a stale pointer", addr, caller);
}

/* kmem_cache_free() named another cache than the object's: the object goes to its true owner. */
static void wrong_cache(struct kmem_cache *want, struct kmk_slab *slab, const void *obj, unsigned long caller)
{
	kmk_report_begin("cache_from_obj: Wrong slab cache. %s but object is from %s\n", want->name,
			 slab->cache->name);
	kmk_report_line("object 0x%px is freed to %s, where it belongs\n", obj, slab->cache->name);
	end(caller);
	kfree(obj);
}

static bool is_live_object(const struct kmk_slab *slab, u32 i, const void *addr)
{
	return (const unsigned char *)addr == slab->base + (size_t)i * slab->cache->size &&
	       slab->state[i] == KMK_OBJ_LIVE;
}

void kmk_slab_free_slow(struct kmem_cache *want, const void *addr, unsigned long caller)
{
	struct kmk_slab *slab;
	u32 i;

	if (ZERO_OR_NULL_PTR(addr))
		return;
	if ((unsigned long)addr - PAGE_OFFSET >= kmk_direct_bytes) {
		not_ours(foreign_kind(addr), addr, caller);
		return;
	}
	slab = kmk_slab_of(addr, &i);
	if (!slab && PageSlab(pfn_to_page(virt_to_pfn(addr))))
		not_ours("kfree of an address in a slab, but not in an object", addr, caller);
	else if (!slab)
		free_page_address(addr, caller);
	else if (!is_live_object(slab, i, addr))
		bad_object(slab, i, addr, caller);
	else if (want && want != slab->cache)
		wrong_cache(want, slab, addr, caller);
	else {		/* a bulk free that named no cache */
		slab->state[i] = KMK_OBJ_FREE;
		kmk_slab_put(slab, (void *)addr, slab->state + i, caller);
	}
}

bool kmem_valid_obj(void *object)
{
	u32 i;

	return kmk_slab_of(object, &i) != NULL;
}

void kmem_dump_obj(void *object)
{
	u32 i;
	struct kmk_slab *slab = kmk_slab_of(object, &i);

	if (slab)
		printk(" slab %s start %px pointer offset %ld size %u\n", slab->cache->name,
		       slab->base + (size_t)i * slab->cache->size,
		       (long)((unsigned char *)object - (slab->base + (size_t)i * slab->cache->size)),
		       slab->cache->object_size);
}
