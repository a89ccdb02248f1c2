/* SPDX-License-Identifier: MIT */
/* mem: dma=16M,dma32=112M,normal=64M,highmem=32M */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_HIGHMEM, 1);
	char *a = kmap_local_page(page), *b = kmap_local_page(page + 1);

	kunmap_local(a);
	*b = 'b';
	kunmap_local(a);
	pr_info("%c\n", *b);
	kunmap_local(b);
	__free_pages(page, 1);
	return 0;
}
