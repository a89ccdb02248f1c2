/* SPDX-License-Identifier: MIT */
/* Behind an area that has a mapping of its own. (dies) */
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(100 * PAGE_SIZE);

	p[100 * PAGE_SIZE - 1] = 1;
	pr_info("last byte written\n");
	pr_info("%d\n", *(volatile char *)(p + 100 * PAGE_SIZE + 8));
	return 0;
}
