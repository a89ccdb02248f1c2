/* SPDX-License-Identifier: MIT */
/* The kmalloc family beyond one object of a class: large blocks, sizes, copies. */
#include <linux/instruction_pointer.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "page/page.h"
#include "edge.h"
#include "slab.h"

void *kmk_kmalloc_large(size_t size, gfp_t gfp, unsigned long caller)
{
	unsigned int order = (unsigned int)get_order(size);
	struct page *page;

	if (size > KMALLOC_MAX_SIZE)
		order = MAX_ORDER;	/* refused and reported by the page room */
	page = kmk_alloc_pages(kmk_slab_flags(NULL, gfp, caller) | __GFP_COMP, order, caller);
	if (!page)
		return NULL;
	kmk_page_set(page, PG_large);
	kmk_edge_set(lowmem_page_address(page), size, PAGE_SIZE << order);
	return lowmem_page_address(page);
}

void *kmalloc_large(size_t size, gfp_t gfp)
{
	return kmk_kmalloc_large(size, gfp, _RET_IP_);
}

/* Bytes behind an allocation, 0 for what is none. */
size_t __ksize(const void *addr)
{
	unsigned long pa = (unsigned long)addr - PAGE_OFFSET;
	struct page *page;

	if (ZERO_OR_NULL_PTR(addr) || WARN_ON(pa >= kmk_direct_bytes))
		return 0;
	page = compound_head(pfn_to_page(pa >> PAGE_SHIFT));
	if (PageSlab(page))
		return page->slab->cache->object_size;
	return PageHead(page) ? page_size(page) : PAGE_SIZE;
}

size_t kmalloc_size_roundup(size_t size)
{
	if (!size || size > KMALLOC_MAX_SIZE)
		return size;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return PAGE_SIZE << get_order(size);
	switch (kmalloc_index(size)) {
	case 1: return 96;
	case 2: return 192;
	default: return 1UL << kmalloc_index(size);
	}
}

/* The size somebody asked for, where it is known; what lies behind was never promised. */
static size_t used_size(const void *p)
{
	u32 i;
	struct kmk_slab *slab = kmk_slab_of(p, &i);

	return slab && slab->track ? slab->track[i].size : __ksize(p);
}

static void note_size(const void *p, size_t size)
{
	u32 i;
	struct kmk_slab *slab = kmk_slab_of(p, &i);

	if (slab && slab->cache->debug)
		kmk_debug_resize(slab, i, size);
	else if (slab && slab->track)
		slab->track[i].size = (u32)size;
}

/* A live object or block is so long now. What is neither has no edge to move. */
static void note_edge(const void *p, size_t size, size_t room)
{
	u32 i;
	struct kmk_slab *slab = KMK_EDGES ? kmk_slab_of(p, &i) : NULL;

	if (!KMK_EDGES || !room)
		return;
	if (!slab)
		kmk_edge_set(p, size, room);
	else if (slab->state[i] == KMK_OBJ_LIVE && (const unsigned char *)p == slab->base + (size_t)i * slab->cache->size)
		kmk_edge_live((void *)p, size);
}

/* What was asked for no longer matters: the caller may now use all of it. */
size_t ksize(const void *addr)
{
	size_t size = __ksize(addr);

	note_size(addr, size);
	note_edge(addr, size, size);
	return size;
}

/* Exactly a live object or large block (or nothing). If not, the report a kfree() of it would give. */
static bool allocated(const void *p, unsigned long caller)
{
	unsigned long pa = (unsigned long)p - PAGE_OFFSET;
	struct kmk_slab *slab;
	struct page *page;
	u32 i;

	if (ZERO_OR_NULL_PTR(p))
		return true;
	slab = kmk_slab_of(p, &i);
	if (slab && slab->state[i] == KMK_OBJ_LIVE && (const unsigned char *)p == slab->base + (size_t)i * slab->cache->size)
		return true;
	page = pfn_to_page(pa >> PAGE_SHIFT);
	if (!slab && pa < kmk_direct_bytes && kmk_page_test(page, PG_large) && !offset_in_page(p))
		return true;
	kmk_slab_free_slow(NULL, p, caller);
	return false;
}

void *krealloc(const void *p, size_t new_size, gfp_t flags)
{
	size_t room, used, kept;
	void *q;

	if (!new_size) {
		kfree(p);
		return ZERO_SIZE_PTR;
	}
	if (!allocated(p, _RET_IP_))
		return NULL;
	used = used_size(p);
	room = ksize(p);
	if (room >= new_size) {
		/* All of the rest, so that it is zero when a later call grows into it. */
		kept = min(used, new_size);
		if (flags & __GFP_ZERO)
			memset((char *)p + kept, 0, room - kept);
		note_size(p, new_size);
		note_edge(p, new_size, room);
		return (void *)p;
	}
	q = kmk_kmalloc_caller(new_size, flags, _RET_IP_);
	if (!q) {
		note_size(p, used);
		note_edge(p, used, room);
		return NULL;
	}
	if (room)
		memcpy(q, p, min(used, new_size));
	kfree(p);
	return q;
}

void kfree_sensitive(const void *p)
{
	size_t bytes;

	if (!allocated(p, _RET_IP_))
		return;
	bytes = ksize(p);
	memset((void *)p, 0, bytes);
	__asm__ volatile("" : : "r"(p) : "memory");
	kfree(p);
}

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *p = kmk_kmalloc_caller(len, gfp, _RET_IP_);

	return p ? memcpy(p, src, len) : NULL;
}

char *kmemdup_nul(const char *s, size_t len, gfp_t gfp)
{
	char *p = s ? kmk_kmalloc_caller(len + 1, gfp, _RET_IP_) : NULL;

	if (!p)
		return NULL;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t len = s ? strlen(s) + 1 : 0;
	char *p = s ? kmk_kmalloc_caller(len, gfp, _RET_IP_) : NULL;

	return p ? memcpy(p, s, len) : NULL;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	size_t len = s ? strnlen(s, max) : 0;
	char *p = s ? kmk_kmalloc_caller(len + 1, gfp, _RET_IP_) : NULL;

	if (!p)
		return NULL;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

/* Strings in a program's read-only data are not told from others here: always copied. */
const char *kstrdup_const(const char *s, gfp_t gfp) { return kstrdup(s, gfp); }
void kfree_const(const void *p) { kfree(p); }

static char *allocate_print(gfp_t gfp, const char *fmt, va_list args, unsigned long caller)
{
	unsigned int need, done;
	va_list again;
	char *p;

	va_copy(again, args);
	need = (unsigned int)vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = kmk_kmalloc_caller((size_t)need + 1, gfp, caller);
	if (!p)
		return NULL;
	done = (unsigned int)vsnprintf(p, (size_t)need + 1, fmt, args);
	WARN(done != need, "kvasprintf: the arguments changed meanwhile: %u bytes, then %u for '%s'\n",
	     need, done, fmt);
	return p;
}

char *kvasprintf(gfp_t gfp, const char *fmt, va_list args)
{
	return allocate_print(gfp, fmt, args, _RET_IP_);
}

const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args)
{
	return allocate_print(gfp, fmt, args, _RET_IP_);
}

char *kasprintf(gfp_t gfp, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = allocate_print(gfp, fmt, args, _RET_IP_);
	va_end(args);
	return p;
}

bool slab_is_available(void) { return kmk_slab_started; }
