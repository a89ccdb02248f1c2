/* SPDX-License-Identifier: MIT */
/* kmalloc gives addresses: __GFP_HIGHMEM is reported and dropped. */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	void *p = kmalloc(100, GFP_KERNEL | __GFP_HIGHMEM);

	pr_info("%s\n", p ? "memory" : "NULL");
	kfree(p);
	return 0;
}
