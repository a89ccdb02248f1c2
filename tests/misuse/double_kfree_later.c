/* SPDX-License-Identifier: MIT */
/* Reliability list, "double free": later. The second kfree comes after a thousand others. */
#include <linux/printk.h>
#include <linux/slab.h>

static void *others[1000];

int main(void)
{
	void *p = kmalloc(40, GFP_KERNEL);
	int i;

	for (i = 0; i < 1000; i++)
		others[i] = kmalloc(40, GFP_KERNEL);
	kfree(p);
	for (i = 0; i < 1000; i++)
		kfree(others[i]);
	kfree(p);
	pr_info("done\n");
	return 0;
}
