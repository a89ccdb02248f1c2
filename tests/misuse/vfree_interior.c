/* SPDX-License-Identifier: MIT */
/* Inside an area, on its guard page, and unaligned. */
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(3 * PAGE_SIZE);

	vfree(p + PAGE_SIZE);
	vfree(p + 3 * PAGE_SIZE);
	vfree(p + 8);
	pr_info("vmalloc pages: %lu\n", vmalloc_nr_pages());
	vfree(p);
	return 0;
}
