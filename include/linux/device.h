/* SPDX-License-Identifier: MIT */
/* Devices: the structure, its driver data and messages. Registration, buses and devm_* are not here yet. */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct bus_type;
struct class;
struct device_driver;

struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	struct bus_type *bus;
	struct class *class;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	dev_t devt;
	spinlock_t devres_lock;
	struct list_head devres_head;
	void (*release)(struct device *dev);
};

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : kobject_name(&dev->kobj);
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

#define kmk_dev_printk(print, dev, fmt, ...)	\
	print("%s: " fmt, (dev) ? dev_name(dev) : "(NULL device *)", ##__VA_ARGS__)
#define dev_emerg(dev, fmt, ...)	kmk_dev_printk(pr_emerg, dev, fmt, ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)		kmk_dev_printk(pr_crit, dev, fmt, ##__VA_ARGS__)
#define dev_alert(dev, fmt, ...)	kmk_dev_printk(pr_alert, dev, fmt, ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)		kmk_dev_printk(pr_err, dev, fmt, ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)		kmk_dev_printk(pr_warn, dev, fmt, ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...)	kmk_dev_printk(pr_notice, dev, fmt, ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)		kmk_dev_printk(pr_info, dev, fmt, ##__VA_ARGS__)
#define dev_dbg(dev, fmt, ...)		kmk_dev_printk(pr_debug, dev, fmt, ##__VA_ARGS__)

#endif
