// SPDX-License-Identifier: MIT
/* Drives the kernel's fs/mbcache.c: entries that nobody uses go under pressure, those in use stay. */
#include <kunit/test.h>
#include <linux/mbcache.h>
#include <linux/module.h>
#include "pressure.h"

#define ENTRIES	20000u
#define HELD	200u

static unsigned int present(struct mb_cache *cache, unsigned int from, unsigned int to)
{
	unsigned int n = 0;

	for (unsigned int i = from; i < to; i++) {
		struct mb_cache_entry *e = mb_cache_entry_get(cache, i, (u64)i * 3 + 1);

		if (e) {
			n += e->e_key == i && e->e_value == (u64)i * 3 + 1;
			mb_cache_entry_put(cache, e);
		}
	}
	return n;
}

static void pressure_takes_the_unused(struct kunit *test)
{
	static struct mb_cache_entry *held[HELD];
	struct mb_cache *cache = mb_cache_create(11)	/* room for 32,768 */;
	unsigned int left;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(cache));
	for (unsigned int i = 0; i < ENTRIES; i++)
		KUNIT_ASSERT_EQ(test, mb_cache_entry_create(cache, GFP_KERNEL, i, (u64)i * 3 + 1, true), 0);
	KUNIT_EXPECT_EQ(test, mb_cache_entry_create(cache, GFP_KERNEL, 5, 16, true), -EBUSY);
	for (unsigned int i = 0; i < HELD; i++) {
		held[i] = mb_cache_entry_get(cache, i, (u64)i * 3 + 1);
		KUNIT_ASSERT_NOT_NULL(test, held[i]);
	}
	KUNIT_EXPECT_GT(test, squeeze(), 1000UL);
	left = present(cache, HELD, ENTRIES);
	kunit_info(test, "%u of %u unused entries left under pressure", left, ENTRIES - HELD);
	KUNIT_EXPECT_LT(test, left, (ENTRIES - HELD) / 2);
	KUNIT_EXPECT_EQ(test, present(cache, 0, HELD), HELD);
	unsqueeze();
	for (unsigned int i = 0; i < HELD; i++)
		mb_cache_entry_put(cache, held[i]);
	KUNIT_EXPECT_NULL(test, mb_cache_entry_delete_or_get(cache, 7, 22));
	KUNIT_EXPECT_EQ(test, present(cache, 7, 8), 0U);
	mb_cache_destroy(cache);
}

/* The cache fills while there is nothing left: creations fail cleanly or succeed, and find what they made. */
static void it_fills_under_pressure(struct kunit *test)
{
	struct mb_cache *cache = mb_cache_create(6);
	unsigned int made = 0, refused = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(cache));
	squeeze();
	for (unsigned int i = 0; i < 5000; i++) {
		int err = mb_cache_entry_create(cache, GFP_NOWAIT | __GFP_NOWARN, i, (u64)i * 3 + 1, true);

		KUNIT_ASSERT_TRUE(test, err == 0 || err == -ENOMEM);
		made += !err;
		refused += err == -ENOMEM;
	}
	KUNIT_EXPECT_GE(test, made, present(cache, 0, 5000));
	kunit_info(test, "%u made, %u refused", made, refused);
	unsqueeze();
	mb_cache_destroy(cache);
}

static struct kunit_case mbcache_cases[] = {
	KUNIT_CASE(pressure_takes_the_unused),
	KUNIT_CASE(it_fills_under_pressure),
	{}
};

static struct kunit_suite mbcache_suite = { .name = "mbcache", .test_cases = mbcache_cases };
kunit_test_suite(mbcache_suite);
MODULE_LICENSE("GPL");
