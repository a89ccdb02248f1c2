/* SPDX-License-Identifier: MIT */
/* The per-CPU frame lists: refilled and flushed in batches, one lock round a batch. */
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/vmstat.h>
#include "port_inline.h"
#include "page.h"

#define BATCH 64

static unsigned int batch_of(unsigned int order, u32 entries)
{
	return min_t(unsigned int, max_t(u32, entries / 4, 1), order ? max(16u >> order, 1u) : BATCH);
}

static struct kmk_lock drain_lock = KMK_LOCK_INIT(KMK_RANK_PAGE_PCP);
static u8 opened[1 + MAX_NR_ZONES * MIGRATE_PCPTYPES];	/* by group: slots some CPU has opened; under the lock */

/*
 * Open this CPU's array. Only a never used one (cap 0) changes, so a seized one stays closed; and none during a
 * fork, which holds the lock.
 */
static void open_array(unsigned int group, unsigned int slot, u32 entries)
{
	struct port_array *a = port_array_of(port_owner_id(), kmk_group_array(group, slot));

	if (likely(__atomic_load_n(&a->cap, __ATOMIC_RELAXED)))
		return;
	kmk_lock(&drain_lock);
	opened[group] |= (u8)(1u << slot);
	if (!__atomic_load_n(&a->cap, __ATOMIC_RELAXED))
		__atomic_store_n(&a->cap, (int32_t)(entries * PORT_ENTRY_BYTES), __ATOMIC_RELAXED);
	kmk_unlock(&drain_lock);
}

void kmk_page_mark(struct page *page, unsigned int order, unsigned int group)
{
	unsigned long keep = ~(KMK_PF_ORDER_MASK | KMK_PF_GROUP_MASK);

	/* A pageblock's first frame shares the word with its type: others may be writing that. */
	__atomic_fetch_and(&page->flags, keep, __ATOMIC_RELAXED);
	__atomic_fetch_or(&page->flags, (unsigned long)order << KMK_PF_ORDER_SHIFT |
			  (unsigned long)group << KMK_PF_GROUP_SHIFT, __ATOMIC_RELAXED);
}

/* As kmk_page_mark() for a block that is nobody's: only a pageblock's first frame has other writers. */
static void mark_taken(struct page *page, unsigned int order, unsigned int group)
{
	unsigned long flags = READ_ONCE(page->flags) & ~(KMK_PF_ORDER_MASK | KMK_PF_GROUP_MASK);

	if (unlikely(!(page_to_pfn(page) & (pageblock_nr_pages - 1))))
		kmk_page_mark(page, order, group);
	else
		__atomic_store_n(&page->flags, flags | (unsigned long)order << KMK_PF_ORDER_SHIFT |
				 (unsigned long)group << KMK_PF_GROUP_SHIFT, __ATOMIC_RELAXED);
}

/* The largest block worth taking at once for so many of an order: above the low mark, one always. */
static unsigned int most_of(const struct zone *zone, unsigned int order, unsigned int blocks)
{
	unsigned int most = min_t(unsigned int, order + (31 - (unsigned int)__builtin_clz(blocks)), MAX_ORDER - 1);

	while (most > order && kmk_zone_free(zone) <= READ_ONCE(zone->watermark[WMARK_LOW]) + (1UL << most))
		most--;
	return most;
}

/*
 * Up to want blocks, written before end in reverse: pushed in this order, the lowest frame of a run is handed
 * out next and runs stay contiguous. Their number.
 */
static unsigned int take_batch(struct zone *zone, unsigned int order, unsigned int type, unsigned int group,
			       unsigned int want, struct port_entry *end)
{
	unsigned int n = 0, got;

	kmk_lock(&zone->lock);
	zone->nr_locked++;
	zone->nr_refill += want > 1;
	while (n < want && (!n || kmk_zone_free(zone) > READ_ONCE(zone->watermark[WMARK_LOW]) + (1UL << order))) {
		struct page *page = kmk_buddy_take_locked(zone, order, most_of(zone, order, want - n), type, &got);

		if (!page)
			break;
		for (struct page *stop = page + (1UL << got); page < stop; page += 1UL << order) {
			mark_taken(page, order, group);
			*--end = (struct port_entry){ page, NULL };
			n++;
		}
	}
	kmk_unlock(&zone->lock);
	return n;
}

/* Take one block for the caller and more for this CPU's array. NULL: the zone has none. */
struct page *kmk_pcp_refill(struct zone *zone, unsigned int order, unsigned int type)
{
	unsigned int slot = kmk_order_slot(order), group = kmk_group_of(zone->index, type), n, want = 1;
	struct port_entry taken[BATCH], *end = taken + BATCH, *rest;
	u32 entries = 0;

	if (slot < KMK_PAGE_SLOTS)
		entries = kmk_page_limit[zone->index].entries[slot];
	if (entries) {
		want = batch_of(order, entries);
		open_array(group, slot, entries);
		/* A request that fell back to this zone has not looked here yet. */
		if (port_array_pop_n(kmk_group_array(group, slot), taken, 1))
			return taken[0].obj;
	}
	n = take_batch(zone, order, type, entries ? group : 0, want, end);
	if (!n)
		return NULL;
	__count_zid_vm_events(PGALLOC, zone->index, (long)n << order);
	rest = end - n;
	if (n > 1)
		rest += port_array_push_n(kmk_group_array(group, slot), rest, n - 1);
	for (; rest < end - 1; rest++)
		kmk_free_block(rest->obj, order);
	return end[-1].obj;
}

/* How many of these blocks are neighbours, one behind the other or one before the other. */
static unsigned int run_of(const struct port_entry *e, unsigned int n, unsigned int order)
{
	const ptrdiff_t step = (ptrdiff_t)sizeof(struct page) << order;
	unsigned int k = 1;

	while (k < n && (char *)e[k].obj - (char *)e[k - 1].obj == step)
		k++;
	if (k == 1)
		while (k < n && (char *)e[k - 1].obj - (char *)e[k].obj == step)
			k++;
	return k;
}

/* Neighbours merge before they meet the lists. */
static void give_run(struct zone *zone, struct page *page, unsigned int n, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page), end = pfn + ((unsigned long)n << order);

	while (pfn < end) {
		unsigned int o = order;

		while (o < MAX_ORDER - 1 && !(pfn & (1UL << o)) && pfn + (2UL << o) <= end)
			o++;
		zone->nr_merge += (1UL << (o - order)) - 1;
		kmk_buddy_give_locked(zone, pfn_to_page(pfn), o);
		pfn += 1UL << o;
	}
}

/* Does one of the zones have many warm frames now? */
static bool give_back(struct port_entry *e, unsigned int n, unsigned int order)
{
	struct zone *held = NULL;
	bool warm = false;
	unsigned int run;

	for (unsigned int i = 0; i < n; i += run) {
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
		run = run_of(e + i, n - i, order);
		give_run(zone, min(page, (struct page *)e[i + run - 1].obj), run, order);
		warm |= zone->nr_warm > kmk_page_warm_limit;
	}
	if (held)
		kmk_unlock(&held->lock);
	count_vm_events(PGFREE, (long)n << order);
	return warm;
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
	open_array(group, slot, entries);
	if (port_array_push_n(off, &one, 1))
		return true;
	n = port_array_pop_n(off, out, batch_of(order, entries));
	if (give_back(out, n, order))
		kmk_page_warm();
	return port_array_push_n(off, &one, 1) == 1;
}

/* ---- seizing: take what lies in another CPU's arrays ---- */

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

/* An array that is seized at a fork would stay so in the child; and none is opened meanwhile. */
void kmk_pcp_fork_lock(void) { kmk_lock(&drain_lock); }
void kmk_pcp_fork_unlock(void) { kmk_unlock(&drain_lock); }

bool kmk_pcp_each_array(int id, bool (*fn)(struct port_array *a))
{
	bool any = false;

	for (unsigned int group = 1; group < ARRAY_SIZE(opened); group++)
		for (unsigned int slot = 0; opened[group] >> slot; slot++)
			if (opened[group] >> slot & 1)
				any |= fn(port_array_of(id, kmk_group_array(group, slot)));
	return any;
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

/* Rounds of one reader, so what it saw needs no lock. An array that comes back to the same count is unlucky. */
unsigned long kmk_pcp_trim_idle(void)
{
	static const u8 orders[KMK_PAGE_SLOTS] = { 0, 1, 2, 3, pageblock_order };
	static u16 seen[PORT_SLOTS][1 + MAX_NR_ZONES * MIGRATE_PCPTYPES][KMK_PAGE_SLOTS];
	unsigned long frames = 0;

	for (unsigned int id = 0; id < kmk_nr_ids && id < PORT_SLOTS; id++)
		for (unsigned int group = 1; group <= MAX_NR_ZONES * MIGRATE_PCPTYPES; group++)
			for (unsigned int slot = 0; slot < KMK_PAGE_SLOTS; slot++) {
				u32 off = kmk_group_array(group, slot);
				u16 now = (u16)entries_of((int)id, off), was = seen[id][group][slot];

				seen[id][group][slot] = now;
				if (!now || now != was)
					continue;
				frames += (unsigned long)now << orders[slot];
				kmk_lock(&drain_lock);
				drain_one((int)id, off, orders[slot]);
				kmk_unlock(&drain_lock);
			}
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
