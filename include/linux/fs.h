/* SPDX-License-Identifier: MIT */
/* Thin: the structures that drivers and the page cache name. No file system stands behind them. */
#ifndef KMK_LINUX_FS_H
#define KMK_LINUX_FS_H

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/errseq.h>
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/shrinker.h>	/* this and wait_bit.h: file systems rely on getting them from here */
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/wait_bit.h>

struct address_space;
struct dentry;
struct file;
struct inode;
struct kmk_mapping_ops;
struct page;
struct readahead_control;
struct writeback_control;
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

/* The pages of a mapping by index: a radix tree of 64-way nodes, written under xa_lock, read under RCU. */
struct kmk_page_tree {
	spinlock_t xa_lock;
	unsigned int height;		/* levels of nodes; 0: empty */
	void *root;
};

/*
 * How a mapping's pages are read and written. Names and meanings as in Linux 6.1, of both generations:
 * where readpage/read_folio, releasepage/release_folio, migratepage/migrate_folio or set_page_dirty/
 * dirty_folio are both given, the folio form is called.
 */
struct address_space_operations {
	int (*writepage)(struct page *page, struct writeback_control *wbc);
	int (*read_folio)(struct file *file, struct folio *folio);
	int (*readpage)(struct file *file, struct page *page);
	int (*writepages)(struct address_space *mapping, struct writeback_control *wbc);
	bool (*dirty_folio)(struct address_space *mapping, struct folio *folio);
	int (*set_page_dirty)(struct page *page);
	void (*readahead)(struct readahead_control *rac);
	int (*write_begin)(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len,
			   struct page **page, void **fsdata);
	int (*write_end)(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len,
			 unsigned int copied, struct page *page, void *fsdata);
	void (*invalidate_folio)(struct folio *folio, size_t offset, size_t len);
	bool (*release_folio)(struct folio *folio, gfp_t gfp);
	int (*releasepage)(struct page *page, gfp_t gfp);
	void (*free_folio)(struct folio *folio);
	int (*migrate_folio)(struct address_space *mapping, struct folio *to, struct folio *from, int mode);
	int (*migratepage)(struct address_space *mapping, struct page *to, struct page *from, int mode);
	int (*launder_folio)(struct folio *folio);
	int (*error_remove_page)(struct address_space *mapping, struct page *page);
};

enum mapping_flags {
	AS_EIO, AS_ENOSPC, AS_MM_ALL_LOCKS, AS_UNEVICTABLE, AS_EXITING, AS_NO_WRITEBACK_TAGS,
	AS_LARGE_FOLIO_SUPPORT,
	AS_STABLE_WRITES,	/* a page must not change while it is written */
};

/* Tags of a page in its mapping's tree, for walks. */
#define PAGECACHE_TAG_DIRTY	0u
#define PAGECACHE_TAG_WRITEBACK	1u
#define PAGECACHE_TAG_TOWRITE	2u	/* dirty when a walk for data integrity began */

struct address_space {
	struct inode *host;
	struct kmk_page_tree i_pages;
	struct rw_semaphore invalidate_lock;
	gfp_t gfp_mask;
	unsigned long nrpages;
	unsigned long nr_dirty, nr_writeback;	/* pages; under i_pages.xa_lock */
	pgoff_t writeback_index;
	const struct address_space_operations *a_ops;
	const struct kmk_mapping_ops *kmk_ops;	/* the library's own mappings only */
	unsigned long flags;			/* bits of enum mapping_flags */
	errseq_t wb_err;			/* last error of write-back */
	spinlock_t private_lock;
	struct list_head private_list;
	void *private_data;
	struct list_head kmk_dirty_link;	/* among mappings with dirty pages */
	unsigned long kmk_dirtied_when;		/* jiffies when it joined them */
};

struct inode {
	umode_t i_mode;
	unsigned int i_flags;
	dev_t i_rdev;
	loff_t i_size;
	unsigned long i_ino;
	struct address_space *i_mapping;
	struct address_space i_data;
	struct super_block *i_sb;
	unsigned int i_blkbits;
	struct rw_semaphore i_rwsem;
	atomic_t i_count;
	const struct file_operations *i_fop;
	void *i_private;
};

/* What an open file's reads were like, for readahead; pages. */
struct file_ra_state {
	pgoff_t start;			/* window read last */
	unsigned int size, async_size;	/* its length; how many before its end the next one is started */
	unsigned int ra_pages;		/* largest window; 0: no readahead */
	loff_t prev_pos;
};

struct file {
	fmode_t f_mode;
	unsigned int f_flags;
	loff_t f_pos;
	struct inode *f_inode;
	const struct file_operations *f_op;
	struct address_space *f_mapping;
	struct file_ra_state f_ra;
	errseq_t f_wb_err;		/* errors of write-back this file has been told */
	atomic_long_t f_count;
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

static inline void inode_lock(struct inode *inode) { down_write(&inode->i_rwsem); }
static inline void inode_unlock(struct inode *inode) { up_write(&inode->i_rwsem); }
static inline void inode_lock_shared(struct inode *inode) { down_read(&inode->i_rwsem); }
static inline void inode_unlock_shared(struct inode *inode) { up_read(&inode->i_rwsem); }
static inline int inode_trylock(struct inode *inode) { return down_write_trylock(&inode->i_rwsem); }
static inline void filemap_invalidate_lock(struct address_space *m) { down_write(&m->invalidate_lock); }
static inline void filemap_invalidate_unlock(struct address_space *m) { up_write(&m->invalidate_lock); }
static inline void filemap_invalidate_lock_shared(struct address_space *m) { down_read(&m->invalidate_lock); }
static inline void filemap_invalidate_unlock_shared(struct address_space *m) { up_read(&m->invalidate_lock); }

/*
 * kmk_inode_setup - an inode of the caller's own making, zeroed before: lists, locks, a mapping at rest with
 * host and i_mapping set. What inode_init_always() is to a file system. Any context.
 */
void kmk_inode_setup(struct inode *inode);

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
/*
 * Files of the host. Every open of one host file shares its pages (f_mapping). All of these may sleep.
 *
 * filp_open - open a regular file or block device of the host; flags O_*, mode for O_CREAT. ERR_PTR(): the
 *	host's error; -EOPNOTSUPP where the host has no files.
 * filp_close - the last close of a file writes its dirty pages back and drops them; the error of that.
 * kernel_read, kernel_write - bytes through the page cache from *pos on, moving it; what was done, or a
 *	negative errno. With O_DIRECT around it: position and length are multiples of 512, dirty pages of
 *	the range are written first, cached ones of a written range dropped.
 * vfs_fsync - write dirty pages back and make the host write its copy out. 0, or an error of write-back since
 *	this file was last told (-EIO, -ENOSPC ...).
 * kmk_file_truncate - the file ends at size now. What do_truncate() is to a file system.
 * Difference to 6.1: a page whose write-back failed stays dirty, and is written again later.
 */
struct file *filp_open(const char *path, int flags, umode_t mode);
int filp_close(struct file *file, void *id);
void fput(struct file *file);
static inline struct file *get_file(struct file *file) { atomic_long_inc(&file->f_count); return file; }
ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos);
ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos);
int vfs_fsync(struct file *file, int datasync);
int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync);
loff_t vfs_llseek(struct file *file, loff_t offset, int whence);
int kmk_file_truncate(struct file *file, loff_t size);

#ifndef SEEK_SET
#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
#endif

#define no_llseek	NULL
#define noop_llseek	NULL

#if KMK_MIXED && __has_include_next(<linux/fs.h>)
#include_next <linux/fs.h>
#endif
#endif
