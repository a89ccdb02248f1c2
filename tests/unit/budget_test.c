// SPDX-License-Identifier: MIT
/* A budget: reclaimed to, held to, taken away; and what is told of the pressure it makes. */
#include <kunit/test.h>
#include <kmemkit/budget.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/pressure.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/shrinker.h>
#include <linux/slab.h>

#define MIB(n)	((size_t)(n) << 20)

static LIST_HEAD(pages);
static unsigned long nr_pages;

static unsigned long pile_up(gfp_t gfp, unsigned long most)
{
	unsigned long before = nr_pages;
	struct page *page;

	while (nr_pages - before < most && (page = alloc_page(gfp | __GFP_NOWARN))) {
		list_add(&page->lru, &pages);
		nr_pages++;
	}
	return nr_pages - before;
}

static void pile_free(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	nr_pages = 0;
}

/* ---- something to reclaim ---- */

struct object {
	struct list_head list;
	char bytes[2000];
};

static LIST_HEAD(objects);
static unsigned long nr_objects;
static DEFINE_SPINLOCK(objects_lock);

static unsigned long count_objects(struct shrinker *s, struct shrink_control *sc) { return READ_ONCE(nr_objects); }

static unsigned long scan_objects(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long n = 0;

	spin_lock(&objects_lock);
	for (; n < sc->nr_to_scan && !list_empty(&objects); n++) {
		struct object *o = list_first_entry(&objects, struct object, list);

		list_del(&o->list);
		WRITE_ONCE(nr_objects, nr_objects - 1);
		kfree(o);
	}
	spin_unlock(&objects_lock);
	return n ? n : SHRINK_STOP;
}

static struct shrinker shrinker = { .count_objects = count_objects, .scan_objects = scan_objects, .seeks = DEFAULT_SEEKS };

static void objects_make(size_t bytes)
{
	for (size_t made = 0; made < bytes; made += 2048) {
		struct object *o = kmalloc(sizeof(*o), GFP_KERNEL | __GFP_RECLAIMABLE);

		if (!o)
			return;
		spin_lock(&objects_lock);
		list_add(&o->list, &objects);
		WRITE_ONCE(nr_objects, nr_objects + 1);
		spin_unlock(&objects_lock);
	}
}

static void budget_test_exit(struct kunit *test)
{
	pile_free();
	KUNIT_EXPECT_EQ(test, kmemkit_set_budget(0), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

/* ---- the cases ---- */

static void refuses_nonsense(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kmemkit_set_budget(4096), -EINVAL);
	KUNIT_EXPECT_EQ(test, kmemkit_budget(), (size_t)0);
	KUNIT_EXPECT_EQ(test, kmemkit_set_budget(MIB(1024) * 1024), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_budget(), MIB(1024) * 1024);
	KUNIT_EXPECT_GT(test, pile_up(GFP_KERNEL, 256), 255ul);
}

/* Requests stop at the budget, atomic ones a little later, and never go over it. */
static void holds_requests_to_it(struct kunit *test)
{
	size_t budget;
	unsigned long kernel, atomic;

	kmemkit_drain();
	budget = kmemkit_used() + MIB(8);
	KUNIT_ASSERT_EQ(test, kmemkit_set_budget(budget), 0);
	kernel = pile_up(GFP_KERNEL | __GFP_NORETRY, ~0ul);
	KUNIT_EXPECT_LE(test, kmemkit_used(), budget);
	KUNIT_EXPECT_GT(test, kernel, 1024ul);
	atomic = pile_up(GFP_ATOMIC, ~0ul);
	KUNIT_EXPECT_LE(test, kmemkit_used(), budget);
	KUNIT_EXPECT_GT(test, atomic, 0ul);
	KUNIT_EXPECT_GT(test, kernel + atomic, 1600ul);
	kunit_info(test, "8 MiB: %lu frames by GFP_KERNEL, %lu more by GFP_ATOMIC\n", kernel, atomic);
	KUNIT_EXPECT_EQ(test, kmemkit_set_budget(0), 0);
	KUNIT_EXPECT_EQ(test, pile_up(GFP_KERNEL, 64), 64ul);
}

/* What is over it and can be reclaimed is gone when the call returns. */
static void reclaims_to_it(struct kunit *test)
{
	size_t base, budget;

	KUNIT_ASSERT_EQ(test, register_shrinker(&shrinker, "budget"), 0);
	kmemkit_drain();
	base = kmemkit_used();
	objects_make(MIB(32));
	KUNIT_EXPECT_GT(test, kmemkit_used(), base + MIB(30));
	budget = base + MIB(10);
	KUNIT_EXPECT_EQ(test, kmemkit_set_budget(budget), 0);
	KUNIT_EXPECT_LE(test, kmemkit_used(), budget);
	KUNIT_EXPECT_GT(test, READ_ONCE(nr_objects), 0ul);
	/* And later requests live by the shrinker. */
	objects_make(MIB(32));
	KUNIT_EXPECT_LE(test, kmemkit_used(), budget);
	kunit_info(test, "%lu objects are left of %lu\n", READ_ONCE(nr_objects), 2 * MIB(32) / 2048);
	scan_objects(NULL, &(struct shrink_control){ .nr_to_scan = ~0ul });
	unregister_shrinker(&shrinker);
}

static void says_when_it_cannot(struct kunit *test)
{
	size_t used;

	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, pile_up(GFP_KERNEL, 4096), 4096ul);
	used = kmemkit_used();
	KUNIT_EXPECT_EQ(test, kmemkit_set_budget(used - MIB(8)), -EBUSY);
	KUNIT_EXPECT_EQ(test, pile_up(GFP_KERNEL | __GFP_NORETRY, 1), 0ul);
	pile_free();
	KUNIT_EXPECT_GT(test, pile_up(GFP_KERNEL, 100), 99ul);
}

static unsigned int told[4];
static unsigned int otherwise;		/* told of one level while another was to be read */

static void note_level(enum kmemkit_pressure level, void *data)
{
	if (kmemkit_pressure_level() != level)
		__atomic_add_fetch(&otherwise, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&told[level], 1, __ATOMIC_SEQ_CST);
}

static bool wait_told(enum kmemkit_pressure level)
{
	for (int i = 0; i < 2000 && !__atomic_load_n(&told[level], __ATOMIC_SEQ_CST); i++)
		msleep(10);
	return __atomic_load_n(&told[level], __ATOMIC_SEQ_CST);
}

/* Nothing to reclaim: kswapd, then the request itself, then out of memory; a quiet second later all is well. */
static void tells_of_pressure(struct kunit *test)
{
	struct kmemkit_pressure_watch watch = { .fn = note_level };
	int fd = kmemkit_pressure_fd();

	KUNIT_EXPECT_TRUE(test, fd >= 0 || fd == -ENOSYS);	/* a host without descriptors */
	KUNIT_EXPECT_EQ(test, kmemkit_pressure_fd(), fd);
	memset(told, 0, sizeof(told));
	KUNIT_ASSERT_EQ(test, kmemkit_on_pressure(&watch), 0);
	KUNIT_ASSERT_EQ(test, kmemkit_set_budget(kmemkit_used() + MIB(4)), 0);
	KUNIT_EXPECT_EQ(test, told[KMEMKIT_PRESSURE_CRITICAL], 0u);
	pile_up(GFP_KERNEL, ~0ul);
	KUNIT_EXPECT_TRUE(test, wait_told(KMEMKIT_PRESSURE_CRITICAL));
	pile_free();
	kmemkit_set_budget(0);
	KUNIT_EXPECT_TRUE(test, wait_told(KMEMKIT_PRESSURE_NONE));
	KUNIT_EXPECT_EQ(test, (int)kmemkit_pressure_level(), (int)KMEMKIT_PRESSURE_NONE);
	KUNIT_EXPECT_EQ(test, __atomic_load_n(&otherwise, __ATOMIC_SEQ_CST), 0u);
	kmemkit_off_pressure(&watch);
	kunit_info(test, "told: %u low, %u medium, %u critical, %u none\n", told[1], told[2], told[3], told[0]);
}

static struct kunit_case budget_cases[] = {
	KUNIT_CASE(refuses_nonsense),
	KUNIT_CASE(holds_requests_to_it),
	KUNIT_CASE(reclaims_to_it),
	KUNIT_CASE(says_when_it_cannot),
	KUNIT_CASE(tells_of_pressure),
	{}
};

static struct kunit_suite budget_suite = {
	.name = "budget", .exit = budget_test_exit, .test_cases = budget_cases,
};
kunit_test_suite(budget_suite);
MODULE_LICENSE("GPL");
