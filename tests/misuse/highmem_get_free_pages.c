/* SPDX-License-Identifier: MIT */
/* An address is wanted, so high memory makes no sense: the flag is dropped. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL | __GFP_HIGHMEM, 1);

	pr_info("%s\n", addr && !PageHighMem(virt_to_page(addr)) ? "low memory" : "something else");
	free_pages(addr, 1);
	return 0;
}
