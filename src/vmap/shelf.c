/* SPDX-License-Identifier: MIT */
/*
 * Shelves: a few idle slots of each size in front of the windows, per CPU of the host. See vmap.h.
 *
 * A class may hold twice what one exchange with the windows moves, and a shelf so many pages in all that
 * the shelves together keep half of what may be idle. A shelf holds one full class at least: with little
 * memory there are fewer of them. One that is full sheds what is not in use just now, the class that holds the
 * most first.
 */
#include <linux/kernel.h>
#include <linux/vmalloc.h>

#include "port.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

#define SHELVES		64		/* CPUs beyond share them */
#define EXCHANGE	32		/* pages moved at a time */
#define MAX_EXCHANGE	16		/* slots */
#define MAX_PAGES	512ul		/* of one shelf */
#define MIN_PAGES	(2ul * EXCHANGE)

static struct kmk_shelf shelves[SHELVES];
static unsigned int nr_shelves = 1;
static unsigned long max_pages;

static unsigned int exchange(unsigned int pages)
{
	return clamp(EXCHANGE / pages, 1u, (unsigned int)MAX_EXCHANGE);
}

void kmk_shelves_start(unsigned long pages, unsigned int cpus)
{
	nr_shelves = (unsigned int)clamp(pages / 2 / MIN_PAGES, 1ul, (unsigned long)SHELVES);
	nr_shelves = clamp(cpus, 1u, nr_shelves);
	max_pages = clamp(pages / 2 / nr_shelves, MIN_PAGES, MAX_PAGES);
	for (unsigned int i = 0; i < SHELVES; i++)
		kmk_lock_init(&shelves[i].lock, KMK_RANK_VMAP_SHELF);
}

struct kmk_shelf *kmk_shelf_lock(void)
{
	struct kmk_shelf *s = &shelves[(unsigned int)port_owner_id() % nr_shelves];

	kmk_lock(&s->lock);
	return s;
}

/* ---- taking and giving ---- */

static void put(struct kmk_shelf *s, struct kmk_area *slot, unsigned int pages)
{
	WRITE_ONCE(slot->state, KMK_AREA_SHELVED);
	slot->next = s->class[pages].first;
	s->class[pages].first = slot;
	s->class[pages].n++;
	kmk_note(&s->pages, pages);
}

static struct kmk_area *get(struct kmk_shelf *s, unsigned int pages)
{
	struct kmk_area *slot = s->class[pages].first;

	if (!slot)
		return NULL;
	s->class[pages].first = slot->next;
	s->class[pages].n--;
	kmk_note(&s->pages, -(long)pages);
	return slot;
}

static void start_life(struct kmk_shelf *s, struct kmk_area *slot, const struct kmk_area_request *req, u64 now)
{
	kmk_area_begin(slot, req, now);
	kmk_note(&s->areas, 1);
	kmk_note(&s->frames, slot->vm.nr_pages);
}

/* Slots from the windows: one for the request, the others for whichever CPU this is by now. */
static struct kmk_area *refill(const struct kmk_area_request *req, unsigned int pages, u64 now)
{
	struct kmk_area *slot = kmk_slots_pop(req->gfp, pages, exchange(pages)), *more, *next;
	struct kmk_shelf *s;

	if (!slot)
		return NULL;
	s = kmk_shelf_lock();
	for (more = slot->next; more; more = next) {
		next = more->next;
		put(s, more, pages);
	}
	start_life(s, slot, req, now);
	kmk_unlock(&s->lock);
	return slot;
}

struct kmk_area *kmk_slot_take(const struct kmk_area_request *req, unsigned int pages)
{
	u64 now = port_now();
	struct kmk_shelf *s = kmk_shelf_lock();
	struct kmk_area *slot = get(s, pages);

	if (likely(slot))
		start_life(s, slot, req, now);
	kmk_unlock(&s->lock);
	return likely(slot) ? slot : refill(req, pages, now);
}

/* Dying slots, so many or all there are, off the shelf. */
static struct kmk_area *take_off(struct kmk_shelf *s, unsigned int pages, unsigned int n)
{
	struct kmk_area *chain = NULL, *slot;

	while (n-- && (slot = get(s, pages))) {
		WRITE_ONCE(slot->state, KMK_AREA_DYING);
		slot->next = chain;
		chain = slot;
	}
	return chain;
}

/* Of the others; there is one, for a full class alone does not fill the shelf. */
static unsigned int largest_but(const struct kmk_shelf *s, unsigned int but)
{
	unsigned int most = but == 1 ? 2 : 1;

	for (unsigned int pages = most + 1; pages <= KMK_SLOT_PAGES; pages++)
		if (pages != but && s->class[pages].n * pages > s->class[most].n * most)
			most = pages;
	return most;
}

static noinline struct kmk_area *shed(struct kmk_shelf *s, unsigned int pages)
{
	if (s->class[pages].n <= 2 * exchange(pages))
		pages = largest_but(s, pages);
	return take_off(s, pages, exchange(pages));
}

void kmk_slot_shelve(struct kmk_area *slot, unsigned int pages)
{
	struct kmk_shelf *s = kmk_shelf_lock();
	struct kmk_area *over = NULL;

	put(s, slot, pages);
	if (unlikely(s->class[pages].n > 2 * exchange(pages) || s->pages > max_pages))
		over = shed(s, pages);
	kmk_unlock(&s->lock);
	if (unlikely(over))
		kmk_slots_push(over);
}

/* ---- all of them ---- */

void kmk_shelves_flush(void)
{
	for (unsigned int i = 0; i < nr_shelves; i++) {
		struct kmk_shelf *s = &shelves[i];

		for (unsigned int pages = 1; kmk_noted(&s->pages) && pages <= KMK_SLOT_PAGES; pages++) {
			struct kmk_area *chain;

			kmk_lock(&s->lock);
			chain = take_off(s, pages, UINT_MAX);
			kmk_unlock(&s->lock);
			if (chain)
				kmk_slots_push(chain);
		}
	}
}

void kmk_shelves_pass(void)
{
	for (unsigned int i = 0; i < nr_shelves; i++) {
		kmk_lock(&shelves[i].lock);
		kmk_unlock(&shelves[i].lock);
	}
}

void kmk_shelves_lock(void)
{
	for (unsigned int i = 0; i < nr_shelves; i++)
		kmk_lock_nested(&shelves[i].lock);
}

void kmk_shelves_unlock(void)
{
	for (unsigned int i = nr_shelves; i-- > 0;)
		kmk_unlock(&shelves[i].lock);
}

struct kmk_shelf_sums kmk_shelves_sum(void)
{
	struct kmk_shelf_sums sum = { 0 };

	for (unsigned int i = 0; i < nr_shelves; i++) {
		sum.areas += kmk_noted(&shelves[i].areas);
		sum.frames += kmk_noted(&shelves[i].frames);
		sum.pages += kmk_noted(&shelves[i].pages);
	}
	return sum;
}

unsigned long kmk_shelves_slots_locked(void)
{
	unsigned long slots = 0;

	for (unsigned int i = 0; i < nr_shelves; i++)
		for (unsigned int k = 1; k <= KMK_SLOT_PAGES; k++)
			slots += shelves[i].class[k].n;
	return slots;
}
