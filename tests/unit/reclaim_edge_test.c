// SPDX-License-Identifier: MIT
/*
 * Edges of reclaim: frames that only a grace period gives back, large requests that may not try hard, a machine
 * that shall not swap, threads that end inside a call-back, walks beside those who take their next step away.
 */
#include <kunit/test.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <kmemkit/pagecache.h>
#include <kmemkit/swap.h>
#include <linux/compaction.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/shmem_fs.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#define SWAP_FILE	"/tmp/kmemkit-reclaim-edge"
#define MSECS		1000
#define PATIENCE	(20 * HZ)	/* only a hang takes that long */

extern unsigned long kmk_page_warm_limit;	/* src/page/page.h: so many frames free wake the idle thread */

static LIST_HEAD(eaten);		/* blocks by their first page's lru, order in private */

static void eat_blocks(gfp_t gfp, int smallest)
{
	for (int order = MAX_ORDER - 1; order >= smallest; order--)
		for (;;) {
			struct page *page = alloc_pages((gfp & ~__GFP_RECLAIM) | __GFP_NOWARN, order);

			if (!page)
				break;
			set_page_private(page, order);
			list_add(&page->lru, &eaten);
		}
}

static void eat(gfp_t gfp)
{
	eat_blocks(gfp, 0);
}

static void give_back(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &eaten, lru) {
		int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

static unsigned long event(enum vm_event_item item)
{
	unsigned long all[NR_VM_EVENT_ITEMS];

	all_vm_events(all);
	return all[item];
}

static unsigned long stalls(void)
{
	return event(ALLOCSTALL_DMA) + event(ALLOCSTALL_DMA32) + event(ALLOCSTALL_NORMAL) + event(ALLOCSTALL_HIGH);
}

static unsigned long high_marks(void)
{
	unsigned long sum = 0;

	for (enum zone_type z = 0; z < MAX_NR_ZONES; z++)
		sum += kmk_zone(z) ? zone_watermark(kmk_zone(z), WMARK_HIGH) : 0;
	return sum;
}

/* By how much kswapd may raise its marks, if it comes late. */
static unsigned long highest_boost(void)
{
	unsigned long sum = 0;

	for (enum zone_type z = 0; z < MAX_NR_ZONES; z++)
		sum += kmk_zone(z) ? zone_managed_pages(kmk_zone(z)) / 32 : 0;
	return sum;
}

static bool stop;

static int until_stopped(void)
{
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static struct task_struct *thread(struct kunit *test, int (*fn)(void *), void *data)
{
	struct task_struct *t = kthread_run(fn, data, "edge");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	return t;
}

static int edge_init(struct kunit *test)
{
	WRITE_ONCE(stop, false);
	kmemkit_drain();
	kmk_page_warm_limit = ~0UL;	/* it holds frames for moments, which are free and cannot be had */
	return 0;
}

static void edge_exit(struct kunit *test)
{
	give_back();
	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

/* ---- frames on their way back ---- */

static ktime_t last_freed;

static void free_frame(struct rcu_head *head)
{
	free_page((unsigned long)head);
	last_freed = ktime_get();
}

static int slow_reader(void *ready)
{
	unsigned long end;

	rcu_read_lock();
	complete(ready);
	while (!READ_ONCE(stop))
		cpu_relax();
	for (end = jiffies + msecs_to_jiffies(100); time_before(jiffies, end); )
		cpu_relax();
	rcu_read_unlock();
	return until_stopped();
}

/* Requests wait a second for a grace period. Whether this one was shorter, on this machine at this moment. */
static bool is_soon_over(ktime_t start)
{
	rcu_barrier();
	return ktime_to_ms(ktime_sub(last_freed, start)) < 900;
}

/* All that is left waits for the end of a grace period: who may wait gets it. False: the machine was too slow. */
static bool request_beside_a_reader(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(ready);
	struct rcu_head *first = NULL, *head;
	struct task_struct *t;
	struct page *page;
	ktime_t start;
	bool judged;

	for (unsigned long i = 0; i < high_marks() + 1000; i++) {
		head = (void *)__get_free_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, head);
		head->next = first;
		first = head;
	}
	t = thread(test, slow_reader, &ready);
	wait_for_completion(&ready);
	while ((head = first)) {
		first = head->next;
		call_rcu(head, free_frame);
	}
	eat(GFP_HIGHUSER | __GFP_MEMALLOC);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	start = ktime_get();
	WRITE_ONCE(stop, true);			/* in 100 ms */
	page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	judged = page || is_soon_over(start);
	if (judged)
		KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	kthread_stop(t);
	return judged;
}

static void a_request_waits_for_grace_periods(struct kunit *test)
{
	for (int try = 0; try < 5; try++) {
		if (request_beside_a_reader(test))
			return;
		give_back();
		WRITE_ONCE(stop, false);
	}
	kunit_info(test, "not judged: no grace period of a second on this machine just now");
}

static bool use_node(struct inode *inode, pgoff_t index)
{
	struct page *page = find_or_create_page(inode->i_mapping, index * 64, GFP_KERNEL);

	if (!page)
		return false;
	delete_from_page_cache(page);
	unlock_page(page);
	put_page(page);
	return true;
}

/* Readers all the time, so that no grace period is short. */
static int reader(void *unused)
{
	while (!READ_ONCE(stop)) {
		rcu_read_lock();
		for (int i = 0; i < 20000; i++)
			cpu_relax();
		rcu_read_unlock();
	}
	return until_stopped();
}

/* Who makes nodes of the page cache's trees faster than they go is slowed down. */
static void nodes_do_not_pile_up(struct kunit *test)
{
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	unsigned long before, most = 0, end = jiffies + PATIENCE;	/* on a slow machine so many that it shows, too */
	struct task_struct *t;

	kmk_inode_setup(inode);
	t = thread(test, reader, NULL);
	before = nr_free_pages();
	for (pgoff_t i = 1; i <= 60000 && (i <= 20000 || time_before(jiffies, end)); i++) {
		KUNIT_ASSERT_TRUE(test, use_node(inode, i));
		if (i % 1000 == 0)
			most = max(most, before - min(before, nr_free_pages()));
	}
	WRITE_ONCE(stop, true);
	kthread_stop(t);
	KUNIT_EXPECT_LE(test, most, 7000ul);	/* 1,800 for 8,192 nodes; three times that in a sanitizer's build */
}

/* ---- large requests ---- */

static unsigned long asked;

static unsigned long nothing_to_give(struct shrinker *s, struct shrink_control *sc)
{
	if (!current_is_kswapd())
		asked++;
	return SHRINK_EMPTY;
}

static struct shrinker poor = { .count_objects = nothing_to_give, .scan_objects = nothing_to_give };

/* One round of reclaim, as documented for __GFP_NORETRY, for blocks of any order. */
static void noretry_is_one_round(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, register_shrinker(&poor, "edge-poor"), 0);
	for (unsigned int order = 0; order <= PAGE_ALLOC_COSTLY_ORDER + 2; order++) {
		unsigned long before;

		give_back();
		kmemkit_drain();
		eat(GFP_HIGHUSER | __GFP_MEMALLOC);
		before = stalls();
		asked = 0;
		KUNIT_EXPECT_NULL(test, alloc_pages(__GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_FS | __GFP_NORETRY |
						    __GFP_NOWARN, order));
		KUNIT_EXPECT_EQ_MSG(test, stalls() - before, 1ul, "order %u", order);
		KUNIT_EXPECT_GT_MSG(test, asked, 0ul, "order %u", order);
	}
	unregister_shrinker(&poor);
}

/* ---- swappiness ---- */

static struct file *dirty_shmem(struct kunit *test, unsigned long pages)
{
	struct file *f = shmem_file_setup("edge", (loff_t)(pages * PAGE_SIZE), 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(f));
	for (pgoff_t i = 0; i < pages; i++) {
		struct page *page = shmem_read_mapping_page(f->f_mapping, i);

		KUNIT_ASSERT_FALSE(test, IS_ERR(page));
		set_page_dirty(page);
		put_page(page);
	}
	return f;
}

static int read_nothing(struct file *f, struct folio *folio)
{
	SetPageUptodate(&folio->page);
	unlock_page(&folio->page);
	return 0;
}

static const struct address_space_operations clean_ops = { .read_folio = read_nothing };

static void fill_file(struct kunit *test, struct inode *inode, const struct address_space_operations *ops,
		      unsigned long pages)
{
	kmk_inode_setup(inode);
	inode->i_mapping->a_ops = ops;
	mapping_set_gfp_mask(inode->i_mapping, GFP_HIGHUSER_MOVABLE);
	i_size_write(inode, (loff_t)(pages * PAGE_SIZE));
	for (pgoff_t i = 0; i < pages; i++) {
		struct page *page = read_mapping_page(inode->i_mapping, i, NULL);

		KUNIT_ASSERT_FALSE(test, IS_ERR(page));
		put_page(page);
	}
}

/* Nothing is swapped while file pages can go, but before the machine ends without memory. */
static void swappiness_zero(struct kunit *test)
{
	unsigned long before, got = 0, pages = high_marks() + 1000;
	int err = kmemkit_swapon(SWAP_FILE, pages * PAGE_SIZE), old = vm_swappiness;
	struct inode *inode;
	struct page *page;
	struct file *f;

	if (err == -EOPNOTSUPP)
		kunit_skip(test, "a host without files");
	KUNIT_ASSERT_EQ(test, err, 0);
	inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	WRITE_ONCE(vm_swappiness, 0);
	f = dirty_shmem(test, pages);
	fill_file(test, inode, &clean_ops, high_marks() + highest_boost() + 2000);
	before = event(PSWPOUT);
	eat(GFP_HIGHUSER | __GFP_MEMALLOC);
	for (int i = 0; i < 500; i++) {
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		KUNIT_ASSERT_NOT_NULL(test, page);
		set_page_private(page, 0);
		list_add(&page->lru, &eaten);
	}
	KUNIT_EXPECT_EQ_MSG(test, event(PSWPOUT) - before, 0ul, "there were %lu file pages left",
			    global_node_page_state(NR_INACTIVE_FILE));
	truncate_inode_pages_final(inode->i_mapping);
	eat(GFP_HIGHUSER | __GFP_MEMALLOC);
	for (; got < 500 && (page = alloc_page(GFP_KERNEL | __GFP_NOWARN)); got++) {
		set_page_private(page, 0);
		list_add(&page->lru, &eaten);
	}
	KUNIT_EXPECT_EQ(test, got, 500ul);
	KUNIT_EXPECT_GT(test, event(PSWPOUT) - before, 0ul);
	WRITE_ONCE(vm_swappiness, old);
	give_back();
	fput(f);
	KUNIT_EXPECT_EQ(test, kmemkit_swapoff(), 0);
}

/* ---- compaction ---- */

static struct { struct completion reached, go_on; bool once; } held_up;

static int migrate_slowly(struct address_space *m, struct folio *to, struct folio *from, int mode)
{
	if (xchg(&held_up.once, false)) {
		complete(&held_up.reached);
		wait_for_completion(&held_up.go_on);
	}
	return migrate_folio(m, to, from, (enum migrate_mode)mode);
}

static const struct address_space_operations slow_ops = { .read_folio = read_nothing, .migrate_folio = migrate_slowly };

/* Enough is free above the marks, and no block of any size: every other frame holds a page of a file. */
static struct inode *fragmented(struct kunit *test)
{
	unsigned long blocks = 2 * high_marks() / MAX_ORDER_NR_PAGES + 4, pages;
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	struct page *page, *next;

	eat(GFP_HIGHUSER | __GFP_MEMALLOC);
	list_for_each_entry_safe_reverse(page, next, &eaten, lru)	/* of the zone that is used first */
		if (blocks && page_private(page) == MAX_ORDER - 1) {
			list_del(&page->lru);
			set_page_private(page, 0);
			__free_pages(page, MAX_ORDER - 1);
			blocks--;
		}
	KUNIT_ASSERT_EQ(test, blocks, 0ul);
	pages = nr_free_pages() - high_marks() - 200;
	fill_file(test, inode, &slow_ops, pages);
	eat(GFP_HIGHUSER | __GFP_MEMALLOC);
	for (pgoff_t i = 0; i < pages; i += 2)
		invalidate_mapping_pages(inode->i_mapping, i, i);
	kmemkit_drain();
	return inode;
}

static int compact_all(void *done)
{
	kmemkit_compact_memory(pageblock_order);
	complete(done);
	return 0;
}

static int compact_nofs(void *done)
{
	struct page *page = alloc_pages(GFP_NOFS | __GFP_NOWARN, pageblock_order);

	if (page)
		__free_pages(page, pageblock_order);
	complete(done);
	return 0;
}

/* Whether the first comes before the second, or instead of it. */
static bool comes_first(struct completion *first, struct completion *second)
{
	unsigned long end = jiffies + PATIENCE;

	while (!completion_done(first) && !completion_done(second) && time_before(jiffies, end))
		msleep(1);
	return try_wait_for_completion(first);
}

/* Whether compaction came to a page of the file; kswapd may have left none where it looks. */
static bool beside_compaction(struct kunit *test)
{
	static struct completion first, second;
	struct inode *inode;
	bool in_time, reached;

	init_completion(&held_up.reached);
	init_completion(&held_up.go_on);
	init_completion(&first);
	init_completion(&second);
	inode = fragmented(test);
	held_up.once = true;
	thread(test, compact_all, &first);
	reached = comes_first(&held_up.reached, &first);
	if (reached) {
		thread(test, compact_nofs, &second);
		in_time = wait_for_completion_timeout(&second, PATIENCE) != 0;
		complete(&held_up.go_on);
		KUNIT_EXPECT_TRUE(test, in_time);
		if (!in_time)
			wait_for_completion(&second);
	}
	complete_all(&held_up.go_on);
	wait_for_completion(&first);
	truncate_inode_pages_final(inode->i_mapping);
	give_back();
	return reached;
}

/* Whoever may hold a file system's locks does not wait for compaction that is inside a file system. */
static void nofs_does_not_wait_for_compaction(struct kunit *test)
{
	for (int try = 0; try < 20; try++) {
		if (beside_compaction(test))
			return;
		msleep(50);
	}
	KUNIT_FAIL(test, "nothing was moved");
}

/* A request that cannot compact by itself has kswapd do it. */
static void kswapd_compacts(struct kunit *test)
{
	unsigned long woken, end = jiffies + PATIENCE;
	struct kmemkit_compact_stats before, now;
	struct inode *inode;
	struct page *page;

	held_up.once = false;
	inode = fragmented(test);
	eat_blocks(GFP_HIGHUSER | __GFP_MEMALLOC, PAGE_ALLOC_COSTLY_ORDER + 2);	/* kswapd may have been at work, too */
	woken = event(KCOMPACTD_WAKE);
	kmemkit_get_compact_stats(&before);
	do {
		kmemkit_get_compact_stats(&now);
		if (now.attempts > before.attempts && event(KCOMPACTD_WAKE) > woken)
			break;
		page = alloc_pages(__GFP_KSWAPD_RECLAIM | __GFP_NOWARN | __GFP_MOVABLE, PAGE_ALLOC_COSTLY_ORDER + 2);
		if (page) {
			set_page_private(page, PAGE_ALLOC_COSTLY_ORDER + 2);
			list_add(&page->lru, &eaten);
		} else {
			msleep(1);
		}
	} while (time_before(jiffies, end));
	KUNIT_EXPECT_GT(test, event(KCOMPACTD_WAKE), woken);
	KUNIT_EXPECT_GT(test, now.attempts, before.attempts);
	truncate_inode_pages_final(inode->i_mapping);
}

/* ---- pages dirtied behind a look ---- */

static bool release_dirties(struct folio *folio, gfp_t gfp)
{
	folio_mark_dirty(folio);
	ClearPagePrivate(&folio->page);
	put_page(&folio->page);
	return true;
}

static const struct address_space_operations dirtying_ops = {
	.read_folio = read_nothing, .dirty_folio = filemap_dirty_folio, .release_folio = release_dirties,
};

/* Between the look at the dirty bit and the page's leaving, its owner writes: the page stays. */
static void invalidation_keeps_what_is_written_now(struct kunit *test)
{
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	struct page *page;

	fill_file(test, inode, &dirtying_ops, 1);
	page = find_lock_page(inode->i_mapping, 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	SetPagePrivate(page);
	unlock_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, invalidate_inode_pages2(inode->i_mapping), -EBUSY);
	KUNIT_EXPECT_EQ(test, inode->i_mapping->nrpages, 1ul);
	KUNIT_EXPECT_EQ(test, inode->i_mapping->nr_dirty, 1ul);
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(inode->i_mapping), 0u);
	truncate_inode_pages_final(inode->i_mapping);
}

static int dirtier(void *data)
{
	struct inode *inode = data;

	while (!READ_ONCE(stop)) {
		struct page *page = find_get_page(inode->i_mapping, 0);

		if (!page)
			continue;
		set_page_dirty(page);
		put_page(page);
	}
	return until_stopped();
}

/* The dirty bit and its counters change together, whoever sets and clears it. */
static void dirty_counts_beside_cleaning(struct kunit *test)
{
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	unsigned long end = jiffies + msecs_to_jiffies(MSECS / 2);
	struct task_struct *t;
	struct page *page;

	fill_file(test, inode, &dirtying_ops, 1);
	t = thread(test, dirtier, inode);
	while (time_before(jiffies, end)) {
		page = find_lock_page(inode->i_mapping, 0);
		if (!page)
			continue;
		clear_page_dirty_for_io(page);
		unlock_page(page);
		put_page(page);
	}
	WRITE_ONCE(stop, true);
	kthread_stop(t);
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(inode->i_mapping), 0u);
	truncate_inode_pages_final(inode->i_mapping);
	KUNIT_EXPECT_EQ(test, global_node_page_state(NR_FILE_DIRTY), 0ul);
}

/* Callers see the plain count of a cached page; one that was frozen and not opened again is still found. */
static void counts_of_cached_pages(struct kunit *test)
{
	struct inode *inode = kunit_kzalloc(test, sizeof(*inode), GFP_KERNEL);
	struct page *page, *other;
	unsigned long flags;

	fill_file(test, inode, &dirtying_ops, 2);
	page = find_get_page(inode->i_mapping, 0);
	other = find_get_page(inode->i_mapping, 1);
	KUNIT_ASSERT_TRUE(test, page && other);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	spin_lock_irqsave(&inode->i_mapping->i_pages.xa_lock, flags);
	KUNIT_EXPECT_FALSE(test, page_ref_freeze(page, 1));
	KUNIT_EXPECT_TRUE(test, page_ref_freeze(page, 2));
	KUNIT_EXPECT_EQ(test, page_count(page), 0);
	page_ref_unfreeze(page, 2);
	spin_unlock_irqrestore(&inode->i_mapping->i_pages.xa_lock, flags);
	KUNIT_EXPECT_PTR_EQ(test, find_get_page(inode->i_mapping, 0), page);
	KUNIT_EXPECT_EQ(test, page_count(page), 3);
	put_page(page);
	truncate_inode_pages_final(inode->i_mapping);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&page->_refcount), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&other->_refcount), 1);
	put_page(page);
	put_page(other);
}

/* ---- walks ---- */

static int mapper(void *unused)
{
	while (!READ_ONCE(stop)) {
		char *a = kmemkit_anon_map(PAGE_SIZE);

		if (a)
			kmemkit_anon_unmap(a);
	}
	return until_stopped();
}

/* A walk over all regions meets each that is there all the time, whatever ends meanwhile. */
static void walks_meet_all_regions(struct kunit *test)
{
	unsigned long end = jiffies + msecs_to_jiffies(MSECS), fewest = ~0ul;
	struct kmemkit_anon_stats stats;
	struct task_struct *t[2];
	char *region[64];

	for (int i = 0; i < 64; i++)
		region[i] = kmemkit_anon_map(PAGE_SIZE);
	if (!region[0])
		kunit_skip(test, "a host without faults");
	for (int i = 0; i < 64; i++)		/* every other place is for those that come and go */
		if (i % 2)
			kmemkit_anon_unmap(region[i]);
	kmemkit_drain();
	for (int i = 0; i < 2; i++)
		t[i] = thread(test, mapper, NULL);
	while (time_before(jiffies, end)) {
		kmemkit_anon_stats(&stats);
		fewest = min(fewest, stats.regions);
	}
	WRITE_ONCE(stop, true);
	for (int i = 0; i < 2; i++)
		kthread_stop(t[i]);
	KUNIT_EXPECT_GE(test, fewest, 32ul);
	for (int i = 0; i < 64; i += 2)
		KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(region[i]), 0);
}

bool kmk_swap_map_good(unsigned long held);	/* src/reclaim: what kmemkit_validate() asks */

static atomic_t readers;

static int swap_reader(void *unused)
{
	struct kmemkit_swap_stats stats;
	unsigned long bad = 0;

	atomic_inc(&readers);
	while (!READ_ONCE(stop)) {
		bad += !kmk_swap_map_good(0);
		kmemkit_swap_stats(&stats);
	}
	until_stopped();
	return bad != 0;
}

/* The map of slots is whole whenever somebody looks, while the swap file comes and goes. */
static void swapon_beside_readers(struct kunit *test)
{
	unsigned long end = jiffies + msecs_to_jiffies(MSECS);
	struct task_struct *t[2];
	int err = kmemkit_swapon(SWAP_FILE, 64 << 20);

	if (err == -EOPNOTSUPP)
		kunit_skip(test, "a host without files");
	KUNIT_ASSERT_EQ(test, err, 0);
	atomic_set(&readers, 0);
	for (int i = 0; i < 2; i++)
		t[i] = thread(test, swap_reader, NULL);
	while (time_before(jiffies, end) || atomic_read(&readers) < 2) {	/* a thread stopped before it began never runs */
		KUNIT_EXPECT_EQ(test, kmemkit_swapoff(), 0);
		KUNIT_EXPECT_EQ(test, kmemkit_swapon(SWAP_FILE, 64 << 20), 0);
	}
	WRITE_ONCE(stop, true);
	for (int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_swapoff(), 0);
}

/* ---- threads that end inside a call-back, as a failed assertion ends its case ---- */

static struct task_struct *to_end;	/* set by that thread, when it begins */
static unsigned int nested;
unsigned long kmk_shrink_slab(gfp_t gfp, int priority);	/* src/reclaim: one round at one priority */

static unsigned long ending_count(struct shrinker *s, struct shrink_control *sc) { return 1000; }

static unsigned long ending_scan(struct shrinker *s, struct shrink_control *sc)
{
	if (current != to_end)
		return SHRINK_STOP;
	if (nested) {
		nested--;
		kmk_shrink_slab(GFP_KERNEL, 0);
	}
	kthread_exit(0);
}

static struct shrinker ending = { .count_objects = ending_count, .scan_objects = ending_scan, .seeks = DEFAULT_SEEKS };

static int shrink_and_end(void *unused)
{
	WRITE_ONCE(to_end, current);
	shrink_all_memory(1000000);
	return 1;
}

static int round_and_end(void *unused)
{
	WRITE_ONCE(to_end, current);
	kmk_shrink_slab(GFP_KERNEL, 0);
	return 1;
}

static int unregister_it(void *done)
{
	unregister_shrinker(&ending);
	synchronize_shrinkers();
	complete(done);
	return 0;
}

/* Its result, or -EINTR, should it never have begun: that is waited for. */
static int run_to_its_end(struct kunit *test, int (*fn)(void *))
{
	unsigned long limit = jiffies + PATIENCE;
	struct task_struct *t = kthread_create(fn, NULL, "edge");

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	WRITE_ONCE(to_end, NULL);
	get_task_struct(t);
	wake_up_process(t);
	while (!READ_ONCE(to_end) && time_before(jiffies, limit))
		msleep(1);
	return kthread_stop_put(t);
}

static void ends_within(struct kunit *test, int (*fn)(void *))
{
	static struct completion done;

	init_completion(&done);
	KUNIT_ASSERT_EQ(test, register_shrinker(&ending, "edge-ending"), 0);
	KUNIT_EXPECT_EQ(test, run_to_its_end(test, fn), 0);
	thread(test, unregister_it, &done);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&done, PATIENCE), 0ul);
	KUNIT_EXPECT_EQ(test, kmk_shrink_slab(GFP_KERNEL, 0), 0ul);
}

static void a_thread_ends_in_a_shrinker(struct kunit *test)
{
	nested = 0;
	ends_within(test, shrink_and_end);
	ends_within(test, round_and_end);
	nested = 1;
	ends_within(test, round_and_end);
}

static int ending_notifier(struct notifier_block *nb, unsigned long action, void *data)
{
	if (current == to_end)
		kthread_exit(0);
	return NOTIFY_OK;
}

static struct notifier_block ending_nb = { .notifier_call = ending_notifier };

static int oom_and_end(void *unused)
{
	struct oom_control oc = { .gfp_mask = GFP_KERNEL };

	WRITE_ONCE(to_end, current);
	out_of_memory(&oc);
	return 1;
}

static int unregister_nb(void *done)
{
	struct oom_control oc = { .gfp_mask = GFP_KERNEL };
	bool gave = out_of_memory(&oc);		/* nothing comes: not "somebody else is at it" */

	unregister_oom_notifier(&ending_nb);
	if (!gave)
		complete(done);
	return 0;
}

static void a_thread_ends_in_a_notifier(struct kunit *test)
{
	static struct completion done;

	init_completion(&done);
	KUNIT_ASSERT_EQ(test, register_oom_notifier(&ending_nb), 0);
	KUNIT_EXPECT_EQ(test, run_to_its_end(test, oom_and_end), 0);
	thread(test, unregister_nb, &done);
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&done, PATIENCE), 0ul);
}

static struct kunit_case edge_cases[] = {
	KUNIT_CASE(a_request_waits_for_grace_periods),
	KUNIT_CASE(nodes_do_not_pile_up),
	KUNIT_CASE(noretry_is_one_round),
	KUNIT_CASE(swappiness_zero),
	KUNIT_CASE(nofs_does_not_wait_for_compaction),
	KUNIT_CASE(kswapd_compacts),
	KUNIT_CASE(invalidation_keeps_what_is_written_now),
	KUNIT_CASE(dirty_counts_beside_cleaning),
	KUNIT_CASE(counts_of_cached_pages),
	KUNIT_CASE(walks_meet_all_regions),
	KUNIT_CASE(swapon_beside_readers),
	KUNIT_CASE(a_thread_ends_in_a_shrinker),
	KUNIT_CASE(a_thread_ends_in_a_notifier),
	{}
};

static struct kunit_suite edge_suite = {
	.name = "reclaim_edge", .init = edge_init, .exit = edge_exit, .test_cases = edge_cases,
};
kunit_test_suite(edge_suite);
MODULE_LICENSE("GPL");
