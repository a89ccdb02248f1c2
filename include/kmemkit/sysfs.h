/* SPDX-License-Identifier: MIT */
/*
 * Attributes without a file tree: what a kernel object shows is read and written by name.
 *
 * name is that of the attribute, or GROUP/ATTRIBUTE where the group has a name. The calls do what reading
 * and writing the file in /sys does: they look at the mode, and call show() with a page of zeroes and store()
 * with a copy that a zero ends. Removing an attribute waits for calls that are under way. All may sleep.
 */
#ifndef KMEMKIT_SYSFS_H
#define KMEMKIT_SYSFS_H

#include <linux/types.h>

struct kobject;

/*
 * kmk_sysfs_read - what show() says, at most size - 1 bytes, and a zero behind it
 *
 * The length of the text, which may be cut; -ENOENT without such an attribute, -EACCES if its mode lets nobody
 * read, -EIO without show(), -ENOMEM, or show()'s own error.
 */
ssize_t kmk_sysfs_read(struct kobject *kobj, const char *name, char *buf, size_t size);
/*
 * kmk_sysfs_write - hand size bytes of text (a page at most) to store()
 *
 * store()'s result; errors as above.
 */
ssize_t kmk_sysfs_write(struct kobject *kobj, const char *name, const char *text, size_t size);
/* The mode an attribute was made with, after is_visible(); 0: there is none. */
umode_t kmk_sysfs_mode(struct kobject *kobj, const char *name);

#endif
