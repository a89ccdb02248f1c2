/* SPDX-License-Identifier: MIT */
/* An area that remove_vm_area() took out of use: touched afterwards. (dies) */
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(100 * PAGE_SIZE);

	remove_vm_area(p);
	pr_info("removed\n");
	p[50 * PAGE_SIZE] = 'b';
	pr_info("written\n");
	return 0;
}
