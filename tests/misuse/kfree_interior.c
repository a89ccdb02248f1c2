/* SPDX-License-Identifier: MIT */
/* Reliability list, "free of a foreign, interior, stack or static pointer": in an object, a large block. */
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

int main(void)
{
	char *p = kmalloc(200, GFP_KERNEL), *big = kmalloc(300 << 10, GFP_KERNEL);

	strcpy(p, "kept");
	kfree(p + 16);
	kfree(big + 4096);
	pr_info("%s\n", p);
	kfree(p);
	kfree(big);
	return 0;
}
