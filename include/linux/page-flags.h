/* SPDX-License-Identifier: MIT */
/* Page flags: names as in Linux 6.1; each flag has PageX, SetPageX, ClearPageX and friends. */
#ifndef _LINUX_PAGE_FLAGS_H
#define _LINUX_PAGE_FLAGS_H

#include <linux/types.h>
#include <linux/bug.h>
#include <linux/mm_types.h>

enum pageflags {
	PG_locked, PG_referenced, PG_uptodate, PG_dirty, PG_lru, PG_active, PG_workingset,
	PG_waiters, PG_error, PG_slab, PG_owner_priv_1, PG_arch_1, PG_reserved, PG_private,
	PG_private_2, PG_writeback, PG_head, PG_mappedtodisk, PG_reclaim, PG_swapbacked,
	PG_unevictable, PG_mlocked,
	PG_buddy,		/* head of a free block; private is its order */
	PG_tail,		/* frame of a compound page behind its head */
	PG_large,		/* head of a kmalloc request served by the page allocator */
	PG_movable,		/* of a driver with struct movable_operations, until it is freed */
	__NR_PAGEFLAGS,
	PG_checked = PG_owner_priv_1,
	PG_swapcache = PG_owner_priv_1,
	PG_fscache = PG_private_2,
	PG_isolated = PG_reclaim,	/* movable pages: out of use for a move */
};

#define KMK_PAGE_FIELDS_SHIFT	40	/* flags above this bit belong to the page room */
#define PAGEFLAGS_MASK		((1UL << __NR_PAGEFLAGS) - 1)

/* Flags that publish the page's contents: who sees one set sees what was stored before. */
#define KMK_PAGE_ORDERED	(1UL << PG_uptodate | 1UL << PG_writeback)

static __always_inline bool kmk_page_test(const struct page *page, int nr)
{
	return (((KMK_PAGE_ORDERED >> nr & 1) ? __atomic_load_n(&page->flags, __ATOMIC_ACQUIRE)
					      : __atomic_load_n(&page->flags, __ATOMIC_RELAXED)) >> nr) & 1;
}

static __always_inline void kmk_page_set(struct page *page, int nr)
{
	if (KMK_PAGE_ORDERED >> nr & 1)
		__atomic_fetch_or(&page->flags, 1UL << nr, __ATOMIC_RELEASE);
	else
		__atomic_fetch_or(&page->flags, 1UL << nr, __ATOMIC_RELAXED);
}

static inline void kmk_page_clear(struct page *page, int nr)
{
	__atomic_fetch_and(&page->flags, ~(1UL << nr), __ATOMIC_RELAXED);
}

static inline bool kmk_page_test_set(struct page *page, int nr)
{
	return (__atomic_fetch_or(&page->flags, 1UL << nr, __ATOMIC_SEQ_CST) >> nr) & 1;
}

static inline bool kmk_page_test_clear(struct page *page, int nr)
{
	return (__atomic_fetch_and(&page->flags, ~(1UL << nr), __ATOMIC_SEQ_CST) >> nr) & 1;
}

#define KMK_PAGEFLAG(Name, lname)							\
static inline int Page##Name(const struct page *page)					\
{ return kmk_page_test(page, PG_##lname); }						\
static inline void SetPage##Name(struct page *page) { kmk_page_set(page, PG_##lname); }	\
static inline void ClearPage##Name(struct page *page) { kmk_page_clear(page, PG_##lname); } \
static inline int TestSetPage##Name(struct page *page)					\
{ return kmk_page_test_set(page, PG_##lname); }						\
static inline int TestClearPage##Name(struct page *page)				\
{ return kmk_page_test_clear(page, PG_##lname); }					\
static inline void __SetPage##Name(struct page *page) { page->flags |= 1UL << PG_##lname; } \
static inline void __ClearPage##Name(struct page *page) { page->flags &= ~(1UL << PG_##lname); } \
static inline bool folio_test_##lname(const struct folio *folio)			\
{ return kmk_page_test(&folio->page, PG_##lname); }					\
static inline void folio_set_##lname(struct folio *folio) { kmk_page_set(&folio->page, PG_##lname); } \
static inline void folio_clear_##lname(struct folio *folio) { kmk_page_clear(&folio->page, PG_##lname); } \
static inline bool folio_test_set_##lname(struct folio *folio)				\
{ return kmk_page_test_set(&folio->page, PG_##lname); }					\
static inline bool folio_test_clear_##lname(struct folio *folio)			\
{ return kmk_page_test_clear(&folio->page, PG_##lname); }

KMK_PAGEFLAG(Locked, locked)
KMK_PAGEFLAG(Referenced, referenced)
KMK_PAGEFLAG(Uptodate, uptodate)
KMK_PAGEFLAG(Dirty, dirty)
KMK_PAGEFLAG(LRU, lru)
KMK_PAGEFLAG(Active, active)
KMK_PAGEFLAG(Workingset, workingset)
KMK_PAGEFLAG(Waiters, waiters)
KMK_PAGEFLAG(Error, error)
KMK_PAGEFLAG(Slab, slab)
KMK_PAGEFLAG(OwnerPriv1, owner_priv_1)
KMK_PAGEFLAG(Checked, checked)
KMK_PAGEFLAG(SwapCache, swapcache)
KMK_PAGEFLAG(Reserved, reserved)
KMK_PAGEFLAG(Private, private)
KMK_PAGEFLAG(Private2, private_2)
KMK_PAGEFLAG(Writeback, writeback)
KMK_PAGEFLAG(Head, head)
KMK_PAGEFLAG(MappedToDisk, mappedtodisk)
KMK_PAGEFLAG(Reclaim, reclaim)
KMK_PAGEFLAG(SwapBacked, swapbacked)
KMK_PAGEFLAG(Unevictable, unevictable)
KMK_PAGEFLAG(Mlocked, mlocked)
KMK_PAGEFLAG(Buddy, buddy)
KMK_PAGEFLAG(Tail, tail)

KMK_PAGEFLAG(Isolated, isolated)

/* Low bits of page->mapping: the rest is then no address_space. See linux/migrate.h. */
#define PAGE_MAPPING_ANON	0x1UL
#define PAGE_MAPPING_MOVABLE	0x2UL
#define PAGE_MAPPING_KSM	(PAGE_MAPPING_ANON | PAGE_MAPPING_MOVABLE)
#define PAGE_MAPPING_FLAGS	(PAGE_MAPPING_ANON | PAGE_MAPPING_MOVABLE)
static inline bool __PageMovable(const struct page *page) { return kmk_page_test(page, PG_movable); }

static inline int PageCompound(const struct page *page)
{
	return (__atomic_load_n(&page->flags, __ATOMIC_RELAXED) &
		(1UL << PG_head | 1UL << PG_tail)) != 0;
}

static inline struct page *kmk_compound_head(const struct page *page)
{
	return (struct page *)page - (PageTail(page) ? page->head_distance : 0);
}
#define compound_head(page)	kmk_compound_head(page)
#define page_folio(p)		((struct folio *)compound_head((const struct page *)(p)))
#define folio_page(folio, n)	(&(folio)->page + (n))
#endif
