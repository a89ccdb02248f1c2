/* SPDX-License-Identifier: MIT */
/* Attributes of kernel objects: the types only; there is no sysfs tree in a process. */
#ifndef _LINUX_SYSFS_H
#define _LINUX_SYSFS_H

#include <linux/types.h>

struct kobject;
struct module;

struct attribute {
	const char *name;
	umode_t mode;
};

struct attribute_group {
	const char *name;
	umode_t (*is_visible)(struct kobject *kobj, struct attribute *attr, int n);
	struct attribute **attrs;
};

struct sysfs_ops {
	ssize_t (*show)(struct kobject *kobj, struct attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct attribute *attr, const char *buf, size_t len);
};

#define __ATTR(n, m, s, st)	{ .attr = { .name = #n, .mode = (m) }, .show = s, .store = st }
#define __ATTR_RO(n)		{ .attr = { .name = #n, .mode = 0444 }, .show = n##_show }
#define __ATTR_WO(n)		{ .attr = { .name = #n, .mode = 0200 }, .store = n##_store }
#define __ATTR_RW(n)		__ATTR(n, 0644, n##_show, n##_store)
#define __ATTR_NULL		{ .attr = { .name = NULL } }

#define ATTRIBUTE_GROUPS(n)								\
	static const struct attribute_group n##_group = { .attrs = n##_attrs };		\
	static const struct attribute_group *n##_groups[] __attribute__((unused)) =	\
		{ &n##_group, NULL }

/* No file is made: each of these warns once, and returns 0. */
int sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp);
int sysfs_create_file(struct kobject *kobj, const struct attribute *attr);

static inline void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp)
{
	(void)kobj;
	(void)grp;
}

static inline void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	(void)kobj;
	(void)attr;
}

__attribute__((format(printf, 2, 3)))
int sysfs_emit(char *buf, const char *fmt, ...);

#endif
