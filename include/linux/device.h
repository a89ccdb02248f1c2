/* SPDX-License-Identifier: MIT */
/*
 * Devices. A device is initialised (it has a count and may own resources), added (it has a name, stands
 * below its parent and on its bus, and drivers may bind to it), deleted, and released at its last put.
 *
 *	initialize -- add --> probe ... unbind -- del --> last put: resources, then release()
 *
 * Invariants: a driver is bound only to a device that is added; what it left in the devres list is gone
 * when dev->driver is NULL again; a child holds a reference of its parent. Locks: dev->mutex is held by
 * probe and remove; the lists of buses and parents have a spinlock each, never held over a callback.
 * A device that was added and not released by the end of a program is reported as a leak.
 */
#ifndef _LINUX_DEVICE_H
#define _LINUX_DEVICE_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/dev_printk.h>
#include <linux/device/bus.h>
#include <linux/device/devres.h>
#include <linux/device/driver.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/ioport.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct class;
struct device_node;
struct fwnode_handle;
struct iommu_group;

struct device_type {
	const char *name;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	const struct dev_pm_ops *pm;
};

struct device_dma_parameters {
	unsigned int max_segment_size, min_align_mask;
	unsigned long segment_boundary_mask;
};

struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	const struct device_type *type;
	struct bus_type *bus;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	struct mutex mutex;
	u64 *dma_mask;
	u64 coherent_dma_mask;
	struct device_dma_parameters *dma_parms;
	struct device_node *of_node;
	struct fwnode_handle *fwnode;
	int numa_node;
	dev_t devt;
	u32 id;
	spinlock_t devres_lock;
	struct list_head devres_head;
	struct class *class;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	struct iommu_group *iommu_group;

	/* kmemkit's own */
	struct list_head kmk_children;		/* members of children, guarded by devres_lock */
	struct kmk_member kmk_sibling, kmk_on_bus;
	struct list_head kmk_deferred;
	unsigned int kmk_slot;			/* in the table of living devices */
	bool kmk_added;
};

#define kobj_to_dev(__kobj)	container_of(__kobj, struct device, kobj)

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
};
#define DEVICE_ATTR(_name, _mode, _show, _store) \
	struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RW(_name)	struct device_attribute dev_attr_##_name = __ATTR_RW(_name)
#define DEVICE_ATTR_RO(_name)	struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name)	struct device_attribute dev_attr_##_name = __ATTR_WO(_name)
#define DEVICE_ATTR_PREALLOC(_name, _mode, _show, _store) \
	struct device_attribute dev_attr_##_name = __ATTR_PREALLOC(_name, _mode, _show, _store)
#define DEVICE_ATTR_ADMIN_RW(_name)	struct device_attribute dev_attr_##_name = __ATTR_RW_MODE(_name, 0600)
#define DEVICE_ATTR_ADMIN_RO(_name)	struct device_attribute dev_attr_##_name = __ATTR_RO_MODE(_name, 0400)
/* Attributes are read and written by kmemkit/sysfs.h; errors, context: linux/sysfs.h. */
int device_create_file(struct device *dev, const struct device_attribute *attr);
void device_remove_file(struct device *dev, const struct device_attribute *attr);

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : kobject_name(&dev->kobj);
}
__printf(2, 3) int dev_set_name(struct device *dev, const char *name, ...);

static inline const char *dev_bus_name(const struct device *dev)
{
	return dev->bus ? dev->bus->name : "";
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}

static inline void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}

static inline int dev_to_node(struct device *dev)
{
	return dev->numa_node;
}

static inline void set_dev_node(struct device *dev, int node)
{
	dev->numa_node = node;
}

static inline void device_lock(struct device *dev)
{
	mutex_lock(&dev->mutex);
}

static inline int device_trylock(struct device *dev)
{
	return mutex_trylock(&dev->mutex);
}

static inline void device_unlock(struct device *dev)
{
	mutex_unlock(&dev->mutex);
}

static inline void device_lock_assert(struct device *dev)
{
	lockdep_assert_held(&dev->mutex);
}

static inline bool device_is_registered(struct device *dev)
{
	return dev->kmk_added;
}

static inline bool device_is_bound(struct device *dev)
{
	return dev->kmk_added && dev->driver;
}

void device_initialize(struct device *dev);
/*
 * May sleep. 0, -EINVAL without a name, -EEXIST where the parent or the bus has that name, -ENOMEM. After a
 * failure put_device() is still due.
 */
int device_add(struct device *dev) __must_check;
int device_register(struct device *dev) __must_check;
void device_del(struct device *dev);
void device_unregister(struct device *dev);
struct device *get_device(struct device *dev);
void put_device(struct device *dev);
static inline bool kill_device(struct device *dev)
{
	return dev->kmk_added;
}
DEFINE_FREE(put_device, struct device *, if (_T) put_device(_T))

int device_for_each_child(struct device *dev, void *data, int (*fn)(struct device *dev, void *data));
int device_for_each_child_reverse(struct device *dev, void *data, int (*fn)(struct device *dev, void *data));
struct device *device_find_child(struct device *dev, void *data, int (*match)(struct device *dev, void *data));
struct device *device_find_child_by_name(struct device *parent, const char *name);

/* An empty device at the top; ERR_PTR. */
struct device *__root_device_register(const char *name, struct module *owner);
#define root_device_register(name) __root_device_register(name, THIS_MODULE)
void root_device_unregister(struct device *root);

/* 1: bound; 0: nobody wants it; -ENODEV: not added. */
int device_attach(struct device *dev);
int device_bind_driver(struct device *dev);
int device_driver_attach(struct device_driver *drv, struct device *dev);
void device_release_driver(struct device *dev);
int device_reprobe(struct device *dev);

static inline int device_add_groups(struct device *dev, const struct attribute_group **groups)
{
	return sysfs_create_groups(&dev->kobj, groups);
}

static inline void device_remove_groups(struct device *dev, const struct attribute_group **groups)
{
	sysfs_remove_groups(&dev->kobj, groups);
}

static inline int device_add_group(struct device *dev, const struct attribute_group *grp)
{
	return sysfs_create_group(&dev->kobj, grp);
}

static inline void device_remove_group(struct device *dev, const struct attribute_group *grp)
{
	sysfs_remove_group(&dev->kobj, grp);
}

/* Removed when the driver is unbound, at the latest. 0, -ENOMEM, or as sysfs_create_groups(). */
int devm_device_add_groups(struct device *dev, const struct attribute_group **groups);
int devm_device_add_group(struct device *dev, const struct attribute_group *grp);
void devm_device_remove_groups(struct device *dev, const struct attribute_group **groups);
void devm_device_remove_group(struct device *dev, const struct attribute_group *grp);
#endif
