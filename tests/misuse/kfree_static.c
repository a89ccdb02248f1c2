/* SPDX-License-Identifier: MIT */
/* Reliability list, "free of a foreign, interior, stack or static pointer": static. */
#include <linux/printk.h>
#include <linux/slab.h>

static char here[64];

int main(void)
{
	char *volatile p = here;

	kfree(p);
	pr_info("done\n");
	return 0;
}
