/* SPDX-License-Identifier: MIT */
/* Windows: one host mapping of a block of frames, cut into slots for small areas. See vmap.h. */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "page/page.h"
#include "port.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

#define MAX_FRAMES	512u	/* of a window: 2 MiB */
#define MIN_FRAMES	16u	/* of a class's first one */

struct kmk_window {
	struct kmk_range range;
	struct list_head list;		/* its class's windows with idle slots; those without live ones last */
	struct kmk_window *next;	/* to be undone */
	unsigned long pfn;
	unsigned int pages;		/* of a slot */
	unsigned int nr_slots, nr_live, nr_idle, nr_dead;
	unsigned int mappings;
	struct kmk_area *idle;
	struct page **page;		/* nr_slots * pages */
	struct kmk_area slot[];
};

static struct class {
	struct list_head windows;
	unsigned long nr_live;		/* slots, of all windows of the class */
} classes[KMK_SLOT_PAGES + 1];

static unsigned long nr_empty;		/* idle pages of windows without live slots */
static unsigned long nr_kept;		/* frames of all idle slots, and under guards that are holes in them */

void kmk_windows_start(void)
{
	for (unsigned int i = 0; i <= KMK_SLOT_PAGES; i++)
		INIT_LIST_HEAD(&classes[i].windows);
}

static unsigned long stride(const struct kmk_window *w)
{
	return (w->pages + 1) * PAGE_SIZE;
}

/* Bytes of the host's mapping: the last slot's guard lies behind it. */
static unsigned long mapped_len(const struct kmk_window *w)
{
	return w->nr_slots * stride(w) - PAGE_SIZE;
}

static struct kmk_window *window_of(struct kmk_range *r)
{
	return container_of(r, struct kmk_window, range);
}

struct kmk_area *kmk_window_slot_nr(struct kmk_range *r, unsigned int i)
{
	struct kmk_window *w = window_of(r);

	return i < w->nr_slots ? &w->slot[i] : NULL;
}

struct kmk_area *kmk_window_slot(struct kmk_range *r, unsigned long addr)
{
	return kmk_window_slot_nr(r, (unsigned int)((addr - r->start) / stride(window_of(r))));
}

bool kmk_frames_plain(struct page *const *pages, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct page *p = pages[i];

		if ((__atomic_load_n(&p->flags, __ATOMIC_RELAXED) & (PAGEFLAGS_MASK | KMK_PF_ORDER_MASK)) ||
		    __atomic_load_n(&p->_refcount.counter, __ATOMIC_RELAXED) != 1 || p->mapping || p->private ||
		    p->_mapcount.counter || p->virtual)
			return false;
	}
	return true;
}

/* ---- making one ---- */

static unsigned int slots_in(unsigned int frames, unsigned int pages)
{
	return (frames + 1) / (pages + 1);
}

/* About as many slots as the class has live ones, so that their number doubles: few windows, little waste. */
static struct page *take_block(unsigned int pages, gfp_t gfp, unsigned int *frames)
{
	unsigned long live = kmk_noted(&classes[pages].nr_live);
	unsigned int least = (unsigned int)roundup_pow_of_two(pages);
	struct page *page = NULL;

	*frames = (unsigned int)clamp(live * (pages + 1), (unsigned long)MIN_FRAMES, (unsigned long)MAX_FRAMES);
	*frames = max((unsigned int)rounddown_pow_of_two(*frames), least);
	gfp = (gfp & ~(__GFP_RECLAIM | __GFP_NOFAIL | __GFP_ZERO)) | __GFP_NORETRY | __GFP_NOWARN | __GFP_HIGHMEM;
	for (; !page && *frames >= least; *frames /= 2) {
		page = alloc_pages(gfp, ilog2(*frames));
		if (page)
			break;
	}
	return page;
}

static void lay_out(struct kmk_window *w, struct page *page)
{
	for (unsigned int i = w->nr_slots; i-- > 0;) {
		struct kmk_area *slot = &w->slot[i];

		slot->window = w;
		slot->state = KMK_AREA_IDLE;
		slot->plain = true;
		slot->nr_mapped = w->pages;
		slot->next = w->idle;
		w->idle = slot;
		for (unsigned int k = 0; k < w->pages; k++)
			w->page[i * w->pages + k] = page + i * (w->pages + 1) + k;
	}
	w->nr_idle = w->nr_slots;
}

static struct kmk_window *new_window(unsigned int pages, unsigned int slots, struct page *page, gfp_t gfp)
{
	size_t head = sizeof(struct kmk_window) + slots * sizeof(struct kmk_area);
	struct kmk_window *w;

	w = kzalloc(head + slots * pages * sizeof(struct page *), (gfp & ~GFP_ZONEMASK) | __GFP_NOWARN);
	if (!w)
		return NULL;
	w->page = (void *)w + head;
	w->pages = pages;
	w->nr_slots = slots;
	w->pfn = page_to_pfn(page);
	INIT_LIST_HEAD(&w->list);
	lay_out(w, page);
	return w;
}

static bool guards_cost_mappings(void)
{
	return kmk_vmap_guard == PORT_GUARD_UNMAP;
}

static int set_guards(const struct kmk_window *w)
{
	unsigned long at = w->range.start, end = at + mapped_len(w) + PAGE_SIZE - stride(w);

	if (!guards_cost_mappings())
		return w->nr_slots > 1 ? port_guard((void *)at, end - at, stride(w)) : 0;
	for (; at < end; at += stride(w))
		port_unmap((void *)(at + stride(w) - PAGE_SIZE), PAGE_SIZE);
	return 0;
}

static int show(struct kmk_window *w)
{
	int err = port_map((void *)w->range.start, PFN_PHYS(w->pfn), mapped_len(w), PORT_READ | PORT_WRITE);

	if (!err)
		err = set_guards(w);
	if (err)
		port_unmap((void *)w->range.start, mapped_len(w));
	return err;
}

static bool place(struct kmk_window *w)
{
	unsigned long size = mapped_len(w) + PAGE_SIZE;
	bool placed;

	kmk_lock(&kmk_area_lock);
	placed = kmk_place_locked(&w->range, size, PAGE_SIZE, VMALLOC_START, VMALLOC_END);
	w->range.window = true;
	for (unsigned int i = 0; placed && i < w->nr_slots; i++) {
		w->slot[i].range.start = w->range.start + i * stride(w);
		w->slot[i].range.end = w->slot[i].range.start + stride(w);
	}
	kmk_unlock(&kmk_area_lock);
	return placed;
}

static bool set_up(struct kmk_window *w, gfp_t gfp)
{
	w->mappings = guards_cost_mappings() ? 2 * w->nr_slots : 2;
	if (!kmk_mappings_take(w->mappings))
		return false;
	if (place(w)) {
		kmk_index_range(&w->range, gfp);
		if (!show(w))
			return true;
		kmk_lock(&kmk_area_lock);
		kmk_unplace_locked(&w->range);
		kmk_unlock(&kmk_area_lock);
	}
	kmk_mappings_give(w->mappings);
	return false;
}

/* Frames that no slot shows: under guards (unless a guard is a hole in the frame), and behind the last slot. */
static void free_spare(const struct kmk_window *w, struct page *page, unsigned int frames)
{
	unsigned int used = (unsigned int)(mapped_len(w) / PAGE_SIZE);

	for (unsigned int i = 0; i < frames; i++)
		if (i >= used || (i % (w->pages + 1) == w->pages && kmk_vmap_guard != PORT_GUARD_FRAME))
			__free_page(page + i);
}

static struct kmk_window *make(unsigned int pages, gfp_t gfp)
{
	struct kmk_window *w;
	unsigned int frames;
	struct page *page = take_block(pages, gfp, &frames);

	if (!page)
		return NULL;
	split_page(page, ilog2(frames));
	w = new_window(pages, slots_in(frames, pages), page, gfp);
	if (w && set_up(w, gfp)) {
		free_spare(w, page, frames);
		return w;
	}
	kfree(w);
	for (unsigned int i = 0; i < frames; i++)
		__free_page(page + i);
	return NULL;
}

/* ---- slots ---- */

static long idle_pages(const struct kmk_window *w)
{
	return (long)w->nr_idle * w->pages;
}

static long hole_frames(const struct kmk_window *w)
{
	return kmk_vmap_guard == PORT_GUARD_FRAME ? (long)w->nr_slots - 1 : 0;
}

static struct kmk_area *pop_locked(struct class *class)
{
	struct kmk_window *w = list_first_entry_or_null(&class->windows, struct kmk_window, list);
	struct kmk_area *slot;

	if (!w)
		return NULL;
	if (!w->nr_live++)
		kmk_note(&nr_empty, -idle_pages(w));
	kmk_note(&nr_kept, -(long)w->pages);
	slot = w->idle;
	w->idle = slot->next;
	if (!--w->nr_idle)
		list_del_init(&w->list);
	kmk_note(&class->nr_live, 1);
	return slot;
}

static void push_locked(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	struct class *class = &classes[w->pages];

	slot->state = KMK_AREA_IDLE;
	slot->next = w->idle;
	w->idle = slot;
	kmk_note(&class->nr_live, -1);
	kmk_note(&nr_kept, w->pages);
	if (!w->nr_idle++)
		list_add(&w->list, &class->windows);
	if (!--w->nr_live) {
		kmk_note(&nr_empty, idle_pages(w));
		list_move_tail(&w->list, &class->windows);
	}
}

static void start_life(struct kmk_area *slot, const struct kmk_area_request *req, u64 now)
{
	struct kmk_window *w = slot->window;

	kmk_area_begin_locked(slot, req, now);
	slot->vm.pages = &w->page[(slot - w->slot) * w->pages];
	slot->vm.nr_pages = w->pages;
}

struct kmk_area *kmk_slot_take(const struct kmk_area_request *req, unsigned int pages)
{
	struct class *class = &classes[pages];
	struct kmk_window *w = NULL;
	struct kmk_area *slot;
	u64 now = port_now();

	kmk_lock(&kmk_area_lock);
	while (!(slot = pop_locked(class))) {
		kmk_unlock(&kmk_area_lock);
		kmk_internal_begin();
		w = make(pages, req->gfp);
		kmk_internal_end();
		if (!w)
			return NULL;
		kmk_lock(&kmk_area_lock);
		list_add(&w->list, &class->windows);
		kmk_note(&nr_empty, idle_pages(w));
		kmk_note(&nr_kept, idle_pages(w) + hole_frames(w));
	}
	start_life(slot, req, now);
	kmk_unlock(&kmk_area_lock);
	return slot;
}

/* ---- undoing ---- */

static void free_frames(struct kmk_window *w)
{
	for (unsigned int i = 0; i < w->nr_slots; i++) {
		for (unsigned int k = 0; k < w->pages && w->slot[i].state == KMK_AREA_IDLE; k++)
			__free_page(w->page[i * w->pages + k]);
		if (i + 1 < w->nr_slots && kmk_vmap_guard == PORT_GUARD_FRAME)
			__free_page(pfn_to_page(w->pfn + i * (w->pages + 1) + w->pages));
	}
}

/* A window without live slots that is on no list. */
static unsigned long retire(struct kmk_window *w)
{
	unsigned long pages = (unsigned long)idle_pages(w);

	port_unmap((void *)w->range.start, mapped_len(w));
	kmk_mappings_give(w->mappings);
	kmk_lock(&kmk_area_lock);
	for (unsigned int i = 0; i < w->nr_slots; i++)
		if (w->slot[i].freed_by)
			kmk_bury_locked(&w->slot[i]);
	kmk_note(&nr_kept, -idle_pages(w) - hole_frames(w));
	kmk_unplace_locked(&w->range);
	kmk_unlock(&kmk_area_lock);
	free_frames(w);
	kfree(w);
	return pages;
}

/* Make a dying slot's addresses fault for good; its frames are the caller's. */
static void close_slot(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	void *addr = (void *)slot->range.start;

	if (kmk_vmap_guard == PORT_GUARD_MARK && !port_guard(addr, w->pages * PAGE_SIZE, PAGE_SIZE))
		return;
	port_unmap(addr, w->pages * PAGE_SIZE);
}

static void bury_slot(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	bool last;

	kmk_lock(&kmk_area_lock);
	slot->state = KMK_AREA_DEAD;
	w->nr_dead++;
	kmk_note(&classes[w->pages].nr_live, -1);
	last = !--w->nr_live && !w->nr_idle;
	if (!w->nr_live)
		kmk_note(&nr_empty, idle_pages(w));
	kmk_unlock(&kmk_area_lock);
	if (last)
		retire(w);
}

static void kill_slot(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	struct page **page = &w->page[(slot - w->slot) * w->pages];

	close_slot(slot);
	for (unsigned int i = 0; i < w->pages; i++)
		__free_page(page[i]);
	bury_slot(slot);
}

void kmk_slot_give(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;

	if (kmk_vmap_exact || !kmk_frames_plain(&w->page[(slot - w->slot) * w->pages], w->pages)) {
		kill_slot(slot);
		return;
	}
	if (kmk_init_on_free)
		memset((void *)slot->range.start, 0, w->pages * PAGE_SIZE);
	kmk_lock(&kmk_area_lock);
	push_locked(slot);
	kmk_unlock(&kmk_area_lock);
}

struct kmk_area *kmk_slot_evict(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	struct kmk_area *area = kzalloc(sizeof(*area), GFP_KERNEL);

	if (!area)
		return NULL;
	area->vm = slot->vm;
	area->vm.pages = kmemdup(&w->page[(slot - w->slot) * w->pages], w->pages * sizeof(struct page *), GFP_KERNEL);
	if (!area->vm.pages) {
		kfree(area);
		return NULL;
	}
	close_slot(slot);
	bury_slot(slot);
	return area;
}

unsigned long kmk_windows_kept(void)
{
	return kmk_noted(&nr_kept);
}

unsigned long kmk_windows_idle(void)
{
	return kmk_noted(&nr_empty);
}

/* Windows without live slots, off their lists, until at most `keep` of their pages stay. */
static struct kmk_window *collect_empty(unsigned long keep)
{
	struct kmk_window *chain = NULL, *w;

	kmk_lock(&kmk_area_lock);
	for (unsigned int i = 1; i <= KMK_SLOT_PAGES; i++)
		while (nr_empty > keep && !list_empty(&classes[i].windows)) {
			w = list_last_entry(&classes[i].windows, struct kmk_window, list);
			if (w->nr_live)
				break;
			kmk_note(&nr_empty, -idle_pages(w));
			list_del_init(&w->list);
			w->next = chain;
			chain = w;
		}
	kmk_unlock(&kmk_area_lock);
	return chain;
}

unsigned long kmk_windows_trim(unsigned long keep)
{
	struct kmk_window *w = collect_empty(keep), *next;
	unsigned long got = 0;

	for (; w; w = next) {
		next = w->next;
		got += retire(w);
	}
	return got;
}

/* The idle slots of a window in use: they are dying when this returns. */
static struct kmk_area *empty_locked(struct kmk_window *w, struct kmk_area *chain)
{
	struct kmk_area *slot, *next;

	for (slot = w->idle; slot; slot = next) {
		next = slot->next;
		slot->state = KMK_AREA_DYING;
		slot->next = chain;
		chain = slot;
	}
	kmk_note(&classes[w->pages].nr_live, w->nr_idle);
	w->nr_live += w->nr_idle;
	kmk_note(&nr_kept, -idle_pages(w));
	w->nr_idle = 0;
	w->idle = NULL;
	list_del_init(&w->list);
	return chain;
}

unsigned long kmk_windows_purge(void)
{
	unsigned long got = kmk_windows_trim(0);
	struct kmk_area *chain = NULL, *next;

	kmk_lock(&kmk_area_lock);
	for (unsigned int i = 1; i <= KMK_SLOT_PAGES; i++)
		while (!list_empty(&classes[i].windows))
			chain = empty_locked(list_first_entry(&classes[i].windows, struct kmk_window, list), chain);
	kmk_unlock(&kmk_area_lock);
	for (; chain; chain = next) {
		next = chain->next;
		got += chain->window->pages;
		kill_slot(chain);
	}
	return got;
}

/* ---- fork, validation ---- */

/* Marks do not pass to a child, whose frames are another file: they are set again. */
static void restore(const struct kmk_window *w)
{
	int err = set_guards(w);

	for (unsigned int i = 0; i < w->nr_slots && kmk_vmap_guard == PORT_GUARD_MARK; i++)
		if (w->slot[i].state == KMK_AREA_DEAD && !err)
			err = port_guard((void *)w->slot[i].range.start, w->pages * PAGE_SIZE, PAGE_SIZE);
	if (err)
		pr_err("vmap: after fork: guard pages of a window could not be set (error %d)\n", err);
}

void kmk_windows_fork_child(void)
{
	struct kmk_range *r;

	list_for_each_entry(r, &kmk_vmap_space.list, list)
		if (r->window)
			restore(window_of(r));
}

bool kmk_window_validate_locked(struct kmk_range *r, unsigned long *live)
{
	const struct kmk_window *w = window_of(r);
	unsigned int count[4] = { 0 }, idle = 0;
	const struct kmk_area *slot;

	for (slot = w->idle; slot; slot = slot->next)
		idle++;
	for (unsigned int i = 0; i < w->nr_slots; i++)
		count[w->slot[i].state]++;
	*live += count[KMK_AREA_LIVE];
	return idle == w->nr_idle && count[KMK_AREA_IDLE] == w->nr_idle && count[KMK_AREA_DEAD] == w->nr_dead &&
	       count[KMK_AREA_LIVE] + count[KMK_AREA_DYING] == w->nr_live &&
	       r->end - r->start == mapped_len(w) + PAGE_SIZE;
}
