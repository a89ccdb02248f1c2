// SPDX-License-Identifier: MIT
/*
 * The cache in a process with a budget: more memory, more hits; and every record is right however often it was
 * taken away and made again. Requests are drawn with a fixed seed, low keys far more often than high ones.
 */
#include <kunit/test.h>
#include <kmemkit/budget.h>
#include <kmemkit/kmemkit.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include "objcache.h"

#define KEYS		16384u
#define REQUESTS	120000u

static u32 draw(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(*seed >> 33);
}

/* A third power: half of all requests go to an eighth of the keys. */
static u32 draw_key(u64 *seed)
{
	u64 r = draw(seed) & 0xffff;

	return (u32)((r * r * r >> 32) * KEYS >> 16);
}

static size_t record_size(u32 key) { return 256 + key * 2654435761u % 3840; }

static void record_make(struct objcache_record *r)
{
	for (size_t i = 0; i < r->size; i++)
		r->data[i] = (unsigned char)(r->key * 31 + i * 7);
}

static bool record_right(const struct objcache_record *r, u32 key)
{
	bool right = r->key == key && r->size == record_size(key);

	for (size_t i = 0; i < r->size && right; i += 61)
		right = r->data[i] == (unsigned char)(key * 31 + i * 7);
	return right && r->data[r->size - 1] == (unsigned char)(key * 31 + (r->size - 1) * 7);
}

struct tally { unsigned long wrong, refused; };

static struct tally request(struct objcache *cache, unsigned int n, u64 seed)
{
	struct tally t = { 0 };

	while (n--) {
		u32 key = draw_key(&seed);
		struct objcache_record *r = objcache_get(cache, key);

		t.refused += !r;
		if (!r)
			continue;
		t.wrong += !record_right(r, key);
		objcache_put(cache, r);
	}
	return t;
}

/* Hits of the second half of the requests, in a thousand: the first half fills the cache. */
static unsigned int hit_rate(struct kunit *test, size_t budget)
{
	struct objcache *cache;
	struct objcache_stats half, all;
	unsigned long hits;
	struct tally t;
	unsigned int rate;

	kmemkit_drain();
	KUNIT_ASSERT_EQ(test, kmemkit_set_budget(kmemkit_used() + budget), 0);
	cache = objcache_create("objcache", record_size, record_make);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	t = request(cache, REQUESTS / 2, 1);
	half = objcache_stats(cache);
	t.wrong += request(cache, REQUESTS / 2, 2).wrong;
	all = objcache_stats(cache);
	hits = all.hits - half.hits;
	rate = (unsigned int)(hits * 1000 / (hits + all.misses - half.misses));
	kunit_info(test, "budget %2zu MiB: %2u.%u %% hits, %5lu records, %2zu MiB, %lu evicted, %lu refused",
		   budget / SZ_1M, rate / 10, rate % 10, all.records, all.bytes / SZ_1M, all.evicted, t.refused);
	KUNIT_EXPECT_EQ(test, t.wrong, 0UL);
	objcache_destroy(cache);
	kmemkit_set_budget(0);
	return rate;
}

static void more_memory_more_hits(struct kunit *test)
{
	static const unsigned int mib[] = { 4, 8, 16, 32, 64 };
	unsigned int last = 0;

	for (size_t i = 0; i < ARRAY_SIZE(mib); i++) {
		unsigned int rate = hit_rate(test, (size_t)mib[i] * SZ_1M);

		KUNIT_EXPECT_GE(test, rate + 5, last);
		last = rate;
	}
	KUNIT_EXPECT_GT(test, last, 800U);
}

static struct objcache *shared;
static struct tally tallies[2];

struct requester { struct completion done; int number; };

static int requester(void *arg)
{
	struct requester *q = arg;

	tallies[q->number] = request(shared, 30000, 77 + (u64)q->number);
	complete(&q->done);
	return 0;
}

static void two_threads_in_a_small_budget(struct kunit *test)
{
	struct requester q[2];

	kmemkit_drain();
	KUNIT_ASSERT_EQ(test, kmemkit_set_budget(kmemkit_used() + 6 * SZ_1M), 0);
	shared = objcache_create("objcache-shared", record_size, record_make);
	KUNIT_ASSERT_NOT_NULL(test, shared);
	for (int i = 0; i < 2; i++) {
		q[i].number = i;
		init_completion(&q[i].done);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(requester, &q[i], "requester%d", i)));
	}
	for (int i = 0; i < 2; i++)
		wait_for_completion(&q[i].done);
	KUNIT_EXPECT_EQ(test, tallies[0].wrong + tallies[1].wrong, 0UL);
	KUNIT_EXPECT_GT(test, objcache_stats(shared).evicted, 0UL);
	objcache_destroy(shared);
	kmemkit_set_budget(0);
}

static struct kunit_case objcache_cases[] = {
	KUNIT_CASE_SLOW(more_memory_more_hits),
	KUNIT_CASE(two_threads_in_a_small_budget),
	{}
};

static struct kunit_suite objcache_suite = { .name = "objcache", .test_cases = objcache_cases };
kunit_test_suite(objcache_suite);
MODULE_LICENSE("GPL");
