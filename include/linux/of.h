/* SPDX-License-Identifier: MIT */
/* Stub: there is no device tree, so nothing is ever found in it. */
#ifndef _LINUX_OF_H
#define _LINUX_OF_H

#include <linux/errno.h>
#include <linux/mod_devicetable.h>
#include <linux/types.h>

struct device_node;

#define of_match_ptr(ptr)	NULL

static inline int of_property_read_u32(const struct device_node *np, const char *name, u32 *value)
{
	return -ENOSYS;
}

static inline int of_property_read_string(const struct device_node *np, const char *name, const char **value)
{
	return -ENOSYS;
}

static inline bool of_property_read_bool(const struct device_node *np, const char *name)
{
	return false;
}

static inline const void *of_get_property(const struct device_node *np, const char *name, int *len)
{
	return NULL;
}

static inline struct device_node *of_node_get(struct device_node *np)
{
	return np;
}

static inline void of_node_put(struct device_node *np) { }
#endif
