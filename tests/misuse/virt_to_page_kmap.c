/* SPDX-License-Identifier: MIT */
/* virt_to_page is for the direct map; kmap_to_page takes both. */
/* mem: dma=16M,dma32=112M,normal=64M,highmem=32M */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
	void *addr = kmap(page);

	pr_info("%s %s\n", virt_to_page(addr) ? "page" : "NULL",
		kmap_to_page(addr) == page ? "the page" : "another page");
	kunmap(page);
	__free_page(page);
	return 0;
}
