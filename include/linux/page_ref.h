/* SPDX-License-Identifier: MIT */
/*
 * Reference counts of frames. A frame is free when its count is zero.
 *
 * KMK_REF_OPEN beside the count says: a mapping's tree holds a reference, so whoever finds the page there may
 * count it up without a lock. It is no part of the count that callers see.
 */
#ifndef _LINUX_PAGE_REF_H
#define _LINUX_PAGE_REF_H

#include <linux/atomic.h>
#include <linux/page-flags.h>

#define KMK_REF_OPEN	(1 << 30)

static inline int page_ref_count(const struct page *page) { return atomic_read(&page->_refcount) & ~KMK_REF_OPEN; }
static inline int page_count(const struct page *page)
{
	return page_ref_count(compound_head(page));
}
static inline void set_page_count(struct page *page, int v) { atomic_set(&page->_refcount, v); }
static inline void init_page_count(struct page *page) { set_page_count(page, 1); }
static inline void page_ref_add(struct page *page, int nr) { atomic_add(nr, &page->_refcount); }
static inline void page_ref_sub(struct page *page, int nr) { atomic_sub(nr, &page->_refcount); }
static inline void page_ref_inc(struct page *page) { atomic_inc(&page->_refcount); }
static inline void page_ref_dec(struct page *page) { atomic_dec(&page->_refcount); }
static inline int page_ref_dec_and_test(struct page *page)
{
	return atomic_dec_and_test(&page->_refcount);
}
static inline int page_ref_add_unless(struct page *page, int nr, int u)
{
	return atomic_add_unless(&page->_refcount, nr, u);
}
/*
 * No reference can be taken while the count is frozen at zero; succeeds only where it was exactly count. A page
 * in a mapping is not open afterwards: found as before, but under the lock.
 */
static inline int page_ref_freeze(struct page *page, int count)
{
	int seen = count | (atomic_read(&page->_refcount) & KMK_REF_OPEN);

	return atomic_cmpxchg(&page->_refcount, seen, 0) == seen;
}
static inline void page_ref_unfreeze(struct page *page, int count)
{
	atomic_set_release(&page->_refcount, count);
}
#endif
