// SPDX-License-Identifier: MIT
/*
 * What each flag of a request means when memory is short. All frames are taken first (blocks of the largest
 * order are not touched, so this is quick on a machine of any size); then a shrinker, a notifier or another
 * thread gives some back, each under the case's control.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#define PATIENCE	(20 * HZ)	/* only a hang takes that long */

bool kmk_kswapd_rests(void);			/* src/reclaim/reclaim.h */
extern unsigned long kmk_page_warm_limit;	/* src/page/page.h: so many frames free wake the idle thread */

/* ---- taking all memory ---- */

static LIST_HEAD(eaten);		/* blocks by their first page's lru, order in private */
static struct { unsigned long at_start; } books;

static unsigned long event(enum vm_event_item item)
{
	unsigned long all[NR_VM_EVENT_ITEMS];

	all_vm_events(all);
	return all[item];
}

static unsigned long stalls(void)
{
	return event(ALLOCSTALL_DMA) + event(ALLOCSTALL_DMA32) + event(ALLOCSTALL_NORMAL) + event(ALLOCSTALL_HIGH);
}

/* Take what these flags get without waiting. Returns the frames. */
static unsigned long eat(gfp_t gfp, struct list_head *to)
{
	unsigned long frames = 0;

	for (int order = MAX_ORDER - 1; order >= 0; order--)
		for (;;) {
			struct page *page = alloc_pages((gfp & ~__GFP_RECLAIM) | __GFP_NOWARN, order);

			if (!page)
				break;
			set_page_private(page, order);
			list_add(&page->lru, to);
			frames += 1UL << order;
		}
	return frames;
}

/* Down to the marks, which differ by the highest zone a request may have. */
static void eat_to_min(struct list_head *to)
{
	eat(GFP_HIGHUSER, to);
	eat(GFP_KERNEL, to);
}

static void give_back(struct list_head *from)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, from, lru) {
		int order = page_private(page);

		list_del(&page->lru);
		set_page_private(page, 0);
		__free_pages(page, order);
	}
}

/* ---- a cache of pages, given back by a shrinker ---- */

static struct {
	spinlock_t lock;
	struct list_head pages;
	unsigned long nr, asked, asked_here;
	bool not_for_kswapd, needs_fs;
	gfp_t seen;
	struct task_struct *owner;
} cache;

static unsigned long cache_count(struct shrinker *s, struct shrink_control *sc)
{
	if (cache.not_for_kswapd && current_is_kswapd())
		return SHRINK_EMPTY;
	return READ_ONCE(cache.nr) ?: SHRINK_EMPTY;
}

static unsigned long cache_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed = 0;

	if (!current_is_kswapd()) {
		cache.seen = sc->gfp_mask;
		cache.asked++;
		if (current == cache.owner)
			cache.asked_here++;
		if (!(current->flags & PF_MEMALLOC))
			cache.seen = 0;
	}
	if (cache.needs_fs && !(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	for (; freed < sc->nr_to_scan; freed++) {
		struct page *page = NULL;

		spin_lock(&cache.lock);
		if (cache.nr) {
			page = list_first_entry(&cache.pages, struct page, lru);
			list_del(&page->lru);
			WRITE_ONCE(cache.nr, cache.nr - 1);
		}
		spin_unlock(&cache.lock);
		if (!page)
			break;
		__free_page(page);
	}
	return freed;
}

static struct shrinker shrinker = {
	.count_objects = cache_count, .scan_objects = cache_scan, .seeks = DEFAULT_SEEKS, .batch = 8,
};

static struct zone *zone_of_kernel(void)
{
	return kmk_zone(ZONE_NORMAL) ?: kmk_zone(ZONE_DMA32) ?: kmk_zone(ZONE_DMA);
}

/* Pages of the zone that GFP_KERNEL comes from; `pages` more than what its mark needs from nothing. */
static void fill_cache(struct kunit *test, unsigned long pages)
{
	pages += zone_watermark(zone_of_kernel(), WMARK_MIN);
	if (kmk_zone(ZONE_HIGHMEM))	/* what NORMAL keeps from those who may have high memory */
		pages += zone_managed_pages(kmk_zone(ZONE_HIGHMEM)) / 32;
	for (unsigned long i = 0; i < pages; i++) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &cache.pages);
		cache.nr++;
	}
}

/* Free frames; those that keep recorded stacks for good count as free. */
static unsigned long balance_of_frames(void)
{
	struct kmemkit_stats stats;

	kmemkit_get_stats(&stats);
	return nr_free_pages() + stats.frames_records;
}

static void empty_cache(void)
{
	while (!list_empty(&cache.pages)) {
		struct page *page = list_first_entry(&cache.pages, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
	cache.nr = 0;
}

static int case_init(struct kunit *test)
{
	kmemkit_drain();
	kmk_page_warm_limit = ~0UL;		/* it holds frames for moments, which are free and cannot be had */
	memset(&cache, 0, sizeof(cache));
	spin_lock_init(&cache.lock);
	INIT_LIST_HEAD(&cache.pages);
	cache.owner = current;
	cache.not_for_kswapd = true;
	books.at_start = balance_of_frames();
	return register_shrinker(&shrinker, "gfp-flags-test");
}

static void case_exit(struct kunit *test)
{
	unregister_shrinker(&shrinker);
	give_back(&eaten);
	empty_cache();
	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, balance_of_frames(), books.at_start);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

/* Nothing is left for anybody. The cache keeps what it has. */
static void empty_machine(void)
{
	kmemkit_drain();
	eat(GFP_HIGHUSER | __GFP_MEMALLOC, &eaten);
}

/* Frames free in all zones after a request with these flags found none: how deep they may dig. */
static unsigned long depth(gfp_t gfp)
{
	LIST_HEAD(mine);
	unsigned long left;
	struct page *page;

	while ((page = alloc_page(gfp | __GFP_NOWARN | __GFP_NORETRY)))
		list_add(&page->lru, &mine);
	left = zone_free_pages(zone_of_kernel());
	list_for_each_entry(page, &mine, lru)
		set_page_private(page, 0);
	give_back(&mine);
	return left;
}

/* ---- must-show 1 ---- */

struct lender { mempool_t *pool; void *element; struct completion done; };

static int lend(void *data)
{
	struct lender *l = data;

	msleep(30);
	mempool_free(l->element, l->pool);
	complete(&l->done);
	return 0;
}

/* The least of several times, in ms: one that the machine did not disturb. */
static s64 atomic_failure_takes(struct kunit *test)
{
	s64 least = S64_MAX;

	for (int i = 0; i < 5 && least >= 1000; i++) {
		ktime_t start = ktime_get();

		KUNIT_EXPECT_NULL(test, alloc_page(GFP_ATOMIC | __GFP_NOWARN));
		least = min(least, ktime_to_ms(ktime_sub(ktime_get(), start)));
	}
	return least;
}

static void kernel_waits_atomic_fails_mempool_succeeds(struct kunit *test)
{
	struct lender lender;
	unsigned long before;
	struct task_struct *thread;
	struct page *page;
	mempool_t *pool;
	void *first, *second;

	pool = mempool_create_page_pool(1, 0);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	fill_cache(test, 60);
	empty_machine();

	before = stalls();
	KUNIT_EXPECT_LT(test, atomic_failure_takes(test), 1000);
	KUNIT_EXPECT_EQ(test, stalls(), before);
	KUNIT_EXPECT_EQ(test, cache.asked, 0ul);

	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_GT(test, stalls(), before);
	KUNIT_EXPECT_GT(test, cache.asked_here, 0ul);
	KUNIT_EXPECT_TRUE(test, cache.seen & __GFP_FS);
	if (page)
		__free_page(page);

	/* The pool's user: from its reserve, then by waiting until somebody returns an element. */
	cache.needs_fs = true;
	eat(GFP_HIGHUSER | __GFP_MEMALLOC, &eaten);
	first = mempool_alloc(pool, GFP_ATOMIC);
	KUNIT_EXPECT_NOT_NULL(test, first);
	KUNIT_EXPECT_NULL(test, mempool_alloc(pool, GFP_ATOMIC));
	lender.pool = pool;
	lender.element = first;
	init_completion(&lender.done);
	thread = kthread_run(lend, &lender, "lender");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	second = mempool_alloc(pool, GFP_NOIO);
	KUNIT_EXPECT_NOT_NULL(test, second);
	wait_for_completion(&lender.done);
	mempool_free(second, pool);
	mempool_destroy(pool);
}

/* ---- the reserves ---- */

/* A quarter is left out of what ATOMIC may use of the lower half; see above for the marks. */
static void how_deep_each_may_dig(struct kunit *test)
{
	unsigned long min = zone_watermark(zone_of_kernel(), WMARK_MIN), half = min - min / 2, atomic = half - half / 4;

	eat_to_min(&eaten);
	cache.not_for_kswapd = true;
	KUNIT_EXPECT_EQ(test, zone_free_pages(zone_of_kernel()), min);
	KUNIT_EXPECT_EQ(test, depth(GFP_NOWAIT & ~__GFP_KSWAPD_RECLAIM), min);
	KUNIT_EXPECT_EQ(test, depth(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM), min);
	KUNIT_EXPECT_EQ(test, depth((GFP_KERNEL | __GFP_HIGH) & ~__GFP_KSWAPD_RECLAIM), half);
	KUNIT_EXPECT_EQ(test, depth(GFP_ATOMIC & ~__GFP_KSWAPD_RECLAIM), atomic);
	KUNIT_EXPECT_EQ(test, depth(__GFP_HIGH), atomic);
	KUNIT_EXPECT_EQ(test, depth(__GFP_HIGH | __GFP_NOMEMALLOC), half);
	KUNIT_EXPECT_EQ(test, depth(__GFP_MEMALLOC), 0ul);
	KUNIT_EXPECT_EQ(test, depth(__GFP_MEMALLOC | __GFP_NOMEMALLOC), min);
}

static void memalloc_scope_opens_the_reserve(struct kunit *test)
{
	unsigned long min = zone_watermark(zone_of_kernel(), WMARK_MIN), before;
	unsigned int scope;

	eat_to_min(&eaten);
	scope = memalloc_noreclaim_save();
	before = stalls();
	KUNIT_EXPECT_EQ(test, depth(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM), 0ul);
	KUNIT_EXPECT_EQ(test, stalls(), before);		/* and does not reclaim */
	KUNIT_EXPECT_EQ(test, depth((GFP_KERNEL | __GFP_NOMEMALLOC) & ~__GFP_KSWAPD_RECLAIM), min);
	KUNIT_EXPECT_TRUE(test, gfp_pfmemalloc_allowed(GFP_KERNEL));
	memalloc_noreclaim_restore(scope);
	KUNIT_EXPECT_FALSE(test, gfp_pfmemalloc_allowed(GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, gfp_pfmemalloc_allowed(__GFP_MEMALLOC));
}

static void low_zones_keep_a_reserve_from_others(struct kunit *test)
{
	struct zone *dma = kmk_zone(ZONE_DMA);
	unsigned long kept;
	struct page *page;

	if (!dma || dma == zone_of_kernel())
		kunit_skip(test, "one zone only");
	eat(GFP_KERNEL, &eaten);
	kept = zone_free_pages(dma);
	KUNIT_EXPECT_GT(test, kept, zone_watermark(dma, WMARK_MIN));
	page = alloc_page(GFP_DMA | __GFP_NOWARN);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_page(page);
	eat(GFP_DMA, &eaten);
	KUNIT_EXPECT_LT(test, zone_free_pages(dma), kept);
}

/* ---- who reclaims ---- */

/* A request that must fail; were it to succeed, nothing leaks. */
static bool fails(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_NOWARN);

	if (page)
		__free_page(page);
	return !page;
}

static bool succeeds(gfp_t gfp)
{
	return !fails(gfp);
}

static bool happens(enum vm_event_item item, unsigned long before)
{
	unsigned long end = jiffies + PATIENCE;

	while (event(item) == before && time_before(jiffies, end))
		msleep(1);
	return event(item) != before;
}

/* Wait until kswapd rests; the runs so far. */
static unsigned long quiet_runs(struct kunit *test)
{
	unsigned long end = jiffies + PATIENCE;

	while (!kmk_kswapd_rests() && time_before(jiffies, end))
		msleep(1);
	KUNIT_EXPECT_TRUE(test, kmk_kswapd_rests());
	return event(PAGEOUTRUN);
}

static void kswapd_flag_alone_wakes_it(struct kunit *test)
{
	unsigned long runs, end, stalled = stalls();

	fill_cache(test, 100);
	cache.not_for_kswapd = false;
	eat_to_min(&eaten);
	runs = quiet_runs(test);		/* a run that the filling began is over */
	KUNIT_EXPECT_TRUE(test, fails(0));	/* neither flag: nobody stirs */
	msleep(5);
	KUNIT_EXPECT_EQ(test, event(PAGEOUTRUN), runs);
	fails(GFP_NOWAIT);			/* or not: kswapd may be quicker */
	KUNIT_EXPECT_TRUE(test, happens(PAGEOUTRUN, runs));
	KUNIT_EXPECT_EQ(test, stalls(), stalled);
	KUNIT_EXPECT_EQ(test, cache.asked, 0ul);
	for (end = jiffies + PATIENCE; READ_ONCE(cache.nr) && time_before(jiffies, end); )
		msleep(1);
	KUNIT_EXPECT_TRUE(test, succeeds(GFP_NOWAIT));	/* what it freed is there for all */
}

static void direct_flag_alone_does_not(struct kunit *test)
{
	unsigned long runs;

	fill_cache(test, 60);
	empty_machine();
	runs = quiet_runs(test);
	KUNIT_EXPECT_TRUE(test, succeeds(__GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_FS));
	KUNIT_EXPECT_GT(test, cache.asked_here, 0ul);
	KUNIT_EXPECT_EQ(test, event(PAGEOUTRUN), runs);
}

/* ---- what reclaim may do ---- */

static gfp_t mask_seen(struct kunit *test, gfp_t gfp)
{
	gfp_t seen;

	give_back(&eaten);
	empty_cache();
	fill_cache(test, 60);
	empty_machine();
	cache.seen = 0;
	cache.asked = 0;
	KUNIT_EXPECT_TRUE(test, succeeds(gfp & ~__GFP_KSWAPD_RECLAIM));
	KUNIT_EXPECT_GT(test, cache.asked, 0ul);
	seen = cache.seen & (__GFP_IO | __GFP_FS | __GFP_DIRECT_RECLAIM);
	return seen & ~__GFP_DIRECT_RECLAIM;
}

static void io_and_fs_are_passed_on(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_KERNEL), __GFP_IO | __GFP_FS);
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_NOFS), __GFP_IO);
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_NOIO), 0u);
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_USER), __GFP_IO | __GFP_FS);
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_HIGHUSER_MOVABLE), __GFP_IO | __GFP_FS);
}

static void scopes_narrow_every_request(struct kunit *test)
{
	unsigned int noio, nofs, inner;

	nofs = memalloc_nofs_save();
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_KERNEL), __GFP_IO);
	noio = memalloc_noio_save();
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_KERNEL), 0u);
	inner = memalloc_noio_save();
	memalloc_noio_restore(inner);
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_KERNEL), 0u);	/* the outer scope still stands */
	memalloc_noio_restore(noio);
	memalloc_nofs_restore(nofs);
	KUNIT_EXPECT_EQ(test, mask_seen(test, GFP_KERNEL), __GFP_IO | __GFP_FS);
}

/* What needs the file system is asked only where the request allows it; the refusal is owed. */
static void nofs_cannot_have_what_needs_fs(struct kunit *test)
{
	unsigned long had;

	fill_cache(test, 60);
	had = cache.nr;
	empty_machine();
	cache.needs_fs = true;
	KUNIT_EXPECT_TRUE(test, fails(GFP_NOFS & ~__GFP_KSWAPD_RECLAIM));
	KUNIT_EXPECT_GT(test, cache.asked, 0ul);
	KUNIT_EXPECT_EQ(test, cache.nr, had);
	KUNIT_EXPECT_TRUE(test, succeeds(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM));
	KUNIT_EXPECT_LT(test, cache.nr, had);
}

/* ---- how long is tried ---- */

static struct { struct list_head pages; unsigned long calls; unsigned int give; } reserve;

static int last_resort(struct notifier_block *nb, unsigned long action, void *data)
{
	unsigned long *freed = data;

	reserve.calls++;
	for (unsigned int i = 0; i < reserve.give && !list_empty(&reserve.pages); i++) {
		struct page *page = list_first_entry(&reserve.pages, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
		++*freed;
	}
	return NOTIFY_OK;
}

static struct notifier_block notifier = { .notifier_call = last_resort };

static void with_notifier(struct kunit *test, unsigned int pages)
{
	INIT_LIST_HEAD(&reserve.pages);
	reserve.calls = 0;
	reserve.give = 0;
	for (unsigned int i = 0; i < pages; i++) {
		struct page *page = alloc_page(GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &reserve.pages);
	}
	KUNIT_ASSERT_EQ(test, register_oom_notifier(&notifier), 0);
	empty_machine();
}

static void without_notifier(void)
{
	unregister_oom_notifier(&notifier);
	reserve.give = ~0u;
	last_resort(NULL, 0, &(unsigned long){ 0 });
}

static void kernel_ends_with_the_notifiers(struct kunit *test)
{
	unsigned int pages = zone_watermark(zone_of_kernel(), WMARK_MIN) + 100;

	with_notifier(test, pages);
	KUNIT_EXPECT_TRUE(test, fails(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, reserve.calls, 1ul);
	reserve.give = pages;
	KUNIT_EXPECT_TRUE(test, succeeds(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, reserve.calls, 2ul);
	without_notifier();
}

static void who_never_gets_there(struct kunit *test)
{
	static const gfp_t flags[] = {
		GFP_KERNEL | __GFP_NORETRY, GFP_KERNEL | __GFP_RETRY_MAYFAIL, GFP_KERNEL | __GFP_THISNODE,
		GFP_ATOMIC, GFP_NOWAIT, GFP_KERNEL | GFP_DMA, GFP_KERNEL | GFP_DMA32, GFP_TRANSHUGE_LIGHT & ~__GFP_COMP,
	};

	with_notifier(test, 32);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		KUNIT_EXPECT_TRUE(test, fails(flags[i]));
		KUNIT_EXPECT_EQ_MSG(test, reserve.calls, 0ul, "%pGg", &flags[i]);
	}
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, PAGE_ALLOC_COSTLY_ORDER + 1));
	KUNIT_EXPECT_EQ(test, reserve.calls, 0ul);
	KUNIT_EXPECT_TRUE(test, fails(GFP_NOFS));	/* but this one does: nobody is killed for it */
	KUNIT_EXPECT_EQ(test, reserve.calls, 1ul);
	without_notifier();
}

/* Rounds of direct reclaim that a request makes while each frees a little, but never enough. */
static unsigned long rounds(struct kunit *test, gfp_t gfp, unsigned int order)
{
	unsigned long before;
	struct page *page;

	give_back(&eaten);
	empty_cache();
	for (unsigned long i = 0; i < zone_watermark(zone_of_kernel(), WMARK_MIN) / 2; i++) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &cache.pages);
		cache.nr++;
	}
	empty_machine();
	before = stalls();
	page = alloc_pages((gfp | __GFP_NOWARN) & ~__GFP_KSWAPD_RECLAIM, order);
	KUNIT_EXPECT_NULL(test, page);
	if (page)
		__free_pages(page, order);
	return stalls() - before;
}

static void retries_follow_the_flags(struct kunit *test)
{
	unsigned int big = PAGE_ALLOC_COSTLY_ORDER + 1;
	unsigned long may, once = rounds(test, GFP_KERNEL | __GFP_NORETRY, 0);

	KUNIT_EXPECT_EQ(test, once, 1ul);
	KUNIT_EXPECT_EQ(test, rounds(test, GFP_KERNEL, big), 1ul);
	KUNIT_EXPECT_EQ(test, rounds(test, GFP_KERNEL | __GFP_NORETRY, big), 1ul);
	may = rounds(test, GFP_KERNEL | __GFP_RETRY_MAYFAIL, big);
	KUNIT_EXPECT_GE(test, may, 2ul);
	KUNIT_EXPECT_GE(test, rounds(test, GFP_KERNEL | __GFP_RETRY_MAYFAIL, 0), 2ul);
	KUNIT_EXPECT_GE(test, rounds(test, GFP_KERNEL, 0), 2ul);
}

static int free_later(void *data)
{
	msleep(60);
	give_back(&eaten);
	complete(data);
	return 0;
}

static void nofail_waits_for_as_long_as_it_takes(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(freed);
	struct task_struct *thread;
	struct page *page;
	ktime_t start;

	empty_machine();
	start = ktime_get();
	thread = kthread_run(free_later, &freed, "free-later");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	KUNIT_EXPECT_GE(test, ktime_to_ms(ktime_sub(ktime_get(), start)), 50);
	KUNIT_EXPECT_NOT_NULL(test, page);
	wait_for_completion(&freed);
	if (page)
		__free_page(page);
}

static void nofail_that_may_not_wait_is_told(struct kunit *test)
{
	empty_machine();
	KUNIT_EXPECT_TRUE(test, fails(GFP_NOWAIT | __GFP_NOFAIL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_TRUE(test, fails(GFP_ATOMIC | __GFP_DIRECT_RECLAIM | __GFP_NORETRY));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
}

static void atomic_context_does_not_reclaim(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	fill_cache(test, 60);
	empty_machine();
	spin_lock(&lock);
	KUNIT_EXPECT_TRUE(test, fails(GFP_KERNEL));
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_EQ(test, cache.asked, 0ul);
	KUNIT_EXPECT_TRUE(test, succeeds(GFP_KERNEL));
}

/* ---- inside reclaim ---- */

static struct { gfp_t gfp; bool called, got; unsigned long stalls; } inside;

static unsigned long nested_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long before = stalls();
	struct page *page = alloc_page(inside.gfp | __GFP_NOWARN);

	inside.called = true;
	inside.got = page != NULL;
	inside.stalls = stalls() - before;
	if (page)
		__free_page(page);
	return cache_scan(s, sc);
}

static void reclaim_does_not_recurse(struct kunit *test)
{
	static struct shrinker nested = { .count_objects = cache_count, .scan_objects = nested_scan, .seeks = 1 };

	KUNIT_ASSERT_EQ(test, register_shrinker(&nested), 0);
	fill_cache(test, 60);
	kmemkit_drain();
	eat_to_min(&eaten);			/* the reserve is there for such requests */
	inside.gfp = GFP_NOFS & ~__GFP_KSWAPD_RECLAIM;
	unregister_shrinker(&shrinker);
	inside.called = false;
	for (int i = 0; i < 1000 && !inside.called; i++) {	/* cheaper sources are asked first */
		struct page *page = alloc_page(GFP_KERNEL & ~__GFP_KSWAPD_RECLAIM);

		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &eaten);
	}
	KUNIT_EXPECT_TRUE(test, inside.called);
	KUNIT_EXPECT_TRUE(test, inside.got);
	KUNIT_EXPECT_EQ(test, inside.stalls, 0ul);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
	unregister_shrinker(&nested);
	give_back(&eaten);
	KUNIT_EXPECT_EQ(test, register_shrinker(&shrinker, "again"), 0);
}

static void fs_request_inside_is_reported(struct kunit *test)
{
	struct page *page;

	fs_reclaim_acquire(GFP_KERNEL);
	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	__free_page(page);
	page = alloc_page(GFP_NOFS);
	__free_page(page);
	page = alloc_page(GFP_KERNEL | __GFP_NOLOCKDEP);
	__free_page(page);
	fs_reclaim_release(GFP_KERNEL);
	page = alloc_page(GFP_KERNEL);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
}

/* ---- flags that say something about the memory, not about the effort ---- */

static void zero_is_zero_under_pressure(struct kunit *test)
{
	struct page *page;

	fill_cache(test, 60);
	list_for_each_entry(page, &cache.pages, lru)
		memset(lowmem_page_address(page), 0x5a, PageHighMem(page) ? 0 : PAGE_SIZE);
	empty_machine();
	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE));
	__free_page(page);
}

static void hints_change_nothing(struct kunit *test)
{
	static const gfp_t hints[] = {
		__GFP_MOVABLE, __GFP_RECLAIMABLE, __GFP_ACCOUNT, __GFP_HARDWALL, __GFP_WRITE, __GFP_ZEROTAGS,
		__GFP_SKIP_KASAN_UNPOISON, __GFP_SKIP_KASAN_POISON, __GFP_NOLOCKDEP, __GFP_THISNODE, __GFP_NOWARN,
	};

	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		struct page *page = alloc_page(GFP_KERNEL | hints[i]);

		KUNIT_EXPECT_NOT_NULL_MSG(test, page, "%pGg", &hints[i]);
		if (page)
			__free_page(page);
	}
	eat_to_min(&eaten);
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		KUNIT_EXPECT_TRUE_MSG(test, fails(hints[i]), "%pGg", &hints[i]);
}

static void comp_holds_the_block_together(struct kunit *test)
{
	struct page *page;

	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_TRUE(test, PageHead(page));
	KUNIT_EXPECT_PTR_EQ(test, compound_head(page + 3), page);
	get_page(page + 3);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	put_page(page + 3);
	__free_pages(page, 2);
}

/* The sets: which wait and succeed, which fail at once; and their names in reports. */
static void every_set_by_name(struct kunit *test)
{
	static const struct { gfp_t gfp; bool waits; const char *name; } sets[] = {
		{ GFP_KERNEL, true, "GFP_KERNEL" }, { GFP_ATOMIC, false, "GFP_ATOMIC" }, { GFP_NOWAIT, false, "GFP_NOWAIT" },
		{ GFP_NOIO, true, "GFP_NOIO" }, { GFP_NOFS, true, "GFP_NOFS" }, { GFP_USER, true, "GFP_USER" },
		{ GFP_HIGHUSER, true, "GFP_HIGHUSER" }, { GFP_HIGHUSER_MOVABLE, true, "GFP_HIGHUSER_MOVABLE" },
		{ GFP_KERNEL_ACCOUNT, true, "GFP_KERNEL_ACCOUNT" }, { GFP_TRANSHUGE, true, "GFP_TRANSHUGE" },
		{ GFP_TRANSHUGE_LIGHT, false, "GFP_TRANSHUGE_LIGHT" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		unsigned long before;
		char text[64];

		give_back(&eaten);
		empty_cache();
		fill_cache(test, 60);
		empty_machine();
		before = stalls();
		snprintf(text, sizeof(text), "%pGg", &sets[i].gfp);
		KUNIT_EXPECT_STREQ(test, text, sets[i].name);
		KUNIT_EXPECT_EQ_MSG(test, gfpflags_allow_blocking(sets[i].gfp), sets[i].waits, "%s", sets[i].name);
		KUNIT_EXPECT_EQ_MSG(test, succeeds(sets[i].gfp), sets[i].waits, "%s", sets[i].name);
		KUNIT_EXPECT_EQ_MSG(test, stalls() > before, sets[i].waits, "%s", sets[i].name);
	}
}

/* DMA and DMA32 are zones of their own: only what is freed there helps. */
static void low_zones_are_not_helped_by_others(struct kunit *test)
{
	if (!kmk_zone(ZONE_DMA) || kmk_zone(ZONE_DMA) == zone_of_kernel())
		kunit_skip(test, "one zone only");
	fill_cache(test, 60);
	empty_machine();
	KUNIT_EXPECT_TRUE(test, fails(GFP_KERNEL | GFP_DMA));
	give_back(&eaten);
	KUNIT_EXPECT_TRUE(test, succeeds(GFP_KERNEL | GFP_DMA));
	KUNIT_EXPECT_TRUE(test, succeeds(GFP_KERNEL | GFP_DMA32));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(kernel_waits_atomic_fails_mempool_succeeds),
	KUNIT_CASE(how_deep_each_may_dig),
	KUNIT_CASE(memalloc_scope_opens_the_reserve),
	KUNIT_CASE(low_zones_keep_a_reserve_from_others),
	KUNIT_CASE(kswapd_flag_alone_wakes_it),
	KUNIT_CASE(direct_flag_alone_does_not),
	KUNIT_CASE(io_and_fs_are_passed_on),
	KUNIT_CASE(scopes_narrow_every_request),
	KUNIT_CASE(nofs_cannot_have_what_needs_fs),
	KUNIT_CASE(kernel_ends_with_the_notifiers),
	KUNIT_CASE(who_never_gets_there),
	KUNIT_CASE(retries_follow_the_flags),
	KUNIT_CASE(nofail_waits_for_as_long_as_it_takes),
	KUNIT_CASE(nofail_that_may_not_wait_is_told),
	KUNIT_CASE(atomic_context_does_not_reclaim),
	KUNIT_CASE(reclaim_does_not_recurse),
	KUNIT_CASE(fs_request_inside_is_reported),
	KUNIT_CASE(zero_is_zero_under_pressure),
	KUNIT_CASE(hints_change_nothing),
	KUNIT_CASE(comp_holds_the_block_together),
	KUNIT_CASE(every_set_by_name),
	KUNIT_CASE(low_zones_are_not_helped_by_others),
	{ }
};

static struct kunit_suite suite = { .name = "gfp_flags", .init = case_init, .exit = case_exit, .test_cases = cases };
kunit_test_suite(suite);

MODULE_LICENSE("GPL");
