/* SPDX-License-Identifier: MIT */
/* Buses: what brings devices and drivers together. */
#ifndef _LINUX_DEVICE_BUS_H
#define _LINUX_DEVICE_BUS_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/version.h>

struct attribute_group;
struct device;
struct device_driver;
struct kobj_uevent_env;
struct subsys_private;

struct bus_type {
	const char *name;
	const char *dev_name;
	struct device *dev_root;
	const struct attribute_group **bus_groups, **dev_groups, **drv_groups;
#if LINUX_VERSION_CODE >= 0x060b00
	int (*match)(struct device *dev, const struct device_driver *drv);
#else
	int (*match)(struct device *dev, struct device_driver *drv);
#endif
	int (*uevent)(struct device *dev, struct kobj_uevent_env *env);
	int (*probe)(struct device *dev);
	void (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	struct subsys_private *p;
};

/* May sleep. -ENOMEM; -EEXIST: the name is taken. A bus leaves after its last device and driver. */
int bus_register(struct bus_type *bus);
void bus_unregister(struct bus_type *bus);

/* fn of each, held by a reference, until one returns non-zero; its result. Lists may change meanwhile. */
int bus_for_each_dev(struct bus_type *bus, struct device *start, void *data, int (*fn)(struct device *, void *));
int bus_for_each_drv(struct bus_type *bus, struct device_driver *start, void *data,
		     int (*fn)(struct device_driver *, void *));
/* The first that matches, with a reference of it taken; or NULL. */
struct device *bus_find_device(struct bus_type *bus, struct device *start, const void *data,
			       int (*match)(struct device *dev, const void *data));
struct device *bus_find_device_by_name(struct bus_type *bus, struct device *start, const char *name);
int device_match_name(struct device *dev, const void *name);
int device_match_devt(struct device *dev, const void *devt);
int device_match_any(struct device *dev, const void *unused);
#endif
