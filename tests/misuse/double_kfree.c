/* SPDX-License-Identifier: MIT */
/* Reliability list, "double free": at once. kfree twice in a row. */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	void *p = kmalloc(100, GFP_KERNEL), *a, *b;

	kfree(p);
	kfree(p);
	a = kmalloc(100, GFP_KERNEL);
	b = kmalloc(100, GFP_KERNEL);
	pr_info("later objects %s\n", a == b ? "overlap" : "differ");
	kfree(a);
	kfree(b);
	return 0;
}
