// SPDX-License-Identifier: MIT
/* Caches and the kmalloc family seen from outside: sizes, contents, constructors, misuse, counters. */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static struct kmemkit_stats at_start;

static void settle(struct kmemkit_stats *s)
{
	kmemkit_drain();
	kmemkit_get_stats(s);
}

static int slab_test_init(struct kunit *test)
{
	settle(&at_start);
	return 0;
}

static void slab_test_exit(struct kunit *test)
{
	struct kmemkit_stats now;

	settle(&now);
	KUNIT_EXPECT_EQ(test, at_start.frames_free + at_start.frames_records, now.frames_free + now.frames_records);
	KUNIT_EXPECT_EQ(test, at_start.objects_live, now.objects_live);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static u8 mark(size_t size, size_t i)
{
	return (u8)(size * 31 + i * 7 + 1);
}

static void fill(void *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)p)[i] = mark(size, i);
}

static bool holds(const void *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const u8 *)p)[i] != mark(size, i))
			return false;
	return true;
}

#define SAME (-1)

/* Each byte this value, or the same whatever it is. May be freed memory, which is looked at on purpose. */
static __no_sanitize_address bool all_are(const u8 *p, int value, size_t n)
{
	if (value == SAME)
		value = p[0];
	for (size_t i = 0; i < n; i++)
		if (p[i] != value)
			return false;
	return true;
}

/* ---- kmalloc ---- */

#define SIZES 1500

static size_t nth_size(unsigned int i)
{
	return i < 1024 ? i + 1 : 1024 + (size_t)(i - 1023) * 15;
}

static void every_size_has_its_own_memory(struct kunit *test)
{
	static void *p[SIZES];

	for (unsigned int i = 0; i < SIZES; i++) {
		size_t size = nth_size(i);

		p[i] = kmalloc(size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_ASSERT_EQ(test, (unsigned long)p[i] % 8, 0UL);
		if (is_power_of_2(size))
			KUNIT_EXPECT_EQ(test, (unsigned long)p[i] & (size - 1), 0UL);
		KUNIT_ASSERT_GE(test, ksize(p[i]), size);
		KUNIT_EXPECT_EQ(test, ksize(p[i]), kmalloc_size_roundup(size));
		if (size > 4)
			KUNIT_EXPECT_LT(test, ksize(p[i]), 2 * size);
		fill(p[i], size);
	}
	for (unsigned int i = 0; i < SIZES; i++)
		KUNIT_ASSERT_TRUE(test, holds(p[i], nth_size(i)));
	for (unsigned int i = 0; i < SIZES; i++)
		kfree(p[(i * 7) % SIZES]);
}

static void powers_of_two_are_aligned(struct kunit *test)
{
	for (size_t size = 8; size <= KMALLOC_MAX_SIZE; size *= 2)
		for (int k = 0; k < 3; k++) {
			void *p = kmalloc(size, GFP_KERNEL), *q = kmalloc(size, GFP_KERNEL);

			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_ASSERT_NOT_NULL(test, q);
			KUNIT_EXPECT_EQ(test, (unsigned long)p & (size - 1), 0UL);
			KUNIT_EXPECT_EQ(test, (unsigned long)q & (size - 1), 0UL);
			KUNIT_EXPECT_PTR_NE(test, p, q);
			kfree(p);
			kfree(q);
		}
}

static void large_blocks(struct kunit *test)
{
	static const size_t sizes[] = { KMALLOC_MAX_CACHE_SIZE, KMALLOC_MAX_CACHE_SIZE + 1, 300000, 1 << 20,
					(2 << 20) + 5, KMALLOC_MAX_SIZE };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *p = kmalloc(sizes[i], GFP_KERNEL), *q = kzalloc(sizes[i], GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_ASSERT_NOT_NULL(test, q);
		KUNIT_EXPECT_GE(test, ksize(p), sizes[i]);
		KUNIT_EXPECT_EQ(test, ksize(p), kmalloc_size_roundup(sizes[i]));
		fill(p, sizes[i]);
		KUNIT_EXPECT_NULL(test, memchr_inv(q, 0, sizes[i]));
		KUNIT_EXPECT_TRUE(test, holds(p, sizes[i]));
		kfree(p);
		memset(q, 0xff, sizes[i]);
		kfree(q);
	}
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kzalloc(SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void nothing_and_too_much(struct kunit *test)
{
	volatile size_t zero = 0;

	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(zero, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kcalloc(zero, 8, GFP_KERNEL), ZERO_SIZE_PTR);
	kfree(ZERO_SIZE_PTR);
	kfree(NULL);
	KUNIT_EXPECT_EQ(test, ksize(NULL) + ksize(ZERO_SIZE_PTR), (size_t)0);
	KUNIT_EXPECT_NULL(test, kmalloc_array(SIZE_MAX / 4, 8, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc(SIZE_MAX, 2, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, krealloc_array(NULL, SIZE_MAX / 2, 3, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void zeroed_when_asked(struct kunit *test)
{
	for (size_t size = 1; size <= 9000; size = size * 5 / 4 + 1)
		for (int k = 0; k < 4; k++) {
			char *p = kmalloc(size, GFP_KERNEL), *z;

			KUNIT_ASSERT_NOT_NULL(test, p);
			memset(p, 0xcc, ksize(p));
			kfree(p);
			z = k & 1 ? kcalloc(1, size, GFP_KERNEL) : kzalloc(size, GFP_ATOMIC);
			KUNIT_ASSERT_NOT_NULL(test, z);
			KUNIT_EXPECT_NULL(test, memchr_inv(z, 0, size));
			kfree(z);
		}
}

static void krealloc_keeps_contents(struct kunit *test)
{
	static const size_t sizes[] = { 1, 8, 9, 100, 192, 193, 4096, 5000, 140000, 1 << 20 };
	char *p = NULL;
	size_t old = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *q = krealloc(p, sizes[i], GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, q);
		KUNIT_EXPECT_TRUE(test, holds(q, 0) && (!old || !memcmp(q, "0123456789", min(old, (size_t)10))));
		memcpy(q, "0123456789", min(sizes[i], (size_t)10));
		p = q;
		old = sizes[i];
	}
	p = krealloc(p, 5, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, !memcmp(p, "01234", 5));
	KUNIT_EXPECT_PTR_EQ(test, krealloc(p, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	p = krealloc(ZERO_SIZE_PTR, 40, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	kfree(p);
}

static void krealloc_zeroes_the_new_tail(struct kunit *test)
{
	for (size_t size = 3; size < 300; size += 7) {
		u8 *p = kzalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, p);
		memset(p, 0x11, size);
		p = krealloc(p, size / 2, GFP_KERNEL | __GFP_ZERO);
		p = krealloc(p, size, GFP_KERNEL | __GFP_ZERO);
		p = krealloc(p, size * 3, GFP_KERNEL | __GFP_ZERO);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0x11, size / 2));
		KUNIT_EXPECT_NULL(test, memchr_inv(p + size / 2, 0, size * 3 - size / 2));
		kfree(p);
	}
}

static void failed_krealloc_keeps_the_old_block(struct kunit *test)
{
	char *p = kmalloc(64, GFP_KERNEL), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	fill(p, 64);
	KUNIT_EXPECT_NULL(test, krealloc(p, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	kmemkit_fail_nth(1);
	q = krealloc(p, 70000, GFP_KERNEL | __GFP_NOWARN);
	if (kmemkit_fail_nth(0) == 0)
		KUNIT_EXPECT_NULL(test, q);
	if (q)
		p = q;
	KUNIT_EXPECT_TRUE(test, holds(p, 64));
	kfree(p);
}

static void copies_and_strings(struct kunit *test)
{
	char *p = kmemdup("abcdef", 4, GFP_KERNEL);

	KUNIT_EXPECT_TRUE(test, p && !memcmp(p, "abcd", 4));
	kfree_sensitive(p);
	p = kmemdup_nul("abcdef", 4, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, p, "abcd");
	kfree(p);
	p = kstrdup("some text", GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, p, "some text");
	kfree(p);
	p = kstrndup("some text", 4, GFP_KERNEL);
	KUNIT_EXPECT_STREQ(test, p, "some");
	kfree(p);
	p = kasprintf(GFP_KERNEL, "%d-%s", 42, "x");
	KUNIT_EXPECT_STREQ(test, p, "42-x");
	kfree(p);
	kfree_const(kstrdup_const("constant", GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kstrdup(NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kstrndup(NULL, 4, GFP_KERNEL));
	kfree_sensitive(NULL);
}

/* Whatever a free leaves there (zeros, or the poison of a debug cache): nothing of the contents. */
static void sensitive_memory_is_cleared(struct kunit *test)
{
	static const size_t sizes[] = { 9, 40, 700, 3000, 20000 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *p = kmalloc(sizes[i], GFP_KERNEL), *volatile q = p;

		KUNIT_ASSERT_NOT_NULL(test, p);
		fill(p, sizes[i]);
		kfree_sensitive(p);
		KUNIT_EXPECT_TRUE(test, all_are(q, SAME, sizes[i]));
	}
}

static void dma_memory_is_low(struct kunit *test)
{
	static const size_t sizes[] = { 8, 96, 500, 4096, 20000, 200000 };
	struct kmem_cache *s;
	void *p;

	if (!kmk_zone(ZONE_DMA))
		kunit_skip(test, "no DMA zone");
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		p = kmalloc(sizes[i], GFP_KERNEL | GFP_DMA);
		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_LE(test, virt_to_phys(p) + sizes[i], (phys_addr_t)16 << 20);
		kfree(p);
	}
	s = kmem_cache_create("low", 72, 0, SLAB_CACHE_DMA, NULL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_LT(test, virt_to_phys(p), (phys_addr_t)16 << 20);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	s = kmem_cache_create("low32", 72, 0, SLAB_CACHE_DMA32, NULL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_LT(test, virt_to_phys(p), (phys_addr_t)4 << 30);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void every_set_of_classes(struct kunit *test)
{
	static const gfp_t sets[] = { 0, __GFP_RECLAIMABLE, __GFP_ACCOUNT, __GFP_DMA };

	for (unsigned int i = 0; i < ARRAY_SIZE(sets); i++)
		for (size_t size = 8; size <= KMALLOC_MAX_CACHE_SIZE; size *= 2) {
			char *p;

			if (sets[i] == __GFP_DMA && !kmk_zone(ZONE_DMA))
				continue;
			p = kmalloc(size, GFP_KERNEL | sets[i]);
			KUNIT_ASSERT_NOT_NULL(test, p);
			KUNIT_EXPECT_EQ(test, ksize(p), size);
			p[0] = p[size - 1] = 1;
			kfree(p);
		}
}

/* ---- caches ---- */

static unsigned int constructed;

struct thing {
	unsigned long magic;
	char rest[120];
};

static void construct(void *p)
{
	((struct thing *)p)->magic = 0xfeedface;
	constructed++;
}

static void constructors_run_once_a_slab(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("ctor", sizeof(struct thing), 0, 0, construct);
	struct thing *t[100];
	unsigned int made;

	KUNIT_ASSERT_NOT_NULL(test, s);
	constructed = 0;
	for (int i = 0; i < 100; i++) {
		t[i] = kmem_cache_alloc(s, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, t[i]);
		KUNIT_ASSERT_EQ(test, t[i]->magic, 0xfeedfaceUL);
	}
	made = constructed;
	KUNIT_EXPECT_GE(test, made, 100u);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++)
			kmem_cache_free(s, t[i]);
		for (int i = 0; i < 100; i++) {
			t[i] = kmem_cache_alloc(s, GFP_KERNEL);
			KUNIT_ASSERT_EQ(test, t[i]->magic, 0xfeedfaceUL);
		}
	}
	KUNIT_EXPECT_LE(test, constructed, 2 * made);	/* at most once more, on another CPU */
	for (int i = 0; i < 100; i++)
		kmem_cache_free(s, t[i]);
	kmem_cache_destroy(s);
}

static void sizes_and_alignments(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 7, 24, 100, 511, 512, 700, 1500, 4000, 4097, 20000, 100001 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
		for (unsigned int align = 0; align <= 4096; align = align ? align * 4 : 1) {
			struct kmem_cache *s = kmem_cache_create("aligned", sizes[i], align, 0, NULL);
			void *p[20];

			KUNIT_ASSERT_NOT_NULL(test, s);
			KUNIT_EXPECT_EQ(test, kmem_cache_size(s), sizes[i]);
			for (int k = 0; k < 20; k++) {
				p[k] = kmem_cache_alloc(s, GFP_KERNEL);
				KUNIT_ASSERT_NOT_NULL(test, p[k]);
				KUNIT_ASSERT_EQ(test, (unsigned long)p[k] % max(align, 8u), 0UL);
				memset(p[k], k, sizes[i]);
			}
			for (int k = 0; k < 20; k++) {
				KUNIT_ASSERT_NULL(test, memchr_inv(p[k], k, sizes[i]));
				kmem_cache_free(s, p[k]);
			}
			kmem_cache_destroy(s);
		}
}

static void cache_line_alignment(struct kunit *test)
{
	static const struct { unsigned int size, align; } want[] = {
		{ 64, 64 }, { 100, 64 }, { 40, 64 }, { 30, 32 }, { 16, 16 }, { 9, 16 },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		struct kmem_cache *s = kmem_cache_create("lines", want[i].size, 0, SLAB_HWCACHE_ALIGN, NULL);
		void *p, *q;

		KUNIT_ASSERT_NOT_NULL(test, s);
		p = kmem_cache_alloc(s, GFP_KERNEL);
		q = kmem_cache_zalloc(s, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, (unsigned long)p % want[i].align, 0UL);
		KUNIT_EXPECT_EQ(test, (unsigned long)q % want[i].align, 0UL);
		kmem_cache_free(s, p);
		kmem_cache_free(s, q);
		kmem_cache_destroy(s);
	}
}

static void bulk_of_all_sizes(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("bulk", 48, 0, 0, NULL);
	static void *p[1000];

	KUNIT_ASSERT_NOT_NULL(test, s);
	for (size_t n = 1; n <= 1000; n = n * 3 + 1) {
		KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL | __GFP_ZERO, n, p), (int)n);
		for (size_t i = 0; i < n; i++) {
			KUNIT_ASSERT_NULL(test, memchr_inv(p[i], 0, 48));
			memset(p[i], (int)i, 48);
		}
		for (size_t i = 0; i < n; i++)
			KUNIT_ASSERT_NULL(test, memchr_inv(p[i], (u8)i, 48));
		if (n & 1)
			kmem_cache_free_bulk(s, n, p);
		else
			kmem_cache_free_bulk(NULL, n, p);
	}
	kmem_cache_destroy(s);
	for (int i = 0; i < 100; i++)
		p[i] = kmalloc(i * 9 + 1, GFP_KERNEL);
	kfree_bulk(100, p);
}

static void shrink_gives_frames_back(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("shrunk", 256, 0, 0, NULL);
	struct kmemkit_stats full, less;
	static void *p[500];

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(s, GFP_KERNEL, 500, p), 500);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 1);
	kmemkit_get_stats(&full);
	for (int i = 0; i < 500; i++)
		kmem_cache_free(s, p[i]);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(s), 0);
	kmemkit_get_stats(&less);
	KUNIT_EXPECT_GE(test, full.frames_slab - less.frames_slab, 500UL * 256 / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, full.objects_live - less.objects_live, 500UL);
	kmem_cache_destroy(s);
}

static void destroy_keeps_a_cache_in_use(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("in use", 80, 0, 0, NULL);
	void *p, *q;

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	memset(q, 5, 80);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kmem_cache_free(s, p);
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	kmem_cache_destroy(NULL);
}

static void impossible_caches_are_refused(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmem_cache_create(NULL, 8, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("huge", KMALLOC_MAX_SIZE + 1, 0, 0, NULL));
	KUNIT_EXPECT_NULL(test, kmem_cache_create("crooked", 64, 24, 0, NULL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 3UL);
}

struct object { long a; char b[20]; };

static void caches_come_and_go(struct kunit *test)
{
	for (unsigned int i = 0; i < 300; i++) {
		struct kmem_cache *s = i % 3 ? KMEM_CACHE(object, 0)
			: kmem_cache_create("tracked", 24 + i, 0, SLAB_STORE_USER, NULL);
		struct kmem_cache *t = kmem_cache_create("other", 1 + i * 13, 0, SLAB_RECLAIM_ACCOUNT, NULL);
		void *p, *q;

		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_ASSERT_NOT_NULL(test, t);
		p = kmem_cache_alloc(s, GFP_KERNEL);
		q = kmem_cache_alloc(t, GFP_KERNEL);
		KUNIT_ASSERT_TRUE(test, p && q);
		kmem_cache_free(t, q);
		kmem_cache_destroy(t);
		kmem_cache_free(s, p);
		kmem_cache_destroy(s);
	}
}

static void rcu_objects_stay_what_they_are(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("typesafe", sizeof(struct thing), 0, SLAB_TYPESAFE_BY_RCU,
						 construct);
	struct thing *t;

	KUNIT_ASSERT_NOT_NULL(test, s);
	t = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t);
	rcu_read_lock();
	kmem_cache_free(s, t);
	KUNIT_EXPECT_EQ(test, t->magic, 0xfeedfaceUL);
	KUNIT_EXPECT_TRUE(test, PageSlab(virt_to_page(t)));
	rcu_read_unlock();
	kmem_cache_destroy(s);
	KUNIT_EXPECT_FALSE(test, PageSlab(virt_to_page(t)));
}

struct reader {
	struct thing *t;
	struct completion begun, ended;
	bool still_there;
};

static int read_for_a_while(void *data)
{
	struct reader *r = data;

	rcu_read_lock();
	complete(&r->begun);
	mdelay(30);
	r->still_there = PageSlab(virt_to_page(r->t)) && READ_ONCE(r->t->magic) == 0xfeedface;
	rcu_read_unlock();
	complete(&r->ended);
	return 0;
}

/* Frames of a SLAB_TYPESAFE_BY_RCU cache outlast those who may still look into them. */
static void rcu_frames_wait_for_readers(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("typesafe", sizeof(struct thing), 0, SLAB_TYPESAFE_BY_RCU,
						 construct);
	static struct reader r;

	KUNIT_ASSERT_NOT_NULL(test, s);
	r.t = kmem_cache_alloc(s, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r.t);
	init_completion(&r.begun);
	init_completion(&r.ended);
	kmem_cache_free(s, r.t);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(read_for_a_while, &r, "reader")));
	wait_for_completion(&r.begun);
	kmem_cache_shrink(s);
	wait_for_completion(&r.ended);
	KUNIT_EXPECT_TRUE(test, r.still_there);
	kmem_cache_destroy(s);
}

struct later { struct rcu_head rcu; char data[40]; };

static void freed_after_a_grace_period(struct kunit *test)
{
	struct later *l = kmalloc(sizeof(*l), GFP_KERNEL), *v = kvmalloc(sizeof(*v), GFP_KERNEL);
	struct kmemkit_stats before, after;

	KUNIT_ASSERT_TRUE(test, l && v);
	rcu_barrier();			/* nothing else is on its way */
	kmemkit_get_stats(&before);
	rcu_read_lock();
	l->data[7] = 3;
	kfree_rcu(l, rcu);
	kvfree_rcu(v, rcu);
	mdelay(20);
	KUNIT_EXPECT_EQ(test, l->data[7], 3);
	kmemkit_get_stats(&after);
	KUNIT_EXPECT_EQ(test, before.objects_live, after.objects_live);
	rcu_read_unlock();
	rcu_barrier();
	kmemkit_get_stats(&after);
	KUNIT_EXPECT_EQ(test, before.objects_live, after.objects_live + 2);
}

/* ---- threads ---- */

#define HANDED 2000

struct hand {
	void *slot[HANDED];
	struct completion made, gone;
};

static int freer(void *data)
{
	struct hand *h = data;

	wait_for_completion(&h->made);
	for (int i = 0; i < HANDED; i++)
		kfree(h->slot[i]);
	complete(&h->gone);
	return 0;
}

static void freed_by_another_thread(struct kunit *test)
{
	static struct hand h;

	init_completion(&h.made);
	init_completion(&h.gone);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(freer, &h, "freer")));
	for (int i = 0; i < HANDED; i++)
		h.slot[i] = kmalloc(16 << i % 6, GFP_KERNEL);
	complete(&h.made);
	wait_for_completion(&h.gone);
}

/* ---- misuse ---- */

static void double_frees_are_found(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("twice", 40, 0, 0, NULL);
	void *p = kmalloc(100, GFP_KERNEL), *q, *big = kmalloc(200000, GFP_KERNEL);
	void *bulk[2];

	KUNIT_ASSERT_NOT_NULL(test, s);
	kfree(p);
	kfree(p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_NULL(test, krealloc(p, 50, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_NULL(test, krealloc(p, 5000, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kfree_sensitive(p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kfree(big);
	kfree(big);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	q = kmem_cache_alloc(s, GFP_KERNEL);
	bulk[0] = bulk[1] = q;
	kmem_cache_free_bulk(s, 2, bulk);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kmem_cache_free(s, q);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kmem_cache_destroy(s);
}

static int on_data;

static void foreign_and_interior_frees_change_nothing(struct kunit *test)
{
	char *p = kmalloc(128, GFP_KERNEL), *big = kmalloc(200000, GFP_KERNEL), on_stack[8];
	unsigned long page = __get_free_page(GFP_KERNEL);
	const void *bad[] = { p + 8, p + 127, big + 8, big + PAGE_SIZE, (void *)page, on_stack, &on_data,
			      "text", (void *)-5000L, (void *)0x1000, high_memory };

	KUNIT_ASSERT_TRUE(test, p && big && page);
	fill(p, 128);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		kfree(bad[i]);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
		KUNIT_EXPECT_NULL(test, krealloc(bad[i], 4, GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	}
	KUNIT_EXPECT_TRUE(test, holds(p, 128));
	kfree(p);
	kfree(big);
	free_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

/* Every address of a slab block that is no object, its descriptor included. */
static void nothing_else_in_a_slab_can_be_freed(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("dense", 8, 8, 0, NULL);
	char *p, *block;
	unsigned long wrong = 0, live;
	struct kmemkit_stats before, after;

	KUNIT_ASSERT_NOT_NULL(test, s);
	p = kmem_cache_alloc(s, GFP_KERNEL);
	block = page_address(compound_head(virt_to_page(p)));
	live = page_size(virt_to_head_page(p));
	kmemkit_get_stats(&before);
	for (unsigned long off = live - 256; off < live; off += 8) {
		kfree(block + off);
		wrong += kmk_kunit_take_reports(test) == 0;
	}
	kmemkit_get_stats(&after);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	KUNIT_EXPECT_EQ(test, before.objects_live, after.objects_live);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void wrong_cache_is_named_and_repaired(struct kunit *test)
{
	struct kmem_cache *a = kmem_cache_create("cache a", 40, 0, 0, NULL);
	struct kmem_cache *b = kmem_cache_create("cache b", 40, 0, 0, NULL);
	void *p;

	KUNIT_ASSERT_TRUE(test, a && b);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	kmem_cache_free(b, p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kmem_cache_destroy(b);
	kmem_cache_destroy(a);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void zone_flags_mean_nothing_here(struct kunit *test)
{
	void *p = kmalloc(40, GFP_KERNEL | __GFP_HIGHMEM);

	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(p));
	memset(p, 1, 40);
	kfree(p);
}

static void blocking_under_a_spinlock(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	void *p;

	kmemkit_drain();
	spin_lock(&lock);
	p = kmalloc(3000, GFP_KERNEL);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	kfree(p);
}

/* ---- options ---- */

static void init_options(struct kunit *test)
{
	struct kmem_cache *made = kmem_cache_create("made", sizeof(struct thing), 0, 0, construct);
	struct kmem_cache *plain = kmem_cache_create("plain", 64, 0, 0, NULL);
	struct thing *t;
	u8 *p;

	KUNIT_ASSERT_TRUE(test, made && plain);
	for (int round = 0; round < 5; round++) {
		t = kmem_cache_alloc(made, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, t->magic, 0xfeedfaceUL);
		memset(t->rest, 0x44, sizeof(t->rest));
		kmem_cache_free(made, t);
		KUNIT_EXPECT_TRUE(test, all_are(&t->rest[7], 0x44, 1));
		p = round & 1 ? kmem_cache_alloc(plain, GFP_KERNEL) : kmalloc(60, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		if (want_init_on_alloc(0))
			KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 60));
		memset(p, 0x44, 60);
		kfree(p);
		if (want_init_on_free())
			KUNIT_EXPECT_TRUE(test, all_are(p, 0, 60));
	}
	kmem_cache_destroy(made);
	kmem_cache_destroy(plain);
}

static struct kunit_case slab_test_cases[] = {
	KUNIT_CASE(every_size_has_its_own_memory),
	KUNIT_CASE(powers_of_two_are_aligned),
	KUNIT_CASE(large_blocks),
	KUNIT_CASE(nothing_and_too_much),
	KUNIT_CASE(zeroed_when_asked),
	KUNIT_CASE(krealloc_keeps_contents),
	KUNIT_CASE(krealloc_zeroes_the_new_tail),
	KUNIT_CASE(failed_krealloc_keeps_the_old_block),
	KUNIT_CASE(copies_and_strings),
	KUNIT_CASE(sensitive_memory_is_cleared),
	KUNIT_CASE(dma_memory_is_low),
	KUNIT_CASE(every_set_of_classes),
	KUNIT_CASE(constructors_run_once_a_slab),
	KUNIT_CASE(sizes_and_alignments),
	KUNIT_CASE(cache_line_alignment),
	KUNIT_CASE(bulk_of_all_sizes),
	KUNIT_CASE(shrink_gives_frames_back),
	KUNIT_CASE(destroy_keeps_a_cache_in_use),
	KUNIT_CASE(impossible_caches_are_refused),
	KUNIT_CASE(caches_come_and_go),
	KUNIT_CASE(rcu_objects_stay_what_they_are),
	KUNIT_CASE(rcu_frames_wait_for_readers),
	KUNIT_CASE(freed_after_a_grace_period),
	KUNIT_CASE(freed_by_another_thread),
	KUNIT_CASE(double_frees_are_found),
	KUNIT_CASE(foreign_and_interior_frees_change_nothing),
	KUNIT_CASE(nothing_else_in_a_slab_can_be_freed),
	KUNIT_CASE(wrong_cache_is_named_and_repaired),
	KUNIT_CASE(zone_flags_mean_nothing_here),
	KUNIT_CASE(blocking_under_a_spinlock),
	KUNIT_CASE(init_options),
	{}
};

static struct kunit_suite slab_test_suite = {
	.name = "slab",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_test_cases,
};
kunit_test_suite(slab_test_suite);
MODULE_LICENSE("MIT");
