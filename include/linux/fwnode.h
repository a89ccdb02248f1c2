/* SPDX-License-Identifier: MIT */
/* Thin: a node that describes a device; here always a software node. */
#ifndef _LINUX_FWNODE_H_
#define _LINUX_FWNODE_H_

#include <linux/types.h>

struct device;

struct fwnode_handle {
	struct fwnode_handle *secondary;
	struct device *dev;
	const char *kmk_name;
	struct fwnode_handle *kmk_parent;
};
#endif
