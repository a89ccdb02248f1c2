/* SPDX-License-Identifier: MIT */
/*
 * Files of the host as files of the kernel API: one inode for each host file that is open, with a page
 * cache over port_file_io().
 *
 *     kernel_read, kernel_write -> pages of the inode's mapping -> read_folio, writepage -> the host
 *     O_DIRECT ------------------------------------------------------------------------> the host
 *
 * The inode keeps a handle of its own: the first one opened for reading and, once somebody writes, one
 * that can. Handles are closed with the inode, so write-back never meets a closed one.
 */
#include <kmemkit/event.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include "port.h"

#define SECTOR	512

struct host_inode {
	struct inode inode;
	struct list_head link;		/* in inodes */
	uint64_t id[2];			/* which host file */
	int handle, old_handle;		/* for I/O; a read-only one it took the place of, or -1 */
	bool writable;
	unsigned int opens;
};

static LIST_HEAD(inodes);
static DEFINE_MUTEX(inodes_lock);

static struct host_inode *host_of(struct inode *inode)
{
	return container_of(inode, struct host_inode, inode);
}

static int handle_of(struct host_inode *h)
{
	return READ_ONCE(h->handle);
}

/* ---- pages ---- */

static int host_read_folio(struct file *file, struct folio *folio)
{
	struct page *page = &folio->page;
	struct host_inode *h = host_of(page->mapping->host);
	char *to = kmap_local_page(page);
	long n = port_file_io(handle_of(h), false, to, PAGE_SIZE, (uint64_t)page_offset(page));

	(void)file;
	if (n >= 0)
		memset(to + n, 0, PAGE_SIZE - (size_t)n);
	kunmap_local(to);
	count_vm_events(PGPGIN, PAGE_SIZE / 1024);
	page_endio(page, false, n < 0 ? (int)n : 0);
	return n < 0 ? (int)n : 0;
}

/* Bytes of the page that are the file's. */
static size_t bytes_of(struct page *page)
{
	loff_t left = i_size_read(page->mapping->host) - page_offset(page);

	return left <= 0 ? 0 : left < (loff_t)PAGE_SIZE ? (size_t)left : PAGE_SIZE;
}

static int write_out(struct host_inode *h, struct page *page, loff_t at, size_t len)
{
	char *from = kmap_local_page(page);
	long n = port_file_io(handle_of(h), true, from, len, (uint64_t)at);

	kunmap_local(from);
	count_vm_events(PGPGOUT, PAGE_SIZE / 1024);
	return n < 0 ? (int)n : (size_t)n < len ? -EIO : 0;
}

static int host_writepage(struct page *page, struct writeback_control *wbc)
{
	struct host_inode *h = host_of(page->mapping->host);
	size_t len = bytes_of(page);
	int err;

	set_page_writeback(page);
	unlock_page(page);
	err = len ? write_out(h, page, page_offset(page), len) : 0;
	if (err) {
		mapping_set_error(page->mapping, err);
		redirty_page_for_writepage(wbc, page);
	}
	end_page_writeback(page);
	return err;
}

static int host_write_begin(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len,
			    struct page **pagep, void **fsdata)
{
	struct page *page = grab_cache_page_write_begin(mapping, (pgoff_t)(pos >> PAGE_SHIFT));
	int err;

	(void)fsdata;
	if (!page)
		return -ENOMEM;
	*pagep = page;
	if (PageUptodate(page) || len == PAGE_SIZE)
		return 0;
	if (page_offset(page) >= i_size_read(mapping->host)) {
		zero_user(page, 0, PAGE_SIZE);
		SetPageUptodate(page);
		return 0;
	}
	err = host_read_folio(file, page_folio(page));	/* unlocks */
	lock_page(page);
	if (!err && page->mapping == mapping)
		return 0;
	unlock_page(page);
	put_page(page);
	return err ? err : -EAGAIN;
}

static int host_write_end(struct file *file, struct address_space *mapping, loff_t pos, unsigned int len,
			  unsigned int copied, struct page *page, void *fsdata)
{
	(void)file;
	(void)len;
	(void)fsdata;
	if (pos + copied > i_size_read(mapping->host))
		i_size_write(mapping->host, pos + copied);
	SetPageUptodate(page);
	set_page_dirty(page);
	unlock_page(page);
	put_page(page);
	return (int)copied;
}

static int host_launder_folio(struct folio *folio)
{
	struct page *page = &folio->page;
	int err = 0;

	if (clear_page_dirty_for_io(page)) {
		err = write_out(host_of(page->mapping->host), page, page_offset(page), bytes_of(page));
		if (err)
			set_page_dirty(page);
	}
	return err;
}

static const struct address_space_operations host_aops = {
	.read_folio = host_read_folio,
	.writepage = host_writepage,
	.dirty_folio = filemap_dirty_folio,
	.write_begin = host_write_begin,
	.write_end = host_write_end,
	.launder_folio = host_launder_folio,
};

/* ---- inodes ---- */

static struct host_inode *find_locked(const uint64_t id[2])
{
	struct host_inode *h;

	list_for_each_entry(h, &inodes, link)
		if (h->id[0] == id[0] && h->id[1] == id[1])
			return h;
	return NULL;
}

/*
 * In a fork's child. Another thread's close is the parent's: it may hold the lock for as long as the file is
 * written, with pages locked that nobody will unlock here. So an inode that it was about to end is let lie.
 */
static void fork_child(void)
{
	struct host_inode *h, *next;

	if (mutex_is_locked(&inodes_lock)) {
		list_for_each_entry_safe(h, next, &inodes, link)
			if (!h->opens)
				list_del_init(&h->link);
		kmk_mutex_fork_child(&inodes_lock);
	}
}

static void hook_fork(void)
{
	static struct kmk_fork_hook hook = { .fn = fork_child };
	static u32 hooked;

	if (!__atomic_exchange_n(&hooked, 1, __ATOMIC_ACQ_REL))
		kmk_on_fork_child(&hook);
}

/* A known inode is opened once more with a handle of that kind. */
static void adopt_locked(struct host_inode *h, int handle, bool write, bool cut)
{
	if (write && !h->writable) {
		h->old_handle = h->handle;
		WRITE_ONCE(h->handle, handle);
		h->writable = true;
	} else {
		port_file_close(handle);
	}
	if (cut)
		truncate_setsize(&h->inode, 0);
	h->opens++;
}

static struct host_inode *make_locked(int handle, bool write, const uint64_t id[2])
{
	struct host_inode *h = kzalloc(sizeof(*h), GFP_KERNEL);

	if (!h)
		return NULL;
	kmk_inode_setup(&h->inode);
	h->inode.i_data.a_ops = &host_aops;
	h->inode.i_size = port_file_size(handle);
	h->inode.i_ino = (unsigned long)id[1];
	h->id[0] = id[0];
	h->id[1] = id[1];
	h->handle = handle;
	h->old_handle = -1;
	h->writable = write;
	h->opens = 1;
	list_add(&h->link, &inodes);
	return h;
}

/* The inode of an open handle, which becomes the inode's. */
static struct host_inode *inode_get(int handle, bool write, bool cut)
{
	struct host_inode *h;
	uint64_t id[2];
	int err = port_file_id(handle, id);

	mutex_lock(&inodes_lock);
	h = err ? NULL : find_locked(id);
	if (h)
		adopt_locked(h, handle, write, cut);
	else if (!err)
		h = make_locked(handle, write, id);
	mutex_unlock(&inodes_lock);
	if (!h)
		port_file_close(handle);
	return h ? h : ERR_PTR(err ? err : -ENOMEM);
}

static int inode_put(struct host_inode *h)
{
	int err = 0;

	mutex_lock(&inodes_lock);
	if (--h->opens) {
		mutex_unlock(&inodes_lock);
		return 0;
	}
	err = filemap_write_and_wait(&h->inode.i_data);
	list_del(&h->link);
	truncate_inode_pages_final(&h->inode.i_data);
	port_file_close(h->handle);
	if (h->old_handle >= 0)
		port_file_close(h->old_handle);
	mutex_unlock(&inodes_lock);
	kfree(h);
	return err;
}

/* ---- open, close ---- */

static int host_open(const char *path, int flags, umode_t mode)
{
	unsigned int how = 0;

	if (!port_file_open)
		return -EOPNOTSUPP;
	hook_fork();
	if ((flags & O_ACCMODE) != O_RDONLY)
		how |= PORT_OPEN_WRITE;
	if (flags & O_CREAT)
		how |= PORT_OPEN_CREATE;
	if (flags & O_TRUNC)
		how |= PORT_OPEN_TRUNC;
	if (flags & O_EXCL)
		how |= PORT_OPEN_EXCL;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		how |= PORT_OPEN_TEMP;
	return port_file_open(path, how, mode);
}

struct file *filp_open(const char *path, int flags, umode_t mode)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;
	int handle = host_open(path, flags, mode);
	struct host_inode *h;
	struct file *file;

	if (handle < 0)
		return ERR_PTR(handle);
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	h = file ? inode_get(handle, write, flags & O_TRUNC) : ERR_PTR(-ENOMEM);
	if (IS_ERR(h)) {
		if (!file)
			port_file_close(handle);
		kfree(file);
		return ERR_CAST(h);
	}
	file->f_mode = ((flags & O_ACCMODE) != O_WRONLY ? FMODE_READ : 0) | (write ? FMODE_WRITE : 0) | FMODE_LSEEK;
	file->f_flags = (unsigned int)flags;
	file->f_inode = &h->inode;
	file->f_mapping = &h->inode.i_data;
	file->f_ra.ra_pages = VM_READAHEAD_PAGES;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	atomic_long_set(&file->f_count, 1);
	return file;
}

static int file_put(struct file *file)
{
	int err;

	if (!atomic_long_dec_and_test(&file->f_count))
		return 0;
	if (file->f_op && file->f_op->release)		/* not one of ours: shmem */
		err = file->f_op->release(file->f_inode, file);
	else
		err = inode_put(host_of(file->f_inode));
	kfree(file);
	return err;
}

int filp_close(struct file *file, void *id)
{
	(void)id;
	return file_put(file);
}

void fput(struct file *file)
{
	file_put(file);
}

/* ---- reading and writing ---- */

static bool misaligned(size_t count, loff_t pos)
{
	return (count | (size_t)pos) % SECTOR;
}

/* Around the cache, as O_DIRECT does. */
static ssize_t direct_io(struct file *file, bool write, void *buf, size_t count, loff_t pos)
{
	struct host_inode *h = host_of(file->f_inode);
	struct address_space *mapping = file->f_mapping;
	loff_t last = pos + (loff_t)count - 1;
	long n;
	int err;

	if (misaligned(count, pos))
		return -EINVAL;
	err = filemap_write_and_wait_range(mapping, pos, last);
	if (err)
		return err;
	n = port_file_io(handle_of(h), write, buf, count, (uint64_t)pos);
	if (write && READ_ONCE(mapping->nrpages))
		invalidate_inode_pages2_range(mapping, (pgoff_t)(pos >> PAGE_SHIFT), (pgoff_t)(last >> PAGE_SHIFT));
	return n;
}

static struct page *page_for_read(struct file *file, pgoff_t index, size_t count)
{
	struct address_space *mapping = file->f_mapping;
	struct page *page;

	if (shmem_mapping(mapping))
		return shmem_read_mapping_page(mapping, index);
	page = find_get_page(mapping, index);

	if (!page) {
		page_cache_sync_readahead(mapping, &file->f_ra, file, index, DIV_ROUND_UP(count, PAGE_SIZE));
	} else {
		if (PageReadahead(page))
			page_cache_async_readahead(mapping, &file->f_ra, file, page_folio(page), index,
						   DIV_ROUND_UP(count, PAGE_SIZE));
		if (PageUptodate(page))
			return page;
		put_page(page);
	}
	return read_mapping_page(mapping, index, file);
}

static ssize_t cached_read(struct file *file, char *buf, size_t count, loff_t pos)
{
	size_t done = 0;

	while (done < count) {
		loff_t at = pos + (loff_t)done, size = i_size_read(file->f_inode);
		size_t n = min(count - done, PAGE_SIZE - offset_in_page(at));
		struct page *page;

		if (at >= size)
			break;
		n = min_t(u64, n, (u64)(size - at));
		page = page_for_read(file, (pgoff_t)(at >> PAGE_SHIFT), count - done);
		if (IS_ERR(page))
			return done ? (ssize_t)done : PTR_ERR(page);
		memcpy_from_page(buf + done, page, offset_in_page(at), n);
		mark_page_accessed(page);
		put_page(page);
		file->f_ra.prev_pos = at;
		done += n;
	}
	return (ssize_t)done;
}

static ssize_t cached_write(struct file *file, const char *buf, size_t count, loff_t pos)
{
	struct address_space *mapping = file->f_mapping;
	size_t done = 0;
	int err = 0;

	while (done < count && !err) {
		loff_t at = pos + (loff_t)done;
		unsigned int n = (unsigned int)min(count - done, PAGE_SIZE - offset_in_page(at));
		struct page *page;
		void *fsdata = NULL;

		err = mapping->a_ops->write_begin(file, mapping, at, n, &page, &fsdata);
		if (err == -EAGAIN) {
			err = 0;
			continue;
		}
		if (err)
			break;
		memcpy_to_page(page, offset_in_page(at), buf + done, n);
		mapping->a_ops->write_end(file, mapping, at, n, n, page, fsdata);
		balance_dirty_pages_ratelimited(mapping);
		done += n;
	}
	return done ? (ssize_t)done : err;
}

ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos)
{
	loff_t at = pos ? *pos : file->f_pos;
	ssize_t n;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (at < 0)
		return -EINVAL;
	n = (file->f_flags & O_DIRECT) && count ? direct_io(file, false, buf, count, at)
		: cached_read(file, buf, count, at);
	if (n > 0)
		*(pos ? pos : &file->f_pos) = at + n;
	return n;
}

static ssize_t write_locked(struct file *file, void *buf, size_t count, loff_t at)
{
	ssize_t n = (file->f_flags & O_DIRECT) ? direct_io(file, true, buf, count, at)
		: cached_write(file, buf, count, at);

	if (n > 0 && at + n > i_size_read(file->f_inode))
		i_size_write(file->f_inode, at + n);
	return n;
}

ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos)
{
	loff_t at = pos ? *pos : file->f_pos;
	ssize_t n;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (at < 0)
		return -EINVAL;
	if (!count)
		return 0;
	inode_lock(file->f_inode);
	if (file->f_flags & O_APPEND)
		at = i_size_read(file->f_inode);
	n = write_locked(file, (void *)buf, count, at);
	inode_unlock(file->f_inode);
	if (n > 0)
		*(pos ? pos : &file->f_pos) = at + n;
	if (n > 0 && (file->f_flags & O_DSYNC)) {
		int err = vfs_fsync_range(file, at, at + n - 1, 1);

		n = err ? err : n;
	}
	return n;
}

int vfs_fsync_range(struct file *file, loff_t start, loff_t end, int datasync)
{
	int err = file_write_and_wait_range(file, start, end);
	int sync = shmem_mapping(file->f_mapping) ? 0 : port_file_sync(handle_of(host_of(file->f_inode)));

	(void)datasync;
	return err ? err : sync;
}

int vfs_fsync(struct file *file, int datasync)
{
	return vfs_fsync_range(file, 0, LLONG_MAX, datasync);
}

loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t from = whence == SEEK_END ? i_size_read(file->f_inode) : whence == SEEK_CUR ? file->f_pos : 0;

	if (whence < SEEK_SET || whence > SEEK_END || from + offset < 0)
		return -EINVAL;
	return file->f_pos = from + offset;
}

int kmk_file_truncate(struct file *file, loff_t size)
{
	struct inode *inode = file->f_inode;
	int err;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (size < 0)
		return -EINVAL;
	inode_lock(inode);
	/* Longer: what lies behind the old end in its page is not the file's, and was never written. */
	truncate_setsize(inode, size);
	err = port_file_truncate(handle_of(host_of(inode)), (uint64_t)size);
	inode_unlock(inode);
	return err;
}
