/* SPDX-License-Identifier: MIT */
/* Frames that were never given out: one behind an allocated block, one that does not exist. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned long before = nr_free_pages();

	__free_page(page + (MAX_ORDER_NR_PAGES << 4));
	__free_page(pfn_to_page(max_pfn + 1));
	free_page((unsigned long)&before);
	pr_info("free pages %s\n", before == nr_free_pages() ? "unchanged" : "changed");
	__free_pages(page, 3);
	return 0;
}
