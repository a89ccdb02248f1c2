/* SPDX-License-Identifier: MIT */
/*
 * Buses and drivers: who is bound to whom.
 *
 * A bus has a list of devices and one of drivers under one spinlock. Binding runs with the device's
 * mutex held: match, probe; a failure releases what the probe left in the devres list. -EPROBE_DEFER
 * puts the device on a list that is tried again, by a work item, after each successful binding.
 */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "member.h"

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

static LIST_HEAD(deferred);
static DEFINE_SPINLOCK(deferred_lock);
static unsigned long bindings;		/* ever made */
static LIST_HEAD(buses);
static DEFINE_SPINLOCK(buses_lock);
static DECLARE_WAIT_QUEUE_HEAD(driver_left);

/* ---- buses ---- */

int kmk_bus_setup(struct bus_type *bus, struct subsys_private *p)
{
	struct subsys_private *other;
	int err = 0;

	spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->devices);
	INIT_LIST_HEAD(&p->drivers);
	p->name = bus->name;
	spin_lock(&buses_lock);
	list_for_each_entry(other, &buses, node)
		if (!strcmp(other->name, bus->name))
			err = -EEXIST;
	if (!err)
		list_add_tail(&p->node, &buses);
	spin_unlock(&buses_lock);
	if (!err)
		smp_store_release(&bus->p, p);
	return err;
}

int bus_register(struct bus_type *bus)
{
	struct subsys_private *p = kzalloc(sizeof(*p), GFP_KERNEL);

	int err;

	if (!p)
		return -ENOMEM;
	err = kmk_bus_setup(bus, p);
	if (err) {
		pr_err("bus '%s' is registered already\n", bus->name);
		kfree(p);
		return err;
	}
	if (bus->bus_groups || bus->drv_groups)
		pr_warn_once("bus '%s': attributes of buses and drivers are never read, only those of devices\n",
			     bus->name);
	return 0;
}

void bus_unregister(struct bus_type *bus)
{
	struct subsys_private *p = bus->p;

	if (WARN(!p || !list_empty(&p->devices) || !list_empty(&p->drivers),
		 "bus_unregister() of '%s', which %s\n", bus->name, p ? "is in use" : "was not registered"))
		return;
	spin_lock(&buses_lock);
	list_del(&p->node);
	spin_unlock(&buses_lock);
	bus->p = NULL;
	kfree(p);
}

static bool hold_driver(void *drv)
{
	((struct device_driver *)drv)->kmk_walkers++;
	return true;
}

/* The driver may be gone once its lock is free. */
static void drop_driver(void *owner)
{
	struct device_driver *drv = owner;
	spinlock_t *l = &drv->bus->p->lock;

	spin_lock(l);
	drv->kmk_walkers--;
	spin_unlock(l);
	wake_up_all(&driver_left);
}

static struct walk devices_of(struct bus_type *bus, bool reverse)
{
	return (struct walk){ &bus->p->devices, &bus->p->lock, reverse, kmk_hold_device, kmk_drop_device };
}

struct call {
	void *data;
	const void *match_data;
	int (*fn)(struct device *dev, void *data);
	int (*fn_drv)(struct device_driver *drv, void *data);
	int (*match)(struct device *dev, const void *data);
	struct device_driver *drv;
	struct device *found;
};

static int call_device(void *owner, void *data)
{
	struct call *c = data;

	return c->drv && ((struct device *)owner)->driver != c->drv ? 0 : c->fn(owner, c->data);
}

static int call_driver(void *owner, void *data)
{
	struct call *c = data;

	return c->fn_drv(owner, c->data);
}

static int match_device(void *owner, void *data)
{
	struct call *c = data;

	if (!c->match(owner, c->match_data))
		return 0;
	c->found = get_device(owner);
	return 1;
}

static struct kmk_member *behind(struct device *start)
{
	return start ? &start->kmk_on_bus : NULL;
}

int bus_for_each_dev(struct bus_type *bus, struct device *start, void *data, int (*fn)(struct device *, void *))
{
	struct call c = { .data = data, .fn = fn };
	struct walk w;

	if (!bus || !bus->p)
		return -EINVAL;
	w = devices_of(bus, false);
	return kmk_walk(&w, behind(start), call_device, &c);
}

int bus_for_each_drv(struct bus_type *bus, struct device_driver *start, void *data,
		     int (*fn)(struct device_driver *, void *))
{
	struct call c = { .data = data, .fn_drv = fn };
	struct walk w;

	if (!bus || !bus->p)
		return -EINVAL;
	w = (struct walk){ &bus->p->drivers, &bus->p->lock, false, hold_driver, drop_driver };
	return kmk_walk(&w, start ? &start->kmk_member : NULL, call_driver, &c);
}

struct device *bus_find_device(struct bus_type *bus, struct device *start, const void *data,
			       int (*match)(struct device *dev, const void *data))
{
	struct call c = { .match_data = data, .match = match };
	struct walk w;

	if (!bus || !bus->p)
		return NULL;
	w = devices_of(bus, false);
	kmk_walk(&w, behind(start), match_device, &c);
	return c.found;
}

int device_match_name(struct device *dev, const void *name)
{
	return sysfs_streq(dev_name(dev), name);
}

int device_match_devt(struct device *dev, const void *devt)
{
	return dev->devt == *(const dev_t *)devt;
}

int device_match_any(struct device *dev, const void *unused)
{
	return 1;
}

struct device *bus_find_device_by_name(struct bus_type *bus, struct device *start, const char *name)
{
	return bus_find_device(bus, start, name, device_match_name);
}

/* ---- binding, with the device's mutex held ---- */

static void add_driver_groups(struct device *dev, struct device_driver *drv, int *err)
{
	if (!*err)
		*err = sysfs_create_groups(&dev->kobj, drv->dev_groups);
}

static void call_remove(struct device *dev)
{
	sysfs_remove_groups(&dev->kobj, dev->driver->dev_groups);
	if (dev->bus && dev->bus->remove)
		dev->bus->remove(dev);
	else if (dev->driver->remove)
		dev->driver->remove(dev);
}

static void after_unbind(struct device *dev)
{
	devres_release_all(dev);
	dev->driver = NULL;
	dev_set_drvdata(dev, NULL);
}

static void retry_deferred(struct work_struct *work);
static DECLARE_WORK(deferred_work, retry_deferred);

static void deferred_add(struct device *dev)
{
	spin_lock(&deferred_lock);
	if (list_empty(&dev->kmk_deferred)) {
		list_add_tail(&dev->kmk_deferred, &deferred);
		get_device(dev);
	}
	spin_unlock(&deferred_lock);
}

void kmk_deferred_forget(struct device *dev)
{
	bool was;

	spin_lock(&deferred_lock);
	was = !list_empty(&dev->kmk_deferred);
	list_del_init(&dev->kmk_deferred);
	spin_unlock(&deferred_lock);
	if (was)
		put_device(dev);
}

static bool any_deferred(void)
{
	bool any;

	spin_lock(&deferred_lock);
	any = !list_empty(&deferred);
	spin_unlock(&deferred_lock);
	return any;
}

static void say_failed(struct device *dev, struct device_driver *drv, int err)
{
	if (err == -EPROBE_DEFER)
		pr_debug("%s: probe of %s is put off\n", drv->name, dev_name(dev));
	else if (err == -ENODEV || err == -ENXIO)
		pr_debug("%s: probe of %s rejects match %d\n", drv->name, dev_name(dev), err);
	else
		pr_warn("%s: probe of %s failed with error %d\n", drv->name, dev_name(dev), err);
}

static int probe_locked(struct device *dev, struct device_driver *drv)
{
	int err = 0;

	if (!list_empty(&dev->devres_head)) {
		dev_crit(dev, "owns resources before its probe: not probed\n");
		return -EBUSY;
	}
	dev->driver = drv;
	if (dev->bus->probe)
		err = dev->bus->probe(dev);
	else if (drv->probe)
		err = drv->probe(dev);
	if (!err) {
		add_driver_groups(dev, drv, &err);
		if (err)
			call_remove(dev);
	}
	if (err) {
		after_unbind(dev);
		say_failed(dev, drv, err);
		return err;
	}
	kmk_deferred_forget(dev);
	__atomic_fetch_add(&bindings, 1, __ATOMIC_SEQ_CST);
	if (any_deferred())
		schedule_work(&deferred_work);
	return 0;
}

/* What a device waits for may come while it is probed, before it stands on the list. */
static int probe_or_defer(struct device *dev, struct device_driver *drv)
{
	unsigned long seen = __atomic_load_n(&bindings, __ATOMIC_ACQUIRE);
	int err = probe_locked(dev, drv);

	if (err == -EPROBE_DEFER) {
		deferred_add(dev);
		if (__atomic_fetch_add(&bindings, 0, __ATOMIC_SEQ_CST) != seen)
			schedule_work(&deferred_work);
	}
	return err;
}

static int matches(struct device_driver *drv, struct device *dev)
{
	return drv->bus->match ? drv->bus->match(dev, drv) : 1;
}

/* With the device's mutex: 1 bound, 0 not, or the error of match(). A failed probe is not one. */
static int try_pair(struct device *dev, struct device_driver *drv)
{
	int match = matches(drv, dev);

	if (match == -EPROBE_DEFER) {
		deferred_add(dev);
		return 0;
	}
	return match > 0 ? probe_or_defer(dev, drv) == 0 : match;
}

/* Of device_attach(): 1 ends the walk. A driver on its way out is as if it were gone. */
static int try_driver(struct device_driver *drv, void *data)
{
	return READ_ONCE(drv->kmk_member.owner) ? try_pair(data, drv) : 0;
}

int device_attach(struct device *dev)
{
	int ret;

	device_lock(dev);
	if (!dev->kmk_added || !dev->bus)
		ret = -ENODEV;
	else if (dev->driver)
		ret = 1;
	else
		ret = bus_for_each_drv(dev->bus, NULL, dev, try_driver);
	device_unlock(dev);
	return ret;
}

int device_driver_attach(struct device_driver *drv, struct device *dev)
{
	int ret;

	device_lock(dev);
	ret = !dev->kmk_added ? -ENODEV : dev->driver ? -EBUSY : probe_locked(dev, drv);
	device_unlock(dev);
	return ret == -EPROBE_DEFER ? -EAGAIN : ret > 0 ? -ret : ret;
}

/* The caller has set dev->driver and says that it is bound. */
int device_bind_driver(struct device *dev)
{
	kmk_deferred_forget(dev);
	return 0;
}

static int attach_device(struct device *dev, void *data)
{
	int ret = 0;

	device_lock(dev);
	if (dev->kmk_added && !dev->driver)
		ret = try_pair(dev, data);
	device_unlock(dev);
	return min(ret, 0);
}

int driver_attach(struct device_driver *drv)
{
	return bus_for_each_dev(drv->bus, NULL, drv, attach_device);
}

/* drv NULL: whoever it is. */
static void unbind(struct device *dev, struct device_driver *drv)
{
	device_lock(dev);
	if (dev->driver && (!drv || drv == dev->driver)) {
		call_remove(dev);
		after_unbind(dev);
	}
	device_unlock(dev);
}

void device_release_driver(struct device *dev)
{
	unbind(dev, NULL);
}

int device_reprobe(struct device *dev)
{
	int ret;

	unbind(dev, NULL);
	ret = device_attach(dev);
	return ret < 0 ? ret : 0;
}

static struct device *next_deferred(struct list_head *round)
{
	struct device *dev;

	spin_lock(&deferred_lock);
	dev = list_first_entry_or_null(round, struct device, kmk_deferred);
	if (dev)
		list_del_init(&dev->kmk_deferred);
	spin_unlock(&deferred_lock);
	return dev;
}

static void retry_deferred(struct work_struct *work)
{
	LIST_HEAD(round);
	struct device *dev;

	spin_lock(&deferred_lock);
	list_splice_init(&deferred, &round);
	spin_unlock(&deferred_lock);
	while ((dev = next_deferred(&round))) {
		device_attach(dev);
		put_device(dev);
	}
}

void wait_for_device_probe(void)
{
	flush_work(&deferred_work);
}

/* ---- coming and going ---- */

/* -EEXIST: the bus has a device of that name. */
int kmk_device_on_bus(struct device *dev)
{
	struct kmk_member *m;
	int err = 0;

	if (!dev->bus || !dev->bus->p)
		return 0;
	spin_lock(&dev->bus->p->lock);
	list_for_each_entry(m, &dev->bus->p->devices, entry)
		if (m->owner && !strcmp(dev_name(m->owner), dev_name(dev)))
			err = -EEXIST;
	if (!err)
		list_add_tail(&dev->kmk_on_bus.entry, &dev->bus->p->devices);
	spin_unlock(&dev->bus->p->lock);
	return err;
}

void kmk_device_probe_first(struct device *dev)
{
	if (dev->bus && dev->bus->p)
		device_attach(dev);
}

void kmk_device_off_bus(struct device *dev)
{
	kmk_deferred_forget(dev);
	unbind(dev, NULL);
	if (!dev->bus || !dev->bus->p)
		return;
	spin_lock(&dev->bus->p->lock);
	list_del_init(&dev->kmk_on_bus.entry);
	spin_unlock(&dev->bus->p->lock);
}

struct device_driver *driver_find(const char *name, struct bus_type *bus)
{
	struct kmk_member *m;
	struct device_driver *found = NULL;

	spin_lock(&bus->p->lock);
	list_for_each_entry(m, &bus->p->drivers, entry) {
		struct device_driver *drv = m->owner;

		if (drv && !strcmp(drv->name, name))
			found = drv;
	}
	spin_unlock(&bus->p->lock);
	return found;
}

static bool driver_walked(struct device_driver *drv)
{
	bool walked;

	spin_lock(&drv->bus->p->lock);
	walked = drv->kmk_walkers;
	spin_unlock(&drv->bus->p->lock);
	return walked;
}

/* Nobody finds it from now on, and who has found it before is done with it. */
static void leave_bus(struct device_driver *drv)
{
	spin_lock(&drv->bus->p->lock);
	list_del(&drv->kmk_member.entry);
	WRITE_ONCE(drv->kmk_member.owner, NULL);
	spin_unlock(&drv->bus->p->lock);
	wait_event(driver_left, !driver_walked(drv));
}

int driver_register(struct device_driver *drv)
{
	int err;

	if (!drv->bus->p) {
		pr_err("driver '%s': its bus '%s' is not registered\n",
		       drv->name, drv->bus->name);
		return -EINVAL;
	}
	if (driver_find(drv->name, drv->bus)) {
		pr_err("driver '%s': the bus has one of that name already\n", drv->name);
		return -EBUSY;
	}
	if (drv->groups)
		pr_warn_once("driver '%s': attributes of drivers are never read, only those of devices\n",
			     drv->name);
	drv->kmk_member.owner = drv;
	drv->kmk_walkers = 0;
	spin_lock(&drv->bus->p->lock);
	list_add_tail(&drv->kmk_member.entry, &drv->bus->p->drivers);
	spin_unlock(&drv->bus->p->lock);
	err = driver_attach(drv);
	if (err)
		leave_bus(drv);
	return err;
}

static int detach_device(struct device *dev, void *data)
{
	unbind(dev, data);
	return 0;
}

void driver_unregister(struct device_driver *drv)
{
	struct call c = { .data = drv, .fn = detach_device };
	struct walk w;

	if (WARN(!drv || drv->kmk_member.owner != drv, "driver_unregister() of a driver that is not registered\n"))
		return;
	leave_bus(drv);
	w = devices_of(drv->bus, true);
	kmk_walk(&w, NULL, call_device, &c);
}

int driver_for_each_device(struct device_driver *drv, struct device *start, void *data,
			   int (*fn)(struct device *, void *))
{
	struct call c = { .data = data, .fn = fn, .drv = drv };
	struct walk w;

	if (!drv)
		return -EINVAL;
	w = devices_of(drv->bus, false);
	return kmk_walk(&w, behind(start), call_device, &c);
}
