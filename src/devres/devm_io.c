/* SPDX-License-Identifier: MIT */
/* Managed mappings of device ranges. */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/platform_device.h>

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

static void mapping_release(struct device *dev, void *res)
{
	iounmap(*(void __iomem **)res);
}

static int is_mapping(struct device *dev, void *res, void *addr)
{
	return *(void **)res == addr;
}

static void __iomem *map(struct device *dev, resource_size_t offset, resource_size_t size,
			 void __iomem *(*how)(phys_addr_t, size_t))
{
	void __iomem **res = devres_alloc(mapping_release, sizeof(*res), GFP_KERNEL), *addr;

	if (!res)
		return NULL;
	addr = how(offset, size);
	if (addr) {
		*res = addr;
		devres_add(dev, res);
	} else {
		devres_free(res);
	}
	return addr;
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size)
{
	return map(dev, offset, size, ioremap);
}

void __iomem *devm_ioremap_uc(struct device *dev, resource_size_t offset, resource_size_t size)
{
	return map(dev, offset, size, ioremap_uc);
}

void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t offset, resource_size_t size)
{
	return map(dev, offset, size, ioremap_wc);
}

void devm_iounmap(struct device *dev, void __iomem *addr)
{
	if (devres_release(dev, mapping_release, is_mapping, (void *)addr))
		WARN(1, "devm_iounmap(): %px does not belong to device '%s'\n", addr, dev_name(dev));
}

static void __iomem *map_resource(struct device *dev, const struct resource *res,
				  void __iomem *(*how)(phys_addr_t, size_t))
{
	resource_size_t size;
	void __iomem *addr;

	if (!res || resource_type(res) != IORESOURCE_MEM)
		return IOMEM_ERR_PTR(dev_err_probe(dev, -EINVAL, "invalid resource %pR\n", res));
	size = resource_size(res);
	if (!devm_request_mem_region(dev, res->start, size, res->name ? res->name : dev_name(dev)))
		return IOMEM_ERR_PTR(dev_err_probe(dev, -EBUSY, "can't request region for resource %pR\n", res));
	addr = map(dev, res->start, size, how);
	if (addr)
		return addr;
	devm_release_mem_region(dev, res->start, size);
	return IOMEM_ERR_PTR(dev_err_probe(dev, -ENOMEM, "ioremap failed for resource %pR\n", res));
}

void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res)
{
	return map_resource(dev, res, ioremap);
}

void __iomem *devm_ioremap_resource_wc(struct device *dev, const struct resource *res)
{
	return map_resource(dev, res, ioremap_wc);
}

void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev, unsigned int n,
						     struct resource **res)
{
	struct resource *r = platform_get_resource(pdev, IORESOURCE_MEM, n);

	if (res)
		*res = r;
	return devm_ioremap_resource(&pdev->dev, r);
}

void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int n)
{
	return devm_platform_get_and_ioremap_resource(pdev, n, NULL);
}

void __iomem *devm_platform_ioremap_resource_byname(struct platform_device *pdev, const char *name)
{
	return devm_ioremap_resource(&pdev->dev, platform_get_resource_byname(pdev, IORESOURCE_MEM, name));
}
