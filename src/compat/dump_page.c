/* SPDX-License-Identifier: MIT */
/* What is known of a frame, for somebody who debugs. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/printk.h>

void dump_page(const struct page *p, const char *reason)
{
	struct page *page = (struct page *)p;
	struct page *head = compound_head(page);

	pr_warn("page:%px refcount:%d mapcount:%d mapping:%px index:%#lx pfn:%#lx\n", page, page_ref_count(page),
		atomic_read(&page->_mapcount), page->mapping, page->index, page_to_pfn(page));
	if (PageCompound(page))
		pr_warn("head:%px order:%u\n", head, compound_order(head));
	pr_warn("flags: %pGp\n", &page->flags);
	if (reason)
		pr_warn("page dumped because: %s\n", reason);
}
