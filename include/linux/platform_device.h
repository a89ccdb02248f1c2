/* SPDX-License-Identifier: MIT */
/*
 * Platform devices: devices that nothing enumerates; code says that they exist. They meet a driver by
 * driver_override, by the driver's id_table, or by name.
 */
#ifndef _PLATFORM_DEVICE_H_
#define _PLATFORM_DEVICE_H_

#include <linux/device.h>
#include <linux/mod_devicetable.h>
#include <linux/property.h>

#define PLATFORM_DEVID_NONE	(-1)
#define PLATFORM_DEVID_AUTO	(-2)

struct platform_device {
	const char *name;
	int id;
	bool id_auto;
	struct device dev;
	u64 platform_dma_mask;
	struct device_dma_parameters dma_parms;
	u32 num_resources;
	struct resource *resource;
	const struct platform_device_id *id_entry;
	const char *driver_override;
};

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
#if LINUX_VERSION_CODE >= 0x060b00
	union {
		void (*remove)(struct platform_device *pdev);
		void (*remove_new)(struct platform_device *pdev);
	};
#else
	int (*remove)(struct platform_device *pdev);
	void (*remove_new)(struct platform_device *pdev);
#endif
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
	bool prevent_deferred_probe;
};

struct platform_device_info {
	struct device *parent;
	struct fwnode_handle *fwnode;
	bool of_node_reused;
	const char *name;
	int id;
	const struct resource *res;
	unsigned int num_res;
	const void *data;
	size_t size_data;
	u64 dma_mask;
};

#define platform_get_device_id(pdev)	((pdev)->id_entry)
#define dev_is_platform(dev)		((dev)->bus == &platform_bus_type)
#define to_platform_device(x)		container_of((x), struct platform_device, dev)
#define to_platform_driver(drv)		container_of((drv), struct platform_driver, driver)

extern struct bus_type platform_bus_type;
extern struct device platform_bus;

/* ---- devices: may sleep; 0 or a negative errno, pointers or ERR_PTR (alloc: NULL) ---- */

int platform_device_register(struct platform_device *pdev);
void platform_device_unregister(struct platform_device *pdev);
int platform_add_devices(struct platform_device **devs, int n);
struct platform_device *platform_device_register_full(const struct platform_device_info *info);
struct platform_device *platform_device_alloc(const char *name, int id);
int platform_device_add_resources(struct platform_device *pdev, const struct resource *res, unsigned int n);
int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size);
int platform_device_add(struct platform_device *pdev);
void platform_device_del(struct platform_device *pdev);
void platform_device_put(struct platform_device *pdev);
DEFINE_FREE(platform_device_put, struct platform_device *, if (_T) platform_device_put(_T))

static inline struct platform_device *platform_device_register_resndata(struct device *parent, const char *name,
		int id, const struct resource *res, unsigned int n, const void *data, size_t size)
{
	struct platform_device_info info = {
		.parent = parent, .name = name, .id = id, .res = res, .num_res = n, .data = data,
		.size_data = size,
	};

	return platform_device_register_full(&info);
}

static inline struct platform_device *platform_device_register_simple(const char *name, int id,
		const struct resource *res, unsigned int n)
{
	return platform_device_register_resndata(NULL, name, id, res, n, NULL, 0);
}

static inline struct platform_device *platform_device_register_data(struct device *parent, const char *name,
		int id, const void *data, size_t size)
{
	return platform_device_register_resndata(parent, name, id, NULL, 0, data, size);
}

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

/* ---- what a device has: NULL or -ENXIO where it has not ---- */

struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int n);
struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type, const char *name);
struct resource *platform_get_mem_or_io(struct platform_device *pdev, unsigned int n);
int platform_get_irq(struct platform_device *pdev, unsigned int n);
int platform_get_irq_optional(struct platform_device *pdev, unsigned int n);
int platform_get_irq_byname(struct platform_device *pdev, const char *name);
int platform_irq_count(struct platform_device *pdev);

void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int n);
void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev, const char *name);
void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev, unsigned int n,
						     struct resource **res);

/* ---- drivers ---- */

int __platform_driver_register(struct platform_driver *drv, struct module *owner);
#define platform_driver_register(drv) __platform_driver_register(drv, THIS_MODULE)
void platform_driver_unregister(struct platform_driver *drv);
/* For a device that is there already: -ENODEV, and not registered, if none was bound. */
int __platform_driver_probe(struct platform_driver *drv, int (*probe)(struct platform_device *),
			    struct module *owner);
#define platform_driver_probe(drv, probe) __platform_driver_probe(drv, probe, THIS_MODULE)
int __platform_register_drivers(struct platform_driver *const *drivers, unsigned int n, struct module *owner);
void platform_unregister_drivers(struct platform_driver *const *drivers, unsigned int n);
#define platform_register_drivers(drivers, n) __platform_register_drivers(drivers, n, THIS_MODULE)

#define module_platform_driver(drv)	module_driver(drv, platform_driver_register, platform_driver_unregister)
#define builtin_platform_driver(drv)	builtin_driver(drv, platform_driver_register)
#define module_platform_driver_probe(drv, probe)				\
	static int __init drv##_init(void)					\
	{									\
		return platform_driver_probe(&(drv), probe);			\
	}									\
	module_init(drv##_init);						\
	static void __exit drv##_exit(void)					\
	{									\
		platform_driver_unregister(&(drv));				\
	}									\
	module_exit(drv##_exit)
#endif
