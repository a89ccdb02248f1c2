/* SPDX-License-Identifier: MIT */
/* The buddy allocator of one zone: split on demand, coalesce on free. Every function here wants zone->lock. */
#include <linux/minmax.h>
#include "page.h"

/* Stored against MOVABLE, so that an untouched descriptor says MOVABLE. */
unsigned int kmk_pageblock_type(unsigned long pfn)
{
	const struct page *head = pfn_to_page(pfn & ~(pageblock_nr_pages - 1));
	unsigned long flags = __atomic_load_n(&head->flags, __ATOMIC_RELAXED);

	return ((unsigned int)(flags >> KMK_PF_TYPE_SHIFT) & 3) ^ MIGRATE_MOVABLE;
}

void kmk_pageblock_set_type(unsigned long pfn, unsigned int type)
{
	struct page *head = pfn_to_page(pfn & ~(pageblock_nr_pages - 1));
	unsigned long field = (unsigned long)(type ^ MIGRATE_MOVABLE) << KMK_PF_TYPE_SHIFT;

	__atomic_fetch_and(&head->flags, ~KMK_PF_TYPE_MASK, __ATOMIC_RELAXED);
	__atomic_fetch_or(&head->flags, field, __ATOMIC_RELAXED);
}

unsigned long kmk_page_epoch;

/* Warm: the frames hold memory of the host. Those that do not go behind them: warm frames are reused first. */
static void list_insert(struct zone *zone, struct page *page, unsigned int order, unsigned int type, bool warm,
			unsigned long since)
{
	struct free_area *area = &zone->area[order];

	page->private = order;
	page->index = since;
	if (warm) {
		__atomic_fetch_or(&page->flags, 1UL << PG_buddy, __ATOMIC_RELAXED);
		list_add(&page->buddy_list, &area->list[type]);
		zone->nr_warm += 1UL << order;
	} else {
		__atomic_fetch_or(&page->flags, 1UL << PG_buddy | KMK_PF_COLD, __ATOMIC_RELAXED);
		list_add_tail(&page->buddy_list, &area->list[type]);
	}
	WRITE_ONCE(area->nr_free, area->nr_free + 1);
	WRITE_ONCE(zone->filled[type], zone->filled[type] | 1u << order);
}

/* The list is found through its own links, so the block's type need not be known. Was it warm? */
static bool list_remove(struct zone *zone, struct page *page, unsigned int order)
{
	struct list_head *prev = page->buddy_list.prev;
	bool warm = !kmk_page_is_cold(page);

	list_del(&page->buddy_list);
	page->buddy_list.next = page->buddy_list.prev = NULL;
	__atomic_fetch_and(&page->flags, ~(1UL << PG_buddy | KMK_PF_COLD), __ATOMIC_RELAXED);
	page->private = 0;
	zone->nr_warm -= warm ? 1UL << order : 0;
	WRITE_ONCE(zone->area[order].nr_free, zone->area[order].nr_free - 1);
	if (list_empty(prev))
		for (unsigned int t = 0; t < MIGRATE_TYPES; t++)
			if (prev == &zone->area[order].list[t])
				WRITE_ONCE(zone->filled[t], zone->filled[t] & ~(1u << order));
	return warm;
}

/* Give the upper halves back until the block has the wanted order; the lowest address stays. */
static void split_down(struct zone *zone, struct page *page, unsigned int have, unsigned int want,
		       unsigned int type, bool warm)
{
	unsigned long since = page->index;

	while (have > want) {
		have--;
		list_insert(zone, page + (1UL << have), have, type, warm, since);
		zone->nr_split++;
	}
}

static struct page *lowest_of(const struct list_head *list)
{
	struct page *page, *low = NULL;

	list_for_each_entry(page, list, buddy_list)
		if (!low || page < low)
			low = page;
	return low;
}

/* Of a forgotten block only the groups that are needed come back. */
static struct page *take_forgotten(struct zone *zone, unsigned int have, unsigned int most, unsigned int from,
				   unsigned int type, unsigned int *got)
{
	unsigned int order;
	struct page *page;

	*got = min(have, most);
	order = max(*got, (unsigned int)KMK_GROUP_ORDER);
	page = kmk_forgotten_take_locked(zone, have, order, from, type);
	split_down(zone, page, order, *got, type, false);
	return page;
}

/* Blocks on lists first. */
static bool forgotten_next(struct zone *zone, unsigned int order, unsigned int type)
{
	if (!(zone->filled[type] >> order & 1))
		return true;
	return unlikely(kmk_page_lowest) && zone->forgotten.filled[type] >> order & 1 &&
	       kmk_forgotten_find_locked(zone, order, type) < page_to_pfn(lowest_of(&zone->area[order].list[type]));
}

/* Smallest sufficient order of one type; of a larger block than most, only that much is taken. */
static struct page *take_type(struct zone *zone, unsigned int order, unsigned int most, unsigned int type,
			      unsigned int *got)
{
	u32 orders = kmk_zone_filled(zone, type) & ~((1u << order) - 1);
	struct list_head *list;
	struct page *page;
	unsigned int have;

	if (!orders)
		return NULL;
	have = (unsigned int)__builtin_ctz(orders);
	if (forgotten_next(zone, have, type))
		return take_forgotten(zone, have, most, type, type, got);
	list = &zone->area[have].list[type];
	page = kmk_page_lowest ? lowest_of(list) : list_first_entry(list, struct page, buddy_list);
	*got = min(have, most);
	split_down(zone, page, have, *got, type, list_remove(zone, page, have));
	return page;
}

/* Forgotten pageblocks are anybody's. */
static struct page *take_pageblock(struct zone *zone, unsigned int order, unsigned int most, unsigned int type,
				   unsigned int *got)
{
	u32 orders = zone->forgotten.filled[MIGRATE_MOVABLE] >> max(order, (unsigned int)pageblock_order);
	unsigned int have = max(order, (unsigned int)pageblock_order);

	return orders ? take_forgotten(zone, have + (unsigned int)__builtin_ctz(orders), most, MIGRATE_MOVABLE, type, got) : NULL;
}

static void set_types(struct page *page, unsigned int order, unsigned int type)
{
	unsigned long pfn = page_to_pfn(page), end = pfn + (1UL << order);

	for (; pfn < end; pfn += pageblock_nr_pages)
		kmk_pageblock_set_type(pfn, type);
}

/* Largest aligned block at the start of a fresh range; the range shrinks by it. */
static struct page *carve_block(struct kmk_fresh *fresh, unsigned int *order)
{
	unsigned long pfn = fresh->next, left = fresh->end - pfn;
	unsigned int o = pfn ? (unsigned int)__builtin_ctzl(pfn) : MAX_ORDER - 1;

	if (o > MAX_ORDER - 1)
		o = MAX_ORDER - 1;
	while (1UL << o > left)
		o--;
	fresh->next += 1UL << o;
	*order = o;
	return pfn_to_page(pfn);
}

/* Take from memory never used before. Blocks too small for the request go to the free lists. */
static struct page *take_fresh(struct zone *zone, unsigned int order, unsigned int most, unsigned int type,
			       unsigned int *got)
{
	while (zone->nr_fresh) {
		struct kmk_fresh *fresh = &zone->fresh[0];
		unsigned int have;
		struct page *page;

		if (fresh->next == fresh->end) {
			WRITE_ONCE(zone->nr_fresh, zone->nr_fresh - 1);
			for (unsigned int i = 0; i < zone->nr_fresh; i++)
				zone->fresh[i] = zone->fresh[i + 1];
			continue;
		}
		page = carve_block(fresh, &have);
		if (have >= pageblock_order)
			set_types(page, have, type);
		if (have >= order) {
			*got = min(have, most);
			split_down(zone, page, have, *got, kmk_pageblock_type(page_to_pfn(page)), false);
			return page;
		}
		list_insert(zone, page, have, kmk_pageblock_type(page_to_pfn(page)), false, 0);
	}
	return NULL;
}

/* Move the free blocks of a pageblock to another type's lists. Returns the frames moved. */
static unsigned long move_pageblock(struct zone *zone, unsigned long pfn, unsigned int type)
{
	unsigned long start = pfn & ~(pageblock_nr_pages - 1), end = start + pageblock_nr_pages;
	unsigned long moved = kmk_forgotten_retype_locked(zone, start, type);

	if (start < zone->start_pfn)
		start = zone->start_pfn;
	if (end > zone->end_pfn)
		end = zone->end_pfn;
	for (pfn = start; pfn < end; ) {
		struct page *page = pfn_to_page(pfn);
		unsigned int order;
		bool warm;

		if (moved && kmk_forgotten_order_locked(zone, pfn)) {
			pfn += 1UL << KMK_GROUP_ORDER;
			continue;
		}
		if (!PageBuddy(page)) {
			pfn++;
			continue;
		}
		order = (unsigned int)page->private;
		warm = list_remove(zone, page, order);
		list_insert(zone, page, order, type, warm, page->index);
		moved += 1UL << order;
		pfn += 1UL << order;
	}
	return moved;
}

/*
 * A block of another type was chosen. A whole pageblock, or half of one for requests that would
 * scatter over movable memory, changes its type, so that the next request of the type stays here.
 */
static unsigned int claim(struct zone *zone, struct page *page, unsigned int have, unsigned int from,
			  unsigned int type)
{
	unsigned long pfn = page_to_pfn(page);

	if (have >= pageblock_order) {
		set_types(page, have, type);
		return type;
	}
	if (type == MIGRATE_MOVABLE && have < pageblock_order / 2)
		return from;
	if (move_pageblock(zone, pfn, type) + (1UL << have) >= pageblock_nr_pages / 2)
		kmk_pageblock_set_type(pfn, type);
	return type;
}

static const u8 fallbacks[MIGRATE_PCPTYPES][2] = {
	[MIGRATE_UNMOVABLE]   = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE]     = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
};

/* A whole block of that type and order, if there is one. */
static struct page *remove_block(struct zone *zone, unsigned int order, unsigned int type, bool *warm)
{
	struct page *page;

	*warm = false;
	if (!(kmk_zone_filled(zone, type) >> order & 1))
		return NULL;
	if (!(zone->filled[type] >> order & 1))
		return kmk_forgotten_take_locked(zone, order, order, type, type);
	page = list_first_entry(&zone->area[order].list[type], struct page, buddy_list);
	*warm = list_remove(zone, page, order);
	return page;
}

/* The largest block of another type, so that few pageblocks become mixed. */
static struct page *take_fallback(struct zone *zone, unsigned int order, unsigned int most, unsigned int type,
				  unsigned int *got)
{
	for (unsigned int have = MAX_ORDER; have-- > order; )
		for (unsigned int i = 0; i < 2; i++) {
			unsigned int from = fallbacks[type][i];
			struct page *page;
			bool warm;

			page = remove_block(zone, have, from, &warm);
			if (!page)
				continue;
			zone->nr_steal++;
			*got = min(have, most);
			split_down(zone, page, have, *got, claim(zone, page, have, from, type), warm);
			return page;
		}
	return NULL;
}

struct page *kmk_buddy_take_locked(struct zone *zone, unsigned int order, unsigned int most, unsigned int type,
				   unsigned int *got)
{
	struct page *page;

	if (kmk_page_lowest || kmk_page_mixed)	/* one type: else another type's block could lie lower */
		type = MIGRATE_MOVABLE;
	page = take_type(zone, order, most, type, got);
	if (!page)
		page = take_pageblock(zone, order, most, type, got);
	if (!page)
		page = take_fresh(zone, order, most, type, got);
	if (!page)			/* the fresh memory may have been of another type's pageblock */
		page = take_type(zone, order, most, type, got);
	if (!page)
		page = take_fallback(zone, order, most, type, got);
	if (page)
		WRITE_ONCE(zone->nr_free, zone->nr_free - (1UL << *got));
	return page;
}

struct page *kmk_buddy_take_small_locked(struct zone *zone, unsigned int below)
{
	static const u8 types[MIGRATE_TYPES] = { MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, MIGRATE_HIGHATOMIC };

	for (unsigned int i = 0; i < MIGRATE_TYPES; i++) {
		struct page *page;
		unsigned int got;

		if (!(kmk_zone_filled(zone, types[i]) & ((1u << below) - 1)))
			continue;
		page = take_type(zone, 0, 0, types[i], &got);
		WRITE_ONCE(zone->nr_free, zone->nr_free - 1);
		return page;
	}
	return NULL;
}

static void give(struct zone *zone, struct page *page, unsigned int order, bool warm)
{
	unsigned long pfn = page_to_pfn(page);

	for (; order < MAX_ORDER - 1; order++) {
		unsigned long other = pfn ^ (1UL << order);
		struct page *buddy = pfn_to_page(other);

		if (other < zone->start_pfn || other + (1UL << order) > zone->end_pfn)
			break;
		if (order < KMK_GROUP_ORDER || !zone->forgotten.unit || !kmk_forgotten_claim_locked(zone, other, order)) {
			if (!PageBuddy(buddy) || buddy->private != order)
				break;
			warm |= list_remove(zone, buddy, order);
		}
		zone->nr_merge++;
		pfn &= other;
	}
	list_insert(zone, pfn_to_page(pfn), order, kmk_pageblock_type(pfn), warm, READ_ONCE(kmk_page_epoch));
}

void kmk_buddy_give_locked(struct zone *zone, struct page *page, unsigned int order)
{
	WRITE_ONCE(zone->nr_free, zone->nr_free + (1UL << order));
	WRITE_ONCE(zone->nr_given, zone->nr_given + (1UL << order));
	give(zone, page, order, true);
}

int kmk_free_order_locked(const struct zone *zone, unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);
	unsigned int order;

	if (PageBuddy(page))
		return (int)page->private;
	order = page_ref_count(page) ? 0 : kmk_forgotten_order_locked(zone, pfn);
	return order ? (int)order : -1;
}

bool kmk_buddy_hold_locked(struct zone *zone, struct page *page)
{
	unsigned int order = PageBuddy(page) ? (unsigned int)page->private
		: kmk_forgotten_order_locked(zone, page_to_pfn(page));

	kmk_zone_hold_locked(zone, 1L << order);
	if (PageBuddy(page))
		return list_remove(zone, page, order);
	kmk_forgotten_claim_locked(zone, page_to_pfn(page), order);
	return false;
}

void kmk_buddy_unhold_locked(struct zone *zone, struct page *page, unsigned int order, bool warm)
{
	kmk_zone_hold_locked(zone, -(1L << order));
	give(zone, page, order, warm);
}
