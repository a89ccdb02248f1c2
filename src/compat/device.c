/* SPDX-License-Identifier: MIT */
/* The life of a device: name, parent, count. Theory: linux/device.h. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <kmemkit/run.h>
#include "member.h"

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

/* ---- the table of living devices ---- */

/*
 * It names a device that is never released, even when its memory has gone without a put. So it keeps
 * copies; the address is stored inverted, lest the leak scan take the table for a reference.
 */
#define SLOTS	512
#define NAME	32
static struct { unsigned long inverted; char name[NAME]; } living[SLOTS];
static unsigned int untold;
static DEFINE_SPINLOCK(living_lock);

static void living_add(struct device *dev)
{
	unsigned int i = 0;

	spin_lock(&living_lock);
	while (i < SLOTS && living[i].inverted)
		i++;
	if (i < SLOTS) {
		living[i].inverted = ~(unsigned long)dev;
		strscpy(living[i].name, dev_name(dev), NAME);
		dev->kmk_slot = i + 1;
	} else {
		untold++;
	}
	spin_unlock(&living_lock);
}

static void living_remove(struct device *dev)
{
	spin_lock(&living_lock);
	if (dev->kmk_slot && living[dev->kmk_slot - 1].inverted == ~(unsigned long)dev)
		living[dev->kmk_slot - 1].inverted = 0;
	spin_unlock(&living_lock);
	dev->kmk_slot = 0;
}

void kmk_device_report(void)
{
	for (unsigned int i = 0; i < SLOTS; i++) {
		if (!living[i].inverted)
			continue;
		printk(KERN_ERR "device '%s' (%px) was added and never released\n", living[i].name,
		       (void *)~living[i].inverted);
		kmk_event_leak(sizeof(struct device), "device", living[i].name);
	}
}

/* ---- walking ---- */

/* The next member behind a mark, held, with the mark moved behind it; NULL at the end. */
static void *next_owner(const struct walk *w, struct list_head *mark)
{
	struct list_head *pos = mark;
	void *owner = NULL;

	spin_lock(w->lock);
	while (!owner && (pos = w->reverse ? pos->prev : pos->next) != w->head) {
		struct kmk_member *m = container_of(pos, struct kmk_member, entry);

		if (m->owner && w->hold(m->owner))
			owner = m->owner;
	}
	if (w->reverse)
		list_move_tail(mark, pos);
	else
		list_move(mark, pos);
	spin_unlock(w->lock);
	return owner;
}

int kmk_walk(const struct walk *w, struct kmk_member *start, int (*fn)(void *owner, void *data), void *data)
{
	struct kmk_member mark = { .owner = NULL };
	void *owner;
	int ret = 0;

	spin_lock(w->lock);
	list_add(&mark.entry, start ? &start->entry : w->reverse ? w->head->prev : w->head);
	spin_unlock(w->lock);
	while (!ret && (owner = next_owner(w, &mark.entry))) {
		ret = fn(owner, data);
		w->drop(owner);
	}
	spin_lock(w->lock);
	list_del(&mark.entry);
	spin_unlock(w->lock);
	return ret;
}

bool kmk_hold_device(void *dev)
{
	return kobject_get_unless_zero(&((struct device *)dev)->kobj);
}

void kmk_drop_device(void *dev)
{
	put_device(dev);
}

/* ---- count ---- */

static void device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

	devres_release_all(dev);
	living_remove(dev);
	if (dev->release)
		dev->release(dev);
	else if (dev->type && dev->type->release)
		dev->type->release(dev);
	else
		WARN(1, "device '%s' has no release() function: nobody can tell when its memory may go\n",
		     dev_name(dev));
}

static ssize_t attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct device_attribute *a = container_of(attr, struct device_attribute, attr);

	return a->show ? a->show(kobj_to_dev(kobj), a, buf) : -EIO;
}

static ssize_t attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t n)
{
	struct device_attribute *a = container_of(attr, struct device_attribute, attr);

	return a->store ? a->store(kobj_to_dev(kobj), a, buf, n) : -EIO;
}

static const struct sysfs_ops device_sysfs_ops = { .show = attr_show, .store = attr_store };
static const struct kobj_type device_ktype = { .release = device_release, .sysfs_ops = &device_sysfs_ops };

struct device *get_device(struct device *dev)
{
	return dev ? kobj_to_dev(kobject_get(&dev->kobj)) : NULL;
}

void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, &device_ktype);
	mutex_init(&dev->mutex);
	spin_lock_init(&dev->devres_lock);
	INIT_LIST_HEAD(&dev->devres_head);
	INIT_LIST_HEAD(&dev->kmk_children);
	INIT_LIST_HEAD(&dev->kmk_sibling.entry);
	INIT_LIST_HEAD(&dev->kmk_on_bus.entry);
	INIT_LIST_HEAD(&dev->kmk_deferred);
	dev->kmk_sibling.owner = dev->kmk_on_bus.owner = dev;
	dev->numa_node = NUMA_NO_NODE;
}

int dev_set_name(struct device *dev, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = kobject_set_name_vargs(&dev->kobj, fmt, args);
	va_end(args);
	return err;
}

/* ---- add and delete ---- */

static void remove_groups(struct device *dev)
{
	kmk_sysfs_remove_all(&dev->kobj);
	dev->kobj.state_in_sysfs = 0;
}

static int settle_name(struct device *dev)
{
	int err = 0;

	if (dev->init_name) {
		err = dev_set_name(dev, "%s", dev->init_name);
		dev->init_name = NULL;
	} else if (!dev_name(dev) && dev->bus && dev->bus->dev_name) {
		err = dev_set_name(dev, "%s%u", dev->bus->dev_name, dev->id);
	}
	return err ? err : dev_name(dev) && *dev_name(dev) ? 0 : -EINVAL;
}

/* Devices without a parent stand in a list, too, under a lock of their own. */
static LIST_HEAD(top);
static DEFINE_SPINLOCK(top_lock);

static spinlock_t *siblings_lock(struct device *parent)
{
	return parent ? &parent->devres_lock : &top_lock;
}

/* -EEXIST: the parent has a child of that name and class. */
static int join_parent(struct device *dev)
{
	struct device *parent = get_device(dev->parent);
	struct list_head *siblings = parent ? &parent->kmk_children : &top;
	struct kmk_member *m;
	int err = 0;

	if (parent && dev->numa_node == NUMA_NO_NODE)
		dev->numa_node = parent->numa_node;
	spin_lock(siblings_lock(parent));
	list_for_each_entry(m, siblings, entry) {
		struct device *other = m->owner;

		if (other && other->class == dev->class && !strcmp(dev_name(other), dev_name(dev)))
			err = -EEXIST;
	}
	if (!err)
		list_add_tail(&dev->kmk_sibling.entry, siblings);
	spin_unlock(siblings_lock(parent));
	if (err)
		put_device(parent);
	return err;
}

static void leave_parent(struct device *dev)
{
	struct device *parent = dev->parent;

	spin_lock(siblings_lock(parent));
	list_del_init(&dev->kmk_sibling.entry);
	spin_unlock(siblings_lock(parent));
	put_device(parent);
}

/* Of its type, its own, of its bus; all or none. */
static int add_groups(struct device *dev)
{
	int err;

	dev->kobj.state_in_sysfs = 1;
	err = sysfs_create_groups(&dev->kobj, dev->type ? dev->type->groups : NULL);
	if (!err)
		err = sysfs_create_groups(&dev->kobj, dev->groups);
	if (!err)
		err = sysfs_create_groups(&dev->kobj, dev->bus ? dev->bus->dev_groups : NULL);
	if (err)
		remove_groups(dev);
	return err;
}

static int join(struct device *dev)
{
	int err = join_parent(dev);

	if (err)
		return err;
	err = add_groups(dev);
	if (!err) {
		err = kmk_device_on_bus(dev);
		if (err)
			remove_groups(dev);
	}
	if (err)
		leave_parent(dev);
	return err;
}

int device_add(struct device *dev)
{
	int err;

	dev = get_device(dev);
	if (!dev)
		return -EINVAL;
	err = dev->kmk_added ? -EEXIST : settle_name(dev);
	if (!err) {
		err = join(dev);
		if (err == -EEXIST)
			dev_err(dev, "a device of that name is there already\n");
	}
	if (err) {
		put_device(dev);
		return err;
	}
	living_add(dev);
	dev->kmk_added = true;
	kmk_device_probe_first(dev);
	return 0;
}

int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

void device_del(struct device *dev)
{
	if (WARN(!dev->kmk_added, "device_del() of '%s', which was not added\n",
		 dev_name(dev) ? dev_name(dev) : "(unnamed)"))
		return;
	device_lock(dev);
	dev->kmk_added = false;
	device_unlock(dev);
	kmk_device_off_bus(dev);
	remove_groups(dev);
	leave_parent(dev);
	put_device(dev);
}

void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}

int device_create_file(struct device *dev, const struct device_attribute *attr)
{
	umode_t mode = attr->attr.mode;

	WARN((mode & 0222) && !attr->store, "Attribute %s: write permission without 'store'\n", attr->attr.name);
	WARN((mode & 0444) && !attr->show, "Attribute %s: read permission without 'show'\n", attr->attr.name);
	return sysfs_create_file(&dev->kobj, &attr->attr);
}

void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	if (dev)
		sysfs_remove_file(&dev->kobj, &attr->attr);
}

/* ---- children ---- */

struct child_call { void *data; int (*fn)(struct device *dev, void *data); struct device *found; };

static int call_child(void *owner, void *data)
{
	struct child_call *c = data;

	return c->fn(owner, c->data);
}

static int match_child(void *owner, void *data)
{
	struct child_call *c = data;

	if (!c->fn(owner, c->data))
		return 0;
	c->found = get_device(owner);
	return 1;
}

static struct walk children(struct device *dev, bool reverse)
{
	return (struct walk){ &dev->kmk_children, &dev->devres_lock, reverse, kmk_hold_device, kmk_drop_device };
}

int device_for_each_child(struct device *dev, void *data, int (*fn)(struct device *dev, void *data))
{
	struct walk w = children(dev, false);
	struct child_call c = { data, fn, NULL };

	return kmk_walk(&w, NULL, call_child, &c);
}

int device_for_each_child_reverse(struct device *dev, void *data, int (*fn)(struct device *dev, void *data))
{
	struct walk w = children(dev, true);
	struct child_call c = { data, fn, NULL };

	return kmk_walk(&w, NULL, call_child, &c);
}

struct device *device_find_child(struct device *dev, void *data, int (*match)(struct device *dev, void *data))
{
	struct walk w = children(dev, false);
	struct child_call c = { data, match, NULL };

	kmk_walk(&w, NULL, match_child, &c);
	return c.found;
}

static int name_is(struct device *dev, void *name)
{
	return sysfs_streq(dev_name(dev), name);
}

struct device *device_find_child_by_name(struct device *parent, const char *name)
{
	return device_find_child(parent, (void *)name, name_is);
}

/* ---- devices without anything below or above ---- */

struct root_device { struct device dev; struct module *owner; };

static void root_device_release(struct device *dev)
{
	kfree(container_of(dev, struct root_device, dev));
}

struct device *__root_device_register(const char *name, struct module *owner)
{
	struct root_device *root = kzalloc(sizeof(*root), GFP_KERNEL);
	int err;

	if (!root)
		return ERR_PTR(-ENOMEM);
	root->owner = owner;
	device_initialize(&root->dev);
	root->dev.release = root_device_release;
	err = dev_set_name(&root->dev, "%s", name);
	if (!err)
		err = device_add(&root->dev);
	if (!err)
		return &root->dev;
	put_device(&root->dev);
	return ERR_PTR(err);
}

void root_device_unregister(struct device *dev)
{
	device_unregister(dev);
}
