/* SPDX-License-Identifier: MIT */
/* Reliability list, "free of a foreign, interior, stack or static pointer": a page, a vmalloc area. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

int main(void)
{
	unsigned long addr = __get_free_page(GFP_KERNEL);
	void *area = vmalloc(100);

	kfree((void *)addr);
	kfree(area);
	pr_info("references: %d\n", page_count(virt_to_page(addr)));
	free_page(addr);
	vfree(area);
	return 0;
}
