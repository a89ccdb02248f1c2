/* SPDX-License-Identifier: MIT */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	char here[64];
	char *volatile p = here;

	kfree(p);
	pr_info("done\n");
	return 0;
}
