// SPDX-License-Identifier: MIT
/*
 * Races of the page cache, shmem and swap that a review found, each as the program that showed it: lookups beside
 * list changes, truncation and frees, swapoff beside the last fput; and two errors without threads.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <kmemkit/pagecache.h>
#include <kmemkit/swap.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

#define PAGES	16
#define MSECS	1500

static struct inode *inode;
static struct address_space *mapping;
static bool stop;

static int read_zeros(struct file *f, struct folio *folio)
{
	zero_user_segment(&folio->page, 0, PAGE_SIZE);
	SetPageUptodate(&folio->page);
	unlock_page(&folio->page);
	return 0;
}

/* Page 0 cannot be written. */
static int write_but_the_first(struct page *page, struct writeback_control *wbc)
{
	bool bad = page->index == 0;

	set_page_writeback(page);
	unlock_page(page);
	if (bad)
		redirty_page_for_writepage(wbc, page);
	end_page_writeback(page);
	return bad ? -EIO : 0;
}

static const struct address_space_operations ops = {
	.read_folio = read_zeros, .writepage = write_but_the_first, .dirty_folio = filemap_dirty_folio,
};

static int race_init(struct kunit *test)
{
	inode = kzalloc(sizeof(*inode), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	kmk_inode_setup(inode);
	i_size_write(inode, PAGES * PAGE_SIZE);
	mapping = inode->i_mapping;
	mapping->a_ops = &ops;
	mapping_set_gfp_mask(mapping, GFP_KERNEL);
	WRITE_ONCE(stop, false);
	return 0;
}

static void race_exit(struct kunit *test)
{
	truncate_inode_pages_final(mapping);
	kfree(inode);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
}

/* A thread that is stopped before it began never runs: so they end by themselves, and wait. */
static int until_stopped(void)
{
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static int reader(void *unused)
{
	while (!READ_ONCE(stop))
		for (pgoff_t i = 0; i < PAGES; i++) {
			struct page *page = find_get_page(mapping, i);

			if (page)
				put_page(page);
		}
	return until_stopped();
}

static int lister(void *unused)
{
	while (!READ_ONCE(stop))
		for (pgoff_t i = 0; i < PAGES; i++) {
			struct page *page = find_get_page(mapping, i);

			if (!page)
				continue;
			if (!isolate_lru_page(page))
				putback_lru_page(page);
			put_page(page);
		}
	return until_stopped();
}

static void come_and_go(void)
{
	for (pgoff_t i = 0; i < PAGES; i++) {
		struct page *page = find_or_create_page(mapping, i, GFP_KERNEL);

		if (!page)
			continue;
		unlock_page(page);
		put_page(page);
	}
	truncate_inode_pages(mapping, 0);
}

/* Frames of the mapping become this thread's own, and are freed without atomic steps. */
static int owner(void *data)
{
	unsigned long mark = (unsigned long)data, *at;

	while (!READ_ONCE(stop)) {
		come_and_go();
		for (int k = 0; k < 40; k++) {
			struct page *page = alloc_page(GFP_KERNEL);

			if (!page)
				continue;
			at = page_address(page);
			WRITE_ONCE(*at, mark);
			barrier();
			WARN_ON(READ_ONCE(*at) != mark);
			__free_page(page);
		}
	}
	return until_stopped();
}

static void threads(struct kunit *test, int (*const fn[])(void *), int n, void (*beside)(void))
{
	struct task_struct *t[8];
	unsigned long end = jiffies + msecs_to_jiffies(MSECS);

	for (int i = 0; i < n; i++) {
		t[i] = kthread_run(fn[i], (void *)(long)(i + 1), "race%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
	}
	while (time_before(jiffies, end))
		beside();
	WRITE_ONCE(stop, true);
	for (int i = 0; i < n; i++)
		kthread_stop(t[i]);
}

/* The last reference goes while another thread puts the page on a list. */
static void lists_beside_the_last_put(struct kunit *test)
{
	int (*const fn[])(void *) = { reader, reader, lister, lister };

	threads(test, fn, ARRAY_SIZE(fn), come_and_go);
	truncate_inode_pages(mapping, 0);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_INACTIVE_FILE), 0UL);
}

static void doze(void) { msleep(5); }

/* A lookup must not touch the count of a frame that is somebody else's by now. */
static void lookups_beside_frees(struct kunit *test)
{
	int (*const fn[])(void *) = { reader, reader, reader, owner, owner };

	threads(test, fn, ARRAY_SIZE(fn), doze);
}

#define SWAP_FILE	"/tmp/kmemkit-reclaim-race"

static int swapper(void *unused)
{
	while (!READ_ONCE(stop)) {
		kmemkit_swapoff();
		kmemkit_swapon(SWAP_FILE, 8 << 20);
	}
	return until_stopped();
}

static void file_comes_and_goes(void)
{
	struct file *f = shmem_file_setup("race", 64 * PAGE_SIZE, 0);

	if (IS_ERR(f))
		return;
	for (pgoff_t i = 0; i < 64; i++) {
		struct page *page = shmem_read_mapping_page(f->f_mapping, i);

		if (IS_ERR(page))
			continue;
		set_page_dirty(page);
		put_page(page);
	}
	shrink_all_memory(64);
	fput(f);
}

/* swapoff brings pages back into a file that ends meanwhile. */
static void swapoff_beside_the_last_fput(struct kunit *test)
{
	int (*const fn[])(void *) = { swapper };
	int err = kmemkit_swapon(SWAP_FILE, 8 << 20);

	if (err == -EOPNOTSUPP)
		kunit_skip(test, "a host without files");
	KUNIT_ASSERT_EQ(test, err, 0);
	threads(test, fn, 1, file_comes_and_goes);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_SHMEM), 0UL);
	kmemkit_swapoff();
}

/* One page that cannot be written does not keep the others from the file. */
static void one_bad_page(struct kunit *test)
{
	for (pgoff_t i = 0; i < 10; i++) {
		struct page *page = read_mapping_page(mapping, i, NULL);

		KUNIT_ASSERT_FALSE(test, IS_ERR(page));
		lock_page(page);
		set_page_dirty(page);
		unlock_page(page);
		put_page(page);
	}
	for (int n = 0; n < 20; n++) {
		struct writeback_control wbc = { .nr_to_write = 1024, .range_cyclic = 1 };

		do_writepages(mapping, &wbc);
	}
	KUNIT_EXPECT_EQ(test, mapping->nr_dirty, 1UL);
}

static void an_empty_range(struct kunit *test)
{
	struct file *f = shmem_file_setup("empty", 16 * PAGE_SIZE, 0);
	struct page *page;
	int before;

	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	page = shmem_read_mapping_page(f->f_mapping, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	before = page_count(page);
	shmem_truncate_range(f->f_inode, 100, 99);
	KUNIT_EXPECT_EQ(test, page_count(page), before);
	put_page(page);
	fput(f);
}

bool kmk_page_capture(struct page *page);	/* src/page/page.h: what compaction takes a page with that its owner dropped */

/* The next owner of a captured frame finds no list's flags on it. */
static void a_captured_page_is_plain(struct kunit *test)
{
	struct page *page = read_mapping_page(mapping, 0, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	mark_page_accessed(page);
	mark_page_accessed(page);
	KUNIT_EXPECT_TRUE(test, PageActive(page));
	KUNIT_EXPECT_EQ(test, isolate_lru_page(page), 0);
	put_page(page);
	truncate_inode_pages(mapping, 0);
	dec_node_page_state(page, NR_ISOLATED_FILE);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_ASSERT_TRUE(test, kmk_page_capture(page));
	KUNIT_EXPECT_FALSE(test, PageActive(page));
	set_page_count(page, 1);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static struct kunit_case race_cases[] = {
	KUNIT_CASE(lists_beside_the_last_put),
	KUNIT_CASE(lookups_beside_frees),
	KUNIT_CASE(swapoff_beside_the_last_fput),
	KUNIT_CASE(one_bad_page),
	KUNIT_CASE(an_empty_range),
	KUNIT_CASE(a_captured_page_is_plain),
	{}
};

static struct kunit_suite race_suite = {
	.name = "reclaim_race", .init = race_init, .exit = race_exit, .test_cases = race_cases,
};
kunit_test_suite(race_suite);
MODULE_LICENSE("GPL");
