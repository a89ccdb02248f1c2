// SPDX-License-Identifier: MIT
/* The classic dialect: flags of 2.4, six-argument caches, 13 kmalloc sizes, pools of 2.6.11. */
#ifndef KMEMKIT_CLASSIC
#define KMEMKIT_CLASSIC
#endif
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <kmemkit/report.h>
#include <linux/highmem.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Contract 1.7, literally. */
_Static_assert(GFP_ATOMIC == __GFP_HIGH, "ATOMIC");
_Static_assert(GFP_NOIO == (__GFP_HIGH | __GFP_WAIT), "NOIO");
_Static_assert(GFP_NOHIGHIO == (GFP_NOIO | __GFP_IO), "NOHIGHIO");
_Static_assert(GFP_NOFS == (GFP_NOHIGHIO | __GFP_HIGHIO), "NOFS");
_Static_assert(GFP_KERNEL == (GFP_NOFS | __GFP_FS), "KERNEL");
_Static_assert(GFP_NFS == GFP_KERNEL, "NFS");
_Static_assert(GFP_KSWAPD == (__GFP_WAIT | __GFP_IO | __GFP_HIGHIO | __GFP_FS), "KSWAPD");
_Static_assert(GFP_USER == (__GFP_WAIT | __GFP_IO | __GFP_HIGHIO | __GFP_FS), "USER");
_Static_assert(GFP_HIGHUSER == (GFP_KSWAPD | __GFP_HIGHMEM), "HIGHUSER");
_Static_assert(GFP_DMA == __GFP_DMA, "DMA");
_Static_assert(GFP_NORMAL == 0, "NORMAL");
_Static_assert((__GFP_WAIT & (__GFP_HIGH | __GFP_IO | __GFP_HIGHIO | __GFP_FS | __GFP_HIGHMEM | __GFP_DMA)) == 0, "bits");
_Static_assert(SLAB_KERNEL == GFP_KERNEL && SLAB_ATOMIC == GFP_ATOMIC, "SLAB_ names");

static void flags_on_the_engine(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, __GFP_WAIT, __GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM);
	/* Every classic request wakes kswapd below low. */
	KUNIT_EXPECT_TRUE(test, kmk_classic_gfp(GFP_NORMAL) & __GFP_KSWAPD_RECLAIM);
	KUNIT_EXPECT_TRUE(test, kmk_classic_gfp(GFP_ATOMIC) & __GFP_KSWAPD_RECLAIM);
	KUNIT_EXPECT_FALSE(test, kmk_classic_gfp(GFP_ATOMIC) & __GFP_DIRECT_RECLAIM);
	KUNIT_EXPECT_EQ(test, kmk_classic_gfp(kmk_classic_gfp(GFP_USER)), kmk_classic_gfp(GFP_USER));
	KUNIT_EXPECT_FALSE(test, kmk_gfp_highio(kmk_classic_gfp(GFP_NOHIGHIO)));
	KUNIT_EXPECT_TRUE(test, kmk_gfp_highio(kmk_classic_gfp(GFP_NOFS)));
	KUNIT_EXPECT_TRUE(test, kmk_gfp_highio(__GFP_IO));	/* a modern request */
}

static void dma_with_highmem_is_dma(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM, 0);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_LT(test, page_to_pfn(page), (16UL << 20) >> PAGE_SHIFT);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void free_page_is_zeroed(struct kunit *test)
{
	for (int round = 0; round < 4; round++) {
		unsigned long addr = get_free_page(GFP_KERNEL);

		KUNIT_ASSERT_NE(test, addr, 0UL);
		KUNIT_EXPECT_NULL(test, memchr_inv((void *)addr, 0, PAGE_SIZE));
		memset((void *)addr, 0xff, PAGE_SIZE);
		free_page(addr);
	}
}

static void count_is_the_reference_count(struct kunit *test)
{
	struct page *page = alloc_page(GFP_USER);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, atomic_read(&page->_count), 1);
	get_page(page);
	KUNIT_EXPECT_EQ(test, atomic_read(&page->_count), page_count(page));
	KUNIT_EXPECT_EQ(test, atomic_read(&page->_count), 2);
	put_page(page);
	__free_page(page);
}

static void virt_to_page_takes_kmap(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	void *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = kmap(page);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(addr), page);
	kunmap(page);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

/* ---- caches ---- */

struct thing { u32 magic, live; char rest[92]; };

static struct seen {
	unsigned int made, gone, verified;
	unsigned long flags;
	kmem_cache_t *cache;
} seen;

static void thing_make(void *p, kmem_cache_t *cache, unsigned long flags)
{
	struct thing *t = p;

	seen.cache = cache;
	if (flags & SLAB_CTOR_VERIFY) {
		seen.verified++;
		return;
	}
	seen.flags = flags;
	seen.made++;
	t->magic = 0x600d;
}

static void thing_unmake(void *p, kmem_cache_t *cache, unsigned long flags)
{
	struct thing *t = p;

	seen.gone += t->magic == 0x600d && cache == seen.cache && flags == 0;
}

static int classic_test_init(struct kunit *test)
{
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static kmem_cache_t *things(struct kunit *test, unsigned long flags)
{
	kmem_cache_t *c = kmem_cache_create("things", sizeof(struct thing), 0, flags, thing_make, thing_unmake);

	KUNIT_ASSERT_NOT_NULL(test, c);
	return c;
}

static void constructors_and_destructors(struct kunit *test)
{
	kmem_cache_t *c = things(test, 0);
	struct thing *t = kmem_cache_alloc(c, SLAB_KERNEL), *again;
	unsigned int made = seen.made;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_GT(test, made, 1u);		/* a slab, not an object */
	KUNIT_EXPECT_EQ(test, seen.flags, SLAB_CTOR_CONSTRUCTOR);
	KUNIT_EXPECT_PTR_EQ(test, seen.cache, c);
	KUNIT_EXPECT_EQ(test, t->magic, 0x600du);
	kmem_cache_free(c, (const struct thing *)t);
	again = kmem_cache_alloc(c, SLAB_KERNEL);
	KUNIT_EXPECT_EQ(test, again->magic, 0x600du);
	KUNIT_EXPECT_EQ(test, seen.made, made);		/* and not at every allocation */
	KUNIT_EXPECT_EQ(test, seen.gone, 0u);
	kmem_cache_free(c, again);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
	KUNIT_EXPECT_EQ(test, seen.gone, made);
	KUNIT_EXPECT_EQ(test, seen.verified, 0u);
}

static void atomic_constructor(struct kunit *test)
{
	kmem_cache_t *c = things(test, 0);
	void *p = kmem_cache_alloc(c, SLAB_ATOMIC);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, seen.flags, SLAB_CTOR_CONSTRUCTOR | SLAB_CTOR_ATOMIC);
	kmem_cache_free(c, p);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
}

static void verifying_constructor(struct kunit *test)
{
	kmem_cache_t *c = things(test, SLAB_DEBUG_INITIAL);
	void *p = kmem_cache_alloc(c, SLAB_KERNEL);

	kmem_cache_free(c, p);
	KUNIT_EXPECT_EQ(test, seen.verified, 1u);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
}

static void refused(struct kunit *test)
{
	kmem_cache_t *c;

	c = kmem_cache_create("twenty characters ok", 64, 0, 0, NULL, NULL);
	KUNIT_EXPECT_NOT_NULL(test, c);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	kmem_cache_destroy(c);
	KUNIT_EXPECT_NULL(test, kmem_cache_create("twenty-one characters", 64, 0, 0, NULL, NULL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_NULL(test, kmem_cache_create("no ctor", 64, 0, 0, NULL, thing_unmake));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_NULL(test, kmem_cache_create("too small", 0, 0, 0, NULL, NULL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static void the_name_is_copied(struct kunit *test)
{
	char name[] = "borrowed";
	kmem_cache_t *c = kmem_cache_create(name, 64, 0, 0, NULL, NULL);

	KUNIT_ASSERT_NOT_NULL(test, c);
	memset(name, 'x', sizeof(name) - 1);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(c), "borrowed");
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
}

static void destroy_of_a_busy_cache(struct kunit *test)
{
	kmem_cache_t *c = things(test, 0);
	void *p = kmem_cache_alloc(c, SLAB_KERNEL);

	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 1);
	KUNIT_EXPECT_GE(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_EQ(test, seen.gone, 0u);
	kmem_cache_free(c, p);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
}

/* The first objects of slabs in the order they were made: at step, 2 step, ... and round again. */
static void colours(struct kunit *test, size_t size, size_t offset, unsigned long flags, size_t step)
{
	kmem_cache_t *c = kmem_cache_create("colours", size, offset, flags, NULL, NULL);
	static void *obj[4096];
	unsigned long first[64], seen_steps = 0;
	unsigned int n = 0, slabs = 0;

	KUNIT_ASSERT_NOT_NULL(test, c);
	while (slabs < 12 && n < ARRAY_SIZE(obj)) {
		struct page *page;
		unsigned long off;

		obj[n] = kmem_cache_alloc(c, SLAB_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, obj[n]);
		page = virt_to_head_page(obj[n]);
		off = (unsigned long)obj[n] - (unsigned long)page_address(page);
		if (!n || virt_to_head_page(obj[n - 1]) != page)
			first[slabs++] = off;
		else if (off < first[slabs - 1])
			first[slabs - 1] = off;
		n++;
	}
	for (unsigned int i = 0; i + 1 < slabs; i++) {	/* the last slab may have more objects to give */
		KUNIT_EXPECT_NE(test, first[i], 0UL);
		KUNIT_EXPECT_EQ(test, first[i] % step, 0UL);
		if (i && first[i] == first[i - 1] + step)
			seen_steps++;
		else if (i)
			KUNIT_EXPECT_EQ(test, first[i], (unsigned long)step);
	}
	if (size < PAGE_SIZE / 8 && step <= 64)
		KUNIT_EXPECT_GT(test, seen_steps, 0UL);
	while (n)
		kmem_cache_free(c, obj[--n]);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
}

static void offset_colours_the_slabs(struct kunit *test)
{
	const char *debug = kmk_option("slub_debug");

	if (debug && (!*debug || strpbrk(debug, "FZPfzp")))
		kunit_skip(test, "debug caches are not coloured");
	colours(test, 100, 32, 0, 32);
	colours(test, 200, 0, 0, 64);			/* the default: a cache line */
	colours(test, 64, 40, SLAB_HWCACHE_ALIGN, 64);	/* rounded up to the alignment */
	colours(test, 256, 256, 0, 256);
	colours(test, 1000, 64, 0, 64);
	colours(test, 4096, 128, 0, 128);
	colours(test, 32, 8192, 0, 8192);
}

static void thirteen_sizes(struct kunit *test)
{
	size_t last = 0;
	int classes = 0;

	for (size_t n = 0; n <= 128 << 10; n = n < 256 ? n + 1 : n + 255) {
		void *p = kmalloc(n, GFP_KERNEL);
		size_t got = ksize(p);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_GE(test, got, n);
		KUNIT_EXPECT_GE(test, got, (size_t)32);
		KUNIT_EXPECT_EQ(test, got & (got - 1), (size_t)0);
		KUNIT_EXPECT_TRUE(test, got == 32 || got < 2 * n);
		classes += got != last;
		last = got;
		kfree(p);
	}
	KUNIT_EXPECT_EQ(test, classes, 13);
	KUNIT_EXPECT_EQ(test, last, (size_t)128 << 10);
	KUNIT_EXPECT_NULL(test, kmalloc((128 << 10) + 1, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_EQ(test, ksize(NULL), (size_t)0);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(kmem_find_general_cachep(33, GFP_KERNEL)), 64u);
	KUNIT_EXPECT_NULL(test, kmem_find_general_cachep((128 << 10) + 1, GFP_KERNEL));
}

static void dma_kmalloc(struct kunit *test)
{
	void *p = kmalloc(100, GFP_KERNEL | GFP_DMA);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_LT(test, virt_to_phys(p), (phys_addr_t)16 << 20);
	KUNIT_EXPECT_NOT_NULL(test, strstr(kmem_cache_name(kmem_find_general_cachep(100, GFP_DMA)), "dma"));
	kfree(p);
}

static void no_reap_is_left_alone(struct kunit *test)
{
	kmem_cache_t *kept = things(test, SLAB_NO_REAP), *reaped = things(test, 0);

	kmem_cache_free(kept, kmem_cache_alloc(kept, SLAB_KERNEL));
	kmem_cache_free(reaped, kmem_cache_alloc(reaped, SLAB_KERNEL));
	kmem_cache_reap(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(reaped), 0);	/* nothing was left */
	KUNIT_EXPECT_GT(test, kmem_cache_shrink(kept), 0);	/* frames given back now */
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(kept), 0);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(kept), 0);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(reaped), 0);
}

/* Whichever request fails on the way, nothing is left behind. */
static void creation_fails_cleanly(struct kunit *test)
{
	struct kmemkit_stats before, after;
	bool fired = true;

	kmemkit_get_stats(&before);
	for (long nth = 1; fired && nth < 100; nth++) {
		kmem_cache_t *c;
		void *p = NULL;

		kmemkit_fail_nth(nth);
		c = kmem_cache_create("unlucky", 3000, 0, 0, thing_make, thing_unmake);
		if (c)
			p = kmem_cache_alloc(c, SLAB_KERNEL);
		fired = kmemkit_fail_nth(0) == 0;
		if (p)
			kmem_cache_free(c, p);
		if (c)
			KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
		KUNIT_EXPECT_TRUE(test, p || fired);
	}
	KUNIT_EXPECT_FALSE(test, fired);
	KUNIT_EXPECT_EQ(test, seen.made, seen.gone);
	kmemkit_get_stats(&after);
	KUNIT_EXPECT_EQ(test, before.objects_live, after.objects_live);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static void *pool_alloc(int gfp_mask, void *data)
{
	(*(int *)data)++;
	return kmalloc(64, (gfp_t)gfp_mask);
}

static void pool_free(void *element, void *data)
{
	(*(int *)data)--;
	kfree(element);
}

static void pools_of_2_6_11(struct kunit *test)
{
	mempool_alloc_t *alloc = pool_alloc;
	mempool_free_t *release = pool_free;
	int live = 0;
	mempool_t *pool = mempool_create(2, alloc, release, &live), *slabs;
	kmem_cache_t *c = kmem_cache_create("pool", 64, 0, 0, NULL, NULL);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	KUNIT_EXPECT_EQ(test, live, 2);
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 4, GFP_KERNEL), 0);
	KUNIT_EXPECT_EQ(test, live, 4);
	p = mempool_alloc(pool, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	mempool_free(p, pool);
	mempool_destroy(pool);
	KUNIT_EXPECT_EQ(test, live, 0);
	slabs = mempool_create(2, mempool_alloc_slab, mempool_free_slab, c);
	KUNIT_ASSERT_NOT_NULL(test, slabs);
	mempool_free(mempool_alloc(slabs, GFP_NOIO), slabs);
	mempool_destroy(slabs);
	KUNIT_EXPECT_EQ(test, kmem_cache_destroy(c), 0);
}

/* Frames one at a time until there are none: how many are left then? */
static unsigned long stops_at(gfp_t gfp, struct page **chain)
{
	struct page *page;

	while ((page = alloc_pages(gfp | __GFP_NOWARN | __GFP_NORETRY, 0))) {
		set_page_private(page, (unsigned long)*chain);
		*chain = page;
	}
	return nr_free_pages();
}

static void who_stops_first(struct kunit *test)
{
	unsigned long user, kernel, atomic;
	struct page *chain = NULL;

	if (totalram_pages() > (64UL << 20) >> PAGE_SHIFT)
		kunit_skip(test, "needs a small memory map (tests/classic/run.sh)");
	user = stops_at(GFP_USER, &chain);
	kernel = stops_at(GFP_KERNEL, &chain);
	atomic = stops_at(GFP_ATOMIC, &chain);
	kunit_info(test, "frames left: USER %lu, KERNEL %lu, ATOMIC %lu\n", user, kernel, atomic);
	KUNIT_EXPECT_GT(test, user, kernel);
	KUNIT_EXPECT_GT(test, kernel, atomic);
	while (chain) {
		struct page *next = (struct page *)page_private(chain);

		__free_page(chain);
		chain = next;
	}
}

static struct kunit_case classic_cases[] = {
	KUNIT_CASE(flags_on_the_engine),
	KUNIT_CASE(dma_with_highmem_is_dma),
	KUNIT_CASE(free_page_is_zeroed),
	KUNIT_CASE(count_is_the_reference_count),
	KUNIT_CASE(virt_to_page_takes_kmap),
	KUNIT_CASE(constructors_and_destructors),
	KUNIT_CASE(atomic_constructor),
	KUNIT_CASE(verifying_constructor),
	KUNIT_CASE(refused),
	KUNIT_CASE(the_name_is_copied),
	KUNIT_CASE(destroy_of_a_busy_cache),
	KUNIT_CASE(offset_colours_the_slabs),
	KUNIT_CASE(thirteen_sizes),
	KUNIT_CASE(dma_kmalloc),
	KUNIT_CASE(no_reap_is_left_alone),
	KUNIT_CASE(creation_fails_cleanly),
	KUNIT_CASE(pools_of_2_6_11),
	KUNIT_CASE(who_stops_first),
	{}
};

static struct kunit_suite classic_suite = {
	.name = "classic",
	.init = classic_test_init,
	.test_cases = classic_cases,
};
kunit_test_suites(&classic_suite);
MODULE_LICENSE("MIT");
