/* SPDX-License-Identifier: MIT */
/* A page made read-only, and written. (dies) */
#include <linux/printk.h>
#include <linux/set_memory.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(3 * PAGE_SIZE);

	set_memory_ro((unsigned long)p + PAGE_SIZE, 1);
	p[2 * PAGE_SIZE] = p[PAGE_SIZE];
	pr_info("read\n");
	*(volatile char *)(p + PAGE_SIZE) = 1;
	pr_info("written\n");
	return 0;
}
