/* SPDX-License-Identifier: MIT */
/*
 * Forgotten blocks against a model (core world): random blocks are taken, given, held and forgotten in one zone of a
 * small machine. The model knows which frames are free, and nothing else: from that follow the number of free
 * blocks of each order, whether a request succeeds, the order it gets, and with page_policy=lowest its address. Forgetting
 * must change none of them.
 */
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "forgotten.h"

#define MOST_FRAMES	8192u
#define HELD		4

static struct zone *zone;
static unsigned long base, total;	/* the frames the test has to do with */
static bool is_free[MOST_FRAMES];
static struct { unsigned long pfn; unsigned int order; } live[MOST_FRAMES];
static struct { unsigned long pfn; unsigned int order; } held[HELD];
static unsigned int nr_live, nr_held;
static unsigned long nr_free_frames, held_frames, forgot, seed;	/* nr_free_frames: those held too */

/* Only the page room is started; the slab room would take frames for itself. */
int kmemkit_start(void) { return 0; }

static unsigned long any(unsigned long below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 8) % below;
}

#define CHECK(cond, ...)									\
	do {											\
		if (!(cond)) {									\
			printk(KERN_ERR "forgotten: " __VA_ARGS__);				\
			printk(KERN_ERR "\n(%s)\n", #cond);					\
			return false;								\
		}										\
	} while (0)

/* ---- the model ---- */

/* Is [pfn, pfn + 2^order) free and no part of a larger aligned free block? */
static bool all_free(unsigned long pfn, unsigned int order)
{
	if (pfn < base || pfn + (1UL << order) > base + total)
		return false;
	for (unsigned long i = 0; i < 1UL << order; i++)
		if (!is_free[pfn - base + i])
			return false;
	return true;
}

/* The free block that starts here: its order. The frame before it is known not to belong to it. */
static unsigned int block_at(unsigned long pfn)
{
	unsigned int order = 0;

	while (order < MAX_ORDER - 1 && !(pfn >> order & 1) && all_free(pfn + (1UL << order), order))
		order++;
	return order;
}

static void count_blocks(unsigned long n[MAX_ORDER], unsigned long lowest[MAX_ORDER])
{
	memset(n, 0, MAX_ORDER * sizeof(*n));
	for (unsigned long pfn = base; pfn < base + total; ) {
		unsigned int order = 0;

		if (!is_free[pfn - base]) {
			pfn++;
			continue;
		}
		order = block_at(pfn);
		if (!n[order]++)
			lowest[order] = pfn;
		pfn += 1UL << order;
	}
}

static bool compare(void)
{
	unsigned long n[MAX_ORDER], lowest[MAX_ORDER];

	count_blocks(n, lowest);
	for (unsigned int o = 0; o < MAX_ORDER; o++)
		CHECK(zone->area[o].nr_free == n[o], "order %u: %lu blocks, the model has %lu", o, zone->area[o].nr_free, n[o]);
	CHECK(zone->nr_free == nr_free_frames, "%lu frames free, the model has %lu", zone->nr_free, nr_free_frames);
	CHECK(zone->nr_held == held_frames, "%lu frames held, the model has %lu", zone->nr_held, held_frames);
	return true;
}

/* ---- steps ---- */

static bool take(unsigned int order, unsigned int most, unsigned int type)
{
	unsigned long n[MAX_ORDER], lowest[MAX_ORDER], pfn;
	unsigned int have = order, got = 0;
	struct page *page;

	count_blocks(n, lowest);
	while (have < MAX_ORDER && !n[have])
		have++;
	page = kmk_buddy_take_locked(zone, order, most, type, &got);
	CHECK(!page == (have == MAX_ORDER), "order %u: the model has one of order %u, got %px", order, have, page);
	if (!page)
		return true;
	pfn = page_to_pfn(page);
	CHECK(all_free(pfn, got), "pfn %#lx order %u was not free", pfn, got);
	CHECK(!(pfn & ((1UL << got) - 1)), "pfn %#lx is not aligned to order %u", pfn, got);
	CHECK(got >= order && got <= most, "order %u wanted, at most %u, got %u", order, most, got);
	if (kmk_page_lowest)
		CHECK(pfn == lowest[have] && got == min(have, most), "pfn %#lx order %u, the model has %#lx of %u", pfn, got, lowest[have], have);
	memset(is_free + (pfn - base), 0, 1UL << got);
	nr_free_frames -= 1UL << got;
	CHECK(!PageBuddy(page) && !page_ref_count(page) && !page->private, "pfn %#lx: flags %#lx", pfn, page->flags);
	for (unsigned long i = 0; i < 1UL << got; i++)
		set_page_count(page + i, 1);	/* its descriptors are its own: nobody may clear them */
	live[nr_live].pfn = pfn;
	live[nr_live++].order = got;
	return true;
}

static bool give(unsigned int i)
{
	unsigned long pfn = live[i].pfn;
	unsigned int order = live[i].order;

	live[i] = live[--nr_live];
	for (unsigned long k = 0; k < 1UL << order; k++) {
		CHECK(page_ref_count(pfn_to_page(pfn + k)) == 1, "pfn %#lx: somebody cleared its descriptor", pfn + k);
		set_page_count(pfn_to_page(pfn + k), 0);
		is_free[pfn - base + k] = true;
	}
	nr_free_frames += 1UL << order;
	kmk_buddy_give_locked(zone, pfn_to_page(pfn), order);
	return true;
}

/* The block a frame chosen at random lies in, if it is free on a list: held, its descriptors zeroed, forgotten. */
static bool forget(unsigned long pfn)
{
	unsigned int type = kmk_pageblock_type(pfn);
	int order = -1;

	for (int o = 0; o < MAX_ORDER && order < o; o++) {
		unsigned long head = pfn & ~((1UL << o) - 1);

		if (head >= base && PageBuddy(pfn_to_page(head)) && (int)pfn_to_page(head)->private >= o) {
			order = (int)pfn_to_page(head)->private;
			pfn = head;
		}
	}
	if (order < 0)
		return true;
	kmk_buddy_hold_locked(zone, pfn_to_page(pfn));
	if (kmk_may_forget(zone, pfn, (unsigned int)order))
		memset(pfn_to_page(pfn), 0, sizeof(struct page) << order);
	forgot += kmk_buddy_forget_locked(zone, pfn_to_page(pfn), (unsigned int)order);
	if (!all_free(pfn & ~(pageblock_nr_pages - 1), pageblock_order))
		CHECK(kmk_pageblock_type(pfn) == type, "pageblock of %#lx lost its type %u", pfn, type);
	return true;
}

/* As compaction and the idle thread do: what is free, forgotten or not, leaves for some steps. */
static bool hold(unsigned long pfn)
{
	int order = -1;

	for (int o = MAX_ORDER - 1; o >= 0 && order < 0; o--)
		if ((pfn & ~((1UL << o) - 1)) >= base && kmk_free_order_locked(zone, pfn & ~((1UL << o) - 1)) == o)
			order = o;
	if (order < 0 || nr_held == HELD)
		return true;
	pfn &= ~((1UL << order) - 1);
	CHECK(all_free(pfn, (unsigned int)order) && (int)block_at(pfn) == order, "pfn %#lx is said to be free of order %d", pfn, order);
	kmk_buddy_hold_locked(zone, pfn_to_page(pfn));
	memset(is_free + (pfn - base), 0, 1UL << order);
	held[nr_held].pfn = pfn;
	held[nr_held++].order = (unsigned int)order;
	held_frames += 1UL << order;
	return true;
}

/* Back, in one piece or two, or forgotten. */
static bool unhold(void)
{
	unsigned int order, piece;
	unsigned long pfn;

	if (!nr_held)
		return true;
	pfn = held[--nr_held].pfn;
	order = piece = held[nr_held].order;
	held_frames -= 1UL << order;
	memset(is_free + (pfn - base), 1, 1UL << order);
	piece -= order && any(2);
	for (unsigned long at = pfn; at < pfn + (1UL << order); at += 1UL << piece)
		if (any(4)) {
			if (kmk_may_forget(zone, at, piece))
				memset(pfn_to_page(at), 0, sizeof(struct page) << piece);
			forgot += kmk_buddy_forget_locked(zone, pfn_to_page(at), piece);
		} else {
			kmk_buddy_unhold_locked(zone, pfn_to_page(at), piece, any(2));
		}
	return true;
}

static bool step(unsigned long full)
{
	unsigned int what = (unsigned int)any(100), order = (unsigned int)any(4), more;
	unsigned long pfn = base + any(total);

	if (what < 15)
		return forget(pfn);
	if (what < 22)
		return hold(pfn);
	if (what < 25)
		return unhold();
	if (nr_live && any(100) >= full)
		return give((unsigned int)any(nr_live));
	if (!any(8))
		order = (unsigned int)any(MAX_ORDER);
	more = any(4) ? 0 : (unsigned int)any(4);
	return take(order, min(order + more, (unsigned int)MAX_ORDER - 1), (unsigned int)any(MIGRATE_PCPTYPES));
}

/* All that the zone has, once: untouched memory is a list's block behind that. */
static bool touch_all(void)
{
	unsigned int got;
	struct page *page;

	base = zone->start_pfn;
	total = zone->end_pfn - base;
	if (total > MOST_FRAMES)
		return false;
	while ((page = kmk_buddy_take_locked(zone, 0, 0, MIGRATE_MOVABLE, &got))) {
		live[nr_live++].pfn = page_to_pfn(page);
		set_page_count(page, 1);
	}
	while (nr_live)
		if (!give(0))
			return false;
	return true;
}

static bool forget_all(void)
{
	for (unsigned long pfn = base; pfn < base + total; pfn += 1UL << KMK_GROUP_ORDER)
		if (!forget(pfn))
			return false;
	return true;
}

static unsigned long taken(void) { return live[nr_live - 1].pfn; }

/* Whom memory that came back from oblivion belongs to: grouping by mobility is kept. */
static bool check_grouping(void)
{
	unsigned long mine, high;

	if (!forget_all() || !take(0, 0, MIGRATE_UNMOVABLE))
		return false;
	mine = taken() / pageblock_nr_pages;
	CHECK(kmk_pageblock_type(taken()) == MIGRATE_UNMOVABLE, "pfn %#lx did not become unmovable", taken());
	for (unsigned int order = 0; order < pageblock_order; order++) {
		CHECK(take(order, order, MIGRATE_UNMOVABLE) && taken() / pageblock_nr_pages == mine,
		      "unmovable order %u at %#lx, first was in block %#lx", order, taken(), mine);
	}
	high = live[nr_live - 1].order;
	CHECK(high == pageblock_order - 1 && give(nr_live - 1) && forget_all(), "giving back half of it");
	CHECK(zone->forgotten.filled[MIGRATE_UNMOVABLE] == 1u << high, "the half is not there as unmovable");
	CHECK(take(0, 0, MIGRATE_MOVABLE) && taken() / pageblock_nr_pages != mine, "movable memory at %#lx", taken());
	CHECK(take(6, 6, MIGRATE_UNMOVABLE) && taken() / pageblock_nr_pages == mine, "unmovable again at %#lx", taken());
	while (nr_live)
		if (!give(0))
			return false;
	CHECK(forget_all() && !zone->filled[0] && kmk_pageblock_type(mine * pageblock_nr_pages) == MIGRATE_MOVABLE,
	      "the whole block is not forgotten");
	return compare();
}

/* Forgotten memory goes before untouched memory, to any type. */
static bool check_reuse(void)
{
	unsigned int got;
	struct page *page = kmk_buddy_take_locked(zone, MAX_ORDER - 1, MAX_ORDER - 1, MIGRATE_MOVABLE, &got);

	kmk_buddy_give_locked(zone, page, got);
	base = zone->start_pfn;
	CHECK(zone->nr_fresh && forget(page_to_pfn(page)) && forgot, "not forgotten");
	CHECK(page == kmk_buddy_take_locked(zone, got, got, MIGRATE_UNMOVABLE, &got), "untouched memory was taken");
	CHECK(kmk_pageblock_type(page_to_pfn(page)) == MIGRATE_UNMOVABLE, "but keeps its type");
	kmk_buddy_give_locked(zone, page, got);
	return true;
}

static bool give_frames(unsigned long from, unsigned long nr)
{
	for (unsigned int i = 0; i < nr_live; )
		if (live[i].pfn - from >= nr)
			i++;
		else if (!give(i))
			return false;
	return true;
}

/* A request that steals from a pageblock takes the forgotten blocks there along, and those that follow go to them. */
static bool check_steal(void)
{
	unsigned long block = ALIGN(base, pageblock_nr_pages) + pageblock_nr_pages;

	while (zone->nr_free && take(0, 0, MIGRATE_MOVABLE))
		;
	CHECK(!zone->nr_free && give_frames(block + 64, 64) && give_frames(block + 256, 128), "no frames");
	CHECK(forget(block + 64) && zone->forgotten.filled[MIGRATE_MOVABLE] == 1u << 6, "nothing to steal along");
	CHECK(take(4, 4, MIGRATE_UNMOVABLE) && taken() == block + 256, "frame %#lx, not the larger block's", taken());
	CHECK(zone->forgotten.filled[MIGRATE_UNMOVABLE] == 1u << 6, "left behind");
	CHECK(kmk_pageblock_type(block) == MIGRATE_MOVABLE, "it was less than half");
	CHECK(give_frames(block + 448, 64) && forget(block + 448) && !page_validate(), "the words of one pageblock differ");
	while (nr_live)
		if (!give(0))
			return false;
	return compare();
}

int forgotten_start(void)
{
	struct port_desc desc;
	int err = port_describe(&desc);

	if (err)
		return err;
	kmk_option_set(desc.options);
	err = kmk_page_start(&desc);
	for (zone = kmk_zones; !err && !zone->managed; zone++)
		;
	kmk_forgotten_start();
	kmk_pcp_drain_all();
	return err;
}

int forgotten_fuzz(unsigned long number, unsigned long steps)
{
	unsigned long peak = 0;

	seed = number * 0x9e3779b97f4a7c15ul | 1;
	if (!(kmk_page_lowest || kmk_page_mixed || check_reuse()) || !touch_all() || page_validate())
		return 1;
	if (!(kmk_page_lowest || kmk_page_mixed || (check_grouping() && check_steal())))
		return 1;
	for (unsigned long i = 0; i < steps; i++) {
		/* Waves: memory fills up, and nearly empties. */
		if (!step(i / 1024 & 1 ? 4 : 85) || (i % 64 == 0 && !compare()) || (i % 1024 == 0 && page_validate())) {
			printk(KERN_ERR "seed %lu, step %lu\n", number, i);
			return 1;
		}
		for (unsigned int t = 0; t < MIGRATE_TYPES && i % 64 == 0; t++)
			for (unsigned int k = 0; k < KMK_GROUP_ORDERS; k++)
				peak = max(peak, zone->forgotten.nr[t][k]);
	}
	while (nr_live)
		if (!give(nr_live - 1))
			return 1;
	while (nr_held)
		unhold();
	printk(KERN_INFO "seed %lu: %lu steps, %lu blocks forgotten, at most %lu of one kind at a time\n", number, steps, forgot, peak);
	return !compare() || page_validate() || !forgot;
}
