/* SPDX-License-Identifier: MIT */
/* Stub: devices of a device tree, of which there is none. */
#ifndef _LINUX_OF_DEVICE_H
#define _LINUX_OF_DEVICE_H

#include <linux/of.h>
#include <linux/platform_device.h>

static inline const struct of_device_id *of_match_device(const struct of_device_id *matches,
							 const struct device *dev)
{
	return NULL;
}

static inline const void *of_device_get_match_data(const struct device *dev)
{
	return NULL;
}
#endif
