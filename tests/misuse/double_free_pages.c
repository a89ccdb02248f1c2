/* SPDX-License-Identifier: MIT */
/* A block of four frames freed twice. */
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>

int main(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	unsigned long before;

	__free_pages(page, 2);
	kmemkit_drain();
	before = nr_free_pages();
	__free_pages(page, 2);
	kmemkit_drain();
	pr_info("free pages %s\n", before == nr_free_pages() ? "unchanged" : "changed");
	return 0;
}
