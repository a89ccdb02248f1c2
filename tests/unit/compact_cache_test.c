// SPDX-License-Identifier: MIT
/*
 * Page cache pages on the move: two writers and a reader work on a file while memory is compacted and written back.
 * The file's disk is an array here. In the end every byte must be what was written last, in the cache and on the
 * disk. Once with the mapping's own migrate_folio, once without (dirty pages are written before they move).
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/compaction.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/writeback.h>

#define PAGES	256
#define WRITERS	2
#define WORDS	(PAGE_SIZE / sizeof(u64))

static u64 *disk;
static u64 version[PAGES];		/* of a page's contents; its writer's */
static struct inode *inode;
static bool stop_all;
static unsigned long wrong, written;

static u64 word_of(pgoff_t index, u64 v, unsigned int i) { return (u64)index << 40 ^ v << 12 ^ i; }

static int disk_read(struct file *file, struct folio *folio)
{
	u64 *p = kmap_local_page(&folio->page);

	memcpy(p, disk + folio->index * WORDS, PAGE_SIZE);
	kunmap_local(p);
	SetPageUptodate(&folio->page);
	unlock_page(&folio->page);
	return 0;
}

static bool bad_disk;			/* every third write fails, and is tried again later */

static int disk_write(struct page *page, struct writeback_control *wbc)
{
	static unsigned int calls;
	const u64 *p;

	if (READ_ONCE(bad_disk) && __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) % 3 == 0) {
		redirty_page_for_writepage(wbc, page);
		unlock_page(page);
		return -EIO;
	}
	p = kmap_local_page(page);
	set_page_writeback(page);
	memcpy(disk + page->index * WORDS, p, PAGE_SIZE);
	kunmap_local(p);
	unlock_page(page);
	end_page_writeback(page);
	__atomic_add_fetch(&written, 1, __ATOMIC_RELAXED);
	return 0;
}

static int disk_migrate(struct address_space *mapping, struct folio *to, struct folio *from, int mode)
{
	return migrate_folio(mapping, to, from, (enum migrate_mode)mode);
}

static const struct address_space_operations with_migrate = {
	.read_folio = disk_read, .writepage = disk_write, .dirty_folio = filemap_dirty_folio, .migrate_folio = disk_migrate,
};
static const struct address_space_operations without_migrate = {
	.read_folio = disk_read, .writepage = disk_write, .dirty_folio = filemap_dirty_folio,
};

/* Are the contents those of one version? Page locked. */
static bool whole(struct page *page, u64 *v)
{
	const u64 *p = kmap_local_page(page);
	bool good = true;

	*v = (p[0] ^ (u64)page->index << 40) >> 12;
	for (unsigned int i = 0; i < WORDS; i++)
		good &= p[i] == word_of(page->index, *v, i);
	kunmap_local(p);
	return good;
}

static void rewrite(struct page *page, u64 v)
{
	u64 *p = kmap_local_page(page);

	for (unsigned int i = 0; i < WORDS; i++)
		p[i] = word_of(page->index, v, i);
	kunmap_local(p);
	set_page_dirty(page);
}

static struct page *locked_page(pgoff_t index)
{
	for (;;) {
		struct page *page = read_mapping_page(inode->i_mapping, index, NULL);

		if (IS_ERR(page))
			return NULL;
		lock_page(page);
		if (page->mapping == inode->i_mapping && PageUptodate(page))
			return page;
		unlock_page(page);
		put_page(page);
	}
}

/* Worker 0 .. WRITERS-1 write their share of the pages, the last one reads, and drops clean pages. */
static int worker(void *data)
{
	unsigned int me = (unsigned int)(unsigned long)data, seed = me * 31 + 7;

	for (unsigned int n = 0; !READ_ONCE(stop_all); n++) {
		pgoff_t index;
		struct page *page;
		u64 v;

		if (n % 16 == 15)	/* who compacts yields to get a page: with one CPU it would wait for whole time slices */
			usleep_range(50, 100);
		seed = seed * 1103515245 + 12345;
		index = (seed >> 8) % PAGES;
		if (me < WRITERS)
			index = index / WRITERS * WRITERS + me;
		else if (seed >> 20 & 1)	/* clean pages go, and leave holes for others */
			invalidate_mapping_pages(inode->i_mapping, index, index + 3);
		page = locked_page(index);
		if (!page)
			continue;
		if (!whole(page, &v) || (me < WRITERS && v != version[index]))
			__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
		if (me < WRITERS)
			rewrite(page, ++version[index]);
		mark_page_accessed(page);
		unlock_page(page);
		put_page(page);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void check_all(struct kunit *test, bool on_disk)
{
	unsigned int bad = 0;

	for (pgoff_t index = 0; index < PAGES; index++) {
		struct page *page = locked_page(index);
		u64 v;

		KUNIT_ASSERT_NOT_NULL(test, page);
		bad += !whole(page, &v) || v != version[index];
		unlock_page(page);
		put_page(page);
		if (on_disk)
			bad += disk[index * WORDS + 7] != word_of(index, version[index], 7);
	}
	KUNIT_EXPECT_EQ(test, bad, 0u);
}

static void run(struct kunit *test, const struct address_space_operations *ops)
{
	struct task_struct *thread[WRITERS + 1];
	struct kmemkit_compact_stats before, after;

	inode->i_mapping->a_ops = ops;
	stop_all = false;
	wrong = 0;
	check_all(test, false);
	kmemkit_get_compact_stats(&before);
	after = before;
	for (unsigned long i = 0; i <= WRITERS; i++)
		thread[i] = kthread_run(worker, (void *)i, "cache/%lu", i);
	/* For half a second; longer, where the machine gives us too little of it. */
	for (unsigned long round = 0, start = jiffies; time_before(jiffies, start + HZ / 2) ||
	     (after.migrated == before.migrated && time_before(jiffies, start + 20 * HZ)); round++) {
		kmemkit_compact_memory(1 + round % 9);
		if (round % 4 == 3)
			filemap_fdatawrite(inode->i_mapping);
		kmemkit_get_compact_stats(&after);
	}
	WRITE_ONCE(stop_all, true);
	for (unsigned int i = 0; i <= WRITERS; i++)
		kthread_stop(thread[i]);
	kmemkit_get_compact_stats(&after);
	kunit_info(test, "%lu pages moved, %lu busy, %lu written\n", after.migrated - before.migrated,
		   after.busy - before.busy, written);
	KUNIT_EXPECT_EQ(test, wrong, 0ul);
	KUNIT_EXPECT_GT(test, after.migrated, before.migrated);
	check_all(test, false);
	WRITE_ONCE(bad_disk, false);
	filemap_write_and_wait(inode->i_mapping);	/* tells of the errors there were */
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(inode->i_mapping), 0);
	check_all(test, true);
}

static void own_migrate(struct kunit *test) { run(test, &with_migrate); }
static void no_migrate(struct kunit *test) { run(test, &without_migrate); }

static void failing_io(struct kunit *test)
{
	WRITE_ONCE(bad_disk, true);
	run(test, &without_migrate);
}

static int cache_test_init(struct kunit *test)
{
	disk = vmalloc(PAGES * PAGE_SIZE);
	inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, disk && inode);
	memset(version, 0, sizeof(version));
	for (unsigned int i = 0; i < PAGES * WORDS; i++)
		disk[i] = word_of(i / WORDS, 0, i % WORDS);
	kmk_inode_setup(inode);
	inode->i_size = PAGES * PAGE_SIZE;
	return 0;
}

static void cache_test_exit(struct kunit *test)
{
	truncate_inode_pages_final(inode->i_mapping);
	KUNIT_EXPECT_EQ(test, inode->i_mapping->nrpages, 0ul);
	vfree(disk);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static struct kunit_case cache_cases[] = { KUNIT_CASE(own_migrate), KUNIT_CASE(no_migrate), KUNIT_CASE(failing_io), {} };
static struct kunit_suite cache_suite = {
	.name = "compact_cache", .init = cache_test_init, .exit = cache_test_exit, .test_cases = cache_cases,
};
kunit_test_suite(cache_suite);
MODULE_LICENSE("GPL");
