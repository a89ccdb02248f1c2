/* SPDX-License-Identifier: MIT */
/* The same with an area that has a mapping of its own. (dies) */
#include <linux/printk.h>
#include <linux/vmalloc.h>
#include <stdlib.h>

int main(void)
{
	char *p;

	setenv("KMEMKIT_BOOT", "vmalloc_debug=1", 1);
	p = vmalloc(100 * PAGE_SIZE);
	p[50 * PAGE_SIZE] = 'a';
	vfree(p);
	pr_info("freed\n");
	p[50 * PAGE_SIZE] = 'b';
	pr_info("written\n");
	return 0;
}
