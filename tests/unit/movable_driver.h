/* SPDX-License-Identifier: MIT */
/*
 * A small driver whose pages can move: a table of places, each with one page full of a value that follows from
 * the place's number. Every access goes through the place, under its lock, so a page may be anywhere.
 */
#ifndef TESTS_MOVABLE_DRIVER_H
#define TESTS_MOVABLE_DRIVER_H

#include <linux/highmem.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

struct place {
	spinlock_t lock;
	struct page *page;
	u64 value;
};

static struct place *places;
static unsigned int nr_places;
static int refuse_moves;		/* how many migrate_page calls say -EAGAIN */
static bool pin_pages;			/* isolate_page says no */
static unsigned long nr_moves, nr_putbacks;

static void place_fill(struct page *page, u64 value)
{
	u64 *p = kmap_local_page(page);

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*p); i++)
		p[i] = value + i;
	kunmap_local(p);
}

static bool place_good(struct page *page, u64 value)
{
	const u64 *p = kmap_local_page(page);
	bool good = true;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(*p); i++)
		good &= p[i] == value + i;
	kunmap_local(p);
	return good;
}

static bool place_isolate(struct page *page, isolate_mode_t mode)
{
	return !pin_pages;
}

static int place_migrate(struct page *dst, struct page *src, enum migrate_mode mode);
static void place_putback(struct page *page) { __atomic_add_fetch(&nr_putbacks, 1, __ATOMIC_RELAXED); }

static const struct movable_operations place_ops = {
	.isolate_page = place_isolate, .migrate_page = place_migrate, .putback_page = place_putback,
};

static int place_migrate(struct page *dst, struct page *src, enum migrate_mode mode)
{
	struct place *place = &places[page_private(src)];

	if (refuse_moves) {
		refuse_moves--;
		return -EAGAIN;
	}
	spin_lock(&place->lock);
	copy_highpage(dst, src);
	set_page_private(dst, page_private(src));
	set_page_private(src, 0);
	get_page(dst);
	__SetPageMovable(dst, &place_ops);
	place->page = dst;
	__ClearPageMovable(src);
	spin_unlock(&place->lock);
	put_page(src);
	__atomic_add_fetch(&nr_moves, 1, __ATOMIC_RELAXED);
	return MIGRATEPAGE_SUCCESS;
}

static bool places_make(unsigned int nr)
{
	places = vzalloc(array_size(nr, sizeof(*places)));
	nr_places = places ? nr : 0;
	for (unsigned int i = 0; i < nr_places; i++)
		spin_lock_init(&places[i].lock);
	refuse_moves = 0;
	pin_pages = false;
	return places != NULL;
}

/* A page of its own for an empty place. Only its owner calls this. */
static bool place_new(unsigned int i, gfp_t gfp, u64 salt)
{
	struct page *page = alloc_page(gfp);

	if (!page)
		return false;
	places[i].value = (u64)i << 32 ^ salt << 12;
	place_fill(page, places[i].value);
	set_page_private(page, i);
	lock_page(page);
	__SetPageMovable(page, &place_ops);
	spin_lock(&places[i].lock);
	places[i].page = page;
	spin_unlock(&places[i].lock);
	unlock_page(page);
	return true;
}

/* The page as it is now, locked: it cannot move until unlocked. */
static struct page *place_lock(unsigned int i)
{
	for (;;) {
		struct page *page;

		spin_lock(&places[i].lock);
		page = places[i].page;
		if (page && !trylock_page(page)) {
			spin_unlock(&places[i].lock);
			cond_resched();
			continue;
		}
		spin_unlock(&places[i].lock);
		return page;
	}
}

/* Free it; false: the contents were wrong. */
static bool place_drop(unsigned int i)
{
	struct page *page = place_lock(i);
	bool good;

	if (!page)
		return true;
	good = place_good(page, places[i].value);
	spin_lock(&places[i].lock);
	places[i].page = NULL;
	spin_unlock(&places[i].lock);
	__ClearPageMovable(page);
	set_page_private(page, 0);
	unlock_page(page);
	put_page(page);
	return good;
}

static bool place_check(unsigned int i)
{
	struct page *page = place_lock(i);
	bool good = !page || place_good(page, places[i].value);

	if (page)
		unlock_page(page);
	return good;
}

static unsigned int places_free(void)
{
	unsigned int bad = 0;

	for (unsigned int i = 0; i < nr_places; i++)
		bad += !place_drop(i);
	vfree(places);
	places = NULL;
	nr_places = 0;
	return bad;
}
#endif
