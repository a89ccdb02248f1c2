/* SPDX-License-Identifier: MIT */
/* What lies at an address of the direct map, in one line: for faults, and for a sanitizer's reports. Takes no lock. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include "slab.h"

static int explain_owner(const struct kmk_slab *slab, u32 i, char *buf, size_t size)
{
	const struct kmk_track *t = slab->track ? &slab->track[i] : NULL;

	if (!t || !t->caller)
		return scnprintf(buf, size, " (slub_debug=U tells who)");
	if (slab->state[i] == KMK_OBJ_LIVE)
		return scnprintf(buf, size, ", %u bytes asked for by %pSR", t->size, (void *)t->caller);
	return scnprintf(buf, size, ", allocated by %pSR, freed by %pSR", (void *)t->caller, (void *)t->freed_by);
}

static int explain_object(const struct kmk_slab *slab, u32 i, unsigned long addr, char *buf, size_t size)
{
	const struct kmem_cache *s = slab->cache;
	unsigned long at = addr - (unsigned long)(slab->base + (size_t)i * s->size);
	int len = scnprintf(buf, size, "%lu bytes into %s object 0x%lx of cache %s, %u bytes each", at,
			    slab->state[i] == KMK_OBJ_LIVE ? "the live" : "the free", addr - at, s->name, s->object_size);

	return len + explain_owner(slab, i, buf + len, size - (size_t)len);
}

size_t kmk_object_explain(unsigned long addr, char *buf, size_t size)
{
	unsigned long pa = addr - PAGE_OFFSET;
	const struct kmk_slab *slab;
	struct page *page;
	u32 i;

	if (pa >= kmk_direct_bytes)
		return 0;
	slab = kmk_slab_of((void *)addr, &i);
	if (slab)
		return (size_t)explain_object(slab, i, addr, buf, size);
	page = compound_head(pfn_to_page(pa >> PAGE_SHIFT));
	if (PageSlab(page))
		return (size_t)scnprintf(buf, size, "in a slab of cache %s, in no object", page->slab->cache->name);
	if (!page_ref_count(page))
		return (size_t)scnprintf(buf, size, "in the free page of frame 0x%lx", pa >> PAGE_SHIFT);
	return (size_t)scnprintf(buf, size, "%lu bytes into the live block 0x%lx of %lu bytes",
				 addr - (unsigned long)lowmem_page_address(page), (unsigned long)lowmem_page_address(page),
				 PageHead(page) ? page_size(page) : PAGE_SIZE);
}
