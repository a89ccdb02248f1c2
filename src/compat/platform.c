/* SPDX-License-Identifier: MIT */
/* The platform bus: devices that code declares, and their resources. */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "member.h"

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* ---- the bus ---- */

static const struct platform_device_id *match_id(const struct platform_device_id *id, struct platform_device *pdev)
{
	for (; id->name[0]; id++) {
		if (!strcmp(pdev->name, id->name)) {
			pdev->id_entry = id;
			return id;
		}
	}
	return NULL;
}

static int platform_match(struct device *dev, struct device_driver *drv)
{
	struct platform_device *pdev = to_platform_device(dev);
	struct platform_driver *pdrv = to_platform_driver(drv);

	if (pdev->driver_override)
		return !strcmp(pdev->driver_override, drv->name);
	if (pdrv->id_table)
		return match_id(pdrv->id_table, pdev) != NULL;
	return !strcmp(pdev->name, drv->name);
}

static int platform_probe(struct device *dev)
{
	struct platform_driver *drv = to_platform_driver(dev->driver);
	int err = drv->probe ? drv->probe(to_platform_device(dev)) : 0;

	if (err == -EPROBE_DEFER && drv->prevent_deferred_probe) {
		dev_warn(dev, "probe deferral not supported\n");
		return -ENXIO;
	}
	return err;
}

static void platform_remove(struct device *dev)
{
	struct platform_driver *drv = to_platform_driver(dev->driver);
	struct platform_device *pdev = to_platform_device(dev);

	if (drv->remove_new)
		drv->remove_new(pdev);
	else if (drv->remove)
		drv->remove(pdev);
}

static void bus_device_release(struct device *dev) { }

struct bus_type platform_bus_type = {
	.name = "platform", .match = platform_match, .probe = platform_probe, .remove = platform_remove,
};
struct device platform_bus = { .init_name = "platform", .release = bus_device_release };

/* The bus stands from its first use on, without memory of its own, and is never deleted. */
static void platform_start(void)
{
	static struct subsys_private private;
	static DEFINE_MUTEX(starting);

	if (READ_ONCE(platform_bus_type.p))
		return;
	mutex_lock(&starting);
	if (!platform_bus_type.p) {
		device_initialize(&platform_bus);
		WARN_ON(kmk_bus_setup(&platform_bus_type, &private));
	}
	mutex_unlock(&starting);
}

/* ---- making devices ---- */

struct platform_object { struct platform_device pdev; char name[]; };

static void platform_device_release(struct device *dev)
{
	struct platform_object *o = container_of(dev, struct platform_object, pdev.dev);

	kfree(o->pdev.dev.platform_data);
	kfree(o->pdev.resource);
	kfree(o->pdev.driver_override);
	kfree(o);
}

static void set_masks(struct platform_device *pdev)
{
	pdev->dev.dma_parms = &pdev->dma_parms;
	if (!pdev->dev.coherent_dma_mask)
		pdev->dev.coherent_dma_mask = 0xffffffff;
	if (!pdev->dev.dma_mask) {
		pdev->platform_dma_mask = 0xffffffff;
		pdev->dev.dma_mask = &pdev->platform_dma_mask;
	}
}

struct platform_device *platform_device_alloc(const char *name, int id)
{
	struct platform_object *o = kzalloc(sizeof(*o) + strlen(name) + 1, GFP_KERNEL);

	if (!o)
		return NULL;
	strcpy(o->name, name);
	o->pdev.name = o->name;
	o->pdev.id = id;
	device_initialize(&o->pdev.dev);
	o->pdev.dev.release = platform_device_release;
	set_masks(&o->pdev);
	return &o->pdev;
}

int platform_device_add_resources(struct platform_device *pdev, const struct resource *res, unsigned int n)
{
	struct resource *copy = NULL;

	if (res) {
		copy = kmemdup(res, sizeof(*res) * n, GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
	}
	kfree(pdev->resource);
	pdev->resource = copy;
	pdev->num_resources = n;
	return 0;
}

int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size)
{
	void *copy = NULL;

	if (data) {
		copy = kmemdup(data, size, GFP_KERNEL);
		if (!copy)
			return -ENOMEM;
	}
	kfree(pdev->dev.platform_data);
	pdev->dev.platform_data = copy;
	return 0;
}

/* Automatic numbers: the lowest free one, and beyond the table ones that never come back. */
#define AUTO_IDS	4096
static DECLARE_BITMAP(auto_ids, AUTO_IDS);
static DEFINE_SPINLOCK(auto_lock);

static int auto_id_take(void)
{
	static unsigned int beyond = AUTO_IDS;
	unsigned long id;

	spin_lock(&auto_lock);
	id = find_first_zero_bit(auto_ids, AUTO_IDS);
	if (id < AUTO_IDS)
		__set_bit((int)id, auto_ids);
	else
		id = beyond++;
	spin_unlock(&auto_lock);
	return (int)id;
}

static void auto_id_give(int id)
{
	spin_lock(&auto_lock);
	if (id < AUTO_IDS)
		__clear_bit(id, auto_ids);
	spin_unlock(&auto_lock);
}

static int name_device(struct platform_device *pdev)
{
	switch (pdev->id) {
	case PLATFORM_DEVID_NONE:
		return dev_set_name(&pdev->dev, "%s", pdev->name);
	case PLATFORM_DEVID_AUTO:
		pdev->id = auto_id_take();
		pdev->id_auto = true;
		return dev_set_name(&pdev->dev, "%s.%d.auto", pdev->name, pdev->id);
	default:
		return dev_set_name(&pdev->dev, "%s.%d", pdev->name, pdev->id);
	}
}

/* Unclaim the first n resources. Another device's below them stay in the tree: these descriptors go with the device. */
static void unclaim(struct platform_device *pdev, u32 n)
{
	while (n--)
		if (pdev->resource[n].parent)
			remove_resource(&pdev->resource[n]);
}

static struct resource *tree_of(const struct resource *r)
{
	switch (resource_type(r)) {
	case IORESOURCE_MEM: return &iomem_resource;
	case IORESOURCE_IO: return &ioport_resource;
	default: return NULL;
	}
}

static int claim(struct platform_device *pdev)
{
	for (u32 i = 0; i < pdev->num_resources; i++) {
		struct resource *r = &pdev->resource[i], *p = r->parent ? r->parent : tree_of(r);

		if (!r->name)
			r->name = dev_name(&pdev->dev);
		if (p && insert_resource(p, r)) {
			dev_err(&pdev->dev, "failed to claim resource %u: %pR\n", i, r);
			unclaim(pdev, i);
			return -EBUSY;
		}
	}
	return 0;
}

static void restore_id(struct platform_device *pdev)
{
	if (pdev->id_auto) {
		auto_id_give(pdev->id);
		pdev->id = PLATFORM_DEVID_AUTO;
	}
	pdev->id_auto = false;
}

int platform_device_add(struct platform_device *pdev)
{
	int err;

	platform_start();
	if (!pdev->dev.parent)
		pdev->dev.parent = &platform_bus;
	pdev->dev.bus = &platform_bus_type;
	err = name_device(pdev);
	if (!err)
		err = claim(pdev);
	if (!err) {
		err = device_add(&pdev->dev);
		if (err)
			unclaim(pdev, pdev->num_resources);
	}
	if (err)
		restore_id(pdev);
	return err;
}

void platform_device_del(struct platform_device *pdev)
{
	if (IS_ERR_OR_NULL(pdev))
		return;
	device_del(&pdev->dev);
	restore_id(pdev);
	unclaim(pdev, pdev->num_resources);
}

void platform_device_put(struct platform_device *pdev)
{
	if (!IS_ERR_OR_NULL(pdev))
		put_device(&pdev->dev);
}

int platform_device_register(struct platform_device *pdev)
{
	device_initialize(&pdev->dev);
	set_masks(pdev);
	return platform_device_add(pdev);
}

void platform_device_unregister(struct platform_device *pdev)
{
	platform_device_del(pdev);
	platform_device_put(pdev);
}

int platform_add_devices(struct platform_device **devs, int n)
{
	int i, err = 0;

	for (i = 0; i < n && !err; i++)
		err = platform_device_register(devs[i]);
	for (i -= 2; err && i >= 0; i--)
		platform_device_unregister(devs[i]);
	return err;
}

struct platform_device *platform_device_register_full(const struct platform_device_info *info)
{
	struct platform_device *pdev = platform_device_alloc(info->name, info->id);
	int err;

	if (!pdev)
		return ERR_PTR(-ENOMEM);
	pdev->dev.parent = info->parent;
	pdev->dev.fwnode = info->fwnode;
	if (info->dma_mask) {
		pdev->platform_dma_mask = info->dma_mask;
		pdev->dev.coherent_dma_mask = info->dma_mask;
	}
	err = platform_device_add_resources(pdev, info->res, info->num_res);
	if (!err)
		err = platform_device_add_data(pdev, info->data, info->size_data);
	if (!err)
		err = platform_device_add(pdev);
	if (!err)
		return pdev;
	put_device(&pdev->dev);
	return ERR_PTR(err);
}

/* ---- what a device has ---- */

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int n)
{
	for (u32 i = 0; i < pdev->num_resources; i++)
		if (resource_type(&pdev->resource[i]) == type && n-- == 0)
			return &pdev->resource[i];
	return NULL;
}

struct resource *platform_get_mem_or_io(struct platform_device *pdev, unsigned int n)
{
	for (u32 i = 0; i < pdev->num_resources; i++)
		if (tree_of(&pdev->resource[i]) && n-- == 0)
			return &pdev->resource[i];
	return NULL;
}

struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type, const char *name)
{
	for (u32 i = 0; i < pdev->num_resources; i++) {
		struct resource *r = &pdev->resource[i];

		if (r->name && resource_type(r) == type && !strcmp(r->name, name))
			return r;
	}
	return NULL;
}

int platform_get_irq_optional(struct platform_device *pdev, unsigned int n)
{
	struct resource *r = platform_get_resource(pdev, IORESOURCE_IRQ, n);

	if (!r || r->flags & IORESOURCE_DISABLED)
		return -ENXIO;
	return WARN(!r->start, "0 is an invalid IRQ number\n") ? -EINVAL : (int)r->start;
}

int platform_get_irq(struct platform_device *pdev, unsigned int n)
{
	int irq = platform_get_irq_optional(pdev, n);

	return irq < 0 ? dev_err_probe(&pdev->dev, irq, "IRQ index %u not found\n", n) : irq;
}

int platform_get_irq_byname(struct platform_device *pdev, const char *name)
{
	struct resource *r = platform_get_resource_byname(pdev, IORESOURCE_IRQ, name);

	return r ? (int)r->start : dev_err_probe(&pdev->dev, -ENXIO, "IRQ %s not found\n", name);
}

int platform_irq_count(struct platform_device *pdev)
{
	int n = 0;

	while (platform_get_resource(pdev, IORESOURCE_IRQ, (unsigned int)n))
		n++;
	return n;
}

/* ---- drivers ---- */

int __platform_driver_register(struct platform_driver *drv, struct module *owner)
{
	platform_start();
	drv->driver.owner = owner;
	drv->driver.bus = &platform_bus_type;
	return driver_register(&drv->driver);
}

void platform_driver_unregister(struct platform_driver *drv)
{
	driver_unregister(&drv->driver);
}

static int is_bound(struct device *dev, void *data)
{
	return 1;
}

/* Devices that come later find a driver whose probe refuses them. */
static int refuse(struct platform_device *pdev)
{
	return -ENXIO;
}

int __platform_driver_probe(struct platform_driver *drv, int (*probe)(struct platform_device *),
			    struct module *owner)
{
	int err;

	drv->prevent_deferred_probe = true;
	drv->probe = probe;
	err = __platform_driver_register(drv, owner);
	if (err)
		return err;
	drv->probe = refuse;
	if (driver_for_each_device(&drv->driver, NULL, NULL, is_bound))
		return 0;
	platform_driver_unregister(drv);
	return -ENODEV;
}

int __platform_register_drivers(struct platform_driver *const *drivers, unsigned int n, struct module *owner)
{
	int err = 0;
	unsigned int i;

	for (i = 0; i < n && !err; i++)
		err = __platform_driver_register(drivers[i], owner);
	if (err && i > 1)
		platform_unregister_drivers(drivers, i - 1);
	return err;
}

void platform_unregister_drivers(struct platform_driver *const *drivers, unsigned int n)
{
	while (n--)
		platform_driver_unregister(drivers[n]);
}
