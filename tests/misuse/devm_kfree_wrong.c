/* SPDX-License-Identifier: MIT */
/* devm_kfree() for another device than the one that owns the memory. */
#include <linux/device.h>
#include <linux/printk.h>

int main(void)
{
	struct device *owner = root_device_register("owner"), *other = root_device_register("other");
	void *p = devm_kmalloc(owner, 32, GFP_KERNEL);

	devm_kfree(other, p);
	pr_info("owned still: %d\n", devres_release_all(owner));
	root_device_unregister(owner);
	root_device_unregister(other);
	return 0;
}
