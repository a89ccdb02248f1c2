// SPDX-License-Identifier: MIT
/* Debug caches chosen by cache flags: what is found, what is repaired, and what goes on working. */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/poison.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <mm/slab.h>

#define ALL (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static struct kunit_resource resource;
static int slab_errors;

/* Reports are counted, not printed, as in the kernel's own test. */
static int debug_init(struct kunit *test)
{
	slab_errors = 0;
	return kunit_add_named_resource(test, NULL, NULL, &resource, "slab_errors", &slab_errors);
}

static struct kmem_cache *make(unsigned int size, slab_flags_t flags)
{
	return kmem_cache_create("debug_test", size, 0, flags | SLAB_NO_USER_FLAGS, NULL);
}

static int errors_taken(void)
{
	int n = slab_errors;

	slab_errors = 0;
	return n;
}

static void finish(struct kunit *test, struct kmem_cache *s)
{
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0L);
	KUNIT_EXPECT_EQ(test, slab_errors, 0);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void layout(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 7, 8, 9, 24, 64, 100, 512, 4096, 5000 };
	static const slab_flags_t kinds[] = {
		SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON, SLAB_RED_ZONE | SLAB_POISON, ALL
	};

	for (int i = 0; i < ARRAY_SIZE(sizes) * ARRAY_SIZE(kinds); i++) {
		slab_flags_t kind = kinds[i % ARRAY_SIZE(kinds)];
		unsigned int size = sizes[i / ARRAY_SIZE(kinds)];
		struct kmem_cache *s = make(size, kind);
		unsigned char *p[40];

		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_EQ(test, s->object_size, size);
		KUNIT_EXPECT_GE(test, s->inuse, size + !!(kind & SLAB_RED_ZONE));
		KUNIT_EXPECT_LE(test, s->offset + sizeof(void *), s->size - s->red_left_pad);
		KUNIT_EXPECT_EQ(test, s->red_left_pad != 0, !!(kind & SLAB_RED_ZONE));
		for (int k = 0; k < ARRAY_SIZE(p); k++) {
			p[k] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, p[k]);
			KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)p[k], s->align));
			memset(p[k], k, size);
		}
		for (int k = 0; k < ARRAY_SIZE(p); k++) {
			KUNIT_EXPECT_NULL(test, memchr_inv(p[k], k, size));
			kmem_cache_free(s, p[k]);
		}
		finish(test, s);
	}
}

static void red_zones(struct kunit *test)
{
	struct kmem_cache *s = make(40, ALL);
	unsigned char *p = kmem_cache_alloc(s, GFP_KERNEL);

	p[40] = 1;
	KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 1L);
	KUNIT_EXPECT_EQ(test, errors_taken(), 2);		/* the report and the repair */
	KUNIT_EXPECT_EQ(test, p[40], SLUB_RED_ACTIVE);
	p[-1] = 1;
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, errors_taken(), 2);
	KUNIT_EXPECT_EQ(test, p[-1], SLUB_RED_INACTIVE);
	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(s, GFP_KERNEL), (void *)p);
	kmem_cache_free(s, p);
	finish(test, s);
}

static void poison(struct kunit *test)
{
	struct kmem_cache *s = make(40, ALL);
	unsigned char *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, p[0], POISON_FREE);
	KUNIT_EXPECT_EQ(test, p[39], POISON_END);
	p[7] = 0;
	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(s, GFP_KERNEL), (void *)p);
	KUNIT_EXPECT_EQ(test, errors_taken(), 2);
	KUNIT_EXPECT_EQ(test, p[7], POISON_FREE);		/* not cleared: a reader would notice */
	kmem_cache_free(s, p);
	p[39] = 0;
	kmem_cache_shrink(s);					/* the last look at an empty slab */
	KUNIT_EXPECT_EQ(test, errors_taken(), 2);
	finish(test, s);
}

/* Whatever stands in a link, the objects handed out are the cache's own, and each only once. */
static void damaged_link(struct kunit *test)
{
	struct kmem_cache *s = make(64, SLAB_POISON);		/* no checks at allocation and free */
	void *live = kmem_cache_alloc(s, GFP_KERNEL), *obj[8];
	void *bad[] = { (void *)0x1234, &obj, NULL, live, NULL };

	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		void *p = kmem_cache_alloc(s, GFP_KERNEL);

		kmem_cache_free(s, p);
		bad[4] = p;					/* a list of one that never ends */
		*(void **)(p + s->offset) = bad[i];
		for (int k = 0; k < ARRAY_SIZE(obj); k++) {
			obj[k] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_EXPECT_PTR_NE(test, obj[k], live);
			KUNIT_EXPECT_TRUE(test, kmem_valid_obj(obj[k]));
			for (int j = 0; j < k; j++)
				KUNIT_EXPECT_PTR_NE(test, obj[k], obj[j]);
		}
		KUNIT_EXPECT_GE(test, errors_taken(), 1);
		for (int k = 0; k < ARRAY_SIZE(obj); k++)
			kmem_cache_free(s, obj[k]);
		KUNIT_EXPECT_EQ(test, slab_errors, 0);
	}
	kmem_cache_free(s, live);
	finish(test, s);
}

static void bad_frees(struct kunit *test)
{
	struct kmem_cache *s = make(40, ALL);
	unsigned char *p = kmem_cache_alloc(s, GFP_KERNEL);

	kmem_cache_free(s, p + 8);
	KUNIT_EXPECT_EQ(test, errors_taken(), 2);
	kmem_cache_free(s, p);
	kmem_cache_free(s, p);
	KUNIT_EXPECT_EQ(test, errors_taken(), 2);
	finish(test, s);
}

static void mark(void *p)
{
	memset(p, 0x41, 40);
}

/* Constructed objects, and those that RCU readers may look at, keep their contents while free. */
static void contents_kept(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("debug_ctor", 40, 0, ALL | SLAB_NO_USER_FLAGS, mark);
	unsigned char *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x41, 40));
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x41, 40));
	finish(test, s);

	s = make(40, ALL | SLAB_TYPESAFE_BY_RCU);
	p = kmem_cache_alloc(s, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 40));
	memset(p, 0x42, 40);
	rcu_read_lock();
	kmem_cache_free(s, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x42, 40));
	rcu_read_unlock();
	finish(test, s);
}

static void bulk_and_zero(struct kunit *test)
{
	struct kmem_cache *s = make(100, ALL);
	void *p[70];

	for (int round = 0; round < 3; round++) {
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_ZERO, ARRAY_SIZE(p), p),
				(int)ARRAY_SIZE(p));
		for (int i = 0; i < ARRAY_SIZE(p); i++) {
			KUNIT_EXPECT_NULL(test, memchr_inv(p[i], 0, 100));
			memset(p[i], i, 100);
		}
		KUNIT_EXPECT_EQ(test, validate_slab_cache(s), 0L);
		kmem_cache_free_bulk(s, ARRAY_SIZE(p), p);
	}
	finish(test, s);
}

struct worker {
	struct kmem_cache *s;
	struct completion done;
};

static int churn(void *data)
{
	struct worker *w = data;
	void *p[50];

	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < ARRAY_SIZE(p); i++)
			p[i] = memset(kmem_cache_alloc(w->s, GFP_KERNEL), round, 40);
		if (round % 20 == 0)
			validate_slab_cache(w->s);
		kmem_cache_free_bulk(w->s, ARRAY_SIZE(p), p);
		if (round % 20 == 10)
			kmem_cache_shrink(w->s);
	}
	complete(&w->done);
	return 0;
}

/* A look at the cache while others allocate and free sees nothing wrong. */
static void threads(struct kunit *test)
{
	struct worker w[4];

	w[0].s = make(40, ALL);
	for (int i = 0; i < ARRAY_SIZE(w); i++) {
		w[i].s = w[0].s;
		init_completion(&w[i].done);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(churn, &w[i], "churn")));
	}
	for (int i = 0; i < ARRAY_SIZE(w); i++)
		wait_for_completion(&w[i].done);
	KUNIT_EXPECT_EQ(test, w[0].s->errors, 0U);
	finish(test, w[0].s);
}

static struct kunit_case debug_cases[] = {
	KUNIT_CASE(layout),
	KUNIT_CASE(red_zones),
	KUNIT_CASE(poison),
	KUNIT_CASE(damaged_link),
	KUNIT_CASE(bad_frees),
	KUNIT_CASE(contents_kept),
	KUNIT_CASE(bulk_and_zero),
	KUNIT_CASE(threads),
	{}
};

static struct kunit_suite debug_suite = {
	.name = "slab_debug",
	.init = debug_init,
	.test_cases = debug_cases,
};
kunit_test_suite(debug_suite);

MODULE_LICENSE("MIT");
