/* SPDX-License-Identifier: MIT */
/* A device that is registered and never put (run): named at the end, and a leak. */
#include <linux/device.h>
#include <linux/init.h>
#include <linux/module.h>

static struct device *volatile dev;	/* reachable: the memory is no leak, the registration is */

static int __init forget(void)
{
	dev = root_device_register("forgotten");
	return PTR_ERR_OR_ZERO(dev);
}
module_init(forget);
MODULE_LICENSE("Dual MIT/GPL");
