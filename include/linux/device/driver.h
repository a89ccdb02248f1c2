/* SPDX-License-Identifier: MIT */
/* Drivers: bound to devices of their bus by probe(), unbound by remove(). */
#ifndef _LINUX_DEVICE_DRIVER_H
#define _LINUX_DEVICE_DRIVER_H

#include <linux/device/bus.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>

enum probe_type {
	PROBE_DEFAULT_STRATEGY,
	PROBE_PREFER_ASYNCHRONOUS,
	PROBE_FORCE_SYNCHRONOUS,
};

struct acpi_device_id;
struct dev_pm_ops;
struct of_device_id;

/* A place in a list that is walked while it changes; owner NULL is a walker's own mark. */
struct kmk_member {
	struct list_head entry;
	void *owner;
};

struct device_driver {
	const char *name;
	struct bus_type *bus;
	struct module *owner;
	const char *mod_name;
	bool suppress_bind_attrs;
	enum probe_type probe_type;
	const struct of_device_id *of_match_table;
	const struct acpi_device_id *acpi_match_table;
	int (*probe)(struct device *dev);
	void (*sync_state)(struct device *dev);
	int (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev);
	const struct attribute_group **groups, **dev_groups;
	const struct dev_pm_ops *pm;
	struct kmk_member kmk_member;
	int kmk_walkers;		/* who stand on it in the bus's list, under the bus's lock */
};

/*
 * May sleep. Probes what the bus has. -EBUSY: that name is taken; -EINVAL: the bus is not registered; what
 * match() returns below zero, but for -EPROBE_DEFER. Unregistering waits for who is trying the driver, so it is
 * not for its probe().
 */
int driver_register(struct device_driver *drv);
void driver_unregister(struct device_driver *drv);
struct device_driver *driver_find(const char *name, struct bus_type *bus);
int driver_for_each_device(struct device_driver *drv, struct device *start, void *data,
			   int (*fn)(struct device *, void *));
int driver_attach(struct device_driver *drv);
/* Wait until what was put off by -EPROBE_DEFER has been tried again. */
void wait_for_device_probe(void);

#define module_driver(__driver, __register, __unregister, ...)			\
	static int __init __driver##_init(void)					\
	{									\
		return __register(&(__driver), ##__VA_ARGS__);			\
	}									\
	module_init(__driver##_init);						\
	static void __exit __driver##_exit(void)				\
	{									\
		__unregister(&(__driver), ##__VA_ARGS__);			\
	}									\
	module_exit(__driver##_exit)

#define builtin_driver(__driver, __register, ...)				\
	static int __init __driver##_init(void)					\
	{									\
		return __register(&(__driver), ##__VA_ARGS__);			\
	}									\
	device_initcall(__driver##_init)
#endif
