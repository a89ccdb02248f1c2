/* SPDX-License-Identifier: MIT */
/* -DKMEMKIT_CLASSIC: the page allocator's entry points, for flags as in kmemkit/classic/gfp.h. */
#if defined(KMEMKIT_CLASSIC) && !defined(_KMEMKIT_CLASSIC_PAGES_H)
#define _KMEMKIT_CLASSIC_PAGES_H

/* A macro names itself inside its own text: there it is the function. */
#define alloc_pages(gfp, order)			alloc_pages(kmk_classic_gfp(gfp), order)
#define __get_free_pages(gfp, order)		__get_free_pages(kmk_classic_gfp(gfp), order)
#define get_zeroed_page(gfp)			get_zeroed_page(kmk_classic_gfp(gfp))
#define alloc_pages_exact(size, gfp)		alloc_pages_exact(size, kmk_classic_gfp(gfp))
#define alloc_pages_bulk_array(gfp, n, array)	alloc_pages_bulk_array(kmk_classic_gfp(gfp), n, array)
#define folio_alloc(gfp, order)			folio_alloc(kmk_classic_gfp(gfp), order)

/* 2.4 clears it. */
#define get_free_page(gfp)			get_zeroed_page(gfp)

/* The reference count's name in 2.6.11. */
#define _count	_refcount
#endif
