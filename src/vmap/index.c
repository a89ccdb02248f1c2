/* SPDX-License-Identifier: MIT */
/*
 * An index in front of the tree: for each 64 KiB of the vmalloc window the lowest range that reaches
 * into it, so that finding the range around an address costs a few loads however many there are.
 *
 * Entries lie in leaves of one frame, made when a range is placed where none is yet and dropped by a
 * purge when empty. A range of up to SPAN buckets is entered in each of them, a larger one in the
 * first SPAN only: an empty entry says nothing, and the tree is asked. All under the area lock; a leaf
 * is allocated outside and filled from the list when it is put in.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "sync/lock.h"
#include "vmap/vmap.h"

#define BUCKET_SHIFT	16
#define PER_LEAF	512ul
#define LEAF_SHIFT	(BUCKET_SHIFT + 9)
#define LEAVES		((((VMALLOC_END) - (VMALLOC_START)) >> LEAF_SHIFT) + 1)
#define SPAN	(((2ul << 20) >> BUCKET_SHIFT) + 1)	/* a window of 2 MiB may start anywhere */
#define FEW		64	/* ranges for which the tree is as good */

static struct kmk_range **leaves[LEAVES];
static u16 entries[LEAVES];	/* of a leaf, not NULL */
static unsigned long end_leaf;	/* no leaf at this number or behind it */
static unsigned long nr_ranges;

static unsigned long bucket_of(unsigned long addr)
{
	return (addr - VMALLOC_START) >> BUCKET_SHIFT;
}

static unsigned long last_bucket(const struct kmk_range *r)
{
	return min(bucket_of(r->end - 1), bucket_of(r->start) + SPAN - 1);
}

static struct kmk_range **entry_of(unsigned long bucket)
{
	struct kmk_range **leaf = leaves[bucket / PER_LEAF];

	return leaf ? &leaf[bucket % PER_LEAF] : NULL;
}

static void set_entry(unsigned long bucket, struct kmk_range **e, struct kmk_range *r)
{
	entries[bucket / PER_LEAF] = (u16)(entries[bucket / PER_LEAF] + !!r - !!*e);
	*e = r;
}

static void enter(struct kmk_range *r)
{
	for (unsigned long b = bucket_of(r->start); b <= last_bucket(r); b++) {
		struct kmk_range **e = entry_of(b);

		if (e && (!*e || (*e)->start > r->start))
			set_entry(b, e, r);
	}
}

/* Behind r nothing reaches into a bucket of r's unless it starts there. */
static void leave(struct kmk_range *r)
{
	struct kmk_range *next = list_next_entry(r, list);

	for (unsigned long b = bucket_of(r->start); b <= last_bucket(r); b++) {
		struct kmk_range **e = entry_of(b);

		if (e && *e == r)
			set_entry(b, e, next->end > next->start && bucket_of(next->start) == b ? next : NULL);
	}
}

bool kmk_place_locked(struct kmk_range *r, unsigned long size, unsigned long align, unsigned long lo,
		      unsigned long hi)
{
	if (!kmk_range_take(&kmk_vmap_space, r, size, align, lo, hi))
		return false;
	enter(r);
	kmk_note(&nr_ranges, 1);
	return true;
}

void kmk_unplace_locked(struct kmk_range *r)
{
	leave(r);
	kmk_range_give(&kmk_vmap_space, r);
	kmk_note(&nr_ranges, -1);
}

static bool first(const struct kmk_range *r)
{
	return r->list.prev == &kmk_vmap_space.list;
}

struct kmk_range *kmk_range_at_locked(unsigned long addr)
{
	struct kmk_range **e, *r, *next;

	if (addr - VMALLOC_START >= VMALLOC_END - VMALLOC_START)
		return NULL;
	e = entry_of(bucket_of(addr));
	r = e ? *e : NULL;
	if (!r)
		return kmk_range_find(&kmk_vmap_space, addr);
	if (r->start > addr)
		r = first(r) ? NULL : list_prev_entry(r, list);
	else
		while ((next = list_next_entry(r, list))->start <= addr)
			r = next;
	return r && r->start <= addr && addr < r->end ? r : NULL;
}

static void fill_leaf(unsigned long nr, struct kmk_range *r)
{
	unsigned long lo = VMALLOC_START + (nr << LEAF_SHIFT), hi = lo + (1UL << LEAF_SHIFT);

	while (!first(r) && list_prev_entry(r, list)->end > lo)
		r = list_prev_entry(r, list);
	for (; r->end > r->start && r->start < hi; r = list_next_entry(r, list))
		enter(r);
}

static void make_leaf(unsigned long nr, struct kmk_range *r, gfp_t gfp)
{
	struct kmk_range **leaf;

	kmk_internal_begin();
	leaf = kcalloc(PER_LEAF, sizeof(*leaf), (gfp & ~(GFP_ZONEMASK | __GFP_NOFAIL)) | __GFP_NOWARN);
	kmk_internal_end();
	kmk_lock(&kmk_area_lock);
	if (leaf && !leaves[nr]) {
		__atomic_store_n(&leaves[nr], leaf, __ATOMIC_RELAXED);
		kmk_note(&end_leaf, nr + 1 > end_leaf ? (long)(nr + 1 - end_leaf) : 0);
		fill_leaf(nr, r);
		leaf = NULL;
	}
	kmk_unlock(&kmk_area_lock);
	kfree(leaf);
}

void kmk_index_range(struct kmk_range *r, gfp_t gfp)
{
	unsigned long nr, last = last_bucket(r) / PER_LEAF;

	if (kmk_noted(&nr_ranges) <= FEW)
		return;
	for (nr = bucket_of(r->start) / PER_LEAF; nr <= last; nr++)
		if (!__atomic_load_n(&leaves[nr], __ATOMIC_RELAXED))
			make_leaf(nr, r, gfp);
}

void kmk_index_trim(void)
{
	struct kmk_range **leaf;
	unsigned long nr;

	for (nr = kmk_noted(&end_leaf); nr-- > 0;) {
		kmk_lock(&kmk_area_lock);
		leaf = entries[nr] ? NULL : leaves[nr];
		if (leaf)
			__atomic_store_n(&leaves[nr], NULL, __ATOMIC_RELAXED);
		while (end_leaf && !leaves[end_leaf - 1])
			kmk_note(&end_leaf, -1);
		kmk_unlock(&kmk_area_lock);
		kfree(leaf);
	}
}

static const struct kmk_range *expected(const struct kmk_range *r, unsigned long bucket)
{
	const struct kmk_range *prev = first(r) ? NULL : list_prev_entry(r, list);

	return prev && last_bucket(prev) >= bucket ? prev : r;
}

bool kmk_index_validate_locked(void)
{
	const struct kmk_range *r;
	unsigned long n = 0;

	list_for_each_entry(r, &kmk_vmap_space.list, list) {
		struct kmk_range **e;

		if (r->end == r->start)
			break;
		n++;
		e = entry_of(bucket_of(r->start));
		if (e && (!*e || (*e)->start > expected(r, bucket_of(r->start))->start))
			return false;
		if (kmk_range_at_locked(r->start) != r || kmk_range_at_locked(r->end - 1) != r)
			return false;
	}
	return n == nr_ranges;
}
