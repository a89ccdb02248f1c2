// SPDX-License-Identifier: MIT
/* Memory pools: an element freed twice is found in every kind of pool, and marks spoil no object. */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

/* From the reserve: the allocator fails. */
static void *from_reserve(mempool_t *pool)
{
	void *element;

	kmemkit_fail_nth(1);
	element = mempool_alloc(pool, GFP_NOWAIT);
	kmemkit_fail_nth(0);
	return element;
}

/* The element fills the reserve again; a second free must be seen there, and change nothing. */
static void freed_twice(struct kunit *test, mempool_t *pool)
{
	void *a, *b;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	a = from_reserve(pool);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, pool->min_nr - 1);
	mempool_free(a, pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, pool->min_nr);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
	mempool_free(a, pool);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, pool->min_nr);
	b = from_reserve(pool);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	mempool_free(b, pool);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
}

static void pages_freed_twice(struct kunit *test)
{
	for (int order = 0; order < 3; order += 2) {
		mempool_t *pool = mempool_create_page_pool(2, order);
		struct page *page;

		freed_twice(test, pool);
		page = from_reserve(pool);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		KUNIT_EXPECT_EQ(test, page_private(page), 0ul);
		mempool_free(page, pool);
		mempool_destroy(pool);
	}
}

/* One frame, two owners: what the missed second free led to. */
static void page_has_one_owner(struct kunit *test)
{
	mempool_t *pool = mempool_create_page_pool(1, 0);
	struct page *a = from_reserve(pool), *b, *c;

	mempool_free(a, pool);
	mempool_free(a, pool);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_EQ(test, page_count(a), 1);
	b = alloc_page(GFP_KERNEL);
	c = from_reserve(pool);
	KUNIT_EXPECT_PTR_NE(test, b, c);
	__free_page(b);
	mempool_free(c, pool);
	mempool_destroy(pool);
}

static void *own_alloc(gfp_t gfp, void *data)
{
	return kmalloc((size_t)data, gfp);
}

static void own_free(void *element, void *data)
{
	kfree(element);
}

static void own_functions_freed_twice(struct kunit *test)
{
	mempool_t *pool = mempool_create(3, own_alloc, own_free, (void *)40);

	freed_twice(test, pool);
	mempool_destroy(pool);
}

static void tiny_kmalloc_freed_twice(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 4);

	freed_twice(test, pool);
	mempool_destroy(pool);
}

static void construct(void *object)
{
	((unsigned long *)object)[0] = 0x1234;
	((unsigned long *)object)[1] = 0x5678;
}

/* What a pool gives back to a cache with a constructor is as it was constructed. */
static void constructed_objects_stay_so(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("mempool_ctor", 64, 0, 0, construct);
	mempool_t *pool = mempool_create_slab_pool(2, cache);
	unsigned long *object[2];

	freed_twice(test, pool);
	mempool_destroy(pool);
	for (int i = 0; i < 2; i++) {
		object[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, object[i][0], 0x1234ul);
		KUNIT_EXPECT_EQ(test, object[i][1], 0x5678ul);
	}
	for (int i = 0; i < 2; i++)
		kmem_cache_free(cache, object[i]);
	kmem_cache_destroy(cache);
}

/* A reader under RCU may still look at an element that went to the reserve. */
static void rcu_objects_are_not_written(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("mempool_rcu", 64, 0, SLAB_TYPESAFE_BY_RCU, NULL);
	mempool_t *pool = mempool_create_slab_pool(1, cache);
	unsigned long *object = from_reserve(pool);

	object[0] = 0x4321;
	mempool_free(object, pool);
	KUNIT_EXPECT_EQ(test, object[0], 0x4321ul);
	KUNIT_EXPECT_PTR_EQ(test, from_reserve(pool), (void *)object);
	KUNIT_EXPECT_EQ(test, object[0], 0x4321ul);
	mempool_free(object, pool);
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
}

static struct kunit_case mempool_edge_cases[] = {
	KUNIT_CASE(pages_freed_twice),
	KUNIT_CASE(page_has_one_owner),
	KUNIT_CASE(own_functions_freed_twice),
	KUNIT_CASE(tiny_kmalloc_freed_twice),
	KUNIT_CASE(constructed_objects_stay_so),
	KUNIT_CASE(rcu_objects_are_not_written),
	{ }
};

static struct kunit_suite mempool_edge_suite = {
	.name = "mempool_edge",
	.test_cases = mempool_edge_cases,
};
kunit_test_suite(mempool_edge_suite);

MODULE_LICENSE("MIT");
