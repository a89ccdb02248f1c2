/* SPDX-License-Identifier: MIT */
/*
 * One byte too many behind what was asked for, though within the size class: found at kfree().
 * boot: slub_debug=FZPU
 */
#include <linux/printk.h>
#include <linux/slab.h>

static noinline char *make(void)
{
	char *p = kmalloc(61, GFP_KERNEL);

	p[0] = 'a';
	return p;
}

int main(void)
{
	char *p = make(), *q;

	memset(p, 'x', 62);
	kfree(p);
	q = make();
	pr_info("the object %s\n", p == q ? "is used again" : "is lost");
	kfree(q);
	return 0;
}
