// SPDX-License-Identifier: MIT
/* Mappings, dirty and write-back bits, truncation, invalidation, readahead, host files. No pressure: see tests/pagecache. */
#include <kmemkit/kmemkit.h>
#include <kmemkit/pagecache.h>
#include <kunit/test.h>
#include <linux/backing-dev.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

#define PAGES	64

/* A device in memory that counts, and fails on demand. */
static struct disk {
	u8 *data;
	int fail_reads, fail_writes;	/* so many of the next ones; < 0: all */
	unsigned int delay_us;
	atomic_t reads, writes, freed, released;
} disk;
static struct inode *inode;
static struct address_space *mapping;

static bool fails(int *n)
{
	if (!*n)
		return false;
	if (*n > 0)
		--*n;
	return true;
}

static int disk_read_folio(struct file *file, struct folio *folio)
{
	bool bad = fails(&disk.fail_reads);

	atomic_inc(&disk.reads);
	if (!bad)
		memcpy_to_page(&folio->page, 0, disk.data + folio_pos(folio), PAGE_SIZE);
	page_endio(&folio->page, false, bad ? -EIO : 0);
	return 0;
}

static int disk_writepage(struct page *page, struct writeback_control *wbc)
{
	bool bad = fails(&disk.fail_writes);

	atomic_inc(&disk.writes);
	set_page_writeback(page);
	unlock_page(page);
	if (disk.delay_us)
		usleep_range(disk.delay_us, disk.delay_us);
	if (bad) {
		mapping_set_error(page->mapping, -EIO);
		redirty_page_for_writepage(wbc, page);
	} else {
		memcpy_from_page(disk.data + page_offset(page), page, 0, PAGE_SIZE);
	}
	end_page_writeback(page);
	return bad ? -EIO : 0;
}

static void disk_free_folio(struct folio *folio)
{
	atomic_inc(&disk.freed);
}

static bool disk_release_folio(struct folio *folio, gfp_t gfp)
{
	atomic_inc(&disk.released);
	if (folio_get_private(folio) == (void *)1)
		return false;
	folio_detach_private(folio);
	return true;
}

static void disk_invalidate_folio(struct folio *folio, size_t offset, size_t len)
{
	if (!offset && len == PAGE_SIZE)
		folio_detach_private(folio);
}

static const struct address_space_operations disk_aops = {
	.read_folio = disk_read_folio,
	.writepage = disk_writepage,
	.dirty_folio = filemap_dirty_folio,
	.free_folio = disk_free_folio,
	.release_folio = disk_release_folio,
	.invalidate_folio = disk_invalidate_folio,
};

static int pagecache_init(struct kunit *test)
{
	memset(&disk, 0, sizeof(disk));
	disk.data = vmalloc(PAGES * PAGE_SIZE);
	inode = kzalloc(sizeof(*inode), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, disk.data);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	for (unsigned int i = 0; i < PAGES * PAGE_SIZE; i++)
		disk.data[i] = (u8)(i / PAGE_SIZE + i * 7);
	kmk_inode_setup(inode);
	i_size_write(inode, PAGES * PAGE_SIZE);
	mapping = inode->i_mapping;
	mapping->a_ops = &disk_aops;
	return 0;
}

static void pagecache_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(mapping), 0U);
	truncate_inode_pages_final(mapping);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 0UL);
	KUNIT_EXPECT_TRUE(test, mapping_empty(mapping));
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(mapping), 0U);
	kfree(inode);
	vfree(disk.data);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
}

/* The page at index, read in, with a byte changed and marked dirty. */
static void dirty(struct kunit *test, pgoff_t index, u8 value)
{
	struct page *page = read_mapping_page(mapping, index, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	lock_page(page);
	memcpy_to_page(page, 5, (char *)&value, 1);
	set_page_dirty(page);
	unlock_page(page);
	put_page(page);
}

static void pagecache_test_add_find(struct kunit *test)
{
	static const pgoff_t at[] = { 0, 1, 63, 64, 4095, 4096, 1UL << 18, 1UL << 40, ~0UL - 1, ~0UL };
	struct page *page, *found[ARRAY_SIZE(at)];
	pgoff_t start = 0;

	for (int i = 0; i < ARRAY_SIZE(at); i++) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, add_to_page_cache_lru(page, mapping, at[i], GFP_KERNEL), 0);
		KUNIT_EXPECT_TRUE(test, PageLocked(page) && PageLRU(page));
		KUNIT_EXPECT_EQ(test, page_count(page), 2);
		unlock_page(page);
		put_page(page);
	}
	KUNIT_EXPECT_EQ(test, mapping->nrpages, ARRAY_SIZE(at));
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(mapping), 0U);
	for (int i = 0; i < ARRAY_SIZE(at); i++) {
		page = find_get_page(mapping, at[i]);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page->index, at[i]);
		put_page(page);
	}
	KUNIT_EXPECT_NULL(test, find_get_page(mapping, 2));
	KUNIT_EXPECT_NULL(test, find_get_page(mapping, 1UL << 41));
	KUNIT_ASSERT_EQ(test, find_get_pages_range(mapping, &start, ~0UL, ARRAY_SIZE(at) + 1, found), ARRAY_SIZE(at));
	for (int i = 0; i < ARRAY_SIZE(at); i++) {
		KUNIT_EXPECT_EQ(test, found[i]->index, at[i]);
		lock_page(found[i]);
		delete_from_page_cache(found[i]);
		unlock_page(found[i]);
		KUNIT_EXPECT_EQ(test, page_count(found[i]), 1);
		put_page(found[i]);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.freed), (int)ARRAY_SIZE(at));
	KUNIT_EXPECT_TRUE(test, mapping_empty(mapping));
}

static void pagecache_test_get_page(struct kunit *test)
{
	struct page *page, *same, *other;

	KUNIT_EXPECT_NULL(test, find_lock_page(mapping, 3));
	page = find_or_create_page(mapping, 3, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, PageLocked(page));
	KUNIT_EXPECT_FALSE(test, PageUptodate(page));
	KUNIT_EXPECT_NULL(test, grab_cache_page_nowait(mapping, 3));
	same = find_get_page(mapping, 3);
	KUNIT_EXPECT_PTR_EQ(test, same, page);
	other = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, add_to_page_cache_lru(other, mapping, 3, GFP_KERNEL), -EEXIST);
	KUNIT_EXPECT_EQ(test, page_count(other), 1);
	put_page(other);
	put_page(same);
	unlock_page(page);
	put_page(page);
	page = grab_cache_page_nowait(mapping, 3);
	KUNIT_EXPECT_NOT_NULL(test, page);
	unlock_page(page);
	put_page(page);
}

static void pagecache_test_read(struct kunit *test)
{
	struct page *page;

	disk.fail_reads = 1;
	page = read_mapping_page(mapping, 4, NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(page), -EIO);
	page = read_mapping_page(mapping, 4, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	KUNIT_EXPECT_EQ(test, memcmp(page_address(page), disk.data + 4 * PAGE_SIZE, PAGE_SIZE), 0);
	put_page(page);
	put_page(read_mapping_page(mapping, 4, NULL));
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.reads), 2);
}

static void pagecache_test_dirty_counts(struct kunit *test)
{
	unsigned long before = global_node_page_state(NR_FILE_DIRTY);
	struct page *page;

	for (pgoff_t i = 0; i < 10; i++)
		dirty(test, i * 3, 1);
	dirty(test, 0, 2);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 10UL);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_FILE_DIRTY), before + 10);
	KUNIT_EXPECT_TRUE(test, mapping_tagged(mapping, PAGECACHE_TAG_DIRTY));
	page = find_lock_page(mapping, 6);
	KUNIT_EXPECT_TRUE(test, clear_page_dirty_for_io(page));
	KUNIT_EXPECT_FALSE(test, clear_page_dirty_for_io(page));
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 9UL);
	set_page_writeback(page);
	KUNIT_EXPECT_EQ(test, mapping->nr_writeback, 1UL);
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(mapping), 0U);
	set_page_dirty(page);			/* while it is written */
	end_page_writeback(page);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 10UL);
	KUNIT_EXPECT_EQ(test, mapping->nr_writeback, 0UL);
	unlock_page(page);
	put_page(page);
	truncate_inode_pages(mapping, 0);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 0UL);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_FILE_DIRTY), before);
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.writes), 0);
}

static void pagecache_test_write_range(struct kunit *test)
{
	for (pgoff_t i = 0; i < 20; i++)
		dirty(test, i, 0xa0);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait_range(mapping, 5 * PAGE_SIZE, 10 * PAGE_SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.writes), 5);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 15UL);
	KUNIT_EXPECT_EQ(test, disk.data[5 * PAGE_SIZE + 5], 0xa0);
	KUNIT_EXPECT_NE(test, disk.data[4 * PAGE_SIZE + 5], 0xa0);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(mapping), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.writes), 20);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 0UL);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(mapping), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.writes), 20);
}

static void pagecache_test_cyclic(struct kunit *test)
{
	struct writeback_control wbc = { .nr_to_write = 4, .range_cyclic = 1 };

	for (pgoff_t i = 0; i < 10; i++)
		dirty(test, i, 0xb0);
	KUNIT_EXPECT_EQ(test, do_writepages(mapping, &wbc), 0);
	KUNIT_EXPECT_EQ(test, wbc.nr_to_write, 0L);
	KUNIT_EXPECT_EQ(test, mapping->writeback_index, 4UL);
	dirty(test, 0, 0xb1);
	wbc.nr_to_write = 100;
	KUNIT_EXPECT_EQ(test, do_writepages(mapping, &wbc), 0);
	KUNIT_EXPECT_EQ(test, wbc.nr_to_write, 94L);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 1UL);	/* page 0 has its turn next time */
	KUNIT_EXPECT_EQ(test, mapping->writeback_index, 0UL);
}

/* A failed write: the data stays dirty, the error is told once, the next write succeeds. */
static void pagecache_test_write_error(struct kunit *test)
{
	struct file file = { .f_mapping = mapping, .f_inode = inode };

	file.f_wb_err = filemap_sample_wb_err(mapping);
	for (pgoff_t i = 0; i < 5; i++)
		dirty(test, i, 0xc0);
	disk.fail_writes = 2;
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(mapping), -EIO);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 2UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.writes), 5);
	KUNIT_EXPECT_EQ(test, file_check_and_advance_wb_err(&file), -EIO);
	KUNIT_EXPECT_EQ(test, file_check_and_advance_wb_err(&file), 0);
	KUNIT_EXPECT_EQ(test, filemap_check_errors(mapping), 0);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(mapping), 0);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 0UL);
	for (pgoff_t i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, disk.data[i * PAGE_SIZE + 5], 0xc0);
	/* Nobody waits: the error is kept for who asks later. */
	dirty(test, 0, 0xc1);
	disk.fail_writes = 1;
	filemap_flush(mapping);
	KUNIT_EXPECT_EQ(test, filemap_fdatawait_keep_errors(mapping), -EIO);
	KUNIT_EXPECT_EQ(test, filemap_fdatawait(mapping), -EIO);
	KUNIT_EXPECT_EQ(test, filemap_fdatawait(mapping), 0);
}

static void pagecache_test_errseq(struct kunit *test)
{
	errseq_t e = 0, a, b;

	a = errseq_sample(&e);
	KUNIT_EXPECT_EQ(test, errseq_check(&e, a), 0);
	errseq_set(&e, -EIO);
	KUNIT_EXPECT_EQ(test, errseq_check(&e, a), -EIO);
	b = errseq_sample(&e);			/* not seen by anybody yet: also told to a new observer */
	KUNIT_EXPECT_EQ(test, errseq_check_and_advance(&e, &b), -EIO);
	KUNIT_EXPECT_EQ(test, errseq_check_and_advance(&e, &b), 0);
	KUNIT_EXPECT_EQ(test, errseq_check_and_advance(&e, &a), -EIO);
	b = errseq_sample(&e);
	KUNIT_EXPECT_EQ(test, errseq_check(&e, b), 0);
	errseq_set(&e, -EIO);			/* the same again is news */
	KUNIT_EXPECT_EQ(test, errseq_check(&e, b), -EIO);
	errseq_set(&e, -ENOSPC);
	KUNIT_EXPECT_EQ(test, errseq_check_and_advance(&e, &a), -ENOSPC);
}

static void pagecache_test_truncate(struct kunit *test)
{
	u8 edge[PAGE_SIZE];
	struct page *page;

	for (pgoff_t i = 0; i < 10; i++)
		dirty(test, i, 0xd0);
	truncate_setsize(inode, 3 * PAGE_SIZE + 100);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 4UL);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 4UL);
	page = find_get_page(mapping, 3);
	memcpy_from_page((char *)edge, page, 0, PAGE_SIZE);
	put_page(page);
	KUNIT_EXPECT_EQ(test, edge[5], 0xd0);
	KUNIT_EXPECT_EQ(test, edge[99], (u8)(3 + (3 * PAGE_SIZE + 99) * 7));
	KUNIT_EXPECT_NULL(test, memchr_inv(edge + 100, 0, PAGE_SIZE - 100));
	truncate_inode_pages_range(mapping, 10, 19);	/* inside one page */
	page = find_get_page(mapping, 0);
	memcpy_from_page((char *)edge, page, 0, PAGE_SIZE);
	put_page(page);
	KUNIT_EXPECT_NULL(test, memchr_inv(edge + 10, 0, 10));
	KUNIT_EXPECT_NE(test, edge[20], 0);
	truncate_inode_pages_range(mapping, PAGE_SIZE, 2 * PAGE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 3UL);
	KUNIT_EXPECT_NULL(test, find_get_page(mapping, 1));
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(mapping), 0U);
}

static void pagecache_test_invalidate(struct kunit *test)
{
	struct page *held, *locked, *private;

	for (pgoff_t i = 0; i < 8; i++)
		put_page(read_mapping_page(mapping, i, NULL));
	dirty(test, 0, 1);
	held = find_get_page(mapping, 1);
	locked = find_lock_page(mapping, 2);
	private = find_get_page(mapping, 3);
	attach_page_private(private, (void *)1);	/* its owner keeps it */
	put_page(private);
	KUNIT_EXPECT_EQ(test, invalidate_mapping_pages(mapping, 0, 6), 3UL);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 5UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&disk.released), 1);
	unlock_page(locked);
	put_page(locked);
	set_page_private(private, 2);
	KUNIT_EXPECT_EQ(test, invalidate_inode_pages2(mapping), -EBUSY);	/* the dirty one */
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 1UL);
	KUNIT_EXPECT_PTR_EQ(test, held->mapping, NULL);
	put_page(held);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(mapping), 0);
	KUNIT_EXPECT_EQ(test, invalidate_inode_pages2(mapping), 0);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 0UL);
}

static void pagecache_test_replace(struct kunit *test)
{
	struct page *old, *new = alloc_page(GFP_KERNEL);

	dirty(test, 7, 9);
	old = find_lock_page(mapping, 7);
	lock_page(new);
	replace_page_cache_page(old, new);
	KUNIT_EXPECT_PTR_EQ(test, old->mapping, NULL);
	KUNIT_EXPECT_EQ(test, page_count(old), 1);
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 0UL);
	unlock_page(old);
	put_page(old);
	SetPageUptodate(new);
	unlock_page(new);
	put_page(new);
	old = find_get_page(mapping, 7);
	KUNIT_EXPECT_PTR_EQ(test, old, new);
	put_page(old);
}

static void pagecache_test_readahead(struct kunit *test)
{
	struct file_ra_state ra = { .ra_pages = 16 };
	struct page *page;
	unsigned int windows = 0;

	for (pgoff_t i = 0; i < 40; i++) {
		page = find_get_page(mapping, i);
		if (!page) {
			page_cache_sync_readahead(mapping, &ra, NULL, i, 1);
			windows++;
			page = find_get_page(mapping, i);
		} else if (PageReadahead(page)) {
			page_cache_async_readahead(mapping, &ra, NULL, page_folio(page), i, 1);
			windows++;
		}
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_TRUE(test, PageUptodate(page));
		put_page(page);
		ra.prev_pos = (loff_t)i << PAGE_SHIFT;
	}
	KUNIT_EXPECT_LE(test, windows, 7U);
	KUNIT_EXPECT_LE(test, mapping->nrpages, (unsigned long)PAGES);	/* not behind the end */
	truncate_inode_pages(mapping, 0);
	page_cache_sync_readahead(mapping, &ra, NULL, 13, 2);		/* at random: what was asked for */
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 2UL);
	i_size_write(inode, 20 * PAGE_SIZE - 7);
	ra.prev_pos = 18 * PAGE_SIZE;
	page_cache_sync_readahead(mapping, &ra, NULL, 19, 4);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 3UL);
}

static void pagecache_test_flusher_old(struct kunit *test)
{
	unsigned int interval = dirty_writeback_interval, expire = dirty_expire_interval;
	unsigned long end;

	WRITE_ONCE(dirty_writeback_interval, 2);
	WRITE_ONCE(dirty_expire_interval, 5);
	wakeup_flusher_threads(WB_REASON_SYNC);		/* so that it sees the new interval */
	for (pgoff_t n = 0; n < 10; n++)
		dirty(test, n, 0xe0);
	for (end = jiffies + 30 * HZ; READ_ONCE(mapping->nr_dirty) && time_before(jiffies, end); )
		msleep(10);
	KUNIT_EXPECT_EQ(test, READ_ONCE(mapping->nr_dirty), 0UL);
	KUNIT_EXPECT_EQ(test, filemap_fdatawait(mapping), 0);
	KUNIT_EXPECT_EQ(test, disk.data[9 * PAGE_SIZE + 5], 0xe0);
	WRITE_ONCE(dirty_writeback_interval, interval);
	WRITE_ONCE(dirty_expire_interval, expire);
}

static void pagecache_test_brake(struct kunit *test)
{
	int background = dirty_background_ratio, limit = vm_dirty_ratio;
	struct kmk_flusher_stats before, after;

	dirty_background_ratio = vm_dirty_ratio = 0;
	kmk_flusher_get_stats(&before);
	for (pgoff_t n = 0; n < 30; n++) {
		dirty(test, n, 0xe1);
		balance_dirty_pages_ratelimited(mapping);
	}
	kmk_flusher_get_stats(&after);
	dirty_background_ratio = background;
	vm_dirty_ratio = limit;
	KUNIT_EXPECT_GT(test, after.braked, before.braked);
	KUNIT_EXPECT_LE(test, mapping->nr_dirty, 1UL);
}

/* Truncation while the flusher and a thread of ours write the same pages. */
static int writer(void *data)
{
	while (!kthread_should_stop()) {
		filemap_flush(mapping);
		cond_resched();
	}
	return 0;
}

static void pagecache_test_truncate_race(struct kunit *test)
{
	struct task_struct *t = kthread_run(writer, NULL, "pc_writer");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	disk.delay_us = 20;
	for (int round = 0; round < 50; round++) {
		for (pgoff_t i = 0; i < 16; i++)
			dirty(test, i, (u8)round);
		wakeup_flusher_threads(WB_REASON_SYNC);
		truncate_inode_pages(mapping, (round % 3) * PAGE_SIZE + (round % 2) * 100);
	}
	kthread_stop(t);
	truncate_inode_pages(mapping, 0);
	KUNIT_EXPECT_EQ(test, mapping->nrpages, 0UL);
	KUNIT_EXPECT_EQ(test, mapping->nr_writeback, 0UL);
}

/* ---- host files ---- */

static void pagecache_test_host_file(struct kunit *test)
{
	struct file *f = filp_open("/tmp", O_TMPFILE | O_RDWR, 0600);
	u8 *buf = kunit_kzalloc(test, 3 * PAGE_SIZE, GFP_KERNEL);
	loff_t pos = 0;

	if (PTR_ERR(f) == -EOPNOTSUPP)
		kunit_skip(test, "this host has no files");
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	for (unsigned int i = 0; i < 3 * PAGE_SIZE; i++)
		buf[i] = (u8)(i * 13);
	KUNIT_EXPECT_EQ(test, kernel_write(f, buf, 5000, &pos), 5000);
	KUNIT_EXPECT_EQ(test, pos, 5000);
	KUNIT_EXPECT_EQ(test, i_size_read(file_inode(f)), 5000);
	KUNIT_EXPECT_EQ(test, f->f_mapping->nr_dirty, 2UL);
	KUNIT_EXPECT_EQ(test, vfs_fsync(f, 0), 0);
	KUNIT_EXPECT_EQ(test, f->f_mapping->nr_dirty, 0UL);
	KUNIT_EXPECT_EQ(test, invalidate_mapping_pages(f->f_mapping, 0, ~0UL), 2UL);
	memset(buf, 0, 3 * PAGE_SIZE);
	pos = 0;
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, 3 * PAGE_SIZE, &pos), 5000);
	for (unsigned int i = 0; i < 5000; i++)
		KUNIT_ASSERT_EQ(test, buf[i], (u8)(i * 13));
	pos = 12000;
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, 1, &pos), 0);
	KUNIT_EXPECT_EQ(test, kernel_write(f, "x", 1, &pos), 1);	/* behind a hole */
	KUNIT_EXPECT_EQ(test, kmk_file_truncate(f, 4500), 0);
	KUNIT_EXPECT_EQ(test, kmk_file_truncate(f, 9000), 0);
	pos = 4490;
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, 20, &pos), 20);
	KUNIT_EXPECT_EQ(test, buf[9], (u8)(4499 * 13));
	KUNIT_EXPECT_EQ(test, buf[10], 0);
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(f->f_mapping), 0U);
	KUNIT_EXPECT_EQ(test, filp_close(f, NULL), 0);
}

static void pagecache_test_host_direct(struct kunit *test)
{
	struct file *f = filp_open("/tmp", O_TMPFILE | O_RDWR, 0600);
	u8 *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	loff_t pos = 0;

	if (PTR_ERR(f) == -EOPNOTSUPP)
		kunit_skip(test, "this host has no files");
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	memset(buf, 1, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kernel_write(f, buf, PAGE_SIZE, &pos), (ssize_t)PAGE_SIZE);
	f->f_flags |= O_DIRECT;
	pos = 0;
	memset(buf, 0, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, PAGE_SIZE, &pos), (ssize_t)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, buf[77], 1);		/* the dirty page was written first */
	memset(buf, 2, PAGE_SIZE);
	pos = 0;
	KUNIT_EXPECT_EQ(test, kernel_write(f, buf, PAGE_SIZE, &pos), (ssize_t)PAGE_SIZE);
	pos = 3;
	KUNIT_EXPECT_EQ(test, kernel_write(f, buf, PAGE_SIZE, &pos), -EINVAL);
	f->f_flags &= ~O_DIRECT;
	pos = 0;
	KUNIT_EXPECT_EQ(test, kernel_read(f, buf, PAGE_SIZE, &pos), (ssize_t)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, buf[77], 2);
	KUNIT_EXPECT_EQ(test, filp_close(f, NULL), 0);
}

/* A device that is always full: the error arrives, the data stays, the close says so. */
static void pagecache_test_host_full(struct kunit *test)
{
	struct file *f = filp_open("/dev/full", O_RDWR, 0), *g;
	loff_t pos = 0;

	if (PTR_ERR(f) == -EOPNOTSUPP)
		kunit_skip(test, "this host has no files");
	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	g = filp_open("/dev/full", O_RDWR, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(g));
	KUNIT_EXPECT_PTR_EQ(test, f->f_mapping, g->f_mapping);
	KUNIT_EXPECT_EQ(test, kernel_write(f, "abc", 3, &pos), 3);
	KUNIT_EXPECT_EQ(test, vfs_fsync(f, 0), -ENOSPC);
	KUNIT_EXPECT_EQ(test, f->f_mapping->nr_dirty, 1UL);
	KUNIT_EXPECT_EQ(test, file_check_and_advance_wb_err(g), -ENOSPC);
	KUNIT_EXPECT_EQ(test, file_check_and_advance_wb_err(g), 0);
	fput(g);
	KUNIT_EXPECT_EQ(test, filp_close(f, NULL), -ENOSPC);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/nonexistent/file", O_RDONLY, 0)), -ENOENT);
}

static struct kunit_case pagecache_cases[] = {
	KUNIT_CASE(pagecache_test_add_find),
	KUNIT_CASE(pagecache_test_get_page),
	KUNIT_CASE(pagecache_test_read),
	KUNIT_CASE(pagecache_test_dirty_counts),
	KUNIT_CASE(pagecache_test_write_range),
	KUNIT_CASE(pagecache_test_cyclic),
	KUNIT_CASE(pagecache_test_write_error),
	KUNIT_CASE(pagecache_test_errseq),
	KUNIT_CASE(pagecache_test_truncate),
	KUNIT_CASE(pagecache_test_invalidate),
	KUNIT_CASE(pagecache_test_replace),
	KUNIT_CASE(pagecache_test_readahead),
	KUNIT_CASE(pagecache_test_flusher_old),
	KUNIT_CASE(pagecache_test_brake),
	KUNIT_CASE(pagecache_test_truncate_race),
	KUNIT_CASE(pagecache_test_host_file),
	KUNIT_CASE(pagecache_test_host_direct),
	KUNIT_CASE(pagecache_test_host_full),
	{}
};

static struct kunit_suite pagecache_suite = {
	.name = "pagecache",
	.init = pagecache_init,
	.exit = pagecache_exit,
	.test_cases = pagecache_cases,
};
kunit_test_suite(pagecache_suite);
MODULE_LICENSE("MIT");
