/* SPDX-License-Identifier: MIT */
/* Thin: the structures that drivers and the page cache name. No file system stands behind them. */
#ifndef KMK_LINUX_FS_H
#define KMK_LINUX_FS_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uaccess.h>

struct address_space;
struct dentry;
struct file;
struct inode;
struct iov_iter;
struct kiocb;
struct path;
struct poll_table_struct;
struct super_block;
struct vm_area_struct;

#define FMODE_READ	0x1u
#define FMODE_WRITE	0x2u
#define FMODE_LSEEK	0x4u
#define FMODE_NOWAIT	0x8000000u

struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t count, loff_t *pos);
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *iter);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *iter);
	unsigned int (*poll)(struct file *file, struct poll_table_struct *wait);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, void *id);
	int (*release)(struct inode *inode, struct file *file);
	int (*fsync)(struct file *file, loff_t start, loff_t end, int datasync);
	int (*fasync)(int fd, struct file *file, int on);
};

struct inode {
	umode_t i_mode;
	unsigned int i_flags;
	dev_t i_rdev;
	loff_t i_size;
	unsigned long i_ino;
	struct address_space *i_mapping;
	const struct file_operations *i_fop;
	void *i_private;
};

struct file {
	fmode_t f_mode;
	unsigned int f_flags;
	loff_t f_pos;
	struct inode *f_inode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	void *private_data;
};

static inline struct inode *file_inode(const struct file *f)
{
	return f->f_inode;
}

static inline loff_t i_size_read(const struct inode *inode)
{
	return READ_ONCE(inode->i_size);
}

static inline void i_size_write(struct inode *inode, loff_t size)
{
	WRITE_ONCE(inode->i_size, size);
}

/* The part of a buffer of @available bytes that a read at *pos may see. */
static inline ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *pos, const void *from,
					      size_t available)
{
	if (*pos < 0)
		return -EINVAL;
	if ((size_t)*pos >= available || !count)
		return 0;
	count = min(count, available - (size_t)*pos);
	if (copy_to_user(to, (const char *)from + *pos, count))
		return -EFAULT;
	*pos += (loff_t)count;
	return (ssize_t)count;
}

static inline ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *pos, const void __user *from,
					     size_t count)
{
	if (*pos < 0)
		return -EINVAL;
	if ((size_t)*pos >= available || !count)
		return 0;
	count = min(count, available - (size_t)*pos);
	if (copy_from_user((char *)to + *pos, from, count))
		return -EFAULT;
	*pos += (loff_t)count;
	return (ssize_t)count;
}
#define no_llseek	NULL
#define noop_llseek	NULL

#endif
