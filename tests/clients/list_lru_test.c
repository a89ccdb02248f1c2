// SPDX-License-Identifier: MIT
/* Drives the kernel's mm/list_lru.c by a cache of objects that a shrinker takes from its cold end. */
#include <kunit/test.h>
#include <linux/list_lru.h>
#include <linux/module.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "pressure.h"

#define OBJECTS	20000

struct object {
	struct list_head lru;
	bool cached, pinned, warm;
	char text[180];
};

static struct object *objects[OBJECTS];
static struct list_lru lru;
static unsigned long scans, rotated;

/* The warm have a second chance; the pinned stay. */
static enum lru_status isolate(struct list_head *item, struct list_lru_one *list, spinlock_t *lock, void *arg)
{
	struct object *o = container_of(item, struct object, lru);

	if (o->pinned)
		return LRU_SKIP;
	if (o->warm) {
		o->warm = false;
		rotated++;
		return LRU_ROTATE;
	}
	list_lru_isolate_move(list, item, arg);
	return LRU_REMOVED;
}

static unsigned long count(struct shrinker *s, struct shrink_control *sc)
{
	return list_lru_shrink_count(&lru, sc);
}

static unsigned long scan(struct shrinker *s, struct shrink_control *sc)
{
	LIST_HEAD(taken);
	struct object *o, *next;
	unsigned long n = list_lru_shrink_walk(&lru, sc, isolate, &taken);

	scans++;
	list_for_each_entry_safe(o, next, &taken, lru) {
		list_del_init(&o->lru);
		o->cached = false;
	}
	return n;
}

static struct shrinker shrinker = { .count_objects = count, .scan_objects = scan, .seeks = DEFAULT_SEEKS };

static void fill(struct kunit *test)
{
	for (int i = 0; i < OBJECTS; i++) {
		struct object *o = kzalloc(sizeof(*o), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, o);
		INIT_LIST_HEAD(&o->lru);
		o->cached = true;
		o->pinned = i % 100 == 0;
		o->warm = i % 10 == 1;
		memset(o->text, 'a' + i % 26, sizeof(o->text));
		objects[i] = o;
		KUNIT_ASSERT_TRUE(test, list_lru_add(&lru, &o->lru));
	}
}

static void the_cold_end_goes_first(struct kunit *test)
{
	unsigned long left, pinned = 0, cached = 0;

	KUNIT_ASSERT_EQ(test, list_lru_init(&lru), 0);
	fill(test);
	KUNIT_EXPECT_FALSE(test, list_lru_add(&lru, &objects[3]->lru));
	KUNIT_EXPECT_EQ(test, list_lru_count(&lru), (unsigned long)OBJECTS);
	scans = rotated = 0;
	KUNIT_ASSERT_EQ(test, register_shrinker(&shrinker, "list_lru_test"), 0);
	squeeze();
	unsqueeze();
	unregister_shrinker(&shrinker);
	left = list_lru_count(&lru);		/* kswapd may have gone on until here */
	for (int i = 0; i < OBJECTS; i++) {
		cached += objects[i]->cached;
		pinned += objects[i]->cached && objects[i]->pinned;
		KUNIT_EXPECT_EQ(test, objects[i]->text[179], (char)('a' + i % 26));
	}
	kunit_info(test, "%lu left after %lu scans, %lu rotated", left, scans, rotated);
	KUNIT_EXPECT_EQ(test, cached, left);
	KUNIT_EXPECT_EQ(test, pinned, OBJECTS / 100UL);
	KUNIT_EXPECT_GT(test, scans, 0UL);
	KUNIT_EXPECT_LT(test, left, OBJECTS / 2UL);
	KUNIT_EXPECT_GT(test, rotated, 0UL);
	for (int i = 0; i < OBJECTS; i++) {
		KUNIT_EXPECT_EQ(test, list_lru_del(&lru, &objects[i]->lru), objects[i]->cached);
		kfree(objects[i]);
	}
	KUNIT_EXPECT_EQ(test, list_lru_count(&lru), 0UL);
	list_lru_destroy(&lru);
}

static struct kunit_case list_lru_cases[] = { KUNIT_CASE(the_cold_end_goes_first), {} };
static struct kunit_suite list_lru_suite = { .name = "list_lru", .test_cases = list_lru_cases };
kunit_test_suite(list_lru_suite);
MODULE_LICENSE("GPL");
