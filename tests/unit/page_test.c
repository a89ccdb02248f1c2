// SPDX-License-Identifier: MIT
/*
 * The page allocator seen from outside: zones, marks, orders, references, addresses, misuse.
 * Cases that must use up a zone skip where the machine is large; tests/core/run.sh gives small ones.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define QUIET		(GFP_NOWAIT | __GFP_NOWARN)
#define SMALL_FRAMES	65536UL		/* machines up to 256 MiB are used up frame by frame */

static unsigned long frames_at_start;

/* Frames nobody uses: per-CPU lists included, and what the records of owners keep. */
static unsigned long unused(void)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	return s.frames_free + s.frames_cpu + s.frames_records;
}

static unsigned long settled(void)
{
	kmemkit_drain();
	return unused();
}

static int page_test_init(struct kunit *test)
{
	frames_at_start = settled();
	return 0;
}

static void page_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, frames_at_start, settled());
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

/* A chain of pages through their own lru: as many as the machine has. */
struct pile {
	struct list_head pages;
	unsigned long nr;
};

#define PILE(name) struct pile name = { LIST_HEAD_INIT(name.pages), 0 }

static unsigned long pile_up(struct pile *pile, gfp_t gfp, unsigned int order)
{
	unsigned long before = pile->nr;
	struct page *page;

	for (int round = 0; round < 2; round++, drain_all_pages(NULL))
		while ((page = alloc_pages(gfp, order))) {
			list_add(&page->lru, &pile->pages);
			pile->nr++;
		}
	return pile->nr - before;
}

static void pile_free(struct pile *pile, unsigned int order)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &pile->pages, lru)
		__free_pages(page, order);
	INIT_LIST_HEAD(&pile->pages);
	pile->nr = 0;
}

/* ---- orders, contents, coalescing ---- */

static void orders_are_aligned_and_whole(struct kunit *test)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order);
		unsigned char *p;

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0UL);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		p = page_address(page);
		for (unsigned long i = 0; i < 1UL << order; i++)
			p[i << PAGE_SHIFT] = (unsigned char)(i * 7 + order);
		for (unsigned long i = 0; i < 1UL << order; i++)
			KUNIT_ASSERT_EQ(test, p[i << PAGE_SHIFT], (unsigned char)(i * 7 + order));
		__free_pages(page, order);
	}
}

#define MANY 256

static void blocks_do_not_overlap(struct kunit *test)
{
	static struct page *page[MANY];
	u32 seed = 12345;

	for (unsigned int i = 0; i < MANY; i++) {
		unsigned int order = i % 6;

		page[i] = alloc_pages(i & 1 ? GFP_KERNEL : GFP_USER | __GFP_MOVABLE, order);
		KUNIT_ASSERT_NOT_NULL(test, page[i]);
		for (unsigned long k = 0; k < 1UL << order; k++)
			*(unsigned int *)page_to_virt(page[i] + k) = i;
	}
	for (unsigned int i = 0; i < MANY; i++)
		for (unsigned long k = 0; k < 1UL << i % 6; k++)
			KUNIT_ASSERT_EQ(test, *(unsigned int *)page_to_virt(page[i] + k), i);
	/* Freed in an order of their own: every way of meeting a buddy. */
	for (unsigned int left = MANY; left; left--) {
		unsigned int i;

		seed = seed * 1664525u + 1013904223u;
		for (i = (seed >> 8) % MANY; !page[i]; i = (i + 1) % MANY)
			;
		__free_pages(page[i], i % 6);
		page[i] = NULL;
	}
}

static void all_memory_coalesces_again(struct kunit *test)
{
	unsigned long before, after;
	PILE(big);
	PILE(small);

	if (totalram_pages() > SMALL_FRAMES)
		kunit_skip(test, "large machine");
	pile_up(&big, QUIET | __GFP_HIGHMEM, MAX_ORDER - 1);
	before = big.nr;
	pile_free(&big, MAX_ORDER - 1);
	pile_up(&small, QUIET | __GFP_HIGHMEM | __GFP_MOVABLE, 0);
	KUNIT_EXPECT_GT(test, small.nr, before << (MAX_ORDER - 1));
	pile_free(&small, 0);
	kmemkit_drain();
	after = pile_up(&big, QUIET | __GFP_HIGHMEM, MAX_ORDER - 1);
	pile_free(&big, MAX_ORDER - 1);
	KUNIT_EXPECT_EQ(test, before, after);
}

static void types_share_memory(struct kunit *test)
{
	static const gfp_t types[] = { 0, __GFP_MOVABLE, __GFP_RECLAIMABLE };
	struct page *page[3 * 64];
	unsigned int n = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		n += !!(page[i] = alloc_pages(GFP_KERNEL | types[i % 3], i % 4));
	KUNIT_EXPECT_EQ(test, n, (unsigned int)ARRAY_SIZE(page));
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
	for (unsigned int i = 0; i < ARRAY_SIZE(page); i++)
		if (page[i])
			__free_pages(page[i], i % 4);
}

/* ---- zones ---- */

static void zone_follows_the_flags(struct kunit *test)
{
	static const struct { gfp_t gfp; enum zone_type top; } want[] = {
		{ GFP_DMA, ZONE_DMA }, { GFP_DMA32, ZONE_DMA32 }, { 0, ZONE_NORMAL },
		{ __GFP_HIGHMEM, ZONE_HIGHMEM },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		struct page *page = alloc_page(QUIET | want[i].gfp);
		enum zone_type best = want[i].top;

		while (best > ZONE_DMA && !kmk_zone(best))
			best--;
		if (!kmk_zone(best)) {
			KUNIT_EXPECT_NULL(test, page);
			continue;
		}
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_zonenum(page), best);
		if (best == ZONE_DMA)
			KUNIT_EXPECT_LT(test, page_to_phys(page), (phys_addr_t)16 << 20);
		if (best == ZONE_DMA32)
			KUNIT_EXPECT_LT(test, page_to_phys(page), (phys_addr_t)4 << 30);
		KUNIT_EXPECT_EQ(test, !!PageHighMem(page), best == ZONE_HIGHMEM);
		__free_page(page);
	}
}

static void dma_pages_by_address(struct kunit *test)
{
	unsigned long addr;

	if (!kmk_zone(ZONE_DMA))
		kunit_skip(test, "no DMA zone");
	addr = __get_dma_pages(GFP_KERNEL, 2);
	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_EXPECT_LT(test, virt_to_phys((void *)addr), (phys_addr_t)16 << 20);
	free_pages(addr, 2);
}

/* Highest zone first, each down to its mark, and the low zones keep what is theirs. */
static void fallback_goes_down_and_spares_low_zones(struct kunit *test)
{
	int last = ZONE_HIGHMEM, ups = 0;
	struct page *page;
	PILE(pile);

	if (totalram_pages() > SMALL_FRAMES || !kmk_zone(ZONE_DMA) ||
	    zone_managed_pages(kmk_zone(ZONE_DMA)) > totalram_pages() / 2)
		kunit_skip(test, "large machine, or only low memory");
	while ((page = alloc_page(QUIET | __GFP_HIGHMEM))) {
		list_add(&page->lru, &pile.pages);
		ups += (int)page_zonenum(page) > last;
		last = page_zonenum(page);
	}
	KUNIT_EXPECT_LE(test, ups, 1);		/* all zones down to low, then all down to min */
	for (int z = ZONE_DMA; z <= ZONE_HIGHMEM; z++)
		if (kmk_zone(z))
			KUNIT_EXPECT_GE(test, zone_free_pages(kmk_zone(z)), zone_watermark(kmk_zone(z), WMARK_MIN));
	KUNIT_EXPECT_GT(test, zone_free_pages(kmk_zone(ZONE_DMA)),
			zone_watermark(kmk_zone(ZONE_DMA), WMARK_MIN) +
			(totalram_pages() - zone_managed_pages(kmk_zone(ZONE_DMA))) / 512);
	page = alloc_page(QUIET | GFP_DMA);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	pile_free(&pile, 0);
}

static void zones_have_marks_and_limits(struct kunit *test)
{
	unsigned long managed = 0;

	for (int z = ZONE_DMA; z <= ZONE_HIGHMEM; z++) {
		struct zone *zone = kmk_zone(z);

		if (!zone)
			continue;
		managed += zone_managed_pages(zone);
		KUNIT_EXPECT_LE(test, zone_watermark(zone, WMARK_MIN), zone_watermark(zone, WMARK_LOW));
		KUNIT_EXPECT_LE(test, zone_watermark(zone, WMARK_LOW), zone_watermark(zone, WMARK_HIGH));
		KUNIT_EXPECT_LE(test, zone_free_pages(zone), zone_managed_pages(zone));
	}
	KUNIT_EXPECT_EQ(test, managed, totalram_pages());
	KUNIT_EXPECT_EQ(test, nr_free_pages() + (totalram_pages() - nr_free_pages()), managed);
}

/* ---- marks and reserves, on the DMA zone: it is small everywhere and nobody reserves it ---- */

static unsigned long dma_free(void)
{
	drain_all_pages(NULL);
	return zone_free_pages(kmk_zone(ZONE_DMA));
}

static void reserves_are_for_those_who_may(struct kunit *test)
{
	unsigned long min, half, quarter;
	PILE(pile);

	if (!kmk_zone(ZONE_DMA))
		kunit_skip(test, "no DMA zone");
	min = zone_watermark(kmk_zone(ZONE_DMA), WMARK_MIN);
	half = min - min / 2;
	quarter = half - half / 4;
	pile_up(&pile, QUIET | GFP_DMA, 0);
	KUNIT_EXPECT_EQ(test, dma_free(), min);
	KUNIT_EXPECT_EQ(test, pile_up(&pile, (GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN | GFP_DMA), 0), 0UL);
	KUNIT_EXPECT_EQ(test, pile_up(&pile, (GFP_USER | __GFP_NORETRY | __GFP_NOWARN | GFP_DMA), 0), 0UL);
	KUNIT_EXPECT_EQ(test, pile_up(&pile, QUIET | GFP_DMA | __GFP_MEMALLOC | __GFP_NOMEMALLOC, 0), 0UL);
	KUNIT_EXPECT_EQ(test, dma_free(), min);
	pile_up(&pile, GFP_KERNEL | __GFP_HIGH | __GFP_NORETRY | __GFP_NOWARN | GFP_DMA, 0);
	KUNIT_EXPECT_EQ(test, dma_free(), half);
	KUNIT_EXPECT_EQ(test, pile_up(&pile, GFP_ATOMIC | __GFP_NOMEMALLOC | __GFP_NOWARN | GFP_DMA, 0), 0UL);
	pile_up(&pile, GFP_ATOMIC | __GFP_NOWARN | GFP_DMA, 0);
	KUNIT_EXPECT_EQ(test, dma_free(), quarter);
	pile_up(&pile, QUIET | GFP_DMA | __GFP_MEMALLOC, 0);
	KUNIT_EXPECT_EQ(test, dma_free(), 0UL);
	pile_free(&pile, 0);
}

static void high_without_reclaim_is_like_atomic(struct kunit *test)
{
	unsigned long min, half;
	PILE(pile);

	if (!kmk_zone(ZONE_DMA))
		kunit_skip(test, "no DMA zone");
	min = zone_watermark(kmk_zone(ZONE_DMA), WMARK_MIN);
	half = min - min / 2;
	pile_up(&pile, QUIET | __GFP_HIGH | GFP_DMA, 0);
	KUNIT_EXPECT_EQ(test, dma_free(), half - half / 4);
	pile_free(&pile, 0);
}

static void noreclaim_scope_takes_all(struct kunit *test)
{
	unsigned int flags;
	PILE(pile);

	if (!kmk_zone(ZONE_DMA))
		kunit_skip(test, "no DMA zone");
	flags = memalloc_noreclaim_save();
	pile_up(&pile, GFP_KERNEL | __GFP_NOWARN | GFP_DMA, 0);
	memalloc_noreclaim_restore(flags);
	KUNIT_EXPECT_EQ(test, dma_free(), 0UL);
	pile_free(&pile, 0);
}

static void higher_orders_stop_earlier(struct kunit *test)
{
	PILE(pile);

	if (!kmk_zone(ZONE_DMA))
		kunit_skip(test, "no DMA zone");
	pile_up(&pile, QUIET | GFP_DMA, 5);
	KUNIT_EXPECT_GE(test, dma_free(), zone_watermark(kmk_zone(ZONE_DMA), WMARK_MIN));
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
	pile_free(&pile, 5);
}

/* ---- references ---- */

static void compound_pages_live_and_die_together(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	unsigned long left;

	KUNIT_ASSERT_NOT_NULL(test, page);
	left = unused();
	KUNIT_EXPECT_TRUE(test, PageHead(page) && PageCompound(page + 7) && PageTail(page + 7));
	KUNIT_EXPECT_EQ(test, compound_order(page), 3u);
	KUNIT_EXPECT_EQ(test, page_size(page), PAGE_SIZE * 8);
	for (unsigned int i = 0; i < 8; i++)
		KUNIT_EXPECT_PTR_EQ(test, compound_head(page + i), page);
	get_page(page + 5);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, unused(), left);
	KUNIT_EXPECT_EQ(test, page_count(page + 1), 1);
	put_page(page + 2);
	KUNIT_EXPECT_EQ(test, unused(), left + 8);
	KUNIT_EXPECT_FALSE(test, PageHead(page) || PageTail(page + 1) || PageTail(page + 7));
}

static void referenced_block_keeps_its_head(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned long left;

	KUNIT_ASSERT_NOT_NULL(test, page);
	left = unused();
	get_page(page);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, unused(), left + 7);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	put_page(page);
	KUNIT_EXPECT_EQ(test, unused(), left + 8);
}

static void folios(struct kunit *test)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_EXPECT_EQ(test, folio_order(folio), 2u);
	KUNIT_EXPECT_EQ(test, folio_nr_pages(folio), 4L);
	KUNIT_EXPECT_EQ(test, folio_size(folio), (size_t)PAGE_SIZE * 4);
	KUNIT_EXPECT_PTR_EQ(test, page_folio(folio_page(folio, 3)), folio);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_folio((char *)folio_address(folio) + 3 * PAGE_SIZE), folio);
	folio_get(folio);
	folio_put(folio);
	folio_put(folio);
}

static void references_from_zero(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, get_page_unless_zero(page));
	KUNIT_EXPECT_FALSE(test, put_page_testzero(page));
	put_page(page);
	KUNIT_EXPECT_FALSE(test, get_page_unless_zero(page));
}

static void split_block_is_freed_in_parts(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);

	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 4);
	for (unsigned int i = 0; i < 16; i++)
		KUNIT_EXPECT_EQ(test, page_count(page + i), 1);
	for (unsigned int i = 0; i < 16; i++)
		__free_page(page + (i * 5) % 16);
}

static void exact_sizes(struct kunit *test)
{
	static const size_t sizes[] = { 1, PAGE_SIZE, PAGE_SIZE + 1, 5 * PAGE_SIZE, 100 * PAGE_SIZE - 3 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long before = unused();
		char *p = alloc_pages_exact(sizes[i], GFP_KERNEL | __GFP_ZERO);

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_EQ(test, before - unused(), DIV_ROUND_UP(sizes[i], PAGE_SIZE));
		KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, sizes[i]));
		memset(p, 0x5a, sizes[i]);
		free_pages_exact(p, sizes[i]);
	}
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(64 << 20, GFP_KERNEL | __GFP_NOWARN));
}

static void bulk_fills_the_gaps(struct kunit *test)
{
	struct page *page[32] = { NULL };
	struct page *mine = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mine);
	page[7] = mine;
	KUNIT_EXPECT_EQ(test, alloc_pages_bulk_array(GFP_KERNEL, 32, page), 32UL);
	KUNIT_EXPECT_PTR_EQ(test, page[7], mine);
	for (unsigned int i = 0; i < 32; i++) {
		for (unsigned int k = 0; k < i; k++)
			KUNIT_EXPECT_PTR_NE(test, page[i], page[k]);
		__free_page(page[i]);
	}
}

/* ---- contents and descriptors ---- */

static void check_zeroed(struct kunit *test, gfp_t gfp)
{
	for (unsigned int order = 0; order < 3; order++)
		for (unsigned int round = 0; round < 3; round++) {
			struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO | gfp, order);

			KUNIT_ASSERT_NOT_NULL(test, page);
			for (unsigned int i = 0; i < 1u << order; i++) {
				char *p = kmap_local_page(page + i);

				KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, PAGE_SIZE));
				memset(p, 0xa5, PAGE_SIZE);
				kunmap_local(p);
			}
			__free_pages(page, order);
		}
}

static void zeroed_when_asked(struct kunit *test)
{
	unsigned long addr;

	check_zeroed(test, 0);
	check_zeroed(test, __GFP_HIGHMEM);
	check_zeroed(test, __GFP_COMP);
	addr = get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_EXPECT_NULL(test, memchr_inv((void *)addr, 0, PAGE_SIZE));
	free_page(addr);
}

/* Looks at a freed page on purpose. */
static __no_sanitize_address bool all_zero(const char *p)
{
	for (unsigned long i = 0; i < PAGE_SIZE; i++)
		if (p[i])
			return false;
	return true;
}

static void init_options(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	memset(p, 0x77, PAGE_SIZE);
	__free_page(page);
	if (want_init_on_free())
		KUNIT_EXPECT_TRUE(test, all_zero(p));
	if (!want_init_on_alloc(0))
		return;
	for (unsigned int i = 0; i < 8; i++) {
		page = alloc_pages(GFP_KERNEL, i % 4);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE << i % 4));
		memset(page_address(page), 1, PAGE_SIZE << i % 4);
		__free_pages(page, i % 4);
	}
}

/* What one owner left in the descriptor is not shown to the next. */
static void descriptors_start_clean(struct kunit *test)
{
	for (unsigned int order = 0; order < 5; order++) {
		struct page *page = alloc_pages(GFP_KERNEL, order), *again;

		KUNIT_ASSERT_NOT_NULL(test, page);
		SetPageUptodate(page);
		SetPageDirty(page);
		SetPageReferenced(page);
		SetPageError(page);
		set_page_private(page, 0x1234);
		__free_pages(page, order);
		again = alloc_pages(GFP_KERNEL, order);
		KUNIT_ASSERT_NOT_NULL(test, again);
		KUNIT_EXPECT_EQ(test, again->flags & PAGEFLAGS_MASK, 0UL);
		KUNIT_EXPECT_EQ(test, page_private(again), 0UL);
		KUNIT_EXPECT_EQ(test, page_mapcount(again), 0);
		put_page(order ? compound_head(again) : again);
		if (kmk_kunit_take_reports(test))	/* not the block's order: reported, so still ours */
			__free_pages(again, order);
	}
}

static void addresses_and_numbers(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	char *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(p + 100), page);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(p + PAGE_SIZE), page + 1);
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
	KUNIT_EXPECT_EQ(test, page_to_phys(page), virt_to_phys(p));
	KUNIT_EXPECT_PTR_EQ(test, (char *)phys_to_virt(virt_to_phys(p) + 5), p + 5);
	KUNIT_EXPECT_EQ(test, page_to_phys(page) >> PAGE_SHIFT, (phys_addr_t)page_to_pfn(page));
	KUNIT_EXPECT_TRUE(test, pfn_valid(page_to_pfn(page)));
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(p));
	KUNIT_EXPECT_TRUE(test, (void *)p < high_memory);
	KUNIT_EXPECT_FALSE(test, pfn_valid(max_pfn));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(&page));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(high_memory));
	KUNIT_EXPECT_LE(test, sizeof(struct page), (size_t)64);
	__free_pages(page, 1);
}

static void highmem_has_no_address(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (!PageHighMem(page)) {
		__free_page(page);
		kunit_skip(test, "no high memory");
	}
	KUNIT_EXPECT_NULL(test, page_address(page));
	p = kmap(page);
	KUNIT_EXPECT_PTR_EQ(test, page_address(page), p);
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(p), page);
	kunmap(page);
	__free_page(page);
}

/* ---- the page lock ---- */

struct lockers {
	struct page *page;
	int inside, most, rounds;
	struct completion done;
};

static int locker(void *data)
{
	struct lockers *l = data;

	for (int i = 0; i < 200; i++) {
		lock_page(l->page);
		l->most = max(l->most, ++l->inside);
		if (i % 50 == 0)
			usleep_range(50, 100);
		l->inside--;
		l->rounds++;
		unlock_page(l->page);
	}
	complete(&l->done);
	return 0;
}

static void page_lock_excludes_and_sleeps(struct kunit *test)
{
	struct lockers l = { .page = alloc_page(GFP_KERNEL) };

	KUNIT_ASSERT_NOT_NULL(test, l.page);
	init_completion(&l.done);
	lock_page(l.page);
	KUNIT_EXPECT_FALSE(test, trylock_page(l.page));
	for (int i = 0; i < 3; i++)
		KUNIT_EXPECT_FALSE(test, IS_ERR(kthread_run(locker, &l, "locker%d", i)));
	msleep(5);
	KUNIT_EXPECT_EQ(test, READ_ONCE(l.rounds), 0);
	unlock_page(l.page);
	for (int i = 0; i < 3; i++)
		wait_for_completion(&l.done);
	KUNIT_EXPECT_EQ(test, l.most, 1);
	KUNIT_EXPECT_EQ(test, l.rounds, 600);
	wait_on_page_locked(l.page);
	KUNIT_EXPECT_FALSE(test, PageLocked(l.page));
	__free_page(l.page);
}

/* ---- impossible and wrong ---- */

static void too_large_is_null(struct kunit *test)
{
	kmk_kunit_take_reports(test);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL, MAX_ORDER));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN, 60));
	KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER), 0UL);
}

static void dma_and_highmem_is_null(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_DMA | __GFP_HIGHMEM, 0));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static void highmem_by_address_is_low(struct kunit *test)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL | __GFP_HIGHMEM, 1);

	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr));
	free_pages(addr, 1);
}

static void blocking_under_a_spinlock(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	struct page *page;

	spin_lock(&lock);
	page = alloc_pages(GFP_KERNEL, 4);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 4);
	spin_lock(&lock);
	page = alloc_pages(GFP_ATOMIC, 4);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 4);
}

/* Each wrong free: one report, nothing changed, and the right one still works. */
static void wrong_frees_change_nothing(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned long left = unused();

	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 2);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	put_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	__free_page(page + 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	lock_page(page);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	unlock_page(page);
	SetPagePrivate(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	ClearPagePrivate(page);
	KUNIT_EXPECT_EQ(test, unused(), left);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	__free_pages(page, 3);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static void wrong_frees_of_compound_pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_page(page + 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	__free_pages(page, 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	put_page(page);
	put_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	put_page(page + 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static void slab_pages_are_not_ours_to_free(struct kunit *test)
{
	void *p = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	free_page((unsigned long)p);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	get_page(virt_to_page(p));
	put_page(virt_to_page(p));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
	put_page(virt_to_page(p));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kfree(p);
}

static void failure_on_demand_leaves_nothing(struct kunit *test)
{
	struct page *page;

	drain_all_pages(NULL);
	kmemkit_fail_nth(1);
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 5);
	KUNIT_EXPECT_EQ(test, kmemkit_fail_nth(0), 0L);
	KUNIT_EXPECT_NULL(test, page);
}

static void scopes_drop_flags(struct kunit *test)
{
	unsigned int noio = memalloc_noio_save(), nofs;

	KUNIT_EXPECT_EQ(test, kmk_scoped_gfp(GFP_KERNEL) & (__GFP_IO | __GFP_FS), 0u);
	nofs = memalloc_nofs_save();
	memalloc_nofs_restore(nofs);
	KUNIT_EXPECT_EQ(test, kmk_scoped_gfp(GFP_KERNEL) & (__GFP_IO | __GFP_FS), 0u);
	memalloc_noio_restore(noio);
	KUNIT_EXPECT_EQ(test, kmk_scoped_gfp(GFP_KERNEL), GFP_KERNEL);
	nofs = memalloc_nofs_save();
	KUNIT_EXPECT_EQ(test, kmk_scoped_gfp(GFP_KERNEL) & (__GFP_IO | __GFP_FS), __GFP_IO);
	memalloc_nofs_restore(nofs);
	KUNIT_EXPECT_TRUE(test, gfpflags_allow_blocking(GFP_NOIO) && !gfpflags_allow_blocking(GFP_ATOMIC));
}

static struct kunit_case page_test_cases[] = {
	KUNIT_CASE(orders_are_aligned_and_whole),
	KUNIT_CASE(blocks_do_not_overlap),
	KUNIT_CASE(all_memory_coalesces_again),
	KUNIT_CASE(types_share_memory),
	KUNIT_CASE(zone_follows_the_flags),
	KUNIT_CASE(dma_pages_by_address),
	KUNIT_CASE(fallback_goes_down_and_spares_low_zones),
	KUNIT_CASE(zones_have_marks_and_limits),
	KUNIT_CASE(reserves_are_for_those_who_may),
	KUNIT_CASE(high_without_reclaim_is_like_atomic),
	KUNIT_CASE(noreclaim_scope_takes_all),
	KUNIT_CASE(higher_orders_stop_earlier),
	KUNIT_CASE(compound_pages_live_and_die_together),
	KUNIT_CASE(referenced_block_keeps_its_head),
	KUNIT_CASE(folios),
	KUNIT_CASE(references_from_zero),
	KUNIT_CASE(split_block_is_freed_in_parts),
	KUNIT_CASE(exact_sizes),
	KUNIT_CASE(bulk_fills_the_gaps),
	KUNIT_CASE(zeroed_when_asked),
	KUNIT_CASE(init_options),
	KUNIT_CASE(descriptors_start_clean),
	KUNIT_CASE(addresses_and_numbers),
	KUNIT_CASE(highmem_has_no_address),
	KUNIT_CASE(page_lock_excludes_and_sleeps),
	KUNIT_CASE(too_large_is_null),
	KUNIT_CASE(dma_and_highmem_is_null),
	KUNIT_CASE(highmem_by_address_is_low),
	KUNIT_CASE(blocking_under_a_spinlock),
	KUNIT_CASE(wrong_frees_change_nothing),
	KUNIT_CASE(wrong_frees_of_compound_pages),
	KUNIT_CASE(slab_pages_are_not_ours_to_free),
	KUNIT_CASE(failure_on_demand_leaves_nothing),
	KUNIT_CASE(scopes_drop_flags),
	{}
};

static struct kunit_suite page_test_suite = {
	.name = "page",
	.init = page_test_init,
	.exit = page_test_exit,
	.test_cases = page_test_cases,
};
kunit_test_suite(page_test_suite);
MODULE_LICENSE("MIT");
