/* SPDX-License-Identifier: MIT */
/* How long 1000 pairs take, under an emulator that counts: the same every time. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

static int __init clock_init(void)
{
	u64 start;

	kfree(kmalloc(64, GFP_KERNEL));
	start = ktime_get_ns();
	for (int i = 0; i < 1000; i++)
		kfree(kmalloc(64, GFP_KERNEL));
	pr_info("clock: %llu ns\n", ktime_get_ns() - start);
	return 0;
}
module_init(clock_init);
MODULE_LICENSE("GPL");
