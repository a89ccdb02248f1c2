/* SPDX-License-Identifier: MIT */
/* A block freed with another order than it was allocated with. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	__free_pages(page, 3);
	pr_info("references: %d\n", page_count(page));
	__free_pages(page, 2);
	return 0;
}
