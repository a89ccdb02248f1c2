/* SPDX-License-Identifier: MIT */
/* Reliability list, "free of a foreign, interior, stack or static pointer": stack. */
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
