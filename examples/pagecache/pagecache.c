// SPDX-License-Identifier: MIT
/* The cache itself; its story is in pagecache.h. */
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/writeback.h>

#include "pagecache.h"

static struct pcache *pcache_of(struct address_space *mapping)
{
	return container_of(mapping->host, struct pcache, inode);
}

/* ---- what the page cache asks of us ---- */

static int pcache_read_folio(struct file *file, struct folio *folio)
{
	struct pcache *pc = pcache_of(folio->mapping);
	loff_t pos = folio_pos(folio);
	void *to = kmap_local_folio(folio, 0);
	ssize_t n = kernel_read(pc->backing, to, PAGE_SIZE, &pos);

	if (n >= 0 && n < PAGE_SIZE)
		memset(to + n, 0, PAGE_SIZE - n);
	kunmap_local(to);
	atomic_long_inc(&pc->nr_read);
	page_endio(&folio->page, false, n < 0 ? n : 0);
	return n < 0 ? n : 0;
}

static enum pcache_writer who(const struct writeback_control *wbc)
{
	if (wbc->for_reclaim)
		return current_is_kswapd() ? PCACHE_KSWAPD : PCACHE_DIRECT;
	return wbc->for_background || wbc->for_kupdate ? PCACHE_FLUSHER : PCACHE_SYNC;
}

static int write_out(struct pcache *pc, struct page *page)
{
	loff_t pos = page_offset(page), left = i_size_read(&pc->inode) - pos;
	void *from;
	ssize_t n;

	if (left <= 0)
		return 0;
	if (atomic_read(&pc->fail_writes) < 0 || atomic_dec_if_positive(&pc->fail_writes) >= 0)
		return -EIO;
	from = kmap_local_page(page);
	n = kernel_write(pc->backing, from, PAGE_SIZE, &pos);
	kunmap_local(from);
	return n == PAGE_SIZE ? 0 : n < 0 ? n : -EIO;
}

static int pcache_writepage(struct page *page, struct writeback_control *wbc)
{
	struct pcache *pc = pcache_of(page->mapping);
	int err;

	set_page_writeback(page);
	unlock_page(page);
	err = write_out(pc, page);
	if (err) {
		mapping_set_error(page->mapping, err);
		redirty_page_for_writepage(wbc, page);
	} else {
		atomic_long_inc(&pc->nr_written[who(wbc)]);
	}
	end_page_writeback(page);
	return err;
}

static const struct address_space_operations pcache_aops = {
	.read_folio = pcache_read_folio,
	.writepage = pcache_writepage,
	.dirty_folio = filemap_dirty_folio,
};

/* ---- opening ---- */

struct pcache *pcache_open(const char *path, loff_t size)
{
	struct pcache *pc = kzalloc(sizeof(*pc), GFP_KERNEL);
	int err;

	if (!pc)
		return ERR_PTR(-ENOMEM);
	pc->backing = path && *path ? filp_open(path, O_RDWR | O_CREAT | O_DIRECT, 0600)
				    : filp_open("/tmp", O_RDWR | O_TMPFILE | O_DIRECT, 0600);
	if (IS_ERR(pc->backing)) {
		err = PTR_ERR(pc->backing);
		goto no_file;
	}
	size = PAGE_ALIGN(size);
	err = kmk_file_truncate(pc->backing, size);
	if (err)
		goto no_size;
	kmk_inode_setup(&pc->inode);
	i_size_write(&pc->inode, size);
	pc->inode.i_mapping->a_ops = &pcache_aops;
	mapping_set_stable_writes(pc->inode.i_mapping);
	return pc;
no_size:
	filp_close(pc->backing, NULL);
no_file:
	kfree(pc);
	return ERR_PTR(err);
}

int pcache_close(struct pcache *pc)
{
	int err = filemap_write_and_wait(pc->inode.i_mapping), end;

	truncate_inode_pages_final(pc->inode.i_mapping);
	end = filp_close(pc->backing, NULL);
	kfree(pc);
	return err ? err : end;
}

void pcache_file_init(struct pcache_file *f, struct pcache *pc)
{
	*f = (struct pcache_file){ .pc = pc, .ra.ra_pages = VM_READAHEAD_PAGES };
}

/* ---- bytes ---- */

static struct page *read_ahead(struct pcache_file *f, pgoff_t index, unsigned long pages)
{
	struct address_space *mapping = f->pc->inode.i_mapping;
	struct page *page = find_get_page(mapping, index);

	if (!page) {
		page_cache_sync_readahead(mapping, &f->ra, NULL, index, pages);
	} else {
		if (PageReadahead(page))
			page_cache_async_readahead(mapping, &f->ra, NULL, page_folio(page), index, pages);
		put_page(page);
	}
	return read_mapping_page(mapping, index, NULL);
}

/* Up to date and locked, so that no write is seen in the middle. */
static struct page *page_for_read(struct pcache_file *f, pgoff_t index, unsigned long pages)
{
	for (;;) {
		struct page *page = read_ahead(f, index, pages);

		if (IS_ERR(page))
			return page;
		lock_page(page);
		if (page->mapping && PageUptodate(page))
			return page;
		unlock_page(page);	/* dropped meanwhile */
		put_page(page);
	}
}

/* How much of a request lies in the page of pos, and before the end of the file. */
static size_t part(struct pcache *pc, loff_t pos, size_t count)
{
	loff_t left = i_size_read(&pc->inode) - pos;

	if (left <= 0)
		return 0;
	return min3((size_t)left, count, (size_t)(PAGE_SIZE - offset_in_page(pos)));
}

ssize_t pcache_read(struct pcache_file *f, void *buf, size_t count, loff_t pos)
{
	size_t done = 0, n;

	for (; (n = part(f->pc, pos, count - done)); done += n, pos += n) {
		struct page *page = page_for_read(f, pos >> PAGE_SHIFT, DIV_ROUND_UP(count - done, PAGE_SIZE));

		if (IS_ERR(page))
			return done ? done : PTR_ERR(page);
		memcpy_from_page(buf + done, page, offset_in_page(pos), n);
		unlock_page(page);
		put_page(page);
		f->ra.prev_pos = pos;
	}
	return done;
}

/* The page to be changed, locked: up to date unless all of it is about to be replaced. */
static struct page *page_for_write(struct pcache *pc, pgoff_t index, bool whole)
{
	struct address_space *mapping = pc->inode.i_mapping;

	for (;;) {
		struct page *page;

		if (!whole) {
			page = read_mapping_page(mapping, index, NULL);
			if (IS_ERR(page))
				return page;
			put_page(page);
		}
		page = grab_cache_page_write_begin(mapping, index);
		if (!page)
			return ERR_PTR(-ENOMEM);
		if (whole || PageUptodate(page))
			return page;
		unlock_page(page);	/* dropped meanwhile */
		put_page(page);
	}
}

ssize_t pcache_write(struct pcache_file *f, const void *buf, size_t count, loff_t pos)
{
	struct pcache *pc = f->pc;
	size_t done = 0, n;

	for (; (n = part(pc, pos, count - done)); done += n, pos += n) {
		struct page *page = page_for_write(pc, pos >> PAGE_SHIFT, n == PAGE_SIZE);

		if (IS_ERR(page))
			return done ? done : PTR_ERR(page);
		memcpy_to_page(page, offset_in_page(pos), buf + done, n);
		SetPageUptodate(page);
		set_page_dirty(page);
		unlock_page(page);
		mark_page_accessed(page);
		put_page(page);
		balance_dirty_pages_ratelimited(pc->inode.i_mapping);
	}
	return done;
}

/* ---- all of it ---- */

int pcache_sync(struct pcache *pc, loff_t start, loff_t end)
{
	int err = filemap_write_and_wait_range(pc->inode.i_mapping, start, end);

	return err ? err : vfs_fsync(pc->backing, 1);
}

/* What lies behind the new end in its page is zero, in the file too: the page is written for that. */
static int clear_tail(struct pcache *pc, loff_t size)
{
	struct page *page;

	if (!offset_in_page(size) || size >= i_size_read(&pc->inode))
		return 0;
	page = page_for_write(pc, size >> PAGE_SHIFT, false);
	if (IS_ERR(page))
		return PTR_ERR(page);
	zero_user_segment(page, offset_in_page(size), PAGE_SIZE);
	set_page_dirty(page);
	unlock_page(page);
	put_page(page);
	return 0;
}

int pcache_truncate(struct pcache *pc, loff_t size)
{
	int err = clear_tail(pc, size);

	if (err)
		return err;
	truncate_setsize(&pc->inode, size);
	return kmk_file_truncate(pc->backing, PAGE_ALIGN(size));
}

unsigned long pcache_drop(struct pcache *pc)
{
	return invalidate_mapping_pages(pc->inode.i_mapping, 0, -1);
}
