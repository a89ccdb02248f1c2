/* SPDX-License-Identifier: MIT */
/* One byte behind an area. (dies) */
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(2 * PAGE_SIZE);

	p[2 * PAGE_SIZE - 1] = 1;
	pr_info("last byte written\n");
	*(volatile char *)(p + 2 * PAGE_SIZE) = 1;
	pr_info("guard page written\n");
	return 0;
}
