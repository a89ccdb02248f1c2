// SPDX-License-Identifier: MIT
/*
 * Pages on the lists: where flags and use put them, what reclaim does with each kind, and that a page can
 * be freed, isolated and looked at by several threads at once.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

#define PAGES 64

/* A file that forgets what is written, and does to writers and releasers what the case wants. */
static struct {
	struct inode inode;
	unsigned long written, released;
	int result;			/* of writepage */
	bool keep_private;
	gfp_t release_gfp;
	pgoff_t last;
} file;

static int writepage(struct page *page, struct writeback_control *wbc)
{
	if (file.result == AOP_WRITEPAGE_ACTIVATE) {
		SetPageDirty(page);
		return file.result;
	}
	file.written++;
	file.last = page->index;
	if (file.result) {
		redirty_page_for_writepage(wbc, page);
		unlock_page(page);
		return file.result;
	}
	set_page_writeback(page);
	unlock_page(page);
	end_page_writeback(page);
	return 0;
}

static bool release_folio(struct folio *folio, gfp_t gfp)
{
	file.released++;
	file.release_gfp = gfp;
	if (file.keep_private)
		return false;
	folio_detach_private(folio);
	return true;
}

static const struct address_space_operations aops = { .writepage = writepage, .release_folio = release_folio };

static struct address_space *mapping(void) { return &file.inode.i_data; }

/* A page at an index, on the lists, up to date; the tree has the only reference. */
static struct page *add_gfp(struct kunit *test, pgoff_t index, gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_EQ(test, add_to_page_cache_lru(page, mapping(), index, GFP_KERNEL), 0);
	SetPageUptodate(page);
	unlock_page(page);
	put_page(page);
	return page;
}

static struct page *add(struct kunit *test, pgoff_t index)
{
	return add_gfp(test, index, GFP_KERNEL);
}

static void add_many(struct kunit *test, pgoff_t from, pgoff_t to)
{
	while (from < to)
		add(test, from++);
}

static bool there(pgoff_t index)
{
	struct page *page = find_get_page(mapping(), index);

	if (page)
		put_page(page);
	return page != NULL;
}

static unsigned int count_there(pgoff_t from, pgoff_t to)
{
	unsigned int n = 0;

	while (from < to)
		n += there(from++);
	return n;
}

static unsigned long listed(enum node_stat_item item) { return global_node_page_state(item); }

static unsigned long before[NR_LRU_LISTS], free_before;

/* Free frames; those that keep recorded stacks for good count as free. */
static unsigned long balance_of_frames(void)
{
	struct kmemkit_stats stats;

	kmemkit_get_stats(&stats);
	return nr_free_pages() + stats.frames_records;
}

static int case_init(struct kunit *test)
{
	kmemkit_drain();
	free_before = balance_of_frames();
	for (int i = 0; i < NR_LRU_LISTS; i++)
		before[i] = listed(NR_LRU_BASE + i);
	memset(&file, 0, sizeof(file));
	kmk_inode_setup(&file.inode);
	file.inode.i_data.a_ops = &aops;
	i_size_write(&file.inode, 1ll << 40);
	return 0;
}

static void case_exit(struct kunit *test)
{
	file.keep_private = false;
	file.result = 0;
	mapping_clear_unevictable(mapping());
	truncate_inode_pages(mapping(), 0);
	for (int i = 0; i < NR_LRU_LISTS; i++)
		KUNIT_EXPECT_EQ(test, listed(NR_LRU_BASE + i), before[i]);
	KUNIT_EXPECT_EQ(test, listed(NR_ISOLATED_FILE), 0ul);
	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, balance_of_frames(), free_before);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

/* ---- where pages stand ---- */

static void use_moves_a_page_up(struct kunit *test)
{
	struct page *page = add(test, 0);

	KUNIT_EXPECT_EQ(test, (int)page_lru(page), (int)LRU_INACTIVE_FILE);
	KUNIT_EXPECT_EQ(test, listed(NR_INACTIVE_FILE), before[LRU_INACTIVE_FILE] + 1);
	mark_page_accessed(page);
	KUNIT_EXPECT_TRUE(test, PageReferenced(page) && !PageActive(page));
	mark_page_accessed(page);
	KUNIT_EXPECT_TRUE(test, PageActive(page) && !PageReferenced(page));
	KUNIT_EXPECT_EQ(test, listed(NR_ACTIVE_FILE), before[LRU_ACTIVE_FILE] + 1);
	KUNIT_EXPECT_EQ(test, zone_page_state(page_zone(page), NR_ZONE_ACTIVE_FILE), 1ul);
	mark_page_accessed(page);
	KUNIT_EXPECT_TRUE(test, PageReferenced(page));
	deactivate_page(page);
	KUNIT_EXPECT_FALSE(test, PageActive(page) || PageReferenced(page));
	KUNIT_EXPECT_EQ(test, listed(NR_INACTIVE_FILE), before[LRU_INACTIVE_FILE] + 1);
	lru_cache_add(page);			/* once is enough */
	KUNIT_EXPECT_EQ(test, listed(NR_INACTIVE_FILE), before[LRU_INACTIVE_FILE] + 1);
}

static void what_must_stay_has_its_own_list(struct kunit *test)
{
	mapping_set_unevictable(mapping());
	add_many(test, 0, 8);
	KUNIT_EXPECT_EQ(test, listed(NR_UNEVICTABLE), before[LRU_UNEVICTABLE] + 8);
	shrink_all_memory(1000);
	KUNIT_EXPECT_EQ(test, count_there(0, 8), 8u);
}

static void isolated_pages_are_nobodys_business(struct kunit *test)
{
	struct page *page = add(test, 0);

	activate_page(page);
	KUNIT_ASSERT_EQ(test, isolate_lru_page(page), 0);
	KUNIT_EXPECT_EQ(test, isolate_lru_page(page), -EBUSY);
	KUNIT_EXPECT_EQ(test, listed(NR_ISOLATED_FILE), 1ul);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	shrink_all_memory(1000);
	KUNIT_EXPECT_TRUE(test, there(0));
	putback_lru_page(page);
	KUNIT_EXPECT_EQ(test, (int)page_lru(page), (int)LRU_ACTIVE_FILE);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	/* Truncated while isolated: putting it back is its end. */
	KUNIT_ASSERT_EQ(test, isolate_lru_page(page), 0);
	truncate_inode_pages(mapping(), 0);
	putback_lru_page(page);
}

static void freeing_a_listed_page_by_force_is_reported(struct kunit *test)
{
	struct page *page = add(test, 0);

	__free_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_TRUE(test, there(0));
}

/* ---- what reclaim does ---- */

static void clean_pages_go_oldest_first(struct kunit *test)
{
	add_many(test, 0, 4 * PAGES);
	KUNIT_EXPECT_GE(test, shrink_all_memory(2 * PAGES), 2ul * PAGES);
	KUNIT_EXPECT_LE(test, count_there(0, PAGES), count_there(3 * PAGES, 4 * PAGES));
	shrink_all_memory(100000);
	KUNIT_EXPECT_EQ(test, count_there(0, 4 * PAGES), 0u);
	KUNIT_EXPECT_EQ(test, file.written, 0ul);
}

static void used_pages_outlive_unused_ones(struct kunit *test)
{
	add_many(test, 0, 4 * PAGES);
	for (pgoff_t i = 0; i < PAGES; i++) {
		struct page *page = find_get_page(mapping(), i);

		KUNIT_ASSERT_NOT_NULL(test, page);
		mark_page_accessed(page);
		mark_page_accessed(page);
		put_page(page);
	}
	shrink_all_memory(2 * PAGES);
	KUNIT_EXPECT_EQ(test, count_there(0, PAGES), (unsigned int)PAGES);
	KUNIT_EXPECT_LE(test, count_there(PAGES, 4 * PAGES), 2u * PAGES);
}

static void dirty_all(struct kunit *test, pgoff_t pages)
{
	for (pgoff_t i = 0; i < pages; i++) {
		struct page *page = find_lock_page(mapping(), i);

		KUNIT_ASSERT_NOT_NULL(test, page);
		set_page_dirty(page);
		unlock_page(page);
		put_page(page);
	}
}

static void dirty_pages_are_written_then_dropped(struct kunit *test)
{
	unsigned long vmscan = listed(NR_VMSCAN_WRITE);

	add_many(test, 0, PAGES);
	dirty_all(test, PAGES);
	shrink_all_memory(100000);
	KUNIT_EXPECT_EQ(test, count_there(0, PAGES), 0u);
	KUNIT_EXPECT_EQ(test, file.written, (unsigned long)PAGES);
	KUNIT_EXPECT_EQ(test, listed(NR_VMSCAN_WRITE) - vmscan, (unsigned long)PAGES);
	KUNIT_EXPECT_EQ(test, listed(NR_FILE_DIRTY), 0ul);
}

static void without_fs_dirty_pages_stay(struct kunit *test)
{
	unsigned int scope;

	add_many(test, 0, 2 * PAGES);
	dirty_all(test, PAGES);
	try_to_free_pages(NULL, 0, GFP_NOFS, NULL);
	scope = memalloc_noio_save();
	for (int i = 0; i < 20; i++)
		try_to_free_pages(NULL, 0, GFP_KERNEL, NULL);
	memalloc_noio_restore(scope);
	KUNIT_EXPECT_EQ(test, file.written, 0ul);
	KUNIT_EXPECT_EQ(test, count_there(0, PAGES), (unsigned int)PAGES);	/* clean ones may go */
	KUNIT_EXPECT_EQ(test, count_there(PAGES, 2 * PAGES), 0u);
	scope = memalloc_noreclaim_save();
	KUNIT_EXPECT_EQ(test, try_to_free_pages(NULL, 0, GFP_KERNEL, NULL), 0ul);
	memalloc_noreclaim_restore(scope);
	for (int i = 0; i < 20; i++)
		try_to_free_pages(NULL, 0, GFP_KERNEL, NULL);
	KUNIT_EXPECT_EQ(test, file.written, (unsigned long)PAGES);
	KUNIT_EXPECT_EQ(test, count_there(0, PAGES), 0u);
}

/* In the classic dialect a request says whether high memory may be written for it. */
static void high_pages_need_highio(struct kunit *test)
{
	if (!kmk_zone(ZONE_HIGHMEM))
		kunit_skip(test, "no high memory");
	for (pgoff_t i = 0; i < PAGES; i++)
		KUNIT_ASSERT_TRUE(test, PageHighMem(add_gfp(test, i, GFP_HIGHUSER)));
	dirty_all(test, PAGES);
	for (int i = 0; i < 10; i++)
		try_to_free_pages(NULL, 0, GFP_HIGHUSER | ___GFP_CLASSIC, NULL);
	KUNIT_EXPECT_EQ(test, file.written, 0ul);
	for (int i = 0; i < 10; i++)		/* nor do requests for other zones look at them */
		try_to_free_pages(NULL, 0, GFP_KERNEL, NULL);
	KUNIT_EXPECT_EQ(test, file.written, 0ul);
	for (int i = 0; i < 10; i++)
		try_to_free_pages(NULL, 0, GFP_HIGHUSER | ___GFP_CLASSIC | ___GFP_HIGHIO, NULL);
	KUNIT_EXPECT_EQ(test, file.written, (unsigned long)PAGES);
}

static void writers_may_refuse_or_fail(struct kunit *test)
{
	struct page *page = add(test, 0);

	dirty_all(test, 1);
	file.result = AOP_WRITEPAGE_ACTIVATE;
	shrink_all_memory(100000);
	KUNIT_EXPECT_TRUE(test, there(0));
	KUNIT_EXPECT_TRUE(test, PageDirty(page) && !PageLocked(page));
	file.result = -EIO;
	shrink_all_memory(100000);		/* from the active list to the inactive one */
	shrink_all_memory(100000);
	KUNIT_EXPECT_TRUE(test, there(0));
	KUNIT_EXPECT_GT(test, file.written, 0ul);
	KUNIT_EXPECT_TRUE(test, PageDirty(page) && !PageLocked(page));
	KUNIT_EXPECT_EQ(test, filemap_check_errors(mapping()), -EIO);
	file.result = 0;
	for (int i = 0; i < 3; i++)
		shrink_all_memory(100000);
	KUNIT_EXPECT_FALSE(test, there(0));
}

static void who_is_in_use_stays(struct kunit *test)
{
	struct page *locked = add(test, 0), *held = add(test, 1), *written = add(test, 2);

	lock_page(locked);
	get_page(held);
	lock_page(written);
	set_page_writeback(written);
	unlock_page(written);
	add_many(test, 3, PAGES);
	shrink_all_memory(100000);
	KUNIT_EXPECT_EQ(test, count_there(0, 3), 3u);
	KUNIT_EXPECT_EQ(test, count_there(3, PAGES), 0u);
	unlock_page(locked);
	put_page(held);
	end_page_writeback(written);
	shrink_all_memory(100000);
	KUNIT_EXPECT_EQ(test, count_there(0, 3), 0u);
}

static void private_data_is_asked_for(struct kunit *test)
{
	struct page *page = add(test, 0);

	attach_page_private(page, &file);
	file.keep_private = true;
	shrink_all_memory(100000);
	KUNIT_EXPECT_TRUE(test, there(0));
	KUNIT_EXPECT_GT(test, file.released, 0ul);
	file.keep_private = false;
	for (int i = 0; i < 20 && there(0); i++)
		try_to_free_pages(NULL, 0, GFP_NOFS, NULL);
	KUNIT_EXPECT_FALSE(test, there(0));
	KUNIT_EXPECT_FALSE(test, file.release_gfp & __GFP_FS);
}

static void the_end_of_writing_makes_a_page_next(struct kunit *test)
{
	struct page *page;

	add_many(test, 0, PAGES);
	page = find_get_page(mapping(), PAGES - 1);		/* the newest */
	rotate_reclaimable_page(page);
	put_page(page);
	for (int i = 0; i < 20 && count_there(0, PAGES) == PAGES; i++)
		shrink_all_memory(1);		/* cheaper sources come first */
	KUNIT_EXPECT_FALSE(test, there(PAGES - 1));
}

/* ---- several threads ---- */

static struct { atomic_t left; bool stop; } churn;

static int user(void *data)
{
	unsigned long seed = (unsigned long)data;

	for (int i = 0; i < 3000; i++) {
		struct page *page;
		pgoff_t index;

		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		index = seed >> 56;
		page = find_or_create_page(mapping(), index, GFP_KERNEL);
		if (!page)
			continue;
		SetPageUptodate(page);
		if (seed >> 40 & 1)
			set_page_dirty(page);
		unlock_page(page);
		mark_page_accessed(page);
		if (!(seed >> 41 & 15))
			deactivate_page(page);
		put_page(page);
		if (!(seed >> 45 & 1023))
			truncate_inode_pages_range(mapping(), index << PAGE_SHIFT, ((loff_t)(index + 8) << PAGE_SHIFT) - 1);
	}
	atomic_dec(&churn.left);
	return 0;
}

static int reclaimer(void *data)
{
	while (!READ_ONCE(churn.stop))
		try_to_free_pages(NULL, 0, GFP_KERNEL, NULL);
	atomic_dec(&churn.left);
	return 0;
}

static void threads_share_the_lists(struct kunit *test)
{
	churn.stop = false;
	atomic_set(&churn.left, 3);
	for (unsigned long i = 1; i <= 3; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(user, (void *)i, "user-%lu", i)));
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(reclaimer, NULL, "reclaimer")));
	while (atomic_read(&churn.left))
		msleep(1);
	atomic_set(&churn.left, 1);
	WRITE_ONCE(churn.stop, true);
	while (atomic_read(&churn.left))
		msleep(1);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(use_moves_a_page_up),
	KUNIT_CASE(what_must_stay_has_its_own_list),
	KUNIT_CASE(isolated_pages_are_nobodys_business),
	KUNIT_CASE(freeing_a_listed_page_by_force_is_reported),
	KUNIT_CASE(clean_pages_go_oldest_first),
	KUNIT_CASE(used_pages_outlive_unused_ones),
	KUNIT_CASE(dirty_pages_are_written_then_dropped),
	KUNIT_CASE(without_fs_dirty_pages_stay),
	KUNIT_CASE(high_pages_need_highio),
	KUNIT_CASE(writers_may_refuse_or_fail),
	KUNIT_CASE(who_is_in_use_stays),
	KUNIT_CASE(private_data_is_asked_for),
	KUNIT_CASE(the_end_of_writing_makes_a_page_next),
	KUNIT_CASE(threads_share_the_lists),
	{ }
};

static struct kunit_suite suite = { .name = "lru", .init = case_init, .exit = case_exit, .test_cases = cases };
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
