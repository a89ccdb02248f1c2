/* SPDX-License-Identifier: MIT */
/*
 * Attributes of kernel objects, found by name.
 *
 * Each object has a list of entries under one lock for all. A read or write counts itself a user of its
 * entry and calls show() or store() without the lock; removing takes the entry off the list and waits
 * for its users, so what the functions use may go afterwards.
 */
#include <kmemkit/sysfs.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

struct entry {
	struct list_head node;
	const struct attribute *attr;
	const char *group;		/* NULL: the object's own */
	umode_t mode;
	int users;
};

static DEFINE_MUTEX(lock);
static DECLARE_WAIT_QUEUE_HEAD(idle);

static bool same_group(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static struct entry *find(struct kobject *kobj, const char *group, const char *name)
{
	struct entry *e;

	list_for_each_entry(e, &kobj->kmk_attrs, node)
		if (same_group(e->group, group) && !strcmp(e->attr->name, name))
			return e;
	return NULL;
}

static int add_locked(struct kobject *kobj, const char *group, const struct attribute *attr, umode_t mode)
{
	struct entry *e;

	if (find(kobj, group, attr->name)) {
		pr_warn("sysfs: '%s' has an attribute '%s' already\n", kobject_name(kobj), attr->name);
		return -EEXIST;
	}
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->attr = attr;
	e->group = group;
	e->mode = mode & 0664;
	list_add_tail(&e->node, &kobj->kmk_attrs);
	return 0;
}

/* The lock is dropped while the entry has users. */
static void remove_locked(struct entry *e)
{
	list_del_init(&e->node);
	while (e->users) {
		mutex_unlock(&lock);
		wait_event(idle, !READ_ONCE(e->users));
		mutex_lock(&lock);
	}
	kfree(e);
}

static void remove_named(struct kobject *kobj, const char *group, const struct attribute *attr)
{
	struct entry *e;

	mutex_lock(&lock);
	e = find(kobj, group, attr->name);
	if (e)
		remove_locked(e);
	mutex_unlock(&lock);
}

static bool there(struct kobject *kobj)
{
	return !WARN(!kobj || !kobj->state_in_sysfs, "sysfs: attributes of an object that was not added\n");
}

int sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
	int err;

	if (!there(kobj))
		return -EINVAL;
	mutex_lock(&lock);
	err = add_locked(kobj, NULL, attr, attr->mode);
	mutex_unlock(&lock);
	return err;
}

void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	remove_named(kobj, NULL, attr);
}

int sysfs_create_files(struct kobject *kobj, const struct attribute *const *attr)
{
	int err = 0, i;

	for (i = 0; attr[i] && !err; i++)
		err = sysfs_create_file(kobj, attr[i]);
	for (i--; err && i-- > 0; )
		sysfs_remove_file(kobj, attr[i]);
	return err;
}

void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attr)
{
	for (; *attr; attr++)
		sysfs_remove_file(kobj, *attr);
}

static umode_t wanted_mode(struct kobject *kobj, const struct attribute_group *grp, int i)
{
	return grp->is_visible ? grp->is_visible(kobj, grp->attrs[i], i) : grp->attrs[i]->mode;
}

static void remove_first(struct kobject *kobj, const struct attribute_group *grp, int n)
{
	for (int i = 0; i < n; i++)
		remove_named(kobj, grp->name, grp->attrs[i]);
}

static bool group_of_use(struct kobject *kobj, const struct attribute_group *grp)
{
	return there(kobj) && !WARN(!grp->attrs, "sysfs: a group of '%s' without attributes\n", kobject_name(kobj));
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp)
{
	if (!group_of_use(kobj, grp))
		return -EINVAL;
	for (int i = 0; grp->attrs[i]; i++) {
		umode_t mode = wanted_mode(kobj, grp, i);
		int err = 0;

		mutex_lock(&lock);
		if (mode)
			err = add_locked(kobj, grp->name, grp->attrs[i], mode);
		mutex_unlock(&lock);
		if (err) {
			remove_first(kobj, grp, i);
			return err;
		}
	}
	return 0;
}

void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp)
{
	for (int i = 0; grp->attrs && grp->attrs[i]; i++)
		remove_named(kobj, grp->name, grp->attrs[i]);
}

int sysfs_update_group(struct kobject *kobj, const struct attribute_group *grp)
{
	if (!group_of_use(kobj, grp))
		return -EINVAL;
	sysfs_remove_group(kobj, grp);
	return sysfs_create_group(kobj, grp);
}

int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	int err = 0, i;

	for (i = 0; groups && groups[i] && !err; i++)
		err = sysfs_create_group(kobj, groups[i]);
	for (i--; err && i-- > 0; )
		sysfs_remove_group(kobj, groups[i]);
	return err;
}

void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	for (; groups && *groups; groups++)
		sysfs_remove_group(kobj, *groups);
}

void kmk_sysfs_remove_all(struct kobject *kobj)
{
	if (list_empty(&kobj->kmk_attrs))
		return;
	mutex_lock(&lock);
	while (!list_empty(&kobj->kmk_attrs))
		remove_locked(list_first_entry(&kobj->kmk_attrs, struct entry, node));
	mutex_unlock(&lock);
}

/* ---- reading and writing ---- */

/* The entry of NAME or GROUP/NAME. */
static struct entry *find_path(struct kobject *kobj, const char *path)
{
	const char *slash = strchr(path, '/');
	struct entry *e;

	list_for_each_entry(e, &kobj->kmk_attrs, node) {
		size_t n = e->group ? strlen(e->group) : 0;

		if (!strcmp(e->attr->name, slash ? slash + 1 : path) && !slash == !e->group &&
		    (!slash || (n == (size_t)(slash - path) && !strncmp(e->group, path, n))))
			return e;
	}
	return NULL;
}

static struct entry *use(struct kobject *kobj, const char *path)
{
	struct entry *e;

	mutex_lock(&lock);
	e = find_path(kobj, path);
	if (e)
		WRITE_ONCE(e->users, e->users + 1);
	mutex_unlock(&lock);
	return e;
}

/* A remover frees the entry as soon as it sees no user. */
static void unuse(struct entry *e)
{
	mutex_lock(&lock);
	WRITE_ONCE(e->users, e->users - 1);
	mutex_unlock(&lock);
	wake_up_all(&idle);
}

static const struct sysfs_ops *ops_of(struct kobject *kobj)
{
	return kobj->ktype ? kobj->ktype->sysfs_ops : NULL;
}

static ssize_t show(struct kobject *kobj, struct entry *e, char *buf, size_t size)
{
	const struct sysfs_ops *ops = ops_of(kobj);
	char *page;
	ssize_t n;

	if (!(e->mode & 0444))
		return -EACCES;
	if (!ops || !ops->show)
		return -EIO;
	page = (char *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	n = ops->show(kobj, (struct attribute *)e->attr, page);
	if (WARN(n >= (ssize_t)PAGE_SIZE, "sysfs: show() of '%s' says %zd bytes\n", e->attr->name, n))
		n = PAGE_SIZE - 1;
	if (n >= 0 && size) {
		size_t part = min((size_t)n, size - 1);

		memcpy(buf, page, part);
		buf[part] = '\0';
	}
	free_page((unsigned long)page);
	return n;
}

static ssize_t store(struct kobject *kobj, struct entry *e, const char *text, size_t size)
{
	const struct sysfs_ops *ops = ops_of(kobj);
	ssize_t n;
	char *copy;

	if (!(e->mode & 0222))
		return -EACCES;
	if (!ops || !ops->store)
		return -EIO;
	size = min_t(size_t, size, PAGE_SIZE);
	copy = kmemdup_nul(text, size, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	n = size ? ops->store(kobj, (struct attribute *)e->attr, copy, size) : 0;
	kfree(copy);
	return n;
}

ssize_t kmk_sysfs_read(struct kobject *kobj, const char *name, char *buf, size_t size)
{
	struct entry *e = use(kobj, name);
	ssize_t n;

	if (!e)
		return -ENOENT;
	n = show(kobj, e, buf, size);
	unuse(e);
	return n;
}

ssize_t kmk_sysfs_write(struct kobject *kobj, const char *name, const char *text, size_t size)
{
	struct entry *e = use(kobj, name);
	ssize_t n;

	if (!e)
		return -ENOENT;
	n = store(kobj, e, text, size);
	unuse(e);
	return n;
}

umode_t kmk_sysfs_mode(struct kobject *kobj, const char *name)
{
	struct entry *e;
	umode_t mode;

	mutex_lock(&lock);
	e = find_path(kobj, name);
	mode = e ? e->mode : 0;
	mutex_unlock(&lock);
	return mode;
}

/* ---- text ---- */

int sysfs_emit(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	if (WARN(!buf || offset_in_page(buf), "invalid sysfs_emit: buf:%p\n", buf))
		return 0;
	va_start(args, fmt);
	n = vscnprintf(buf, PAGE_SIZE, fmt, args);
	va_end(args);
	return n;
}

int sysfs_emit_at(char *buf, int at, const char *fmt, ...)
{
	va_list args;
	int n;

	if (WARN(!buf || offset_in_page(buf) || at < 0 || at >= (int)PAGE_SIZE, "invalid sysfs_emit_at: buf:%p at:%d\n",
		 buf, at))
		return 0;
	va_start(args, fmt);
	n = vscnprintf(buf + at, PAGE_SIZE - (size_t)at, fmt, args);
	va_end(args);
	return n;
}
