/* SPDX-License-Identifier: MIT */
/* What the page room says: bad frees, failures, the state of memory. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include "base/report.h"
#include "page.h"

static const char *why_bad(const struct page *page, unsigned int order, bool last)
{
	unsigned long flags = __atomic_load_n(&page->flags, __ATOMIC_RELAXED);
	unsigned int had = kmk_page_order(page);

	/* Compaction may be looking at a movable page, with the lock and a reference of its own. */
	if (!last && __PageMovable(page))
		flags &= ~(1UL << PG_locked);
	if (PageBuddy(page) || (!last && !page_ref_count(page) && !PageTail(page)))
		return "the page is not allocated: a double free, or it was never given out";
	if (PageTail(page))
		return "the page is inside a compound page: free its head";
	if (page_ref_count(page) < 0)
		return "reference count below zero";
	if (PageReserved(page))
		return "the page is reserved";
	if (PageSlab(page))
		return "the page belongs to a slab: use kfree or kmem_cache_free";
	if (flags & (1UL << PG_locked | 1UL << PG_lru | 1UL << PG_active | 1UL << PG_writeback |
			   1UL << PG_unevictable))
		return "the page is still in use (locked, on a list or written back)";
	if (flags & (1UL << PG_private | 1UL << PG_private_2))
		return "the page still has private data";
	if ((READ_ONCE(page->mapping) && !__PageMovable(page)) || atomic_read(&page->_mapcount))
		return "the page is still mapped";
	if (order != (PageHead(page) ? compound_order(page) : had))
		return "freed with another order than it was allocated with";
	return NULL;
}

static void describe(const struct page *page)
{
	static const char *const types[] = { "unmovable", "movable", "reclaimable", "?" };
	unsigned long pfn = page_to_pfn((struct page *)page);

	kmk_report_line("page 0x%lx: refcount:%d mapcount:%d mapping:%px index:0x%lx order:%u flags:0x%lx\n",
			pfn, page_ref_count(page), atomic_read(&page->_mapcount), page->mapping,
			page->index, kmk_page_order(page), page->flags & PAGEFLAGS_MASK);
	kmk_report_line("zone %s, %s pageblock\n", zone_name(page_zone(page)),
			types[kmk_pageblock_type(pfn) & 3]);
	if (kmk_page_tracked) {
		const struct kmk_page_owner *owner = kmk_page_owner(page);

		if (owner->caller)
			kmk_report_line("last allocated by %pSR\n", (void *)owner->caller);
		if (owner->freed_by)
			kmk_report_line("last freed by %pSR\n", (void *)owner->freed_by);
	}
}

/*
 * Is this free wrong? Then say so, change nothing and return true. The last holder of a referenced
 * block may drop it with any order, so orders are compared only when the count is 1.
 */
static bool bad_free(struct page *page, unsigned int order, bool last, unsigned long caller)
{
	unsigned long pfn = page_to_pfn(page);
	const char *why;

	if (!pfn_valid(pfn)) {
		kmk_report_begin("BUG: bad page free: %px is not a page descriptor\n", page);
		kmk_report_line("called from %pSR\n", (void *)caller);
		kmk_report_end(KMK_POLICY_BUG);
		return true;
	}
	why = why_bad(page, order, last);
	if (!why)
		return false;
	kmk_report_begin("BUG: Bad page state in process %s  pfn:%05lx\n", current->comm, pfn);
	kmk_report_line("%s (order %u)\n", why, order);
	describe(page);
	kmk_report_line("called from %pSR\n", (void *)caller);
	kmk_report_end(KMK_POLICY_BUG);
	return true;
}

bool kmk_page_bad_free(struct page *page, unsigned int order, unsigned long caller)
{
	return bad_free(page, order, false, caller);
}

bool kmk_page_bad_last(struct page *page, unsigned int order, unsigned long caller)
{
	return bad_free(page, order, true, caller);
}

void kmk_page_bad_address(unsigned long addr, unsigned long caller)
{
	kmk_report_begin("BUG: bad page free: %px is not an address of the direct map\n", (void *)addr);
	kmk_report_line("called from %pSR\n", (void *)caller);
	kmk_report_end(KMK_POLICY_BUG);
}

void kmk_bad_get(struct page *page)
{
	kmk_report_begin("BUG: Bad page state in process %s  pfn:%05lx\n", current->comm, page_to_pfn(page));
	kmk_report_line("get_page() of a page that is not allocated: no reference was taken\n");
	if (pfn_valid(page_to_pfn(page)))
		describe(page);
	kmk_report_line("called from %pSR\n", __builtin_return_address(0));
	kmk_report_end(KMK_POLICY_BUG);
}

struct page *kmk_virt_to_page_bad(const void *addr)
{
	WARN_ONCE(1, "virt_to_page(%px): not an address of the direct map\n", addr);
	return NULL;
}

void kmk_page_failure(gfp_t gfp, unsigned int order)
{
	static unsigned int said;

	if (said++ >= 10)
		return;
	printk(KERN_WARNING "%s: page allocation failure: order:%u, mode:%#x(%pGg), nodemask=(null)\n",
	       current->comm, order, gfp, &gfp);
	dump_stack();
	kmk_show_mem();
}
