/* SPDX-License-Identifier: MIT */
/* Two zones that exclude each other. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM);

	pr_info("%s\n", page ? "page" : "NULL");
	return 0;
}
