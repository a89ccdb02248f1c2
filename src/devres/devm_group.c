/* SPDX-License-Identifier: MIT */
/* Managed attributes, interrupt lines and bitmaps. */
#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/sysfs.h>

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* ---- attributes ---- */

static void groups_release(struct device *dev, void *res)
{
	sysfs_remove_groups(&dev->kobj, *(const struct attribute_group ***)res);
}

static void group_release(struct device *dev, void *res)
{
	sysfs_remove_group(&dev->kobj, *(const struct attribute_group **)res);
}

static int is_pointer(struct device *dev, void *res, void *p)
{
	return *(void **)res == p;
}

int devm_device_add_groups(struct device *dev, const struct attribute_group **groups)
{
	const struct attribute_group ***res = devres_alloc(groups_release, sizeof(groups), GFP_KERNEL);
	int err;

	if (!res)
		return -ENOMEM;
	err = sysfs_create_groups(&dev->kobj, groups);
	if (err) {
		devres_free(res);
		return err;
	}
	*res = groups;
	devres_add(dev, res);
	return 0;
}

int devm_device_add_group(struct device *dev, const struct attribute_group *grp)
{
	const struct attribute_group **res = devres_alloc(group_release, sizeof(grp), GFP_KERNEL);
	int err;

	if (!res)
		return -ENOMEM;
	err = sysfs_create_group(&dev->kobj, grp);
	if (err) {
		devres_free(res);
		return err;
	}
	*res = grp;
	devres_add(dev, res);
	return 0;
}

void devm_device_remove_groups(struct device *dev, const struct attribute_group **groups)
{
	WARN_ON(devres_release(dev, groups_release, is_pointer, (void *)groups));
}

void devm_device_remove_group(struct device *dev, const struct attribute_group *grp)
{
	WARN_ON(devres_release(dev, group_release, is_pointer, (void *)grp));
}

/* ---- interrupts ---- */

struct line {
	unsigned int irq;
	void *id;
};

static void line_release(struct device *dev, void *res)
{
	struct line *l = res;

	free_irq(l->irq, l->id);
}

static int is_line(struct device *dev, void *res, void *p)
{
	struct line *l = res, *want = p;

	return l->irq == want->irq && l->id == want->id;
}

int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			      unsigned long flags, const char *name, void *id)
{
	struct line *l = devres_alloc(line_release, sizeof(*l), GFP_KERNEL);
	int err;

	if (!l)
		return -ENOMEM;
	err = request_threaded_irq(irq, handler, thread_fn, flags, name ? name : dev_name(dev), id);
	if (err) {
		devres_free(l);
		return err;
	}
	*l = (struct line){ irq, id };
	devres_add(dev, l);
	return 0;
}

void devm_free_irq(struct device *dev, unsigned int irq, void *id)
{
	struct line l = { irq, id };

	WARN_ON(devres_release(dev, line_release, is_line, &l));
}

/* ---- bitmaps ---- */

unsigned long *devm_bitmap_alloc(struct device *dev, unsigned int nbits, gfp_t flags)
{
	return devm_kmalloc_array(dev, BITS_TO_LONGS(nbits), sizeof(long), flags);
}

unsigned long *devm_bitmap_zalloc(struct device *dev, unsigned int nbits, gfp_t flags)
{
	return devm_bitmap_alloc(dev, nbits, flags | __GFP_ZERO);
}
