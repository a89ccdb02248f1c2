/* SPDX-License-Identifier: MIT */
/* A mapping made with PAGE_KERNEL_RO, and written. (dies) */
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *p = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);

	*(char *)page_address(page) = 'a';
	pr_info("%c\n", *p);
	*(volatile char *)(p + 5) = 1;
	pr_info("written\n");
	return 0;
}
