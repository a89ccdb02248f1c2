/* SPDX-License-Identifier: MIT */
/* Kernel objects: name, count, parent. */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kobject.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

void kobject_init(struct kobject *kobj, const struct kobj_type *ktype)
{
	if (WARN(!ktype, "kobject_init(%px): no type given\n", kobj))
		return;
	if (kobj->state_initialized)
		WARN(1, "kobject_init(%px): the object is alive already\n", kobj);
	kref_init(&kobj->kref);
	INIT_LIST_HEAD(&kobj->entry);
	INIT_LIST_HEAD(&kobj->kmk_attrs);
	kobj->state_in_sysfs = 0;
	kobj->state_initialized = 1;
	kobj->ktype = ktype;
}

int kobject_set_name_vargs(struct kobject *kobj, const char *fmt, va_list args)
{
	char *name;

	if (kobj->name && !fmt)
		return 0;
	name = kvasprintf(GFP_KERNEL, fmt, args);
	if (!name)
		return -ENOMEM;
	strreplace(name, '/', '!');
	kfree(kobj->name);
	kobj->name = name;
	return 0;
}

int kobject_set_name(struct kobject *kobj, const char *fmt, ...)
{
	va_list args;
	int err;

	va_start(args, fmt);
	err = kobject_set_name_vargs(kobj, fmt, args);
	va_end(args);
	return err;
}

static int add_vargs(struct kobject *kobj, struct kobject *parent, const char *fmt, va_list args)
{
	int err = kobject_set_name_vargs(kobj, fmt, args);

	if (err)
		return err;
	if (WARN(!kobj->name[0], "kobject_add(%px): the name is empty\n", kobj))
		return -EINVAL;
	kobj->parent = kobject_get(parent);
	kobj->state_in_sysfs = 1;
	err = sysfs_create_groups(kobj, kobj->ktype->default_groups);
	if (err)
		kobject_del(kobj);
	return err;
}

int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...)
{
	va_list args;
	int err;

	if (WARN(!kobj->state_initialized, "kobject_add(%px): the object was never initialised\n", kobj))
		return -EINVAL;
	va_start(args, fmt);
	err = add_vargs(kobj, parent, fmt, args);
	va_end(args);
	return err;
}

int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype, struct kobject *parent,
			 const char *fmt, ...)
{
	va_list args;
	int err;

	kobject_init(kobj, ktype);
	va_start(args, fmt);
	err = add_vargs(kobj, parent, fmt, args);
	va_end(args);
	return err;
}

void kobject_del(struct kobject *kobj)
{
	struct kobject *parent = kobj ? kobj->parent : NULL;

	if (!kobj || !kobj->state_in_sysfs)
		return;
	kmk_sysfs_remove_all(kobj);
	kobj->state_in_sysfs = 0;
	kobj->parent = NULL;
	kobject_put(parent);
}

static void dynamic_release(struct kobject *kobj)
{
	kfree(kobj);
}

static ssize_t kobj_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct kobj_attribute *a = container_of(attr, struct kobj_attribute, attr);

	return a->show ? a->show(kobj, a, buf) : -EIO;
}

static ssize_t kobj_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t n)
{
	struct kobj_attribute *a = container_of(attr, struct kobj_attribute, attr);

	return a->store ? a->store(kobj, a, buf, n) : -EIO;
}

const struct sysfs_ops kobj_sysfs_ops = { .show = kobj_attr_show, .store = kobj_attr_store };

static const struct kobj_type dynamic_type = { .release = dynamic_release, .sysfs_ops = &kobj_sysfs_ops };

struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kzalloc(sizeof(*kobj), GFP_KERNEL);

	if (!kobj)
		return NULL;
	if (kobject_init_and_add(kobj, &dynamic_type, parent, "%s", name)) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}

struct kobject *kobject_get(struct kobject *kobj)
{
	if (!kobj)
		return NULL;
	if (!kobj->state_initialized)
		WARN(1, "kobject_get(%px): the object was never initialised, or is gone\n", kobj);
	kref_get(&kobj->kref);
	return kobj;
}

struct kobject *kobject_get_unless_zero(struct kobject *kobj)
{
	return kobj && kref_get_unless_zero(&kobj->kref) ? kobj : NULL;
}

/* The object is gone after its release(); only the name is still ours. */
static void last_put(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);
	const struct kobj_type *type = kobj->ktype;
	const char *name = kobj->name;

	kobject_del(kobj);
	if (type->release) {
		kobj->state_initialized = 0;
		type->release(kobj);
	} else {
		WARN(1, "kobject '%s' (%px): its type has no release(), so its memory cannot be given back\n", name, kobj);
	}
	kfree(name);
}

void kobject_put(struct kobject *kobj)
{
	if (!kobj)
		return;
	if (!kobj->state_initialized)
		WARN(1, "kobject_put(%px): the object was never initialised, or is gone\n", kobj);
	else
		kref_put(&kobj->kref, last_put);
}
