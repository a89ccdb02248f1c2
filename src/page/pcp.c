/* SPDX-License-Identifier: MIT */
/* The per-CPU frame lists: refilled and flushed in batches, one lock round a batch. */
#include <linux/minmax.h>
#include <linux/mm.h>
#include "port_inline.h"
#include "page.h"

#define BATCH 64

static unsigned int batch_of(unsigned int order, u32 entries)
{
	return min_t(unsigned int, max_t(u32, entries / 4, 1), order ? max(16u >> order, 1u) : BATCH);
}

/* Open this CPU's array. Only a never used one (cap 0) changes, so a seized one stays closed. */
static void open_array(u32 off, u32 entries)
{
	int32_t zero = 0;

	__atomic_compare_exchange_n(&port_array_of(port_owner_id(), off)->cap, &zero,
				    (int32_t)(entries * PORT_ENTRY_BYTES), false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

static void mark_group(struct page *page, unsigned int order, unsigned int group)
{
	unsigned long keep = ~(KMK_PF_ORDER_MASK | KMK_PF_GROUP_MASK);

	/* A pageblock's first frame shares the word with its type: others may be writing that. */
	__atomic_fetch_and(&page->flags, keep, __ATOMIC_RELAXED);
	__atomic_fetch_or(&page->flags, (unsigned long)order << KMK_PF_ORDER_SHIFT |
			  (unsigned long)group << KMK_PF_GROUP_SHIFT, __ATOMIC_RELAXED);
}

/* Take one block for the caller and more for this CPU's array. NULL: the zone has none. */
struct page *kmk_pcp_refill(struct zone *zone, unsigned int order, unsigned int type)
{
	unsigned int slot = kmk_order_slot(order), group = kmk_group_of(zone->index, type), n = 0, want = 1;
	struct port_entry extra[BATCH];
	struct page *page, *first = NULL;
	u32 entries = 0;

	if (slot < KMK_PAGE_SLOTS)
		entries = kmk_page_limit[zone->index].entries[slot];
	if (entries) {
		want = batch_of(order, entries);
		open_array(kmk_group_array(group, slot), entries);
		/* A request that fell back to this zone has not looked here yet. */
		if (port_array_pop_n(kmk_group_array(group, slot), extra, 1))
			return extra[0].obj;
	}
	kmk_lock(&zone->lock);
	zone->nr_locked++;
	zone->nr_refill += want > 1;
	while (n < want && (!first || zone->nr_free > zone->watermark[WMARK_LOW] + (1UL << order))) {
		page = kmk_buddy_take_locked(zone, order, type);
		if (!page)
			break;
		mark_group(page, order, entries ? group : 0);
		if (!first)
			first = page;
		else
			extra[n - 1] = (struct port_entry){ page, NULL };
		n++;
	}
	kmk_unlock(&zone->lock);
	if (n <= 1)
		return first;
	/* Reversed, so that the lowest frame is handed out next and runs stay contiguous. */
	for (unsigned int i = 0, j = n - 2; i < j; i++, j--)
		swap(extra[i], extra[j]);
	for (unsigned int i = port_array_push_n(kmk_group_array(group, slot), extra, n - 1); i < n - 1; i++)
		kmk_free_block(extra[i].obj, order);
	return first;
}

static void give_back(struct port_entry *e, unsigned int n, unsigned int order)
{
	struct zone *held = NULL;

	for (unsigned int i = 0; i < n; i++) {
		struct page *page = e[i].obj;
		struct zone *zone = page_zone(page);

		if (zone != held) {
			if (held)
				kmk_unlock(&held->lock);
			kmk_lock(&zone->lock);
			zone->nr_locked++;
			zone->nr_flush++;
			held = zone;
		}
		kmk_buddy_give_locked(zone, page, order);
	}
	if (held)
		kmk_unlock(&held->lock);
}

/* A freed block found its array full or closed: make room by a batch. False: it has no array. */
bool kmk_pcp_put(struct page *page, unsigned int order)
{
	unsigned int slot = kmk_order_slot(order), group = kmk_page_group(page), n;
	struct port_entry out[BATCH], one = { page, NULL };
	u32 entries, off;

	if (slot == KMK_PAGE_SLOTS || !group)
		return false;
	entries = kmk_page_limit[(group - 1) / MIGRATE_PCPTYPES].entries[slot];
	if (!entries)
		return false;
	off = kmk_group_array(group, slot);
	open_array(off, entries);
	if (port_array_push_n(off, &one, 1))
		return true;
	n = port_array_pop_n(off, out, batch_of(order, entries));
	give_back(out, n, order);
	return port_array_push_n(off, &one, 1) == 1;
}

/* ---- seizing: take what lies in another CPU's arrays ---- */

static struct kmk_lock drain_lock = KMK_LOCK_INIT(KMK_RANK_PAGE_PCP);

static void give_array(struct port_array *a, int32_t top, unsigned int order)
{
	struct port_entry out[BATCH];

	while (top > 0) {
		unsigned int n = min_t(unsigned int, BATCH, (unsigned int)top / PORT_ENTRY_BYTES);

		top -= (int32_t)(n * PORT_ENTRY_BYTES);
		__builtin_memcpy(out, &a->e[top / PORT_ENTRY_BYTES], n * sizeof(out[0]));
		give_back(out, n, order);
	}
}

static void drain_one(int id, u32 off, unsigned int order)
{
	struct port_array *a = port_array_of(id, off);
	int32_t top = port_array_seize(id, a);

	if (top < 0)
		return;
	give_array(a, top, order);
	port_array_release(id, a);
}

void kmk_pcp_drain_all(void)
{
	static const u8 orders[KMK_PAGE_SLOTS] = { 0, 1, 2, 3, pageblock_order };

	kmk_lock(&drain_lock);
	for (unsigned int id = 0; id < kmk_nr_ids; id++)
		for (unsigned int group = 1; group <= MAX_NR_ZONES * MIGRATE_PCPTYPES; group++)
			for (unsigned int slot = 0; slot < KMK_PAGE_SLOTS; slot++)
				drain_one((int)id, kmk_group_array(group, slot), orders[slot]);
	kmk_unlock(&drain_lock);
}

static unsigned long entries_of(int id, u32 off)
{
	const struct port_array *a = port_array_of(id, off);
	int32_t top;

	if (port_uses_slots())
		port_slot_lock(id);
	top = __atomic_load_n(&a->top, __ATOMIC_RELAXED);
	if (port_uses_slots())
		port_slot_unlock(id);
	return top > 0 ? (unsigned long)top / PORT_ENTRY_BYTES : 0;
}

unsigned long kmk_pcp_count(void)
{
	static const u8 orders[KMK_PAGE_SLOTS] = { 0, 1, 2, 3, pageblock_order };
	unsigned long frames = 0;

	for (unsigned int id = 0; id < kmk_nr_ids; id++)
		for (unsigned int group = 1; group <= MAX_NR_ZONES * MIGRATE_PCPTYPES; group++)
			for (unsigned int slot = 0; slot < KMK_PAGE_SLOTS; slot++)
				frames += entries_of((int)id, kmk_group_array(group, slot)) << orders[slot];
	return frames;
}

/* One zone's lists are not kept apart from another's: all are drained. */
void drain_all_pages(struct zone *zone)
{
	(void)zone;
	kmk_pcp_drain_all();
}

void drain_local_pages(struct zone *zone)
{
	drain_all_pages(zone);
}
