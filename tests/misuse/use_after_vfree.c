/* SPDX-License-Identifier: MIT */
/* vmalloc_debug=1: a freed area is inaccessible at once. (dies) */
#include <linux/printk.h>
#include <linux/vmalloc.h>
#include <stdlib.h>

int main(void)
{
	char *p;

	setenv("KMEMKIT_BOOT", "vmalloc_debug=1", 1);
	p = vmalloc(3 * PAGE_SIZE);
	vfree(vmalloc(3 * PAGE_SIZE));
	p[100] = 'a';
	vfree(p);
	pr_info("freed\n");
	pr_info("%c\n", p[100]);
	return 0;
}
