/* SPDX-License-Identifier: MIT */
/*
 * Attributes of kernel objects. There is no file tree in a process: kmemkit/sysfs.h reads and writes an
 * attribute by its object and name. Binary attributes, links and notifications do not exist.
 */
#ifndef _LINUX_SYSFS_H
#define _LINUX_SYSFS_H

#include <linux/compiler.h>
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

#define SYSFS_PREALLOC		010000
#define __ATTR(n, m, s, st)	{ .attr = { .name = #n, .mode = (m) }, .show = s, .store = st }
#define __ATTR_PREALLOC(n, m, s, st)	__ATTR(n, SYSFS_PREALLOC | (m), s, st)
#define __ATTR_RO(n)		{ .attr = { .name = #n, .mode = 0444 }, .show = n##_show }
#define __ATTR_RO_MODE(n, m)	{ .attr = { .name = #n, .mode = (m) }, .show = n##_show }
#define __ATTR_RW_MODE(n, m)	__ATTR(n, m, n##_show, n##_store)
#define __ATTR_WO(n)		{ .attr = { .name = #n, .mode = 0200 }, .store = n##_store }
#define __ATTR_RW(n)		__ATTR(n, 0644, n##_show, n##_store)
#define __ATTR_NULL		{ .attr = { .name = NULL } }
#define sysfs_attr_init(attr)	((void)(attr))

#define __ATTRIBUTE_GROUPS(n)								\
	static const struct attribute_group *n##_groups[] __attribute__((unused)) =	\
		{ &n##_group, NULL }
#define ATTRIBUTE_GROUPS(n)								\
	static const struct attribute_group n##_group = { .attrs = n##_attrs };		\
	__ATTRIBUTE_GROUPS(n)

/*
 * The object must have been added: else -EINVAL with a warning. -EEXIST: it has one of that name in that
 * group (an empty name is the object itself); -ENOMEM; then nothing is left behind. A group's is_visible()
 * says each attribute's mode, 0 for none. Removing waits until nobody reads or writes the attribute, so
 * not from its own show() or store(). All may sleep.
 */
int sysfs_create_file(struct kobject *kobj, const struct attribute *attr);
void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr);
int sysfs_create_files(struct kobject *kobj, const struct attribute *const *attr);
void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attr);
int sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp);
void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp);
/* groups NULL is none. */
int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups);
void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups);
/* Ask is_visible() again: attributes appear, vanish, or change their mode. */
int sysfs_update_group(struct kobject *kobj, const struct attribute_group *grp);
/* Called when the object goes: all that is left. */
void kmk_sysfs_remove_all(struct kobject *kobj);

static inline void sysfs_notify(struct kobject *kobj, const char *dir, const char *attr)
{
	(void)kobj, (void)dir, (void)attr;
}

/* Append to a show() buffer, a page and page aligned: the length added. A wrong buffer is a warning and 0. */
__printf(2, 3) int sysfs_emit(char *buf, const char *fmt, ...);
__printf(3, 4) int sysfs_emit_at(char *buf, int at, const char *fmt, ...);

#endif
