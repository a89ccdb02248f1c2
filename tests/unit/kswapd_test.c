// SPDX-License-Identifier: MIT
/*
 * kswapd keeps those who allocate from reclaiming by themselves: two threads stream through a page cache
 * larger than the memory left to them, with half of the memory in use by others. Counted from vmstat.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#define FRAMES		(32ul << 20 >> PAGE_SHIFT)	/* of the machine, for this suite */
#define REQUESTS	40000				/* of each thread */
#define THREADS		2

#define PATIENCE	(20 * HZ)			/* only a hang takes that long */

/* The page room's: treat so many frames as not there. */
void kmk_page_withhold(unsigned long frames);
extern unsigned long kmk_page_warm_limit;		/* so many frames free wake the idle thread */
bool kmk_kswapd_rests(void);				/* src/reclaim/reclaim.h */

static LIST_HEAD(pinned);
static unsigned long free_before;

/* Free frames; those that keep recorded stacks for good count as free. */
static unsigned long balance_of_frames(void)
{
	struct kmemkit_stats stats;

	kmemkit_get_stats(&stats);
	return nr_free_pages() + stats.frames_records;
}

static void until_kswapd_rests(void)
{
	unsigned long end = jiffies + PATIENCE;

	while (!kmk_kswapd_rests() && time_before(jiffies, end))
		usleep_range(100, 200);
}

static int case_init(struct kunit *test)
{
	kmemkit_drain();
	kmk_page_warm_limit = ~0UL;		/* it holds frames for moments */
	free_before = balance_of_frames();
	kmk_page_withhold(free_before > FRAMES ? totalram_pages() - FRAMES : 0);
	return 0;
}

static void case_exit(struct kunit *test)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &pinned, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	kmk_page_withhold(0);
	until_kswapd_rests();		/* it may hold a few */
	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, balance_of_frames(), free_before);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
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

static const struct address_space_operations aops;
static struct stream { struct inode inode; unsigned long failed; bool paced; } streams[THREADS];
static atomic_t running;

static int stream(void *data)
{
	struct stream *s = data;

	for (pgoff_t i = 0; i < REQUESTS; i++) {
		struct page *page = find_or_create_page(&s->inode.i_data, i, GFP_KERNEL);

		if (!page) {
			s->failed++;
			continue;
		}
		memset(page_address(page), (int)i, PAGE_SIZE);
		SetPageUptodate(page);
		unlock_page(page);
		put_page(page);
		if (s->paced && i % 64 == 63) {
			usleep_range(200, 300);
			until_kswapd_rests();	/* on a busy machine its turn may come much later */
		}
	}
	atomic_dec(&running);
	return 0;
}

/* Requests that reclaimed directly, of THREADS * REQUESTS. */
static unsigned long run_streams(struct kunit *test, bool paced)
{
	unsigned long direct, background, runs;

	while (nr_free_pages() > FRAMES / 2) {
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &pinned);
	}
	direct = stalls();
	background = event(PGSTEAL_KSWAPD);
	runs = event(PAGEOUTRUN);
	atomic_set(&running, THREADS);
	for (int i = 0; i < THREADS; i++) {
		memset(&streams[i], 0, sizeof(streams[i]));
		streams[i].paced = paced;
		kmk_inode_setup(&streams[i].inode);
		streams[i].inode.i_data.a_ops = &aops;
		i_size_write(&streams[i].inode, (loff_t)REQUESTS << PAGE_SHIFT);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(stream, &streams[i], "stream-%d", i)));
	}
	while (atomic_read(&running))
		msleep(1);
	direct = stalls() - direct;
	background = event(PGSTEAL_KSWAPD) - background;
	kunit_info(test, "%s: %d requests: %lu reclaimed directly; kswapd freed %lu pages in %lu runs",
		   paced ? "steady" : "as fast as it goes", THREADS * REQUESTS, direct, background, event(PAGEOUTRUN) - runs);
	for (int i = 0; i < THREADS; i++) {
		KUNIT_EXPECT_EQ(test, streams[i].failed, 0ul);
		truncate_inode_pages(&streams[i].inode.i_data, 0);
	}
	return direct;
}

static void direct_reclaim_is_rare(struct kunit *test)
{
	KUNIT_EXPECT_LT(test, run_streams(test, true) * 100, (unsigned long)THREADS * REQUESTS);
}

/* Nothing is promised here but that it works; with more threads than processors kswapd comes late. */
static void full_speed(struct kunit *test)
{
	run_streams(test, false);
}

/* One is enough for those who may have any of them. */
static bool some_zone_is_high(void)
{
	for (int z = ZONE_DMA; z <= ZONE_NORMAL; z++)
		if (kmk_zone(z) && zone_free_pages(kmk_zone(z)) > zone_watermark(kmk_zone(z), WMARK_HIGH))
			return true;
	return false;
}

/* Runs so far, once a run that something before us asked for can no longer begin. */
static unsigned long quiet_runs(struct kunit *test)
{
	until_kswapd_rests();
	KUNIT_EXPECT_TRUE(test, kmk_kswapd_rests());
	return event(PAGEOUTRUN);
}

/* Asked for or not, what a request made of kswapd is over. */
static unsigned long runs_after_a_request(unsigned long runs)
{
	if (event(PAGEOUTRUN) == runs)
		until_kswapd_rests();
	return event(PAGEOUTRUN) - runs;
}

/* It begins below low and ends above high. */
static void works_from_low_to_high(struct kunit *test)
{
	struct task_struct *task;
	struct zone *zone = kmk_zone(ZONE_NORMAL) ?: kmk_zone(ZONE_DMA32) ?: kmk_zone(ZONE_DMA);
	struct stream *s = &streams[0];
	unsigned long runs = quiet_runs(test), woken = 0;

	memset(s, 0, sizeof(*s));
	kmk_inode_setup(&s->inode);
	s->inode.i_data.a_ops = &aops;
	i_size_write(&s->inode, (loff_t)REQUESTS << PAGE_SHIFT);
	for (pgoff_t i = 0; i < REQUESTS && !woken; i++) {
		bool plenty = zone_free_pages(zone) > zone_watermark(zone, WMARK_LOW) + 256;	/* more than a request may take at once */
		struct page *page = find_or_create_page(&s->inode.i_data, i, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		SetPageUptodate(page);
		unlock_page(page);
		put_page(page);
		woken = runs_after_a_request(runs);
		if (plenty)
			KUNIT_EXPECT_EQ(test, woken, 0ul);
	}
	KUNIT_EXPECT_GT(test, woken, 0ul);
	until_kswapd_rests();
	KUNIT_EXPECT_TRUE(test, some_zone_is_high());
	task = smp_load_acquire(&NODE_DATA(0)->kswapd);
	KUNIT_ASSERT_NOT_NULL(test, task);
	KUNIT_EXPECT_STREQ(test, task->comm, "kswapd0");
	truncate_inode_pages(&s->inode.i_data, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(works_from_low_to_high),
	KUNIT_CASE(direct_reclaim_is_rare),
	KUNIT_CASE(full_speed),
	{ }
};

static struct kunit_suite suite = { .name = "kswapd", .init = case_init, .exit = case_exit, .test_cases = cases };
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
