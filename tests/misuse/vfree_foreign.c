/* SPDX-License-Identifier: MIT */
/* Not from vmalloc: a kmalloc object of a page's alignment, and addresses nobody gave out. */
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = kmalloc(PAGE_SIZE, GFP_KERNEL);

	p[0] = 'k';
	vfree(p);
	vfree((void *)(VMALLOC_END - (1UL << 30)));
	pr_info("%c\n", p[0]);
	kfree(p);
	return 0;
}
