/* SPDX-License-Identifier: MIT */
/*
 * kfree() twice and of an interior pointer, with owners known: who allocated, who freed.
 * boot: slub_debug=FZPU
 */
#include <linux/slab.h>

static noinline void drop(void *p)
{
	kfree(p);
	barrier();
}

int main(void)
{
	char *p = kmalloc(20, GFP_KERNEL);

	drop(p + 8);
	drop(p);
	drop(p);
	return 0;
}
