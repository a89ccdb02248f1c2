// SPDX-License-Identifier: MIT
/* The level of pressure is the highest of the last second: work of kswapd alone does not keep what was worse alive. */
#include <kunit/test.h>
#include <kmemkit/budget.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/pressure.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>

#define MIB(n)	((size_t)(n) << 20)

static LIST_HEAD(pages);

static void take_all(gfp_t gfp)
{
	struct page *page;

	while ((page = alloc_page(gfp | __GFP_NOWARN)))
		list_add(&page->lru, &pages);
}

static void give_all(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

static unsigned int falls, rises;	/* from CRITICAL to what is less, and back */

static void note_level(enum kmemkit_pressure level, void *data)
{
	static enum kmemkit_pressure before;

	if (level == KMEMKIT_PRESSURE_CRITICAL)
		__atomic_add_fetch(&rises, 1, __ATOMIC_SEQ_CST);
	else if (before == KMEMKIT_PRESSURE_CRITICAL)
		__atomic_add_fetch(&falls, 1, __ATOMIC_SEQ_CST);
	before = level;
}

static bool wait_for(unsigned int *n)
{
	for (int i = 0; i < 6000 && !__atomic_load_n(n, __ATOMIC_SEQ_CST); i++)
		msleep(10);
	return __atomic_load_n(n, __ATOMIC_SEQ_CST);
}

static void what_is_over_is_forgotten(struct kunit *test)
{
	struct kmemkit_pressure_watch watch = { .fn = note_level };

	KUNIT_ASSERT_EQ(test, kmemkit_on_pressure(&watch), 0);
	KUNIT_ASSERT_EQ(test, kmemkit_set_budget(kmemkit_used() + MIB(4)), 0);
	take_all(GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, wait_for(&rises));
	give_all();
	/* From now on requests wake kswapd, many times a second, and do not wait. */
	for (int i = 0; i < 1500 && !__atomic_load_n(&falls, __ATOMIC_SEQ_CST); i++) {
		take_all(GFP_NOWAIT);
		give_all();
		msleep(20);
	}
	KUNIT_EXPECT_EQ(test, __atomic_load_n(&falls, __ATOMIC_SEQ_CST), 1u);
	KUNIT_EXPECT_EQ(test, __atomic_load_n(&rises, __ATOMIC_SEQ_CST), 1u);
	kmemkit_set_budget(0);
	kmemkit_off_pressure(&watch);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_is_over_is_forgotten),
	{}
};

static struct kunit_suite suite = { .name = "pressure_level", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("MIT");
