// SPDX-License-Identifier: MIT
/* kmemkit/slab_view.h: the picture agrees with what was done, and the two algorithms of contract 2.9. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/report.h>
#include <kmemkit/slab_view.h>
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#define SIZE	200

static struct kmem_cache *cache;
static void *obj[4096];
static unsigned int held;

static int view_init(struct kunit *test)
{
	cache = kmem_cache_create("viewed", SIZE, 0, 0, NULL);
	held = 0;
	return cache ? 0 : -ENOMEM;
}

static void view_exit(struct kunit *test)
{
	while (held)
		kmem_cache_free(cache, obj[--held]);
	kmem_cache_destroy(cache);
}

static void take(struct kunit *test, unsigned long n)
{
	while (n--) {
		obj[held] = kmem_cache_alloc(cache, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, obj[held]);
		held++;
	}
}

/* Facts that hold in every picture; counts the slabs of each kind. */
static void check(struct kunit *test, const struct kmem_cache_s *v, unsigned int kinds[3])
{
	const kmem_slab_t *s, *prev = NULL, *first_free = NULL;
	int last = 0;

	kinds[0] = kinds[1] = kinds[2] = 0;
	for (s = v->c_firstp; s; prev = s, s = s->s_nextp) {
		int kind = s->s_inuse == v->c_num ? 0 : s->s_inuse ? 1 : 2;
		unsigned long used = 0, chain = 0;
		kmem_bufctl_t *b;

		KUNIT_EXPECT_PTR_EQ(test, s->s_prevp, prev);
		KUNIT_EXPECT_GE(test, kind, last);		/* full, then partial, then empty */
		last = kind;
		kinds[kind]++;
		if (kind && !first_free)
			first_free = s;
		for (unsigned long i = 0; i < v->c_num; i++)
			used += kmk_view_in_use(s, i);
		for (b = s->s_freep; b; b = b->buf_nextp) {
			KUNIT_EXPECT_FALSE(test, kmk_view_in_use(s, (unsigned long)(b - s->s_buf)));
			chain++;
		}
		KUNIT_EXPECT_EQ(test, used, s->s_inuse);
		KUNIT_EXPECT_EQ(test, chain, v->c_num - s->s_inuse);
		KUNIT_EXPECT_EQ(test, (unsigned long)s->s_mem - s->s_offset,
				(unsigned long)page_address(virt_to_head_page(s->s_mem)));
	}
	KUNIT_EXPECT_PTR_EQ(test, v->c_lastp, prev);
	KUNIT_EXPECT_PTR_EQ(test, v->c_freep, first_free);
}

static void expect(struct kunit *test, unsigned int full, unsigned int partial, unsigned int empty)
{
	struct kmem_cache_s *v = kmk_slab_view(cache);
	unsigned int kinds[3];

	KUNIT_ASSERT_NOT_NULL(test, v);
	check(test, v, kinds);
	KUNIT_EXPECT_EQ(test, kinds[0], full);
	KUNIT_EXPECT_EQ(test, kinds[1], partial);
	KUNIT_EXPECT_EQ(test, kinds[2], empty);
	kmk_slab_view_put(v);
}

static void a_new_cache(struct kunit *test)
{
	struct kmem_cache_s *v = kmk_slab_view(cache);

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_STREQ(test, v->c_name, "viewed");
	KUNIT_EXPECT_NULL(test, v->c_firstp);
	KUNIT_EXPECT_NULL(test, v->c_lastp);
	KUNIT_EXPECT_NULL(test, v->c_freep);
	KUNIT_EXPECT_NULL(test, v->c_nextp);
	KUNIT_EXPECT_EQ(test, v->c_org_size, (unsigned long)SIZE);
	KUNIT_EXPECT_GT(test, v->c_num, 1UL);
	KUNIT_EXPECT_LE(test, v->c_num * v->c_offset, PAGE_SIZE << v->c_gfporder);
	KUNIT_EXPECT_PTR_EQ(test, v->c_cache, cache);
	kmk_slab_view_put(v);
	expect(test, 0, 0, 0);
}

static unsigned long per_slab(void)
{
	struct kmem_cache_s *v = kmk_slab_view(cache);
	unsigned long n = v->c_num;

	kmk_slab_view_put(v);
	return n;
}

static void slabs_fill_and_empty(struct kunit *test)
{
	unsigned long n = per_slab();

	take(test, 1);
	expect(test, 0, 1, 0);
	take(test, n - 1);
	expect(test, 1, 0, 0);
	take(test, 1);
	expect(test, 1, 1, 0);
	take(test, 2 * n - 1);
	expect(test, 3, 0, 0);
	kmem_cache_free(cache, obj[--held]);
	expect(test, 2, 1, 0);
	while (held > 2 * n)
		kmem_cache_free(cache, obj[--held]);
	expect(test, 2, 0, 1);			/* emptied, and kept */
	kmem_cache_shrink(cache);
	expect(test, 2, 0, 0);
}

/* The object and its descriptor: found by position, in use and then free. */
static const kmem_slab_t *slab_of(const struct kmem_cache_s *v, const void *p, unsigned long *i)
{
	for (const kmem_slab_t *s = v->c_firstp; s; s = s->s_nextp) {
		unsigned long d = (unsigned long)p - (unsigned long)s->s_mem;

		if (d < v->c_num * v->c_offset && d % v->c_offset == 0) {
			*i = d / v->c_offset;
			return s;
		}
	}
	return NULL;
}

static void objects_are_found(struct kunit *test)
{
	struct kmem_cache_s *v;
	const kmem_slab_t *s;
	unsigned long i = 0;

	take(test, 5);
	v = kmk_slab_view(cache);
	s = slab_of(v, obj[3], &i);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_TRUE(test, kmk_view_in_use(s, i));
	KUNIT_EXPECT_PTR_EQ(test, s->s_buf[i].buf_slabp, s);
	kmk_slab_view_put(v);
	kmem_cache_free(cache, obj[3]);
	v = kmk_slab_view(cache);
	s = slab_of(v, obj[3], &i);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_FALSE(test, kmk_view_in_use(s, i));
	KUNIT_EXPECT_EQ(test, s->s_inuse, 4UL);
	kmk_slab_view_put(v);
	obj[3] = obj[--held];
}

/* Contract 2.9: a full slab becomes the first partial one, an emptied one goes last. */
static void where_slabs_go(struct kunit *test)
{
	unsigned long n = per_slab();
	struct kmem_cache_s *v;
	unsigned long i;

	take(test, 3 * n);
	/* Of the first slab, then of the second. What waits in a CPU's array goes home at once: the thread may be moved. */
	kmem_cache_free(cache, obj[0]);
	kmem_cache_shrink(cache);
	kmem_cache_free(cache, obj[n]);
	kmem_cache_shrink(cache);
	v = kmk_slab_view(cache);
	KUNIT_EXPECT_PTR_EQ(test, slab_of(v, obj[n], &i), v->c_freep);
	KUNIT_EXPECT_PTR_EQ(test, slab_of(v, obj[0], &i), v->c_freep->s_nextp);
	kmk_slab_view_put(v);
	obj[n] = obj[--held];
	obj[0] = obj[--held];
}

/* Those keep their descriptors off the slab and are not coloured. */
static bool debug_caches(void)
{
	const char *debug = kmk_option("slub_debug");

	return debug && (!*debug || strpbrk(debug, "FZPfzp"));
}

static void large_objects_are_described_off_the_slab(struct kunit *test)
{
	struct kmem_cache *big = kmem_cache_create("viewed-big", 4096, 0, 0, NULL);
	void *p = kmem_cache_alloc(big, GFP_KERNEL), *q = kmem_cache_alloc(cache, GFP_KERNEL);
	struct kmem_cache_s *v = kmk_slab_view(big), *w = kmk_slab_view(cache);

	KUNIT_EXPECT_TRUE(test, v->c_firstp->s_off_slab);
	KUNIT_EXPECT_EQ(test, w->c_firstp->s_off_slab, debug_caches());
	kmk_slab_view_put(v);
	kmk_slab_view_put(w);
	kmem_cache_free(big, p);
	kmem_cache_free(cache, q);
	kmem_cache_destroy(big);
}

/* Successive slabs start at successive colours, a cache line or a multiple of it apart. */
static void colours_spread(struct kunit *test)
{
	struct kmem_cache *c = kmem_cache_create("viewed-colours", 976, 0, 0, NULL);
	unsigned long seen = 0, slabs = 0;
	struct kmem_cache_s *v;
	static void *p[512];

	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		p[i] = kmem_cache_alloc(c, GFP_KERNEL);
	v = kmk_slab_view(c);
	for (const kmem_slab_t *s = v->c_firstp; s; s = s->s_nextp, slabs++)
		if (s->s_offset % 64 == 0 && s->s_offset / 64 < 64)
			seen |= 1ul << s->s_offset / 64;
	kunit_info(test, "%lu slabs of order %lu, %lu colours\n", slabs, v->c_gfporder, (unsigned long)hweight_long(seen));
	if (!debug_caches())
		KUNIT_EXPECT_GT(test, hweight_long(seen), 1);
	kmk_slab_view_put(v);
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		kmem_cache_free(c, p[i]);
	kmem_cache_destroy(c);
}

static void all_caches(struct kunit *test)
{
	struct kmem_cache_s *all = kmk_slab_view_all(), *v;
	unsigned int kinds[3], caches = 0, mine = 0, kmalloc = 0;

	for (v = all; v; v = v->c_nextp) {
		check(test, v, kinds);
		caches++;
		mine += v->c_cache == cache;
		kmalloc += !strncmp(v->c_name, "kmalloc-", 8);
	}
	KUNIT_EXPECT_GT(test, caches, 50u);
	KUNIT_EXPECT_EQ(test, mine, 1u);
	KUNIT_EXPECT_GE(test, kmalloc, 17u);
	kmk_slab_view_put(all);
}

static struct kunit_case view_cases[] = {
	KUNIT_CASE(a_new_cache),
	KUNIT_CASE(slabs_fill_and_empty),
	KUNIT_CASE(objects_are_found),
	KUNIT_CASE(where_slabs_go),
	KUNIT_CASE(large_objects_are_described_off_the_slab),
	KUNIT_CASE(colours_spread),
	KUNIT_CASE(all_caches),
	{}
};

static struct kunit_suite view_suite = {
	.name = "slab_view",
	.init = view_init,
	.exit = view_exit,
	.test_cases = view_cases,
};
kunit_test_suites(&view_suite);
MODULE_LICENSE("MIT");
