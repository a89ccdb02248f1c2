/* SPDX-License-Identifier: MIT */
/* There is no debugfs: files are not made, and the kernel's callers must not care. */
#ifndef _LINUX_DEBUGFS_H
#define _LINUX_DEBUGFS_H

#include <linux/err.h>
#include <linux/types.h>

struct dentry;
struct file_operations;

static inline struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	(void)name, (void)parent;
	return ERR_PTR(-ENODEV);
}

static inline struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
						 void *data, const struct file_operations *fops)
{
	(void)name, (void)mode, (void)parent, (void)data, (void)fops;
	return ERR_PTR(-ENODEV);
}

static inline struct dentry *debugfs_lookup(const char *name, struct dentry *parent)
{
	(void)name, (void)parent;
	return NULL;
}

#define debugfs_create_u8(name, mode, parent, value)	((void)(value))
#define debugfs_create_u16(name, mode, parent, value)	((void)(value))
#define debugfs_create_u32(name, mode, parent, value)	((void)(value))
#define debugfs_create_u64(name, mode, parent, value)	((void)(value))
#define debugfs_create_ulong(name, mode, parent, value)	((void)(value))
#define debugfs_create_x32(name, mode, parent, value)	((void)(value))
#define debugfs_create_size_t(name, mode, parent, value) ((void)(value))
#define debugfs_create_bool(name, mode, parent, value)	((void)(value))
#define debugfs_create_atomic_t(name, mode, parent, value) ((void)(value))
#define debugfs_remove(dentry)			((void)(dentry))
#define debugfs_remove_recursive(dentry)	((void)(dentry))
#define debugfs_initialized()			false

#endif
