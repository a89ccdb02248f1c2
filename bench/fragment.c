// SPDX-License-Identifier: MIT
/*
 * How often does a block of 2 MiB come out of a memory that has been in use for long?
 *
 *   KMEMKIT_MEM=dma=16M,normal=112M kmemkit run bench/fragment.c --boot slub_debug=-
 *   the same with --boot "slub_debug=- page_group=off compaction=off" --param baseline=1
 *
 * Memory is filled, by frames with 70 % movable pages (a driver's, movable_driver.h), 20 % reclaimable ones (objects
 * of a cache, with a shrinker), 10 % unmovable ones, and churned: something is freed at random, something of the
 * same kind allocated, with waves up to 96 % and back to 80 % by freeing at random. The seed is fixed. Then, in
 * turns: some more churn (sometimes a wave), a look at every frame (could some aligned block hold the request, i.e.
 * is there one without unmovable frames, and are there frames enough to move its pages to?), and one request of
 * order 9. The last `keep` blocks are kept, so that memory is fuller than 80 %. In the end every byte of every page is
 * compared.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/compaction.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include "../tests/unit/movable_driver.h"

#define ORDER		9
#define BLOCK		(1UL << ORDER)
#define HELD		32	/* most of them */
#define OBJECT		1000	/* bytes */

static unsigned int attempts = 200;
module_param(attempts, uint, 0);
static unsigned int churn = 6;		/* waves first */
module_param(churn, uint, 0);
static unsigned int keep = 6;		/* blocks held at a time */
module_param(keep, uint, 0);
static unsigned long first_seed = 1;
module_param(first_seed, ulong, 0);
static bool baseline;			/* only say what comes of it */
module_param(baseline, bool, 0);

enum kind { UNMOVABLE = 1, MOVABLE, RECLAIMABLE };

struct object {
	struct list_head lru;
	char bytes[OBJECT - sizeof(struct list_head)];
};

static u64 seed;
static unsigned long total, want[4], have[4];	/* frames; have of objects is in bytes */
static unsigned int *used_places, nr_used, *free_places, nr_free_places;
static struct page **fixed;			/* unmovable frames */
static unsigned long nr_fixed, nr_objects, nr_shrunk;
static struct kmem_cache *cache;
static LIST_HEAD(objects);
static DEFINE_SPINLOCK(objects_lock);
static u8 *map;

static unsigned long any(unsigned long below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned long)((seed >> 11) % below);
}

/* ---- reclaimable objects ---- */

static unsigned long count_objects(struct shrinker *s, struct shrink_control *sc) { return READ_ONCE(nr_objects); }

static unsigned long scan_objects(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long n = 0;

	spin_lock(&objects_lock);
	while (n < sc->nr_to_scan && !list_empty(&objects)) {
		struct object *o = list_last_entry(&objects, struct object, lru);

		list_del(&o->lru);
		WRITE_ONCE(nr_objects, nr_objects - 1);
		kmem_cache_free(cache, o);
		n++;
	}
	spin_unlock(&objects_lock);
	nr_shrunk += n;
	return n ? n : SHRINK_STOP;
}

static struct shrinker shrinker = { .count_objects = count_objects, .scan_objects = scan_objects, .seeks = DEFAULT_SEEKS };

static bool object_new(void)
{
	struct object *o = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);

	if (!o)
		return false;
	spin_lock(&objects_lock);
	/* Old and young objects stand mixed. */
	if (any(2))
		list_add(&o->lru, &objects);
	else
		list_add_tail(&o->lru, &objects);
	WRITE_ONCE(nr_objects, nr_objects + 1);
	spin_unlock(&objects_lock);
	return true;
}

static void object_drop(void)
{
	struct object *o = NULL;

	spin_lock(&objects_lock);
	if (!list_empty(&objects)) {
		o = any(2) ? list_first_entry(&objects, struct object, lru) : list_last_entry(&objects, struct object, lru);
		list_del(&o->lru);
		WRITE_ONCE(nr_objects, nr_objects - 1);
	}
	spin_unlock(&objects_lock);
	if (o)
		kmem_cache_free(cache, o);
}

/* ---- filling and churning ---- */

static bool make(enum kind kind)
{
	unsigned int i;
	struct page *page;

	switch (kind) {
	case MOVABLE:
		i = nr_free_places ? free_places[nr_free_places - 1] : 0;
		if (!nr_free_places || !place_new(i, GFP_HIGHUSER_MOVABLE | __GFP_NOWARN, any(1000)))
			return false;
		nr_free_places--;
		used_places[nr_used++] = i;
		return true;
	case RECLAIMABLE:
		return object_new();
	case UNMOVABLE:
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		if (page)
			fixed[nr_fixed++] = page;
		return page;
	}
	return false;
}

static unsigned long bad;

static void drop(enum kind kind)
{
	unsigned long i;

	if (kind == MOVABLE && nr_used) {
		i = any(nr_used);
		bad += !place_drop(used_places[i]);
		free_places[nr_free_places++] = used_places[i];
		used_places[i] = used_places[--nr_used];
	} else if (kind == RECLAIMABLE) {
		object_drop();
	} else if (kind == UNMOVABLE && nr_fixed) {
		i = any(nr_fixed);
		__free_page(fixed[i]);
		fixed[i] = fixed[--nr_fixed];
	}
}

static unsigned long frames_of(enum kind kind)
{
	return kind == MOVABLE ? nr_used : kind == UNMOVABLE ? nr_fixed : READ_ONCE(nr_objects) * OBJECT / PAGE_SIZE;
}

/* Towards the wanted amount of one kind, by one step of about a frame. */
static void step(void)
{
	unsigned long r = any(10);
	enum kind kind = r < 7 ? MOVABLE : r < 9 ? RECLAIMABLE : UNMOVABLE;
	unsigned int n = kind == RECLAIMABLE ? PAGE_SIZE / OBJECT : 1;

	for (unsigned int i = 0; i < n; i++)
		if (frames_of(kind) < want[kind])
			make(kind);
		else
			drop(kind);
}

static void level(unsigned long percent)
{
	unsigned long frames = total * percent / 100;

	want[MOVABLE] = frames * 7 / 10;
	want[RECLAIMABLE] = frames * 2 / 10;
	want[UNMOVABLE] = frames / 10;
}

static void steps(unsigned long n)
{
	while (n--)
		step();
}

static void wave(void)
{
	level(96);
	steps(total / 2);
	level(80);
	steps(total / 2);
}

/* ---- what could hold a block ---- */

static void mark_slab(void *object)
{
	struct page *page = virt_to_page(object), *p;

	map[page_to_pfn(page)] = RECLAIMABLE;
	for (p = page - 1; PageSlab(p) && p->slab == page->slab; p--)
		map[page_to_pfn(p)] = RECLAIMABLE;
	for (p = page + 1; PageSlab(p) && p->slab == page->slab; p++)
		map[page_to_pfn(p)] = RECLAIMABLE;
}

/* Every frame: 0 free, else its kind; what we do not know is unmovable. */
static void draw_map(void)
{
	struct object *o;

	for (unsigned long pfn = 0; pfn < max_pfn; pfn++) {
		struct page *page = pfn_to_page(pfn);

		map[pfn] = UNMOVABLE;
		if (pfn_valid(pfn) && PageBuddy(page)) {
			unsigned long n = 1UL << page_private(page);

			memset(map + pfn, 0, n);
			pfn += n - 1;
		} else if (pfn_valid(pfn) && page_count(page) > 0 && __PageMovable(page)) {
			map[pfn] = MOVABLE;
		}
	}
	list_for_each_entry(o, &objects, lru)
		mark_slab(o);
}

/* Could a block of the order be had from the zone? */
static bool possible_in(struct zone *zone)
{
	unsigned long reclaimable = 0;
	bool block = false;

	for (unsigned long first = 0; first + BLOCK <= max_pfn; first += BLOCK) {
		bool good = page_zone(pfn_to_page(first)) == zone;

		for (unsigned long i = 0; i < BLOCK; i++) {
			reclaimable += map[first + i] == RECLAIMABLE && page_zone(pfn_to_page(first + i)) == zone;
			good &= map[first + i] != UNMOVABLE;
		}
		block |= good;
	}
	return block && zone_free_pages(zone) + reclaimable >= zone_watermark(zone, WMARK_MIN) + BLOCK;
}

static bool possible(void)
{
	struct zone *zone = kmk_zone(ZONE_NORMAL);

	draw_map();
	return possible_in(zone ? zone : kmk_zone(ZONE_DMA));
}

/* ---- the suite ---- */

static int fragment_init(struct kunit *test)
{
	kmemkit_drain();
	seed = 0x9e3779b97f4a7c15ull * first_seed;
	keep = min(keep, (unsigned int)HELD);
	total = nr_free_pages();
	cache = kmem_cache_create("fragment_object", OBJECT, 0, SLAB_RECLAIM_ACCOUNT, NULL);
	map = vzalloc(max_pfn);
	used_places = vzalloc(total * sizeof(*used_places));
	free_places = vzalloc(total * sizeof(*free_places));
	fixed = vzalloc(total * sizeof(*fixed));
	KUNIT_ASSERT_TRUE(test, cache && map && used_places && free_places && fixed && places_make((unsigned int)total));
	for (unsigned int i = 0; i < total; i++)
		free_places[nr_free_places++] = i;
	return register_shrinker(&shrinker, "fragment");
}

static void fragment_exit(struct kunit *test)
{
	unregister_shrinker(&shrinker);
	bad += places_free();
	KUNIT_EXPECT_EQ(test, bad, 0ul);
	while (READ_ONCE(nr_objects))
		object_drop();
	while (nr_fixed)
		drop(UNMOVABLE);
	kmem_cache_destroy(cache);
	vfree(map);
	vfree(used_places);
	vfree(free_places);
	vfree(fixed);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static void drop_held(struct page **held)
{
	for (unsigned int i = 0; i < HELD; i++) {
		if (held[i])
			__free_pages(held[i], ORDER);
		held[i] = NULL;
	}
}

static void order_9(struct kunit *test)
{
	unsigned long could = 0, got = 0, all = 0;
	struct page *held[HELD] = { NULL };
	struct kmemkit_compact_stats s;

	level(80);
	steps(total);
	for (unsigned int i = 0; i < churn; i++)
		wave();
	kunit_info(test, "%lu frames, used: %u movable, %lu in objects, %lu unmovable; %lu free\n", total, nr_used,
		   frames_of(RECLAIMABLE), nr_fixed, nr_free_pages());
	for (unsigned int i = 0; i < attempts; i++) {
		struct page *page;
		bool may;

		if (held[i % keep])
			__free_pages(held[i % keep], ORDER);
		held[i % keep] = NULL;
		steps(total / 50);
		if (i % 20 == 19) {
			drop_held(held);
			wave();
		}
		may = possible();
		page = held[i % keep] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, ORDER);
		could += may;
		got += may && page;
		all += page != NULL;
	}
	drop_held(held);
	kmemkit_get_compact_stats(&s);
	kunit_info(test, "order %u: %u requests, %lu succeeded (%lu %%); %lu were possible, of these %lu succeeded (%lu %%)\n", ORDER,
		   attempts, all, all * 100 / attempts, could, got, could ? got * 100 / could : 100);
	kunit_info(test, "compaction: %lu requests, %lu successful, %lu failed, %lu deferred, %lu skipped; %lu windows, %lu pages moved, %lu busy; %lu frames looked at\n",
		   s.attempts, s.success, s.fail, s.deferred, s.skipped, s.windows, s.migrated, s.busy, s.scanned);
	kunit_info(test, "%lu objects were shrunk\n", nr_shrunk);
	if (!baseline)
		KUNIT_EXPECT_GE(test, got * 10, could * 9);
}

static struct kunit_case fragment_cases[] = { KUNIT_CASE(order_9), {} };
static struct kunit_suite fragment_suite = {
	.name = "fragment", .init = fragment_init, .exit = fragment_exit, .test_cases = fragment_cases,
};
kunit_test_suite(fragment_suite);
MODULE_LICENSE("GPL");
