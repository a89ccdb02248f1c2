// SPDX-License-Identifier: MIT
/* Memory pools: what is tried in which order, waiting, resizing, elements freed twice. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/* An allocator that can be switched off, and remembers the flags it was asked with. */
static struct source {
	bool empty;
	int live, calls;
	gfp_t asked[8];
} source;

static void *source_alloc(gfp_t gfp, void *data)
{
	struct source *s = data;

	if (s->calls < 8)
		s->asked[s->calls] = gfp;
	s->calls++;
	if (READ_ONCE(s->empty))
		return NULL;
	s->live++;
	return kmalloc(32, gfp);
}

static void source_free(void *element, void *data)
{
	struct source *s = data;

	s->live--;
	kfree(element);
}

static int mempool_test_init(struct kunit *test)
{
	memset(&source, 0, sizeof(source));
	return 0;
}

static void mempool_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, source.live, 0);
}

static mempool_t *make(struct kunit *test, int min_nr)
{
	mempool_t *pool = mempool_create(min_nr, source_alloc, source_free, &source);

	KUNIT_ASSERT_NOT_NULL(test, pool);
	source.calls = 0;
	return pool;
}

static void reserve_is_kept(struct kunit *test)
{
	mempool_t *pool = make(test, 3);
	void *e[4];
	int i;

	KUNIT_EXPECT_TRUE(test, mempool_initialized(pool));
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 3);
	KUNIT_EXPECT_EQ(test, source.live, 3);
	e[0] = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 3);
	source.empty = true;
	for (i = 1; i < 4; i++)
		KUNIT_EXPECT_NOT_NULL(test, e[i] = mempool_alloc(pool, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 0);
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	for (i = 0; i < 4; i++)
		mempool_free(e[i], pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 3);
	KUNIT_EXPECT_EQ(test, source.live, 3);
	mempool_free(NULL, pool);
	mempool_destroy(pool);
	mempool_destroy(NULL);
}

static void order_of_tries(struct kunit *test)
{
	const gfp_t quiet = __GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN;
	mempool_t *pool = make(test, 1);
	void *e;

	source.empty = true;
	e = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, source.calls, 1);
	KUNIT_EXPECT_EQ(test, source.asked[0], (GFP_KERNEL | quiet) & ~(__GFP_DIRECT_RECLAIM | __GFP_IO));
	source.calls = 0;
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, source.calls, 1);
	source.calls = 0;
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC | __GFP_IO));
	KUNIT_EXPECT_EQ(test, source.calls, 2);
	KUNIT_EXPECT_EQ(test, source.asked[1], GFP_ATOMIC | __GFP_IO | quiet);
	mempool_free(e, pool);
	mempool_destroy(pool);
}

struct waiter {
	mempool_t *pool;
	void *element;
};

static int wait_for_element(void *data)
{
	struct waiter *w = data;

	smp_store_release(&w->element, mempool_alloc(w->pool, GFP_KERNEL));
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* A waiter on an empty pool gets what is freed. How long that took, in jiffies. */
static unsigned long waiting_takes(struct kunit *test, int min_nr)
{
	mempool_t *pool = make(test, min_nr);
	void *e = mempool_alloc(pool, GFP_KERNEL), *last = min_nr ? mempool_alloc(pool, GFP_KERNEL) : NULL;
	struct waiter w = { pool, NULL };
	unsigned long start, took;
	struct task_struct *t;

	source.empty = true;
	if (min_nr) {
		mempool_free(last, pool);
		last = mempool_alloc(pool, GFP_KERNEL);
	}
	while (pool->curr_nr)
		KUNIT_FAIL(test, "the reserve should be empty");
	t = kthread_run(wait_for_element, &w, "waiter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	msleep(20);
	KUNIT_EXPECT_NULL(test, READ_ONCE(w.element));
	if (!min_nr)
		WRITE_ONCE(source.empty, false);
	start = jiffies;
	mempool_free(e, pool);
	while (!smp_load_acquire(&w.element) && time_before(jiffies, start + 20 * HZ))
		msleep(1);
	took = jiffies - start;
	KUNIT_EXPECT_NOT_NULL(test, w.element);
	kthread_stop(t);
	mempool_free(w.element, pool);
	mempool_free(last, pool);
	mempool_destroy(pool);
	source.empty = false;
	return took;
}

/* Long before it would look again by itself, after 5 s: the least of several times, which the machine did not disturb. */
static void waiting(struct kunit *test, int min_nr)
{
	unsigned long least = ULONG_MAX;

	for (int i = 0; i < 5 && least >= HZ; i++)
		least = min(least, waiting_takes(test, min_nr));
	KUNIT_EXPECT_LT(test, least, (unsigned long)HZ);
}

static void waiter_is_woken(struct kunit *test)
{
	waiting(test, 1);
}

static void pool_without_reserve(struct kunit *test)
{
	waiting(test, 0);
}

static void resizing(struct kunit *test)
{
	mempool_t *pool = make(test, 2);
	void *e;

	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 5), 0);
	KUNIT_EXPECT_EQ(test, pool->min_nr, 5);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 5);
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 1), 0);
	KUNIT_EXPECT_EQ(test, source.live, 1);
	e = mempool_alloc(pool, GFP_KERNEL);
	source.empty = true;
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 4), 0);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	mempool_free(e, pool);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_EQ(test, pool->min_nr, 4);
	mempool_destroy(pool);
}

static void failing_init_holds_nothing(struct kunit *test)
{
	mempool_t pool;

	source.empty = true;
	KUNIT_EXPECT_EQ(test, mempool_init(&pool, 2, source_alloc, source_free, &source), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, mempool_initialized(&pool));
	KUNIT_EXPECT_NULL(test, mempool_create(2, source_alloc, source_free, &source));
	memset(&pool, 0, sizeof(pool));
	mempool_exit(&pool);
}

static void ready_pools(struct kunit *test)
{
	struct kmem_cache *cache = kmem_cache_create("mempool_test", 48, 0, 0, NULL);
	mempool_t *pools[3], embedded;
	void *e;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, cache);
	pools[0] = mempool_create_slab_pool(2, cache);
	pools[1] = mempool_create_kmalloc_pool(2, 100);
	pools[2] = mempool_create_page_pool(2, 1);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_NOT_NULL(test, pools[i]);
		e = mempool_alloc(pools[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, e);
		if (i < 2)
			memset(e, 0xff, 48);
		else
			memset(page_address(e), 0xff, 2 * PAGE_SIZE);
		mempool_free(e, pools[i]);
		mempool_destroy(pools[i]);
	}
	KUNIT_EXPECT_EQ(test, mempool_init_slab_pool(&embedded, 1, cache), 0);
	mempool_exit(&embedded);
	KUNIT_EXPECT_EQ(test, mempool_init_kmalloc_pool(&embedded, 1, 1), 0);
	mempool_exit(&embedded);
	KUNIT_EXPECT_EQ(test, mempool_init_page_pool(&embedded, 1, 0), 0);
	mempool_exit(&embedded);
	kmem_cache_destroy(cache);
}

/* The second free finds the element in the reserve, whether that is full by then or not. */
static void freed_twice(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 64);
	void *e[3];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	for (i = 0; i < 2; i++) {
		e[i] = pool->elements[pool->curr_nr - 1];
		pool->curr_nr--;
	}
	mempool_free(e[0], pool);
	mempool_free(e[0], pool);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 1);
	mempool_free(e[1], pool);
	mempool_free(e[1], pool);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_EQ(test, pool->curr_nr, 2);
	mempool_destroy(pool);
}

static struct kunit_case mempool_cases[] = {
	KUNIT_CASE(reserve_is_kept),
	KUNIT_CASE(order_of_tries),
	KUNIT_CASE(waiter_is_woken),
	KUNIT_CASE(pool_without_reserve),
	KUNIT_CASE(resizing),
	KUNIT_CASE(failing_init_holds_nothing),
	KUNIT_CASE(ready_pools),
	KUNIT_CASE(freed_twice),
	{}
};

static struct kunit_suite mempool_suite = {
	.name = "mempool",
	.init = mempool_test_init,
	.exit = mempool_test_exit,
	.test_cases = mempool_cases,
};
kunit_test_suite(mempool_suite);
MODULE_LICENSE("Dual MIT/GPL");
