/* SPDX-License-Identifier: MIT */
/* A report in a program without a dynamic loader. */
#include <stdio.h>
#include <linux/slab.h>

int main(void)
{
	void *p = kmalloc(10, GFP_KERNEL);

	kfree(p);
	kfree(p);
	puts("alive");
	return 0;
}
