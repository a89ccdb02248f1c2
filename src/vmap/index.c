/* SPDX-License-Identifier: MIT */
/*
 * The index of the vmalloc window: a radix tree that finds the area around an address in a few loads,
 * however many there are. What grows is the memory they fall into: so one entry speaks for two pages (areas
 * start at even ones), and a full window, which is aligned, is one entry of a node.
 *
 *	root -> node of 1 GiB -> leaf of 2 MiB -> entry of two pages:
 *		area | FIRST [| LIVE] [| RAM]	where an area starts
 *		distance << TAG_BITS		elsewhere in it, guard included: how far back that is, in entries
 *		window | WINDOW			in a window, which has entries of its own for its slots
 *		0				nothing
 *	entry of a node, a full window: its slots' entries | INSIDE | WINDOW | pages of a slot << PAGES_AT
 *
 * What lies wholly inside a range may be one entry higher up, with INSIDE. So a range of any size needs at
 * most two nodes and two leaves that are new.
 *
 * Entries are written under the area lock, but for LIVE, which belongs to whoever makes the area live and
 * is taken away by compare-and-swap: that is how one of two frees wins. Reading takes any one of the room's
 * locks. Nodes go by kmk_index_trim() only: unlinked under the area lock, and freed when each shelf's lock
 * was free once; so do windows.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "sync/lock.h"
#include "vmap/vmap.h"

#define LEAF_BITS	8
#define NODE_BITS	9
#define LEAF_SPAN	(1ul << LEAF_BITS)			/* entries of two pages below an entry of a node */
#define NODE_SPAN	(LEAF_SPAN << NODE_BITS)		/* ... of the root */
#define ROOT		((VMALLOC_END - VMALLOC_START) / KMK_AREA_ALIGN / NODE_SPAN + 1)
#define TAG_BITS	3
#define INSIDE		2ul	/* in root and nodes; pointers to what is below have no tag */
#define WINDOW		4ul	/* without FIRST */
#define PAGES_AT	48	/* above the bits of a pointer, which is extended from there */
#define FULL_PAGES	(LEAF_SPAN * (KMK_AREA_ALIGN / PAGE_SIZE))
#define BATCH		32	/* nodes freed together */

enum { LEAF, NODE, KINDS };
static const unsigned long fan[KINDS] = { LEAF_SPAN, 1ul << NODE_BITS };

static unsigned long root[ROOT];
static unsigned long *spare[KINDS][2];
static unsigned int nr_spare[KINDS];
static unsigned long nr_nodes;	/* of both kinds, in the tree */

static unsigned long spot_of(unsigned long addr)
{
	return (addr - VMALLOC_START) / KMK_AREA_ALIGN;
}

/* ---- finding ---- */

struct spot {
	unsigned long *e;	/* the entry that speaks for an address; NULL: there is none */
	unsigned long from;	/* the first number that it speaks for */
	unsigned long span;	/* how many */
	unsigned long v;	/* what the entry said, read once: by now it may say something else */
};

static struct spot look(unsigned long nr)
{
	unsigned long *e = &root[nr / NODE_SPAN], v = __atomic_load_n(e, __ATOMIC_ACQUIRE);

	if (!v || v & INSIDE)
		return (struct spot){ v ? e : NULL, nr & ~(NODE_SPAN - 1), NODE_SPAN, v };
	e = &((unsigned long *)v)[nr / LEAF_SPAN % (1ul << NODE_BITS)];
	v = __atomic_load_n(e, __ATOMIC_ACQUIRE);
	if (!v || v & INSIDE)
		return (struct spot){ v ? e : NULL, nr & ~(LEAF_SPAN - 1), LEAF_SPAN, v };
	e = &((unsigned long *)v)[nr % LEAF_SPAN];
	return (struct spot){ e, nr, 1, __atomic_load_n(e, __ATOMIC_ACQUIRE) };
}

/* In a full window nothing but the slot's own entry is read, for windows' heads compete for the same cache lines. */
static unsigned long *slot_entry(unsigned long v, unsigned long from, unsigned long addr, bool exact)
{
	unsigned int stride = (unsigned int)(v >> PAGES_AT) + 1;
	unsigned int page = (unsigned int)((addr - VMALLOC_START - from * KMK_AREA_ALIGN) >> PAGE_SHIFT);
	unsigned int i = page / stride;

	if (i >= FULL_PAGES / stride || (exact && (page % stride || addr & ~PAGE_MASK)))
		return NULL;
	return (unsigned long *)(((long)(v << (64 - PAGES_AT)) >> (64 - PAGES_AT)) & ~(long)KMK_ENTRY_TAGS) + i;
}

unsigned long *kmk_index_entry(unsigned long addr, bool exact)
{
	struct spot s;
	unsigned long v;

	if (addr - VMALLOC_START >= VMALLOC_END - VMALLOC_START)
		return NULL;
	s = look(spot_of(addr));
	v = s.v;
	if (v & KMK_ENTRY_FIRST)
		return exact && addr % KMK_AREA_ALIGN ? NULL : s.e;
	if (v & WINDOW && s.span > 1)
		return slot_entry(v, s.from, addr, exact);
	if (v & WINDOW)
		return kmk_window_entry((struct kmk_range *)(v & ~KMK_ENTRY_TAGS), addr, exact);
	return v >> TAG_BITS && !exact ? look(s.from - (v >> TAG_BITS)).e : NULL;
}

/* ---- entering and leaving; the caller holds the area lock ---- */

static unsigned long *below(unsigned long *e, int kind)
{
	if (!*e) {
		__atomic_store_n(e, (unsigned long)spare[kind][--nr_spare[kind]], __ATOMIC_RELEASE);
		nr_nodes++;
	}
	return (unsigned long *)*e;
}

static bool fills(unsigned long nr, unsigned long end, unsigned long span, const unsigned long *e)
{
	return !(nr % span) && end - nr >= span && !*e;
}

/*
 * Where to write for a part of a range that ends before `end`: only what lies wholly inside, and has no
 * leaf yet, is written above the leaves, and the start of an area never is.
 */
static struct spot place(unsigned long nr, unsigned long end, bool first)
{
	unsigned long *e = &root[nr / NODE_SPAN];

	if (!first && fills(nr, end, NODE_SPAN, e))
		return (struct spot){ e, nr, NODE_SPAN, 0 };
	e = &below(e, NODE)[nr / LEAF_SPAN % (1ul << NODE_BITS)];
	if (!first && fills(nr, end, LEAF_SPAN, e))
		return (struct spot){ e, nr, LEAF_SPAN, 0 };
	return (struct spot){ &below(e, LEAF)[nr % LEAF_SPAN], nr, 1, 0 };
}

static unsigned long full_window(struct kmk_range *r)
{
	unsigned long entries = (unsigned long)kmk_window_entry(r, r->start, true);

	return (entries & ((1ul << PAGES_AT) - 1)) | WINDOW | (unsigned long)kmk_window_pages(r) << PAGES_AT;
}

void kmk_index_enter_locked(struct kmk_range *r)
{
	unsigned long first = spot_of(r->start), end = spot_of(r->end - 1) + 1, nr, v;
	struct spot s;

	for (nr = first; nr < end; nr += s.span) {
		s = place(nr, end, nr == first && !r->window);
		v = r->window ? (unsigned long)r | WINDOW : (nr - first) << TAG_BITS;
		if (nr == first && !r->window) {
			container_of(r, struct kmk_area, range)->entry = s.e;
			v = (unsigned long)container_of(r, struct kmk_area, range) | KMK_ENTRY_FIRST;
		}
		if (s.span > 1)
			v = (r->window ? full_window(r) : v) | INSIDE;
		__atomic_store_n(s.e, v, __ATOMIC_RELEASE);
	}
}

void kmk_index_leave_locked(const struct kmk_range *r)
{
	unsigned long nr, end = spot_of(r->end - 1) + 1;
	struct spot s;

	for (nr = spot_of(r->start); nr < end; nr += s.span) {
		s = look(nr);
		__atomic_store_n(s.e, 0, __ATOMIC_RELEASE);
	}
}

/* ---- nodes ---- */

/* A node of a kind that is short; the lock is let go meanwhile. */
static bool stock(int kind, gfp_t gfp)
{
	unsigned long *node;

	kmk_unlock(&kmk_area_lock);
	kmk_internal_begin();
	node = kcalloc(fan[kind], sizeof(*node), (gfp & ~GFP_ZONEMASK) | __GFP_NOWARN);
	kmk_internal_end();
	kmk_area_lock_take();
	if (node && nr_spare[kind] < 2) {
		spare[kind][nr_spare[kind]++] = node;
		return true;
	}
	if (node) {
		kmk_unlock(&kmk_area_lock);
		kfree(node);
		kmk_area_lock_take();
	}
	return node;
}

bool kmk_area_lock_with_nodes(gfp_t gfp)
{
	kmk_area_lock_take();
	while (nr_spare[LEAF] < 2 || nr_spare[NODE] < 2) {
		if (stock(nr_spare[LEAF] < 2 ? LEAF : NODE, gfp))
			continue;
		kmk_unlock(&kmk_area_lock);
		return false;
	}
	return true;
}

struct drop { unsigned long *node[BATCH]; unsigned int n; };

static unsigned long *node_at(const unsigned long *e)
{
	return *e & INSIDE ? NULL : (unsigned long *)*e;
}

static void unlink_if_empty(unsigned long *e, int kind, struct drop *d)
{
	unsigned long *node = node_at(e);

	if (!node || d->n == BATCH)
		return;
	for (unsigned long i = 0; i < fan[kind]; i++)
		if (READ_ONCE(node[i]))
			return;
	__atomic_store_n(e, 0, __ATOMIC_RELEASE);
	d->node[d->n++] = node;
	nr_nodes--;
}

/* Some empty nodes, off the tree and known to nobody. */
static void collect(struct drop *d)
{
	d->n = 0;
	kmk_area_lock_take();
	for (int kind = 0; kind < KINDS; kind++)
		while (nr_spare[kind])
			d->node[d->n++] = spare[kind][--nr_spare[kind]];
	for (unsigned long i = 0; i < ROOT && nr_nodes && d->n < BATCH; i++) {
		unsigned long *node = node_at(&root[i]);

		for (unsigned long k = 0; node && k < fan[NODE]; k++)
			unlink_if_empty(&node[k], LEAF, d);
		unlink_if_empty(&root[i], NODE, d);
	}
	kmk_unlock(&kmk_area_lock);
	kmk_shelves_pass();
}

void kmk_index_trim(void)
{
	struct drop d;

	do {
		collect(&d);
		for (unsigned int i = 0; i < d.n; i++)
			kfree(d.node[i]);
	} while (d.n == BATCH);
}

/* ---- validation ---- */

static bool area_entered(struct kmk_area *area)
{
	unsigned long *e = kmk_index_entry(area->range.start, true), v = e ? *e : 0;

	return e == area->entry && kmk_area_of_entry(v) == area &&
	       !(v & KMK_ENTRY_LIVE) == (area->state != KMK_AREA_LIVE) &&
	       kmk_index_entry(area->range.end - 1, false) == e;
}

static bool range_entered(struct kmk_range *r)
{
	struct kmk_area *slot;

	if (!r->window)
		return area_entered(container_of(r, struct kmk_area, range));
	for (unsigned int i = 0; (slot = kmk_window_slot_nr(r, i)); i++)
		if (!area_entered(slot))
			return false;
	return true;
}

/* Every range is found by the tree and by the index, and the index knows nothing of gaps' ends. */
bool kmk_index_validate_locked(void)
{
	struct kmk_range *r;

	list_for_each_entry(r, &kmk_vmap_space.list, list) {
		if (r->gap && kmk_index_entry(r->start - 1, false))
			return false;
		if (r->end == r->start)
			break;
		if (!range_entered(r) || kmk_range_find(&kmk_vmap_space, r->start) != r)
			return false;
	}
	return true;
}
