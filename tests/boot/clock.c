/* SPDX-License-Identifier: MIT */
/* How long 1000 pairs take under an emulator that counts, a random number and the date: the same every time. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>

static int __init clock_init(void)
{
	u64 start;
	u32 chance;

	kfree(kmalloc(64, GFP_KERNEL));
	start = ktime_get_ns();
	for (int i = 0; i < 1000; i++)
		kfree(kmalloc(64, GFP_KERNEL));
	start = ktime_get_ns() - start;
	chance = get_random_u32();
	pr_info("clock: %llu ns, random %u, up %llu ns, at %llu s\n", start, chance, ktime_get_ns(), ktime_get_real_seconds());
	return 0;
}
module_init(clock_init);
MODULE_LICENSE("GPL");
