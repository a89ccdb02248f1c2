// SPDX-License-Identifier: MIT
/* kmem_cache_create() in its three forms, destructors outside the classic dialect, and newer names. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/alloc_tag.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static unsigned int made, gone;

static void make(void *p)
{
	made++;
	*(u32 *)p = 0xc0de;
}

static void classic_make(void *p, kmem_cache_t *c, unsigned long flags)
{
	made += flags == SLAB_CTOR_CONSTRUCTOR && kmem_cache_size(c) == 64;
}

static void classic_unmake(void *p, kmem_cache_t *c, unsigned long flags)
{
	gone += flags == 0 && kmem_cache_size(c) == 64;
}

static int forms_init(struct kunit *test)
{
	made = gone = 0;
	return 0;
}

static void five_arguments(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("five", 40, 32, SLAB_HWCACHE_ALIGN, make);
	struct kmem_cache *(*by_address)(const char *, unsigned int, unsigned int, slab_flags_t,
					 void (*)(void *)) = kmem_cache_create, *t;
	u32 *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, *p, 0xc0deu);
	KUNIT_EXPECT_EQ(test, (unsigned long)p % 64, 0UL);
	KUNIT_EXPECT_GT(test, made, 1u);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	t = by_address("six", 8, 0, 0, NULL);
	KUNIT_EXPECT_NOT_NULL(test, t);
	kmem_cache_destroy(t);
}

static void four_arguments(struct kunit *test)
{
	struct kmem_cache_args args = { .align = 128, .ctor = make, .useroffset = 4, .usersize = 8 };
	struct kmem_cache *s = kmem_cache_create("four", 100, &args, SLAB_ACCOUNT);
	struct kmem_cache *t = kmem_cache_create("none", 100, NULL, 0);
	u32 *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, (unsigned long)p % 128, 0UL);
	KUNIT_EXPECT_EQ(test, *p, 0xc0deu);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(s), 100u);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(t), 100u);
	kmem_cache_destroy(t);
}

static void six_arguments(struct kunit *test)
{
	kmem_cache_t *s = kmem_cache_create("six", 64, 0, SLAB_HWCACHE_ALIGN, classic_make, classic_unmake);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_GT(test, made, 1u);
	KUNIT_EXPECT_EQ(test, gone, 0u);
	kmem_cache_free(s, p);
	kmem_cache_shrink(s);
	KUNIT_EXPECT_EQ(test, gone, made);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, gone, made);
}

static void every_flag_is_accepted(struct kunit *test)
{
	static const slab_flags_t flags[] = {
		SLAB_HWCACHE_ALIGN, SLAB_CACHE_DMA, SLAB_CACHE_DMA32, SLAB_PANIC, SLAB_TYPESAFE_BY_RCU,
		SLAB_RECLAIM_ACCOUNT, SLAB_ACCOUNT, SLAB_MEM_SPREAD, SLAB_NO_USER_FLAGS, SLAB_NOLEAKTRACE,
		SLAB_SKIP_KFENCE, SLAB_NO_MERGE, SLAB_NO_REAP, SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE,
		SLAB_POISON, SLAB_STORE_USER, SLAB_TEMPORARY, SLAB_DEBUG_OBJECTS, SLAB_FAILSLAB,
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct kmem_cache *s = kmem_cache_create("flags", 72, 0, flags[i], NULL);
		void *p = kmem_cache_zalloc(s, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 72));
		if (flags[i] == SLAB_CACHE_DMA)
			KUNIT_EXPECT_LT(test, virt_to_phys(p), (phys_addr_t)16 << 20);
		if (flags[i] == SLAB_CACHE_DMA32)
			KUNIT_EXPECT_LT(test, virt_to_phys(p), (phys_addr_t)1 << 32);
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

/* Contract 2.6: no two caches share a slab, so each knows its own objects. */
static void same_shape_is_not_merged(struct kunit *test)
{
	struct kmem_cache *a = kmem_cache_create("twin-a", 64, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("twin-b", 64, 0, 0, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	KUNIT_EXPECT_PTR_NE(test, a, b);
	kmem_cache_destroy(b);			/* empty: no report, although a is not */
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	kmem_cache_destroy(a);
	KUNIT_EXPECT_GE(test, kmk_kunit_take_reports(test), 1UL);
	kmem_cache_free(a, p);
	kmem_cache_destroy(a);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

/* ---- names of newer kernels ---- */

struct item { u32 a, b; };
struct packet { u32 n; struct item items[]; };

static void objects_by_type(struct kunit *test)
{
	struct item *one = kzalloc_obj(*one), *two = kmalloc_obj(struct item, GFP_KERNEL);
	struct item *many = kzalloc_objs(*many, 10, GFP_KERNEL);
	struct packet *flex = kzalloc_flex(*flex, items, 5);
	struct item *big = kvzalloc_objs(struct item, 100000, GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, one && two && many && flex && big);
	KUNIT_EXPECT_EQ(test, one->a + one->b, 0u);
	KUNIT_EXPECT_GE(test, ksize(many), 10 * sizeof(struct item));
	KUNIT_EXPECT_GE(test, ksize(flex), struct_size(flex, items, 5));
	KUNIT_EXPECT_EQ(test, flex->items[4].b, 0u);
	KUNIT_EXPECT_EQ(test, big[99999].a, 0u);
	KUNIT_EXPECT_NULL(test, kmalloc_objs(struct item, SIZE_MAX / 4, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kzalloc_flex(*flex, items, SIZE_MAX / 4, GFP_KERNEL | __GFP_NOWARN));
	kfree(one);
	kfree(two);
	kfree(many);
	kfree(flex);
	kvfree(big);
}

static void *my_alloc_noprof(size_t n)
{
	return kmalloc_noprof(n, GFP_KERNEL);
}
#define my_alloc(...)	alloc_hooks(my_alloc_noprof(__VA_ARGS__))

static void two_layer_names(struct kunit *test)
{
	char *p = my_alloc(10), *q = kzalloc_noprof(10, GFP_KERNEL), *v = vmalloc_noprof(5000);
	struct page *page = alloc_pages_noprof(GFP_KERNEL, 1);

	KUNIT_EXPECT_NOT_NULL(test, p);
	q = krealloc_noprof(q, 100, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, q);
	KUNIT_EXPECT_NOT_NULL(test, v);
	KUNIT_EXPECT_NOT_NULL(test, page);
	kfree(p);
	kfree(q);
	vfree(v);
	__free_pages(page, 1);
}

static void copies(struct kunit *test)
{
	static const u32 source[4] = { 1, 2, 3, 4 };
	u32 *a = kmemdup_array(source, 4, sizeof(u32), GFP_KERNEL);
	u32 *b = kvmemdup(source, sizeof(source), GFP_KERNEL);
	u32 *c = memdup_user(source, sizeof(source)), *d = memdup_array_user(source, 4, sizeof(u32));
	u32 *e = vmemdup_array_user(source, 4, sizeof(u32));
	char *s = memdup_user_nul("text", 4), *t = strndup_user("text", 10);

	KUNIT_EXPECT_MEMEQ(test, a, source, sizeof(source));
	KUNIT_EXPECT_MEMEQ(test, b, source, sizeof(source));
	KUNIT_EXPECT_MEMEQ(test, c, source, sizeof(source));
	KUNIT_EXPECT_MEMEQ(test, d, source, sizeof(source));
	KUNIT_EXPECT_MEMEQ(test, e, source, sizeof(source));
	KUNIT_EXPECT_STREQ(test, s, "text");
	KUNIT_EXPECT_STREQ(test, t, "text");
	KUNIT_EXPECT_TRUE(test, IS_ERR(memdup_array_user(source, SIZE_MAX, 8)));
	KUNIT_EXPECT_NULL(test, kmemdup_array(source, SIZE_MAX, 8, GFP_KERNEL | __GFP_NOWARN));
	kfree(a);
	kvfree(b);
	kfree(c);
	kfree(d);
	kvfree(e);
	kfree(s);
	kfree(t);
}

struct counted { struct rcu_head rcu; int x; };

static void later_names(struct kunit *test)
{
	struct counted *p = kmalloc(sizeof(*p), GFP_KERNEL), *q = kvmalloc(sizeof(*q), GFP_KERNEL);
	void *r = kvmalloc(100, GFP_KERNEL), *s = kmalloc_large_node(300000, GFP_KERNEL, 0);

	_Static_assert(MAX_PAGE_ORDER == 10 && NR_PAGE_ORDERS == 11 && MAX_ORDER == 11, "two generations");
	kfree_rcu(p, rcu);
	kvfree_rcu_mightsleep(q);
	r = kvrealloc(r, 100, 5000, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, r);
	r = kvrealloc(r, 9000, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, r);
	kvfree(r);
	kfree(s);
	p = kvcalloc_node(4, sizeof(*p), GFP_KERNEL, NUMA_NO_NODE);
	kvfree(p);
	rcu_barrier();
}

/* Every name of contract 3 is there; what each does is tested where it belongs. */
static void names_of_section_3(struct kunit *test)
{
	void *p = kmalloc(8, GFP_KERNEL);
	char *s;

	p = krealloc(p, 16, GFP_KERNEL | __GFP_ZERO);
	p = krealloc_array(p, 4, 8, GFP_KERNEL);
	KUNIT_EXPECT_GE(test, ksize(p), (size_t)32);
	KUNIT_EXPECT_EQ(test, kmalloc_size_roundup(33), (size_t)64);
	kfree_sensitive(p);
	kfree(kzalloc(8, GFP_KERNEL));
	kfree(kcalloc(8, 8, GFP_KERNEL));
	kfree(kmalloc_array(8, 8, GFP_KERNEL));
	kfree(kmalloc_node(8, GFP_KERNEL, 0));
	kfree(kmemdup("abc", 4, GFP_KERNEL));
	s = kmemdup_nul("abc", 2, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, s, "ab");
	kfree(s);
	kfree(kstrdup("abc", GFP_KERNEL));
	s = kstrndup("abc", 1, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, s, "a");
	kfree(s);
	kfree_const(kstrdup_const("abc", GFP_KERNEL));
	kvfree(kvzalloc(8, GFP_KERNEL));
	kvfree(kvcalloc(8, 8, GFP_KERNEL));
	kvfree(kvmalloc_array(8, 8, GFP_KERNEL));
	KUNIT_EXPECT_PTR_EQ(test, krealloc(kmalloc(8, GFP_KERNEL), 0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
}

/* Under half of each size above half the smallest class, and at most a quarter on average. */
static void rounding_up_wastes_little(struct kunit *test)
{
	u64 ratios = 0;
	size_t bad = 0;

	for (size_t n = 5; n <= 8192; n++) {
		size_t got = kmalloc_size_roundup(n);

		bad += got < n || 2 * (got - n) >= got;
		if (n >= 65)
			ratios += (got - n) * 1000000 / got;
	}
	KUNIT_EXPECT_EQ(test, bad, (size_t)0);
	KUNIT_EXPECT_LE(test, ratios / (8192 - 64), 250000ull);
	for (size_t n = 1; n <= 8192; n += n / 7 + 1) {
		void *p = kmalloc(n, GFP_KERNEL);

		KUNIT_EXPECT_EQ(test, ksize(p), kmalloc_size_roundup(n));
		kfree(p);
	}
}

static struct kunit_case forms_cases[] = {
	KUNIT_CASE(five_arguments),
	KUNIT_CASE(four_arguments),
	KUNIT_CASE(six_arguments),
	KUNIT_CASE(every_flag_is_accepted),
	KUNIT_CASE(same_shape_is_not_merged),
	KUNIT_CASE(objects_by_type),
	KUNIT_CASE(two_layer_names),
	KUNIT_CASE(copies),
	KUNIT_CASE(later_names),
	KUNIT_CASE(names_of_section_3),
	KUNIT_CASE(rounding_up_wastes_little),
	{}
};

static struct kunit_suite forms_suite = {
	.name = "cache_forms",
	.init = forms_init,
	.test_cases = forms_cases,
};
kunit_test_suites(&forms_suite);
MODULE_LICENSE("MIT");
