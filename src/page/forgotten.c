/* SPDX-License-Identifier: MIT */
/*
 * Forgotten blocks: free, cold, and without a descriptor.
 *
 * The head of a free block on a list keeps its descriptor, and with it a page of the frame database: 4 KiB of the
 * host's memory for a block that may be no larger than 256 KiB. So what was given back to the host leaves the
 * lists for a bit map, and its descriptors go back, too (the caller does that, with port_forget()).
 *
 *     group   64 frames: those whose descriptors fill one page. One bit
 *     unit    the frames of a block of the largest order: 16 groups, a word for each migrate type
 *     block   a longest aligned run of bits in a word, of order 6 + log2(bits)
 *
 * These are blocks of the buddy system in another form: give() joins a freed block with a forgotten buddy, so a
 * forgotten block never has a free buddy of its order; splitting is clearing the bits of the part that is taken, the
 * rest stands as smaller blocks by itself. zone->nr_free and area[].nr_free count them.
 *
 * The word a bit stands in is the list the block would be on. A whole pageblock has no type any more (its
 * first descriptor is gone) and is MOVABLE here; other requests take it before untouched memory, and then it
 * becomes theirs. A part of a pageblock of another type that holds its first descriptor cannot be forgotten.
 *
 * Descriptors of a forgotten block are zero but for the type and KMK_PF_SKIP in a pageblock's first.
 */
#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "page.h"

#define UNIT_ORDER	(MAX_ORDER - 1)

_Static_assert(PAGE_SIZE / sizeof(struct page) == 1 << KMK_GROUP_ORDER, "a group's descriptors are a page");
_Static_assert(UNIT_ORDER - KMK_GROUP_ORDER == 4, "a unit's groups fill 16 bits");

static struct kmk_unit *table;		/* of all zones; contents undefined until a zone uses its part */
static struct { struct kmk_unit *unit; unsigned long nr; } part[MAX_NR_ZONES];

/* First bits of the aligned runs of 2^k set bits. */
static u32 runs(u32 bits, unsigned int k)
{
	static const u16 aligned[KMK_GROUP_ORDERS] = { 0xffff, 0x5555, 0x1111, 0x0101, 0x0001 };

	for (unsigned int i = 0; i < k; i++)
		bits &= bits >> (1u << i);
	return bits & aligned[k];
}

/* First bits of the blocks: runs of 2^k that are no part of a longer one. */
static u32 blocks(u32 bits, unsigned int k)
{
	u32 larger = k + 1 < KMK_GROUP_ORDERS ? runs(bits, k + 1) * ((1u << (2u << k)) - 1) : 0;

	return runs(bits & ~larger, k);
}

static unsigned long unit_of(const struct zone *zone, unsigned long pfn)
{
	return (pfn >> UNIT_ORDER) - (zone->start_pfn >> UNIT_ORDER);
}

static unsigned long unit_start(const struct zone *zone, unsigned long unit)
{
	return ((zone->start_pfn >> UNIT_ORDER) + unit) << UNIT_ORDER;
}

static u16 mask_of(unsigned long pfn, unsigned int order)
{
	return (u16)(((1u << (1u << (order - KMK_GROUP_ORDER))) - 1) << (pfn >> KMK_GROUP_ORDER & 15));
}

/* Has the zone a bit for these frames, and did it ever use one? */
static bool covered(const struct zone *zone, unsigned long pfn)
{
	return zone->forgotten.unit && unit_of(zone, pfn) < zone->forgotten.nr_units;
}

static void account(struct zone *zone, unsigned long unit, unsigned int type, bool more)
{
	struct kmk_forgotten *f = &zone->forgotten;

	for (unsigned int k = 0; k < KMK_GROUP_ORDERS; k++) {
		unsigned int order = KMK_GROUP_ORDER + k, n = hweight16((u16)blocks(f->unit[unit].groups[type], k));
		unsigned long area = zone->area[order].nr_free;

		if (!n)
			continue;
		f->nr[type][k] = more ? f->nr[type][k] + n : f->nr[type][k] - n;
		WRITE_ONCE(zone->area[order].nr_free, more ? area + n : area - n);
		WRITE_ONCE(f->filled[type], f->nr[type][k] ? f->filled[type] | 1u << order : f->filled[type] & ~(1u << order));
		if (more)
			f->first[type][k] = min(f->first[type][k], unit);
	}
}

static void set_groups(struct zone *zone, unsigned long unit, unsigned int type, u16 groups)
{
	account(zone, unit, type, false);
	zone->forgotten.unit[unit].groups[type] = groups;
	account(zone, unit, type, true);
}

/* In which word all these bits stand; MIGRATE_TYPES: in none. */
static unsigned int type_of(const struct kmk_unit *u, u16 mask)
{
	unsigned int type = 0;

	while (type < MIGRATE_TYPES && (u->groups[type] & mask) != mask)
		type++;
	return type;
}

unsigned int kmk_forgotten_order_locked(const struct zone *zone, unsigned long pfn)
{
	const struct kmk_unit *u;
	unsigned int type, order = KMK_GROUP_ORDER;

	if (!covered(zone, pfn))
		return 0;
	u = &zone->forgotten.unit[unit_of(zone, pfn)];
	type = type_of(u, mask_of(pfn, order));
	if (type == MIGRATE_TYPES)
		return 0;
	while (order < UNIT_ORDER) {
		u16 larger = mask_of(pfn & ~((2UL << order) - 1), order + 1);

		if ((u->groups[type] & larger) != larger)
			break;
		order++;
	}
	return order;
}

bool kmk_forgotten_claim_locked(struct zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned long unit = unit_of(zone, pfn);
	u16 mask = mask_of(pfn, order);
	unsigned int type;

	if (!covered(zone, pfn))
		return false;
	type = type_of(&zone->forgotten.unit[unit], mask);
	if (type == MIGRATE_TYPES)
		return false;
	set_groups(zone, unit, type, zone->forgotten.unit[unit].groups[type] & (u16)~mask);
	return true;
}

/* The one with the lowest address; there is one. */
unsigned long kmk_forgotten_find_locked(struct zone *zone, unsigned int order, unsigned int type)
{
	unsigned int k = order - KMK_GROUP_ORDER;
	unsigned long *unit = &zone->forgotten.first[type][k];
	u32 found;

	while (!(found = blocks(zone->forgotten.unit[*unit].groups[type], k)))
		++*unit;
	return unit_start(zone, *unit) + ((unsigned long)__builtin_ctz(found) << KMK_GROUP_ORDER);
}

unsigned long kmk_forgotten_retype_locked(struct zone *zone, unsigned long pfn, unsigned int type)
{
	unsigned long unit = unit_of(zone, pfn), frames = 0;
	u16 mask = mask_of(pfn & ~(pageblock_nr_pages - 1), pageblock_order);

	if (!covered(zone, pfn))
		return 0;
	for (unsigned int from = 0; from < MIGRATE_TYPES; from++) {
		u16 groups = zone->forgotten.unit[unit].groups[from], moved = groups & mask;

		if (!moved)
			continue;
		frames += (unsigned long)hweight16(moved) << KMK_GROUP_ORDER;
		if (from == type)
			continue;
		set_groups(zone, unit, from, groups & (u16)~moved);
		set_groups(zone, unit, type, zone->forgotten.unit[unit].groups[type] | moved);
	}
	return frames;
}

struct page *kmk_forgotten_take_locked(struct zone *zone, unsigned int have, unsigned int order, unsigned int from,
				       unsigned int type)
{
	unsigned long pfn = kmk_forgotten_find_locked(zone, have, from), at;
	bool claimed = kmk_forgotten_claim_locked(zone, pfn, order);

	VM_BUG_ON(!claimed);
	zone->nr_split += have - order;
	for (at = pfn; from != type && at < pfn + (1UL << order); at += pageblock_nr_pages) {
		kmk_pageblock_set_type(at, type);
		kmk_forgotten_retype_locked(zone, at, type);
	}
	return pfn_to_page(pfn);
}

bool kmk_may_forget(const struct zone *zone, unsigned long pfn, unsigned int order)
{
	if (order < KMK_GROUP_ORDER || unit_of(zone, pfn) >= part[zone->index].nr)
		return false;
	return order >= pageblock_order || pfn & (pageblock_nr_pages - 1) || kmk_pageblock_type(pfn) == MIGRATE_MOVABLE;
}

/* Would it be joined with a block on a list? */
static bool has_listed_buddy(const struct zone *zone, unsigned long pfn, unsigned int order)
{
	for (; order < UNIT_ORDER; order++) {
		unsigned long other = pfn ^ (1UL << order);
		const struct page *buddy = pfn_to_page(other);

		if (other < zone->start_pfn || other + (1UL << order) > zone->end_pfn)
			return false;
		if (!covered(zone, other) || type_of(&zone->forgotten.unit[unit_of(zone, other)], mask_of(other, order)) == MIGRATE_TYPES)
			return PageBuddy(buddy) && buddy->private == order;
		pfn &= other;
	}
	return false;
}

/* The first use of a zone's part. */
static void open_part(struct zone *zone)
{
	memset(part[zone->index].unit, 0, part[zone->index].nr * sizeof(*table));
	zone->forgotten.nr_units = part[zone->index].nr;
	zone->forgotten.unit = part[zone->index].unit;
}

/* Bits of a pageblock stand in one word: where its others are already, or its type's. */
static unsigned int word_for(const struct zone *zone, unsigned long pfn)
{
	u16 mask = mask_of(pfn & ~(pageblock_nr_pages - 1), pageblock_order);

	for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
		if (zone->forgotten.unit[unit_of(zone, pfn)].groups[type] & mask)
			return type;
	return kmk_pageblock_type(pfn);
}

bool kmk_buddy_forget_locked(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page), unit = unit_of(zone, pfn);
	u16 block = mask_of(pfn & ~(pageblock_nr_pages - 1), pageblock_order);
	unsigned int type = MIGRATE_MOVABLE;

	if (!kmk_may_forget(zone, pfn, order) || has_listed_buddy(zone, pfn, order)) {
		kmk_buddy_unhold_locked(zone, page, order, false);
		return false;
	}
	if (!zone->forgotten.unit)
		open_part(zone);
	if (order < pageblock_order)
		type = word_for(zone, pfn);
	set_groups(zone, unit, type, zone->forgotten.unit[unit].groups[type] | mask_of(pfn, order));
	kmk_zone_hold_locked(zone, -(1L << order));
	if (type != MIGRATE_MOVABLE && (zone->forgotten.unit[unit].groups[type] & block) == block)
		kmk_forgotten_retype_locked(zone, pfn, MIGRATE_MOVABLE);
	for (unsigned long at = pfn; at < pfn + (1UL << order); at += pageblock_nr_pages)
		if (kmk_forgotten_order_locked(zone, at) >= pageblock_order && kmk_pageblock_type(at) != MIGRATE_MOVABLE)
			kmk_pageblock_set_type(at, MIGRATE_MOVABLE);
	return true;
}

/* A zone larger than the table may be: its first part. */
void kmk_forgotten_start(void)
{
	unsigned long units = 0, most = (PAGE_SIZE << UNIT_ORDER) / sizeof(*table);
	struct page *page;

	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		const struct zone *zone = &kmk_zones[z];

		part[z].nr = zone->managed ? min(unit_of(zone, zone->end_pfn - 1) + 1, most - units) : 0;
		units += part[z].nr;
	}
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, (unsigned int)get_order(units * sizeof(*table)));
	table = page ? lowmem_page_address(page) : NULL;
	units = 0;
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		part[z].unit = table + units;
		units += part[z].nr;
		part[z].nr = table ? part[z].nr : 0;
	}
}

/* A bit stands in one word, and so do all of a pageblock; whole pageblocks are MOVABLE. */
static unsigned int check_words(const struct kmk_unit *u, unsigned long start)
{
	unsigned int faults = 0;

	for (unsigned int at = 0; at < 16; at += 1u << (pageblock_order - KMK_GROUP_ORDER)) {
		u32 words = 0, mask = mask_of((unsigned long)at << KMK_GROUP_ORDER, pageblock_order);

		for (unsigned int type = 0; type < MIGRATE_TYPES; type++) {
			words += (u->groups[type] & mask) != 0;
			faults += type != MIGRATE_MOVABLE && (u->groups[type] & mask) == mask;
		}
		faults += words > 1;
		faults += (u->groups[MIGRATE_MOVABLE] & mask) == mask &&
			  kmk_pageblock_type(start + ((unsigned long)at << KMK_GROUP_ORDER)) != MIGRATE_MOVABLE;
	}
	return faults;
}

/* Does what is kept besides the bits agree with them? Returns the frames; faults go to *faults. */
unsigned long kmk_forgotten_check(const struct zone *zone, unsigned long per_order[MAX_ORDER], unsigned int *faults)
{
	const struct kmk_forgotten *f = &zone->forgotten;
	unsigned long n[MIGRATE_TYPES][KMK_GROUP_ORDERS] = { 0 }, frames = 0;

	for (unsigned long unit = 0; f->unit && unit < f->nr_units; unit++) {
		u32 seen = 0;

		*faults += check_words(&f->unit[unit], unit_start(zone, unit));
		for (unsigned int type = 0; type < MIGRATE_TYPES; type++) {
			u16 groups = f->unit[unit].groups[type];

			seen |= groups;
			for (unsigned int k = 0; k < KMK_GROUP_ORDERS; k++) {
				n[type][k] += hweight16((u16)blocks(groups, k));
				*faults += blocks(groups, k) && unit < f->first[type][k];
			}
		}
		for (unsigned long i = 0; i < 1UL << UNIT_ORDER; i++) {
			const struct page *page = pfn_to_page(unit_start(zone, unit) + i);
			unsigned long left = i & (pageblock_nr_pages - 1) ? 0 : KMK_PF_TYPE_MASK | KMK_PF_SKIP;

			if (seen >> (i >> KMK_GROUP_ORDER) & 1)
				*faults += PageBuddy(page) || page_ref_count(page) || (page->flags & PAGEFLAGS_MASK & ~left);
		}
		frames += (unsigned long)hweight16((u16)seen) << KMK_GROUP_ORDER;
	}
	for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
		for (unsigned int k = 0; k < KMK_GROUP_ORDERS; k++) {
			*faults += n[type][k] != f->nr[type][k];
			*faults += (n[type][k] != 0) != (f->filled[type] >> (k + KMK_GROUP_ORDER) & 1);
			per_order[k + KMK_GROUP_ORDER] += n[type][k];
		}
	return frames;
}
