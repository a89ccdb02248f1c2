// SPDX-License-Identifier: MIT
/* A program with a main of its own: its exit status is the verdict. */
#include <linux/printk.h>
#include <linux/slab.h>

int main(int argc, char **argv)
{
	char *p = kmalloc(24, GFP_KERNEL);

	pr_info("own main with %d arguments\n", argc - 1);
	kfree(p);
	return argc > 1 && argv[1][0] == 'f';
}
