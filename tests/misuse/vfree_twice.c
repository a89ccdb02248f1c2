/* SPDX-License-Identifier: MIT */
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	void *p = vmalloc(3 * PAGE_SIZE);

	vfree(p);
	vfree(p);
	pr_info("vmalloc pages: %lu\n", vmalloc_nr_pages());
	return 0;
}
