// SPDX-License-Identifier: MIT
/*
 * Memory that another thread is just giving back counts as coming: a request that finds nothing anywhere waits
 * for that thread's hands to be empty. All frames are taken; the only ones to be had are those that a
 * shrinker, running for another thread, took off its list and gives back late.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/shrinker.h>
#include <linux/swap.h>

#define LATE	60	/* ms */

extern unsigned long kmk_page_warm_limit;	/* src/page/page.h: so many frames free wake the idle thread */

static LIST_HEAD(eaten);
static LIST_HEAD(stock);
static unsigned int in_stock;
static struct completion taken, over;
static struct page *theirs;

static void eat(gfp_t gfp)
{
	for (int order = MAX_ORDER - 1; order >= 0; order--)
		for (;;) {
			struct page *page = alloc_pages((gfp & ~__GFP_RECLAIM) | __GFP_NOWARN, order);

			if (!page)
				break;
			set_page_private(page, order);
			list_add(&page->lru, &eaten);
		}
}

static void give_back(struct list_head *from)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, from, lru) {
		int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

static unsigned long stock_count(struct shrinker *s, struct shrink_control *sc)
{
	return current_is_kswapd() ? SHRINK_EMPTY : READ_ONCE(in_stock) ?: SHRINK_EMPTY;
}

/* All at once: nobody else finds any, until they are back in the zone's lists. */
static unsigned long stock_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long n = xchg(&in_stock, 0);

	if (!n)
		return SHRINK_STOP;
	complete(&taken);
	msleep(LATE);
	give_back(&stock);
	return n;
}

static struct shrinker shrinker = { .count_objects = stock_count, .scan_objects = stock_scan, .seeks = 1, .batch = 1 };

static int first(void *unused)
{
	theirs = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	complete(&over);
	return 0;
}

/* How long both requests took, in ms. */
static s64 two_requests(struct kunit *test)
{
	struct task_struct *thread;
	struct page *page;
	ktime_t start;
	s64 ms;

	init_completion(&taken);
	init_completion(&over);
	kmemkit_drain();
	eat(GFP_HIGHUSER | __GFP_MEMALLOC);
	list_splice_init(&eaten, &stock);
	in_stock = 1;
	thread = kthread_run(first, NULL, "first");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	wait_for_completion(&taken);
	start = ktime_get();
	page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	KUNIT_EXPECT_NOT_NULL(test, page);
	wait_for_completion(&over);
	KUNIT_EXPECT_NOT_NULL(test, theirs);
	ms = ktime_to_ms(ktime_sub(ktime_get(), start));
	if (page)
		__free_page(page);
	if (theirs)
		__free_page(theirs);
	give_back(&stock);
	return ms;
}

/* Of the times the least counts, which the machine did not disturb: who waits in vain waits a second each time. */
static void a_request_waits_for_what_another_one_is_giving_back(struct kunit *test)
{
	s64 least = S64_MAX;

	KUNIT_ASSERT_EQ(test, register_shrinker(&shrinker, "hands-test"), 0);
	kmemkit_drain();
	kmk_page_warm_limit = ~0UL;	/* no other thread holds frames */
	for (int i = 0; i < 10 && least >= 900; i++)
		least = min(least, two_requests(test));
	KUNIT_EXPECT_LT(test, least, 900);
	unregister_shrinker(&shrinker);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_request_waits_for_what_another_one_is_giving_back),
	{}
};

static struct kunit_suite suite = { .name = "hands", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("MIT");
