/* SPDX-License-Identifier: MIT */
/* kfree() of memory that devm_kmalloc() gave out: a pointer into the middle of an object. */
#include <linux/device.h>
#include <linux/slab.h>

int main(void)
{
	struct device *dev = root_device_register("owner");

	kfree(devm_kmalloc(dev, 100, GFP_KERNEL));
	return 0;
}
