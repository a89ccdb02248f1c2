// SPDX-License-Identifier: MIT
/* What a request is judged by: context, flags, the reserve; and what a cache's maker may ask for. */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static DEFINE_SPINLOCK(lock);

/* Does each request reach the slow path, where alone it can be judged? */
static bool each_is_seen(void)
{
	void *p = kmalloc(64, GFP_KERNEL);
	bool seen;

	kfree(p);
	kmemkit_fail_nth(1);
	p = kmalloc(64, GFP_NOWAIT | __GFP_NOWARN);
	kmemkit_fail_nth(0);
	seen = !p;
	kfree(p);
	return seen;
}

static bool each_page_is_seen(void)
{
	unsigned long page = __get_free_page(GFP_KERNEL);
	bool seen;

	free_page(page);
	kmemkit_fail_nth(1);
	page = __get_free_page(GFP_NOWAIT | __GFP_NOWARN);
	kmemkit_fail_nth(0);
	seen = !page;
	free_page(page);
	return seen;
}

static noinline void first_site(gfp_t gfp)
{
	kfree(kmalloc(64, gfp));
	barrier();
}

static noinline void second_site(gfp_t gfp)
{
	kfree(kmalloc(200, gfp));
	barrier();
}

/* differences.md 48: once a call site, of kmalloc's caller. */
static void each_sleeping_site_is_reported(struct kunit *test)
{
	if (!each_is_seen())
		kunit_skip(test, "CPU arrays are open");
	spin_lock(&lock);
	first_site(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	second_site(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	first_site(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	spin_unlock(&lock);
}

static noinline void first_page_site(void)
{
	free_page(__get_free_page(GFP_KERNEL));
	barrier();
}

static noinline void second_page_site(void)
{
	free_page(__get_free_page(GFP_KERNEL));
	barrier();
}

static void each_sleeping_site_of_pages_is_reported(struct kunit *test)
{
	if (!each_page_is_seen())
		kunit_skip(test, "CPU arrays are open");
	spin_lock(&lock);
	first_page_site();
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	second_page_site();
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	spin_unlock(&lock);
}

static void sleeping_under_rcu_is_reported(struct kunit *test)
{
	if (!each_is_seen())
		kunit_skip(test, "CPU arrays are open");
	rcu_read_lock();
	kfree(kmalloc(64, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kfree(kmalloc(64, GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	rcu_read_unlock();
	if (!each_page_is_seen())
		return;
	rcu_read_lock();
	free_page(__get_free_page(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	rcu_read_unlock();
}

/* Also when a slab has a free object and no page is asked for; and one report, not one a room. */
static void inside_reclaim_is_reported(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("recursive", 1000, 0, 0, NULL);
	void *p, *q;

	KUNIT_ASSERT_NOT_NULL(test, s);
	if (!each_page_is_seen()) {
		kmem_cache_destroy(s);
		kunit_skip(test, "page owners are not recorded");
	}
	p = kmalloc(64, GFP_KERNEL);
	fs_reclaim_acquire(GFP_KERNEL);
	q = kmalloc(64, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kfree(q);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kmem_cache_free(s, q);
	kfree(kmalloc(64, GFP_NOFS));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	fs_reclaim_release(GFP_KERNEL);
	kfree(p);
	kmem_cache_destroy(s);
}

static void nothing(void *obj) { (void)obj; }

/* differences.md 31, contract 3: once a place, and dropped. */
static void zone_flags_are_reported_each_place(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("made", 64, 0, 0, nothing);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (int round = 0; round < 2; round++) {
		unsigned long want = !round;

		kfree(kmalloc(64, GFP_KERNEL));
		kfree(kmalloc(64, GFP_KERNEL | __GFP_HIGHMEM));
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), want);
		kfree(kmalloc(6400, GFP_KERNEL | __GFP_HIGHMEM));
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), want);
		p = kmalloc(256 << 10, GFP_KERNEL | __GFP_HIGHMEM);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), want);
		KUNIT_EXPECT_TRUE(test, virt_addr_valid(p));
		kfree(p);
		kfree(kmalloc(256 << 10, GFP_KERNEL | __GFP_DMA32));
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), want);
		kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
		kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL | __GFP_DMA32));
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), want);
	}
	kmem_cache_destroy(s);
}

/* Frames one by one until the flags give no more. */
static unsigned long eat(struct list_head *eaten, gfp_t gfp)
{
	struct page *page;
	unsigned long n = 0;

	while ((page = alloc_page(gfp | __GFP_NOWARN))) {
		list_add(&page->lru, eaten);
		n++;
	}
	return n;
}

static void spit(struct list_head *eaten)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, eaten, lru)
		__free_page(page);
	INIT_LIST_HEAD(eaten);
}

/*
 * Objects until no request is granted. Frames that lay on another processor's list come free meanwhile, when kswapd
 * empties it: they are asked for again. Returns the frames that an urgent request for a page still gets.
 */
static unsigned long use_up(struct kmem_cache *s, void ***all, unsigned long *got)
{
	unsigned long left = 0;
	LIST_HEAD(reserve);
	void **o;

	for (int tries = 0; tries < 50; tries++) {
		while ((o = kmem_cache_alloc(s, GFP_ATOMIC | __GFP_NOWARN))) {
			*o = *all;
			*all = o;
			++*got;
		}
		left = eat(&reserve, GFP_ATOMIC);
		spit(&reserve);
		if (left <= 16)
			break;
		msleep(1);
	}
	return left;
}

/* The frames that an object's record needs come from where the object comes from. */
static void atomic_requests_reach_the_reserve(struct kunit *test)
{
	static const slab_flags_t kinds[] = { 0, SLAB_STORE_USER, SLAB_RED_ZONE | SLAB_STORE_USER };
	LIST_HEAD(eaten);

	if (totalram_pages() > 65536)
		kunit_skip(test, "too much memory to use it all up; tests/core has a small machine");
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct kmem_cache *s = kmem_cache_create("urgent", 2048, 0, kinds[i], NULL);
		unsigned long got = 0, left;
		void **all = NULL, **o;

		KUNIT_ASSERT_NOT_NULL(test, s);
		eat(&eaten, GFP_NOWAIT);
		left = use_up(s, &all, &got);
		spit(&eaten);
		for (; all; all = o) {
			o = *all;
			kmem_cache_free(s, all);
		}
		kmem_cache_destroy(s);
		KUNIT_EXPECT_GE_MSG(test, got, 16UL, "flags %x", kinds[i]);
		KUNIT_EXPECT_LE_MSG(test, left, 16UL, "flags %x", kinds[i]);
	}
}

static void nofail_does_not_fail(struct kunit *test)
{
	static const slab_flags_t kinds[] = { 0, SLAB_STORE_USER, SLAB_RED_ZONE, SLAB_POISON | SLAB_STORE_USER };

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		for (long n = 1; n <= 6; n++) {
			struct kmem_cache *s = kmem_cache_create("must", 2000, 0, kinds[i], NULL);
			void *p;

			KUNIT_ASSERT_NOT_NULL(test, s);
			kmemkit_fail_nth(n);
			p = kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOFAIL);
			kmemkit_fail_nth(0);
			KUNIT_EXPECT_NOT_NULL_MSG(test, p, "flags %x, request %ld", kinds[i], n);
			if (p)
				kmem_cache_free(s, p);
			kmem_cache_destroy(s);
		}
}

/* ---- caches ---- */

static void the_name_is_copied(struct kunit *test)
{
	char name[] = "temporary";
	struct kmem_cache_args args = { 0 };
	struct kmem_cache *five = kmem_cache_create(name, 40, 0, 0, NULL);
	struct kmem_cache *four = kmem_cache_create(name, 40, &args, 0);

	KUNIT_ASSERT_TRUE(test, five && four);
	memset(name, 'x', sizeof(name) - 1);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(five), "temporary");
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(four), "temporary");
	kmem_cache_destroy(five);
	kmem_cache_destroy(four);
}

static void creation_fails_cleanly(struct kunit *test)
{
	struct kmemkit_stats before, after;

	kmemkit_drain();
	kmemkit_get_stats(&before);
	for (long n = 1; n < 20; n++) {
		struct kmem_cache *s;

		kmemkit_fail_nth(n);
		s = kmem_cache_create("a name of some length, longer than others", 40, 0, 0, NULL);
		kmemkit_fail_nth(0);
		kmem_cache_destroy(s);
	}
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	kmemkit_drain();
	kmemkit_get_stats(&after);
	KUNIT_EXPECT_EQ(test, before.objects_live, after.objects_live);
}

static void pattern(void *obj) { memset(obj, 0x5c, 64); }

/* Linux 6.1: a warning, and the object is cleared; under init_on_alloc it is not. */
static void constructed_and_cleared_do_not_go_together(struct kunit *test)
{
	static const slab_flags_t kinds[] = { 0, SLAB_RED_ZONE };

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct kmem_cache *s = kmem_cache_create("made", 64, 0, kinds[i], pattern);
		u8 *p;

		KUNIT_ASSERT_NOT_NULL(test, s);
		p = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x5c, 64));
		kmem_cache_free(s, p);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
		p = kmem_cache_zalloc(s, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), i ? 0UL : 1UL);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, want_init_on_alloc(0) ? 0x5c : 0, 64));
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
}

static void large_alignments(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 3000, 8192, 100000 };

	for (unsigned int align = 8192; align <= 1u << 20; align *= 4)
		for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct kmem_cache *s = kmem_cache_create("pgd", sizes[i], align, 0, NULL);
			char *p[3];

			KUNIT_ASSERT_NOT_NULL(test, s);
			for (int k = 0; k < 3; k++) {
				p[k] = kmem_cache_alloc(s, GFP_KERNEL);
				KUNIT_ASSERT_NOT_NULL(test, p[k]);
				KUNIT_EXPECT_EQ(test, (unsigned long)p[k] % align, 0UL);
				memset(p[k], k, sizes[i]);
			}
			for (int k = 0; k < 3; k++) {
				KUNIT_EXPECT_NULL(test, memchr_inv(p[k], k, sizes[i]));
				kmem_cache_free(s, p[k]);
			}
			kmem_cache_destroy(s);
		}
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

/* What can be made can give an object; what cannot is refused when it is made. */
static void objects_as_large_as_a_block(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("huge", KMALLOC_MAX_SIZE, 0, 0, NULL);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	s = kmem_cache_create("hugeclassic", KMALLOC_MAX_SIZE, 64, 0, NULL, NULL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), s ? 0UL : 1UL);
	if (s) {			/* a debug cache is not coloured */
		p = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_EXPECT_NOT_NULL(test, p);
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
	KUNIT_EXPECT_NULL(test, kmem_cache_create("crooked", 64, 2 * KMALLOC_MAX_SIZE, 0, NULL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_sleeping_site_is_reported),
	KUNIT_CASE(each_sleeping_site_of_pages_is_reported),
	KUNIT_CASE(sleeping_under_rcu_is_reported),
	KUNIT_CASE(inside_reclaim_is_reported),
	KUNIT_CASE(zone_flags_are_reported_each_place),
	KUNIT_CASE(atomic_requests_reach_the_reserve),
	KUNIT_CASE(nofail_does_not_fail),
	KUNIT_CASE(the_name_is_copied),
	KUNIT_CASE(creation_fails_cleanly),
	KUNIT_CASE(constructed_and_cleared_do_not_go_together),
	KUNIT_CASE(large_alignments),
	KUNIT_CASE(objects_as_large_as_a_block),
	{}
};

static struct kunit_suite suite = { .name = "slab_request", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("MIT");
