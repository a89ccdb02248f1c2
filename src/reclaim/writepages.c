/* SPDX-License-Identifier: MIT */
/* Writing a mapping's dirty pages, waiting for them, and telling who asked of errors. */
#include <linux/mm.h>
#include <linux/writeback.h>
#include "mapping.h"

#define TAG_BATCH	1024	/* entries tagged before others get the lock */

/* ---- errors ---- */

void mapping_set_error(struct address_space *mapping, int error)
{
	if (!error)
		return;
	errseq_set(&mapping->wb_err, error);
	set_bit(error == -ENOSPC ? AS_ENOSPC : AS_EIO, &mapping->flags);
}

int filemap_check_errors(struct address_space *mapping)
{
	int err = 0;

	if (test_bit(AS_ENOSPC, &mapping->flags) && test_and_clear_bit(AS_ENOSPC, &mapping->flags))
		err = -ENOSPC;
	if (test_bit(AS_EIO, &mapping->flags) && test_and_clear_bit(AS_EIO, &mapping->flags))
		err = -EIO;
	return err;
}

int file_check_and_advance_wb_err(struct file *file)
{
	struct address_space *mapping = file->f_mapping;
	int err = errseq_check_and_advance(&mapping->wb_err, &file->f_wb_err);

	clear_bit(AS_EIO, &mapping->flags);
	clear_bit(AS_ENOSPC, &mapping->flags);
	return err;
}

/* ---- the walk ---- */

void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start, pgoff_t end)
{
	struct kmk_page_tree *tree = &mapping->i_pages;
	pgoff_t index = start;
	bool more = true;

	while (more) {
		unsigned long flags;

		spin_lock_irqsave(&tree->xa_lock, flags);
		for (unsigned int n = 0; n < TAG_BATCH && more; n++) {
			more = kmk_tree_next(tree, &index, end, PAGECACHE_TAG_DIRTY) != NULL;
			if (more) {
				kmk_tree_tag_locked(tree, index, PAGECACHE_TAG_TOWRITE);
				more = index++ != end;
			}
		}
		spin_unlock_irqrestore(&tree->xa_lock, flags);
	}
}

/* The locked page is this mapping's, dirty, and not on its way already; then its dirty bit is cleared. */
static bool page_ready(struct address_space *mapping, struct page *page, const struct writeback_control *wbc)
{
	if (page->mapping != mapping || !PageDirty(page))
		return false;
	if (PageWriteback(page)) {
		if (wbc->sync_mode == WB_SYNC_NONE)
			return false;
		wait_on_page_writeback(page);
	}
	return clear_page_dirty_for_io(page);
}

/* One page, looked up by the walk. 1: it was not for us; 0: written; or a negative errno. */
static int write_page(struct address_space *mapping, struct page *page, struct writeback_control *wbc,
		      writepage_t writepage, void *data)
{
	int err;

	lock_page(page);
	if (!page_ready(mapping, page, wbc)) {
		unlock_page(page);
		return 1;
	}
	err = writepage(page, wbc, data);
	if (err == AOP_WRITEPAGE_ACTIVATE) {
		unlock_page(page);
		err = 0;
	}
	return err;
}

struct span { pgoff_t start, end; bool cyclic; };

/* Which pages a request is for. */
static struct span span_of(const struct address_space *mapping, const struct writeback_control *wbc)
{
	if (wbc->range_cyclic)
		return (struct span){ READ_ONCE(mapping->writeback_index), (pgoff_t)-1, true };
	return (struct span){ (pgoff_t)wbc->range_start >> PAGE_SHIFT, (pgoff_t)wbc->range_end >> PAGE_SHIFT, false };
}

/* From *index to end; *index is behind the last page looked at. True: stop, by error or because it is enough. */
static bool walk(struct address_space *mapping, pgoff_t *index, pgoff_t end, struct writeback_control *wbc,
		 writepage_t writepage, void *data, int *ret)
{
	bool sync = wbc->sync_mode == WB_SYNC_ALL;
	unsigned int tag = sync || wbc->tagged_writepages ? PAGECACHE_TAG_TOWRITE : PAGECACHE_TAG_DIRTY;
	struct page *page;

	while (*index <= end && (page = kmk_mapping_find(mapping, index, end, tag))) {
		int err = write_page(mapping, page, wbc, writepage, data);

		put_page(page);
		if (err < 0 && !*ret)
			*ret = err;
		if (!++*index)
			return false;
		if (err < 0 && !sync)
			return true;
		if (err <= 0 && --wbc->nr_to_write <= 0 && !sync)
			return true;
	}
	return false;
}

int write_cache_pages(struct address_space *mapping, struct writeback_control *wbc, writepage_t writepage, void *data)
{
	struct span span = span_of(mapping, wbc);
	pgoff_t index = span.start;
	bool stopped;
	int ret = 0;

	if (wbc->sync_mode == WB_SYNC_ALL || wbc->tagged_writepages)
		tag_pages_for_writeback(mapping, span.start, span.end);
	stopped = walk(mapping, &index, span.end, wbc, writepage, data, &ret);
	if (span.cyclic)
		WRITE_ONCE(mapping->writeback_index, stopped ? index : 0);
	return ret;
}

static int by_writepage(struct page *page, struct writeback_control *wbc, void *data)
{
	struct address_space *mapping = data;
	int err = mapping->a_ops->writepage(page, wbc);

	if (err < 0)
		mapping_set_error(mapping, err);
	return err;
}

int generic_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	if (!mapping->a_ops || !mapping->a_ops->writepage)
		return 0;
	return write_cache_pages(mapping, wbc, by_writepage, mapping);
}

int do_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	if (wbc->nr_to_write <= 0)
		return 0;
	if (mapping->a_ops && mapping->a_ops->writepages)
		return mapping->a_ops->writepages(mapping, wbc);
	return generic_writepages(mapping, wbc);
}

/* ---- ranges of bytes ---- */

int __filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end, int sync_mode)
{
	struct writeback_control wbc = {
		.sync_mode = (enum writeback_sync_modes)sync_mode, .nr_to_write = LONG_MAX,
		.range_start = start, .range_end = end,
	};

	if (!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	return do_writepages(mapping, &wbc);
}

int filemap_fdatawrite_range(struct address_space *mapping, loff_t start, loff_t end)
{
	return __filemap_fdatawrite_range(mapping, start, end, WB_SYNC_ALL);
}

int filemap_fdatawrite(struct address_space *mapping)
{
	return filemap_fdatawrite_range(mapping, 0, LLONG_MAX);
}

int filemap_flush(struct address_space *mapping)
{
	return __filemap_fdatawrite_range(mapping, 0, LLONG_MAX, WB_SYNC_NONE);
}

static void wait_range(struct address_space *mapping, loff_t start, loff_t end)
{
	pgoff_t index = (pgoff_t)start >> PAGE_SHIFT, last = (pgoff_t)end >> PAGE_SHIFT;
	struct page *page;

	while (index <= last && (page = kmk_mapping_find(mapping, &index, last, PAGECACHE_TAG_WRITEBACK))) {
		wait_on_page_writeback(page);
		put_page(page);
		if (!++index)
			break;
	}
}

int filemap_fdatawait_range(struct address_space *mapping, loff_t start, loff_t end)
{
	wait_range(mapping, start, end);
	return filemap_check_errors(mapping);
}

static int keep_errors(const struct address_space *mapping)
{
	if (test_bit(AS_EIO, &mapping->flags))
		return -EIO;
	return test_bit(AS_ENOSPC, &mapping->flags) ? -ENOSPC : 0;
}

int filemap_fdatawait_range_keep_errors(struct address_space *mapping, loff_t start, loff_t end)
{
	wait_range(mapping, start, end);
	return keep_errors(mapping);
}

int filemap_fdatawait_keep_errors(struct address_space *mapping)
{
	return filemap_fdatawait_range_keep_errors(mapping, 0, LLONG_MAX);
}

int filemap_write_and_wait_range(struct address_space *mapping, loff_t start, loff_t end)
{
	int err = 0, noted;

	if (READ_ONCE(mapping->nrpages)) {
		err = filemap_fdatawrite_range(mapping, start, end);
		wait_range(mapping, start, end);
	}
	noted = filemap_check_errors(mapping);
	return err ? err : noted;
}

int file_write_and_wait_range(struct file *file, loff_t start, loff_t end)
{
	struct address_space *mapping = file->f_mapping;
	int err = 0, noted;

	if (READ_ONCE(mapping->nrpages)) {
		err = filemap_fdatawrite_range(mapping, start, end);
		wait_range(mapping, start, end);
	}
	noted = file_check_and_advance_wb_err(file);
	return err ? err : noted;
}

int write_one_page(struct page *page)
{
	struct address_space *mapping = page->mapping;
	struct writeback_control wbc = { .sync_mode = WB_SYNC_ALL, .nr_to_write = 1 };
	int err = 0;

	wait_on_page_writeback(page);
	if (!clear_page_dirty_for_io(page)) {
		unlock_page(page);
		return filemap_check_errors(mapping);
	}
	get_page(page);
	err = mapping->a_ops->writepage(page, &wbc);
	if (!err)
		wait_on_page_writeback(page);
	put_page(page);
	return err ? err : filemap_check_errors(mapping);
}

int write_inode_now(struct inode *inode, int sync)
{
	if (!sync)
		return filemap_flush(inode->i_mapping);
	return filemap_write_and_wait(inode->i_mapping);
}
