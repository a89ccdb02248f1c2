/* SPDX-License-Identifier: MIT */
/* What a device says. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/printk.h>

const char *dev_driver_string(const struct device *dev)
{
	const struct device_driver *drv = READ_ONCE(dev->driver);

	return drv ? drv->name : dev_bus_name(dev);
}

static void say(const char *level, const struct device *dev, struct va_format *vaf)
{
	if (dev)
		printk("%s%s %s: %pV", level, dev_driver_string(dev), dev_name(dev), vaf);
	else
		printk("%s(NULL device *): %pV", level, vaf);
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	va_list args;
	struct va_format vaf = { fmt, &args };

	va_start(args, fmt);
	say(level, dev, &vaf);
	va_end(args);
}

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	va_list args;
	struct va_format vaf = { fmt, &args };

	va_start(args, fmt);
	if (err != -EPROBE_DEFER)
		dev_err(dev, "error %pe: %pV", ERR_PTR(err), &vaf);
	va_end(args);
	return err;
}
