/* SPDX-License-Identifier: MIT */
/* Reliability list, "free of a foreign, interior, stack or static pointer": a vmalloc area. */
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

int main(void)
{
	char *p = vmalloc(100);

	p[99] = 'v';
	kfree(p);
	pr_info("%c\n", p[99]);
	vfree(p);
	return 0;
}
