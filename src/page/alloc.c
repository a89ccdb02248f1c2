/* SPDX-License-Identifier: MIT */
/*
 * The page allocator's fast paths: per-CPU arrays, no lock.
 *
 * A request for a pageable order with plain flags is one table look-up, one pop and one store of
 * the reference count. What a request cannot have here (zeroing is done here, the rest in
 * alloc_slow.c) leads to the slow path through an empty array or one test of the flags.
 */
#include <linux/instruction_pointer.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmstat.h>
#include "base/edge.h"
#include "port_inline.h"
#include "page.h"

u32 kmk_page_fast[32];
void (*kmk_page_warm)(void);
unsigned long kmk_page_warm_limit = ~0UL;

/* What a program may touch, for AddressSanitizer: nothing of a free block. High memory is mapped where it is used. */
static __always_inline void allow_block(const struct page *page, unsigned int order)
{
	if (KMK_EDGES && !PageHighMem(page))
		kmk_edge_allow(lowmem_page_address(page), PAGE_SIZE << order);
}

static __always_inline void forbid_block(const struct page *page, unsigned int order)
{
	if (KMK_EDGES && !PageHighMem(page))
		kmk_edge_forbid(lowmem_page_address(page), PAGE_SIZE << order);
}

static void clear_block(struct page *page, unsigned int order)
{
	u64 pa = PFN_PHYS(page_to_pfn(page));

	allow_block(page, order);
	if (PageHighMem(page))
		port_clear(pa, PAGE_SIZE << order);
	else
		memset(__va(pa), 0, PAGE_SIZE << order);
}

static void prep_compound(struct page *page, unsigned int order)
{
	kmk_page_set(page, PG_head);
	page[1].compound_order = order;
	for (u32 i = 1; i < 1u << order; i++) {
		__atomic_fetch_or(&page[i].flags, 1UL << PG_tail, __ATOMIC_RELAXED);
		page[i].head_distance = i;
	}
}

static void destroy_compound(struct page *page, unsigned int order)
{
	kmk_page_clear(page, PG_head);
	for (u32 i = 1; i < 1u << order; i++) {
		__atomic_fetch_and(&page[i].flags, ~(1UL << PG_tail), __ATOMIC_RELAXED);
		page[i].private = 0;
	}
}

static noinline struct page *prep_slow(struct page *page, gfp_t gfp, unsigned int order)
{
	if ((gfp & __GFP_ZERO) || kmk_init_on_alloc)
		clear_block(page, order);
	if (order && (gfp & __GFP_COMP))
		prep_compound(page, order);
	return page;
}

/* What a caller sees of a block that just left an array or the buddy. */
static __always_inline struct page *prep(struct page *page, gfp_t gfp, unsigned int order)
{
	__atomic_store_n(&page->_refcount.counter, 1, __ATOMIC_RELAXED);
	page->private = 0;
	allow_block(page, order);
	if (unlikely((gfp & (__GFP_ZERO | __GFP_COMP)) || kmk_init_on_alloc))
		return prep_slow(page, gfp, order);
	return page;
}

struct page *kmk_prep_page(struct page *page, gfp_t gfp, unsigned int order)
{
	return prep(page, gfp, order);
}

static __always_inline struct page *alloc_fast(gfp_t gfp, unsigned int order)
{
	unsigned int slot = kmk_order_slot(order);
	void *page, *aux;

	if (unlikely(slot == KMK_PAGE_SLOTS) ||
	    !port_array_pop(kmk_page_fast[gfp & 31] + slot * KMK_PAGE_STRIDE, &page, &aux))
		return kmk_alloc_slow(gfp, order, _RET_IP_);
	return prep(page, gfp, order);
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_fast(gfp, order);
}

/* For callers who allocate on behalf of their own caller. */
struct page *kmk_alloc_pages(gfp_t gfp, unsigned int order, unsigned long caller)
{
	unsigned int slot = kmk_order_slot(order);
	void *page, *aux;

	if (slot == KMK_PAGE_SLOTS ||
	    !port_array_pop(kmk_page_fast[gfp & 31] + slot * KMK_PAGE_STRIDE, &page, &aux))
		return kmk_alloc_slow(gfp, order, caller);
	return prep(page, gfp, order);
}

/* The last reference is gone and the page was judged good. */
void kmk_free_block(struct page *page, unsigned int order)
{
	struct zone *zone;
	bool warm;

	if (kmk_pcp_put(page, order))
		return;
	zone = page_zone(page);
	kmk_lock(&zone->lock);
	zone->nr_locked++;
	kmk_buddy_give_locked(zone, page, order);
	warm = zone->nr_warm > kmk_page_warm_limit;
	kmk_unlock(&zone->lock);
	if (unlikely(warm))
		kmk_page_warm();
	count_vm_events(PGFREE, 1L << order);
}

/* Everything a free can need besides a push: misuse, compound pages, poisoning, records. */
static void free_checked(struct page *page, unsigned int order, unsigned long caller)
{
	if (PageHead(page))
		destroy_compound(page, order);
	if (unlikely(__PageMovable(page)))
		kmk_movable_gone(page);
	__atomic_fetch_and(&page->flags, ~KMK_PF_LEFTOVER, __ATOMIC_RELAXED);
	if (kmk_init_on_free)
		clear_block(page, order);
	forbid_block(page, order);
	if (kmk_page_tracked)
		kmk_page_owner(page)->freed_by = caller;
	kmk_free_block(page, order);
}

bool kmk_page_capture(struct page *page)
{
	if (!page_ref_freeze(page, 1))
		return false;
	if (unlikely(__PageMovable(page)))
		kmk_movable_gone(page);
	__atomic_fetch_and(&page->flags, ~(KMK_PF_LEFTOVER | KMK_PF_LISTED), __ATOMIC_RELAXED);
	if (kmk_init_on_free)
		clear_block(page, 0);
	forbid_block(page, 0);
	return true;
}

/* A referenced block that is not compound: its frames behind the first go at once. */
static void free_tails(struct page *page, unsigned int order)
{
	__atomic_fetch_and(&page->flags, ~KMK_PF_ORDER_MASK, __ATOMIC_RELAXED);
	while (order-- > 0) {
		struct page *half = page + (1UL << order);

		if (kmk_init_on_free)
			clear_block(half, order);
		forbid_block(half, order);
		__atomic_fetch_and(&half->flags, ~(KMK_PF_ORDER_MASK | KMK_PF_GROUP_MASK), __ATOMIC_RELAXED);
		kmk_free_block(half, order);
	}
}

static noinline void free_slow(struct page *page, unsigned int order, unsigned long caller)
{
	if (kmk_page_bad_free(page, order, caller))
		return;
	if (!put_page_testzero(page)) {
		if (!PageHead(page) && order)
			free_tails(page, order);
		return;
	}
	free_checked(page, order, caller);
}

static inline bool plain(const struct page *page, unsigned int order)
{
	unsigned long flags = __atomic_load_n(&page->flags, __ATOMIC_RELAXED);

	return (flags & (PAGEFLAGS_MASK | KMK_PF_ORDER_MASK)) == (unsigned long)order << KMK_PF_ORDER_SHIFT &&
	       __atomic_load_n(&page->_refcount.counter, __ATOMIC_RELAXED) == 1 &&
	       !READ_ONCE(page->mapping) && !page->_mapcount.counter && !kmk_init_on_free;
}

void __free_pages(struct page *page, unsigned int order)
{
	unsigned int slot = kmk_order_slot(order);

	if (unlikely(slot == KMK_PAGE_SLOTS || !plain(page, order)))
		return free_slow(page, order, _RET_IP_);
	/* Ours alone: no other holder, and no list another CPU could find it on. */
	__atomic_store_n(&page->_refcount.counter, 0, __ATOMIC_RELAXED);
	forbid_block(page, order);
	if (unlikely(!port_array_push(kmk_group_array(kmk_page_group(page), slot), page, NULL)))
		free_checked(page, order, _RET_IP_);
}

/*
 * A page on one of reclaim's lists, which holds no reference: who looks there takes one under the list's
 * lock, unless the count is zero. So it is judged after its last reference went. False: others hold it.
 */
static noinline void put_listed(struct page *page, unsigned int order, unsigned long caller)
{
	if (kmk_page_drop_lru)
		kmk_page_drop_lru(page);
	__atomic_fetch_and(&page->flags, ~KMK_PF_LISTED, __ATOMIC_RELAXED);
	if (!kmk_page_bad_last(page, order, caller))
		free_checked(page, order, caller);
}

static inline bool listed(const struct page *page)
{
	return __atomic_load_n(&page->flags, __ATOMIC_ACQUIRE) & KMK_PF_LISTED;
}

void put_page(struct page *page)
{
	struct page *head = compound_head(page);
	unsigned int order = compound_order(head);

	int count = page_ref_count(head);

	/* The last holder's drop is a free, and judged as one; a listed page behind the drop. */
	if (count <= 1 && !plain(head, order) && !(count == 1 && listed(head)) && kmk_page_bad_free(head, order, _RET_IP_))
		return;
	if (!put_page_testzero(head))
		return;
	/* Only now: while others hold the page, it may be put on a list behind our look. */
	if (unlikely(listed(head)))
		put_listed(head, order, _RET_IP_);
	else
		free_checked(head, order, _RET_IP_);
}

void release_pages(struct page **pages, int nr)
{
	for (int i = 0; i < nr; i++)
		put_page(pages[i]);
}

void free_compound_page(struct page *page)
{
	free_checked(page, compound_order(page), _RET_IP_);
}

unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long nr_pages, struct page **array)
{
	unsigned long filled = 0;

	for (unsigned long i = 0; i < nr_pages; i++) {
		if (!array[i])
			array[i] = kmk_alloc_pages(gfp, 0, _RET_IP_);
		if (!array[i])
			break;
		filled++;
	}
	return filled;
}

/* An address must exist. */
static gfp_t lowmem_gfp(gfp_t gfp)
{
	WARN_ONCE(gfp & __GFP_HIGHMEM, "__GFP_HIGHMEM given to a call that returns an address: dropped (%pGg)\n",
		  &gfp);
	return gfp & ~__GFP_HIGHMEM;
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	page = kmk_alloc_pages(lowmem_gfp(gfp), order, _RET_IP_);
	return page ? (unsigned long)lowmem_page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	struct page *page;

	page = kmk_alloc_pages(lowmem_gfp(gfp) | __GFP_ZERO, 0, _RET_IP_);
	return page ? (unsigned long)lowmem_page_address(page) : 0;
}

void free_pages(unsigned long addr, unsigned int order)
{
	unsigned long pa = addr - PAGE_OFFSET;

	if (unlikely(pa >= kmk_direct_bytes)) {
		if (addr)
			kmk_page_bad_address(addr, _RET_IP_);
		return;
	}
	__free_pages(pfn_to_page(pa >> PAGE_SHIFT), order);
}

void split_page(struct page *page, unsigned int order)
{
	unsigned int group = kmk_page_group(page);

	if (WARN_ON(PageCompound(page) || !page_ref_count(page) || order != kmk_page_order(page)))
		return;
	/* The first page keeps its references, of which there may be several. */
	__atomic_fetch_and(&page->flags, ~KMK_PF_ORDER_MASK, __ATOMIC_RELAXED);
	for (unsigned long i = 1; i < 1UL << order; i++) {
		__atomic_fetch_and(&page[i].flags, ~(KMK_PF_ORDER_MASK | KMK_PF_GROUP_MASK), __ATOMIC_RELAXED);
		__atomic_fetch_or(&page[i].flags, (unsigned long)group << KMK_PF_GROUP_SHIFT, __ATOMIC_RELAXED);
		set_page_count(&page[i], 1);
		if (kmk_page_tracked)
			*kmk_page_owner(&page[i]) = *kmk_page_owner(page);
	}
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned int order = (unsigned int)get_order(size);
	struct page *page;
	unsigned long used = PFN_UP(size);

	if (!size)
		return NULL;
	if (WARN_ON_ONCE(gfp & (__GFP_COMP | __GFP_HIGHMEM)))
		gfp &= ~(__GFP_COMP | __GFP_HIGHMEM);
	page = kmk_alloc_pages(gfp, order, _RET_IP_);
	if (!page)
		return NULL;
	split_page(page, order);
	for (unsigned long i = used; i < 1UL << order; i++)
		__free_pages(page + i, 0);
	return lowmem_page_address(page);
}

void free_pages_exact(void *virt, size_t size)
{
	char *p = virt;

	for (char *end = p + PAGE_ALIGN(size); p < end; p += PAGE_SIZE)
		free_pages((unsigned long)p, 0);
}

struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return (struct folio *)kmk_alloc_pages(gfp | __GFP_COMP, order, _RET_IP_);
}
