/* SPDX-License-Identifier: MIT */
/* mem: dma=16M,dma32=112M,normal=64M,highmem=32M */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

	kmap(page);
	kunmap(page);
	kunmap(page);
	pr_info("address: %s\n", page_address(page) ? "mapped" : "none");
	__free_page(page);
	return 0;
}
