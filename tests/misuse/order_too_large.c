/* SPDX-License-Identifier: MIT */
/* More than the largest block: NULL with one report, silent under __GFP_NOWARN. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *a = alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER);
	struct page *b = alloc_pages(GFP_KERNEL, MAX_ORDER);

	pr_info("%s %s\n", a ? "page" : "NULL", b ? "page" : "NULL");
	return 0;
}
