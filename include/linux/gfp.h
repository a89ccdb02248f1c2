/* SPDX-License-Identifier: MIT */
/*
 * The page allocator.
 *
 * A request is 2^order frames, physically contiguous and naturally aligned, from the zones the
 * flags allow. With __GFP_DIRECT_RECLAIM it may sleep; without, it may be made in any context.
 * NULL means that memory was short (reported unless __GFP_NOWARN) or the request was impossible.
 */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/mmzone.h>
#include <linux/mm_types.h>
#include <linux/alloc_tag.h>
#include <linux/cleanup.h>

#ifndef NUMA_NO_NODE
#define NUMA_NO_NODE (-1)
#endif

static inline bool gfpflags_allow_blocking(const gfp_t gfp_flags)
{
	return !!(gfp_flags & __GFP_DIRECT_RECLAIM);
}

/* May dirty HIGHMEM pages be written for this request? Only the classic dialect makes a difference. */
static inline bool kmk_gfp_highio(const gfp_t gfp_flags)
{
	return (gfp_flags & (___GFP_CLASSIC | ___GFP_HIGHIO)) != ___GFP_CLASSIC;
}

static inline bool gfpflags_normal_context(const gfp_t gfp_flags)
{
	return (gfp_flags & (__GFP_DIRECT_RECLAIM | __GFP_MEMALLOC)) == __GFP_DIRECT_RECLAIM;
}

static inline int gfp_migratetype(const gfp_t gfp_flags)
{
	return (int)((gfp_flags & GFP_MOVABLE_MASK) >> GFP_MOVABLE_SHIFT);
}

static inline int numa_node_id(void) { return 0; }
static inline int numa_mem_id(void) { return 0; }

/*
 * alloc_pages - a block of frames
 * @gfp: zone, behaviour and mobility flags
 * @order: log2 of the number of frames, 0 .. MAX_ORDER-1
 *
 * Returns the block's first page with one reference, contents undefined without __GFP_ZERO, or
 * NULL. An order that is too large is NULL with one report, silent under __GFP_NOWARN; DMA with
 * HIGHMEM is NULL with a report. Sleeps only with __GFP_DIRECT_RECLAIM; such a request in atomic
 * context is reported and treated as if it had none. Source: core-api/memory-allocation, 6.1.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);

#define alloc_page(gfp)				alloc_pages(gfp, 0)
#define alloc_pages_node(nid, gfp, order)	((void)(nid), alloc_pages(gfp, order))
#define __alloc_pages_node(nid, gfp, order)	((void)(nid), alloc_pages(gfp, order))
#define __alloc_pages(gfp, order, nid, mask)	((void)(nid), (void)(mask), alloc_pages(gfp, order))
#define alloc_page_vma(gfp, vma, addr)		((void)(vma), (void)(addr), alloc_pages(gfp, 0))

/*
 * alloc_pages_bulk_array - fill the NULL entries of an array with single frames
 *
 * Returns how many of the nr_pages entries are filled then (those that were filled before count).
 * May be fewer than asked; contents and context as alloc_pages(). Source: 6.1.
 */
unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages, struct page **array);
#define alloc_pages_bulk_array_node(gfp, nid, n, array)	((void)(nid), alloc_pages_bulk_array(gfp, n, array))
#define alloc_pages_bulk_array_mempolicy(gfp, n, array)	alloc_pages_bulk_array(gfp, n, array)

/*
 * __free_pages - drop one reference and free the block when it was the last
 *
 * For a block that is not compound and still referenced, the frames behind the first are freed at
 * once, as Linux 6.1 does; the first goes with its last put_page(). A page that is already free,
 * reserved, in use by a slab, or was allocated with another order is reported and left as it is.
 * Any context.
 */
void __free_pages(struct page *page, unsigned int order);
#define __free_page(page) __free_pages((page), 0)

/* The same by address: lowmem only, so __GFP_HIGHMEM is reported and dropped. 0 means NULL. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long addr, unsigned int order);
#define __get_free_page(gfp)		__get_free_pages((gfp), 0)
#define __get_dma_pages(gfp, order)	__get_free_pages((gfp) | GFP_DMA, (order))
#define free_page(addr)			free_pages((addr), 0)

/*
 * alloc_pages_exact - just enough frames for size bytes, contiguous; the rest of the block is
 * returned at once. Free with free_pages_exact() and the same size.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *virt, size_t size);
#define alloc_pages_exact_nid(nid, size, gfp) ((void)(nid), alloc_pages_exact(size, gfp))

/* Make the frames of a block that is not compound independent: each is freed by itself. */
void split_page(struct page *page, unsigned int order);

struct folio *folio_alloc(gfp_t gfp, unsigned int order);

/* Give all per-CPU page lists back to their zones. May sleep. */
void drain_all_pages(struct zone *zone);
void drain_local_pages(struct zone *zone);

/* Whether this thread may use reserves and I/O: the scopes of linux/sched/mm.h applied. */
gfp_t kmk_scoped_gfp(gfp_t gfp);
bool gfp_pfmemalloc_allowed(gfp_t gfp);

#ifdef KMEMKIT_CLASSIC
#include <kmemkit/classic/pages.h>
#endif

DEFINE_FREE(free_page, void *, free_page((unsigned long)_T))
#endif
