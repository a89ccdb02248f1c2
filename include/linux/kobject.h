/* SPDX-License-Identifier: MIT */
/*
 * Kernel objects: a name, a reference count and a parent that is kept alive; no sysfs tree stands behind
 * them, attributes are reached by kmemkit/sysfs.h. The type's release() runs at the last put, then the name is
 * freed.
 */
#ifndef _LINUX_KOBJECT_H
#define _LINUX_KOBJECT_H

#include <linux/compiler.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/stdarg.h>
#include <linux/sysfs.h>
#include <linux/types.h>

struct kset;
struct kobject;

struct kobj_type {
	void (*release)(struct kobject *kobj);
	const struct sysfs_ops *sysfs_ops;
	const struct attribute_group **default_groups;
};

struct kobject {
	const char *name;
	struct list_head entry;
	struct kobject *parent;
	struct kset *kset;
	const struct kobj_type *ktype;
	struct kref kref;
	unsigned int state_initialized:1;
	unsigned int state_in_sysfs:1;
	struct list_head kmk_attrs;
};

struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr, const char *buf,
			 size_t count);
};

extern const struct sysfs_ops kobj_sysfs_ops;

static inline const char *kobject_name(const struct kobject *kobj)
{
	return kobj->name;
}

/* Count 1, no name. A second time without release in between is reported. */
void kobject_init(struct kobject *kobj, const struct kobj_type *ktype);
/* May sleep. Returns 0 or -ENOMEM; the old name is freed. '/' becomes '!'. */
__printf(2, 3) int kobject_set_name(struct kobject *kobj, const char *fmt, ...);
__printf(2, 0) int kobject_set_name_vargs(struct kobject *kobj, const char *fmt, va_list args);
/* Takes a reference of the parent, given back by kobject_del() or the last put. */
__printf(3, 4) int kobject_add(struct kobject *kobj, struct kobject *parent, const char *fmt, ...);
__printf(4, 5) int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype,
					struct kobject *parent, const char *fmt, ...);
void kobject_del(struct kobject *kobj);
struct kobject *kobject_create_and_add(const char *name, struct kobject *parent);
struct kobject *kobject_get(struct kobject *kobj);
struct kobject *kobject_get_unless_zero(struct kobject *kobj);
void kobject_put(struct kobject *kobj);

#endif
