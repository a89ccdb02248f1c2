/* SPDX-License-Identifier: MIT */
/*
 * Thin: no firmware describes the devices of a process, so no device has a property. Software nodes can
 * be registered, found and printed (%pfw); their properties are not read.
 */
#ifndef _LINUX_PROPERTY_H_
#define _LINUX_PROPERTY_H_

#include <linux/errno.h>
#include <linux/fwnode.h>
#include <linux/types.h>

struct property_entry;

static inline struct fwnode_handle *dev_fwnode(const struct device *dev)
{
	return NULL;
}

static inline bool device_property_present(struct device *dev, const char *name)
{
	return false;
}

static inline bool device_property_read_bool(struct device *dev, const char *name)
{
	return false;
}

#define KMK_NO_PROPERTY(suffix, type)								\
static inline int device_property_read_##suffix(struct device *dev, const char *name, type *value)	\
{ return -EINVAL; }
KMK_NO_PROPERTY(u8, u8)
KMK_NO_PROPERTY(u16, u16)
KMK_NO_PROPERTY(u32, u32)
KMK_NO_PROPERTY(u64, u64)
KMK_NO_PROPERTY(string, const char *)

static inline const void *device_get_match_data(const struct device *dev)
{
	return NULL;
}

struct software_node {
	const char *name;
	const struct software_node *parent;
	const struct property_entry *properties;
};

/* May sleep. A parent first; 0, -EEXIST, -ENOMEM, -EINVAL for an unknown parent. Arrays end with an empty one. */
int software_node_register(const struct software_node *node);
void software_node_unregister(const struct software_node *node);
int software_node_register_nodes(const struct software_node *nodes);
void software_node_unregister_nodes(const struct software_node *nodes);
struct fwnode_handle *software_node_fwnode(const struct software_node *node);	/* or NULL */
#endif
