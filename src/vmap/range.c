/* SPDX-License-Identifier: MIT */
/* Address ranges: a treap by start address that knows the largest gap of each subtree. */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/minmax.h>

#include "vmap/vmap.h"

struct fit {
	unsigned long size, align, lo, hi;
};

static unsigned long priority(const struct kmk_range *r)
{
	unsigned long x = r->start >> PAGE_SHIFT;

	x *= 0x9e3779b97f4a7c15UL;
	return x ^ (x >> 29);
}

static unsigned long max_gap(const struct kmk_range *r)
{
	return r ? r->max_gap : 0;
}

static void update(struct kmk_range *r)
{
	r->max_gap = max3(r->gap, max_gap(r->left), max_gap(r->right));
}

/* The gap of the range at key has changed. */
static void refresh(struct kmk_range *t, unsigned long key)
{
	if (key < t->start)
		refresh(t->left, key);
	else if (key > t->start)
		refresh(t->right, key);
	update(t);
}

/* Part a tree into what starts below key and the rest. */
static void split(struct kmk_range *t, unsigned long key, struct kmk_range **below,
		  struct kmk_range **above)
{
	if (!t) {
		*below = *above = NULL;
		return;
	}
	if (t->start < key) {
		split(t->right, key, &t->right, above);
		*below = t;
	} else {
		split(t->left, key, below, &t->left);
		*above = t;
	}
	update(t);
}

static struct kmk_range *join(struct kmk_range *below, struct kmk_range *above)
{
	if (!below || !above)
		return below ? below : above;
	if (priority(below) > priority(above)) {
		below->right = join(below->right, above);
		update(below);
		return below;
	}
	above->left = join(below, above->left);
	update(above);
	return above;
}

static struct kmk_range *insert(struct kmk_range *t, struct kmk_range *r)
{
	if (!t || priority(r) > priority(t)) {
		split(t, r->start, &r->left, &r->right);
		update(r);
		return r;
	}
	if (r->start < t->start)
		t->left = insert(t->left, r);
	else
		t->right = insert(t->right, r);
	update(t);
	return t;
}

static struct kmk_range *erase(struct kmk_range *t, struct kmk_range *r)
{
	if (t == r)
		return join(r->left, r->right);
	if (r->start < t->start)
		t->left = erase(t->left, r);
	else
		t->right = erase(t->right, r);
	update(t);
	return t;
}

/* Where the request lies in the gap in front of r; 0 when it does not fit there. */
static unsigned long place(const struct kmk_range *r, const struct fit *f)
{
	unsigned long from = max(r->start - r->gap, f->lo), to = min(r->start, f->hi);
	unsigned long at = (from + f->align - 1) & ~(f->align - 1);

	if (at < from || at > to || to - at < f->size)
		return 0;
	return at;
}

/* The lowest range with room in front, looking only where a gap of `need` bytes is. */
static struct kmk_range *search(struct kmk_range *t, unsigned long need, const struct fit *f)
{
	struct kmk_range *found = NULL;

	if (!t || t->max_gap < need)
		return NULL;
	if (t->start - t->gap > f->lo)
		found = search(t->left, need, f);
	if (!found && place(t, f))
		return t;
	if (!found && t->end < f->hi)
		found = search(t->right, need, f);
	return found;
}

static struct kmk_range *find_gap(struct kmk_space *s, const struct fit *f)
{
	unsigned long sure = f->size + f->align - PAGE_SIZE;
	struct kmk_range *next = NULL;

	/* A gap of that size fits wherever it starts, so the first pass is one path down ... */
	if (sure >= f->size)
		next = search(s->root, sure, f);
	/* ... and only a space that has none is combed for a gap that happens to start well. */
	if (!next && sure != f->size)
		next = search(s->root, f->size, f);
	return next;
}

bool kmk_range_take(struct kmk_space *s, struct kmk_range *range, unsigned long size,
		    unsigned long align, unsigned long lo, unsigned long hi)
{
	struct fit f = { size, align, max(lo, s->lo), min(hi, s->hi) };
	struct kmk_range *next = find_gap(s, &f);

	if (!next)
		return false;
	range->start = place(next, &f);
	range->end = range->start + size;
	range->gap = range->start - (next->start - next->gap);
	next->gap = next->start - range->end;
	refresh(s->root, next->start);
	s->root = insert(s->root, range);
	list_add_tail(&range->list, &next->list);
	return true;
}

void kmk_range_give(struct kmk_space *s, struct kmk_range *range)
{
	struct kmk_range *next = list_next_entry(range, list);

	s->root = erase(s->root, range);
	list_del(&range->list);
	next->gap += range->gap + (range->end - range->start);
	refresh(s->root, next->start);
}

struct kmk_range *kmk_range_find(struct kmk_space *s, unsigned long addr)
{
	struct kmk_range *t = s->root;

	while (t && !(t->start <= addr && addr < t->end))
		t = addr < t->start ? t->left : t->right;
	return t;
}

static unsigned long count_tree(const struct kmk_range *t, bool *good)
{
	if (!t)
		return 0;
	if (t->max_gap != max3(t->gap, max_gap(t->left), max_gap(t->right)))
		*good = false;
	if ((t->left && t->left->start >= t->start) || (t->right && t->right->start <= t->start))
		*good = false;
	return 1 + count_tree(t->left, good) + count_tree(t->right, good);
}

bool kmk_range_validate(const struct kmk_space *s)
{
	unsigned long end = s->lo, n = 0;
	const struct kmk_range *r;
	bool good = true;

	list_for_each_entry(r, &s->list, list) {
		if (r->start - r->gap != end || r->end < r->start)
			good = false;
		end = r->end;
		n++;
	}
	return count_tree(s->root, &good) == n && end == s->hi && good;
}
