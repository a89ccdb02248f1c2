/* SPDX-License-Identifier: MIT */
/* vunmap would lose the frames of a vmalloc area. */
#include <linux/printk.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(2 * PAGE_SIZE);

	vunmap(p);
	p[PAGE_SIZE] = 'x';
	pr_info("%c\n", p[PAGE_SIZE]);
	vfree(p);
	return 0;
}
