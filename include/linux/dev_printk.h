/* SPDX-License-Identifier: MIT */
/* Messages of a device: "DRIVER NAME: text", where DRIVER is the driver's, else the bus's, else no name. */
#ifndef _LINUX_DEV_PRINTK_H
#define _LINUX_DEV_PRINTK_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

struct device;

#ifndef dev_fmt
#define dev_fmt(fmt) fmt
#endif

__printf(3, 4) void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...);
const char *dev_driver_string(const struct device *dev);

#define dev_printk(level, dev, fmt, ...)	_dev_printk(level, dev, fmt, ##__VA_ARGS__)
#define dev_no_printk(level, dev, fmt, ...) \
	({ if (0) _dev_printk(level, dev, fmt, ##__VA_ARGS__); })
#define _dev_emerg(dev, fmt, ...)	_dev_printk(KERN_EMERG, dev, fmt, ##__VA_ARGS__)
#define _dev_alert(dev, fmt, ...)	_dev_printk(KERN_ALERT, dev, fmt, ##__VA_ARGS__)
#define _dev_crit(dev, fmt, ...)	_dev_printk(KERN_CRIT, dev, fmt, ##__VA_ARGS__)
#define _dev_err(dev, fmt, ...)		_dev_printk(KERN_ERR, dev, fmt, ##__VA_ARGS__)
#define _dev_warn(dev, fmt, ...)	_dev_printk(KERN_WARNING, dev, fmt, ##__VA_ARGS__)
#define _dev_notice(dev, fmt, ...)	_dev_printk(KERN_NOTICE, dev, fmt, ##__VA_ARGS__)
#define _dev_info(dev, fmt, ...)	_dev_printk(KERN_INFO, dev, fmt, ##__VA_ARGS__)
#define dev_emerg(dev, fmt, ...)	_dev_printk(KERN_EMERG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_alert(dev, fmt, ...)	_dev_printk(KERN_ALERT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)		_dev_printk(KERN_CRIT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)		_dev_printk(KERN_ERR, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)		_dev_printk(KERN_WARNING, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...)	_dev_printk(KERN_NOTICE, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)		_dev_printk(KERN_INFO, dev, dev_fmt(fmt), ##__VA_ARGS__)
#ifdef DEBUG
#define dev_dbg(dev, fmt, ...)		_dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#else
#define dev_dbg(dev, fmt, ...)		dev_no_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#endif
#ifdef VERBOSE_DEBUG
#define dev_vdbg			dev_dbg
#else
#define dev_vdbg(dev, fmt, ...)		dev_no_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#endif

#define dev_level_once(dev_level, dev, fmt, ...) do {				\
	static unsigned char __kmk_printed;					\
	if (!__atomic_exchange_n(&__kmk_printed, 1, __ATOMIC_RELAXED))		\
		dev_level(dev, fmt, ##__VA_ARGS__);				\
} while (0)
#define dev_emerg_once(dev, fmt, ...)	dev_level_once(dev_emerg, dev, fmt, ##__VA_ARGS__)
#define dev_alert_once(dev, fmt, ...)	dev_level_once(dev_alert, dev, fmt, ##__VA_ARGS__)
#define dev_crit_once(dev, fmt, ...)	dev_level_once(dev_crit, dev, fmt, ##__VA_ARGS__)
#define dev_err_once(dev, fmt, ...)	dev_level_once(dev_err, dev, fmt, ##__VA_ARGS__)
#define dev_warn_once(dev, fmt, ...)	dev_level_once(dev_warn, dev, fmt, ##__VA_ARGS__)
#define dev_notice_once(dev, fmt, ...)	dev_level_once(dev_notice, dev, fmt, ##__VA_ARGS__)
#define dev_info_once(dev, fmt, ...)	dev_level_once(dev_info, dev, fmt, ##__VA_ARGS__)
#define dev_dbg_once(dev, fmt, ...)	dev_level_once(dev_dbg, dev, fmt, ##__VA_ARGS__)

#define dev_level_ratelimited(dev_level, dev, fmt, ...) do {			\
	static DEFINE_RATELIMIT_STATE(__kmk_rs, DEFAULT_RATELIMIT_INTERVAL,	\
				      DEFAULT_RATELIMIT_BURST);			\
	if (___ratelimit(&__kmk_rs, __func__))					\
		dev_level(dev, fmt, ##__VA_ARGS__);				\
} while (0)
#define dev_emerg_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_emerg, dev, fmt, ##__VA_ARGS__)
#define dev_alert_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_alert, dev, fmt, ##__VA_ARGS__)
#define dev_crit_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_crit, dev, fmt, ##__VA_ARGS__)
#define dev_err_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_err, dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_warn, dev, fmt, ##__VA_ARGS__)
#define dev_notice_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_notice, dev, fmt, ##__VA_ARGS__)
#define dev_info_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_info, dev, fmt, ##__VA_ARGS__)
#define dev_dbg_ratelimited(dev, fmt, ...)	dev_level_ratelimited(dev_dbg, dev, fmt, ##__VA_ARGS__)

#define dev_WARN(dev, fmt, ...) \
	WARN(1, "%s %s: " fmt, dev_driver_string(dev), dev_name(dev), ##__VA_ARGS__)
#define dev_WARN_ONCE(dev, cond, fmt, ...) \
	WARN_ONCE(cond, "%s %s: " fmt, dev_driver_string(dev), dev_name(dev), ##__VA_ARGS__)

/* Says why a probe fails, an expected -EPROBE_DEFER only at debug level; returns err. */
__printf(3, 4) int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);
#endif
