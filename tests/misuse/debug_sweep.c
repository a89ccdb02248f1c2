/* SPDX-License-Identifier: MIT */
/*
 * (run) An overflow of an object that is never freed: found by the sweep at the program's end.
 * boot: slub_debug=ZU
 */
#include <linux/module.h>
#include <linux/slab.h>

char *kept;

static int __init sweep_init(void)
{
	kept = kzalloc(10, GFP_KERNEL);
	kept[10] = 1;
	return 0;
}
module_init(sweep_init);
MODULE_LICENSE("MIT");
