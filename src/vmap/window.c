/* SPDX-License-Identifier: MIT */
/* Windows: one host mapping of a block of frames, cut into slots for small areas. See vmap.h. */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "base/edge.h"
#include "page/page.h"
#include "port.h"
#include "sync/lock.h"
#include "vmap/vmap.h"

#define MAX_FRAMES	512u	/* of a window: 2 MiB */
#define MIN_FRAMES	16u	/* of a class's first one */

struct kmk_window {
	struct kmk_range range;
	struct list_head list;		/* its class's windows with idle slots; those with none out last */
	unsigned long pfn;
	unsigned int pages;		/* of a slot */
	unsigned int nr_slots, nr_out, nr_idle, nr_dead;
	unsigned int mappings;
	unsigned long *entry;		/* of the slots, like the index's */
	struct kmk_area *idle;
	struct page **page;		/* nr_slots * pages */
	struct kmk_area slot[];
};

static struct class {
	struct list_head windows;
	unsigned long nr_out;		/* slots, of all windows of the class */
} classes[KMK_SLOT_PAGES + 1];

static unsigned long nr_empty;		/* pages of windows with no slot out */
static unsigned long nr_kept;		/* frames of idle slots here, and under guards that are holes in them */

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

unsigned int kmk_window_pages(const struct kmk_range *r)
{
	return container_of(r, struct kmk_window, range)->pages;
}

unsigned long *kmk_window_entry(struct kmk_range *r, unsigned long addr, bool exact)
{
	const struct kmk_window *w = window_of(r);
	unsigned int page = (unsigned int)((addr - r->start) >> PAGE_SHIFT), i = page / (w->pages + 1);

	if (i >= w->nr_slots || (exact && (page % (w->pages + 1) || addr & ~PAGE_MASK)))
		return NULL;
	return &w->entry[i];
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

/* No more than lie, guards and all, in as many pages: then a window of the largest size is one index entry. */
static unsigned int slots_in(unsigned int frames, unsigned int pages)
{
	return max(frames / (pages + 1), 1u);
}

/* About as many slots as the class has out, so that their number doubles: few windows, little waste. */
static struct page *take_block(unsigned int pages, gfp_t gfp, unsigned int *frames)
{
	unsigned long out = kmk_noted(&classes[pages].nr_out);
	unsigned int least = (unsigned int)roundup_pow_of_two(pages);
	struct page *page = NULL;

	*frames = (unsigned int)clamp(out * (pages + 1), (unsigned long)MIN_FRAMES, (unsigned long)MAX_FRAMES);
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
		slot->entry = &w->entry[i];
		w->entry[i] = (unsigned long)slot | KMK_ENTRY_FIRST;
		slot->vm.size = stride(w);
		WRITE_ONCE(slot->state, KMK_AREA_IDLE);
		slot->plain = true;
		slot->nr_mapped = w->pages;
		slot->next = w->idle;
		w->idle = slot;
		slot->vm.pages = &w->page[i * w->pages];
		slot->vm.nr_pages = w->pages;
		for (unsigned int k = 0; k < w->pages; k++)
			slot->vm.pages[k] = page + i * (w->pages + 1) + k;
	}
	w->nr_idle = w->nr_slots;
}

_Static_assert(MAX_FRAMES * PAGE_SIZE == 2ul << 20, "a full window is one entry of a node of the index");

static void free_window(struct kmk_window *w)
{
	if (w)
		kfree(w->entry);
	kfree(w);
}

/* Entries apart from the rest, and so beside other windows': finding touches nothing else. */
static struct kmk_window *new_window(unsigned int pages, unsigned int slots, struct page *page, gfp_t gfp)
{
	size_t head = sizeof(struct kmk_window) + slots * sizeof(struct kmk_area);
	struct kmk_window *w;

	gfp = (gfp & ~GFP_ZONEMASK) | __GFP_NOWARN;
	w = kzalloc(head + slots * pages * sizeof(struct page *), gfp);
	if (w)
		w->entry = kmalloc_array(slots, sizeof(*w->entry), gfp);
	if (!w || !w->entry) {
		free_window(w);
		return NULL;
	}
	w->page = (void *)w + head;
	w->pages = pages;
	w->nr_slots = slots;
	w->pfn = page_to_pfn(page);
	INIT_LIST_HEAD(&w->list);
	INIT_LIST_HEAD(&w->range.idle);
	w->range.window = true;
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

static bool place(struct kmk_window *w, gfp_t gfp)
{
	unsigned long size = ALIGN(mapped_len(w) + PAGE_SIZE, KMK_AREA_ALIGN), align = roundup_pow_of_two(size);
	bool placed;

	if (!kmk_area_lock_with_nodes(gfp))
		return false;
	size = align == MAX_FRAMES * PAGE_SIZE ? align : size;
	placed = kmk_range_take(&kmk_vmap_space, &w->range, size, align, VMALLOC_START, VMALLOC_END);
	for (unsigned int i = 0; placed && i < w->nr_slots; i++) {
		w->slot[i].range.start = w->range.start + i * stride(w);
		w->slot[i].range.end = w->slot[i].range.start + stride(w);
	}
	if (placed)
		kmk_index_enter_locked(&w->range);
	kmk_unlock(&kmk_area_lock);
	return placed;
}

static void unplace(struct kmk_window *w)
{
	kmk_area_lock_take();
	kmk_index_leave_locked(&w->range);
	kmk_range_give(&kmk_vmap_space, &w->range);
	kmk_unlock(&kmk_area_lock);
	kmk_shelves_pass();
}

static bool set_up(struct kmk_window *w, gfp_t gfp)
{
	w->mappings = guards_cost_mappings() ? 2 * w->nr_slots : 2;
	if (!kmk_mappings_take(w->mappings))
		return false;
	if (place(w, gfp)) {
		if (!show(w))
			return true;
		unplace(w);
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
	free_window(w);
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

static bool is_empty(const struct kmk_window *w)
{
	return !w->nr_out && w->nr_idle;
}

/* The window becomes empty, or stops being so. */
static void begin_empty_locked(struct kmk_window *w)
{
	kmk_note(&nr_empty, idle_pages(w));
	list_move_tail(&w->list, &classes[w->pages].windows);
	list_add_tail(&w->range.idle, &kmk_idle_by_age);
}

static void end_empty_locked(struct kmk_window *w)
{
	kmk_note(&nr_empty, -idle_pages(w));
	list_del_init(&w->range.idle);
}

static struct kmk_area *pop_locked(struct class *class)
{
	struct kmk_window *w = list_first_entry_or_null(&class->windows, struct kmk_window, list);
	struct kmk_area *slot;

	if (!w)
		return NULL;
	if (is_empty(w))
		end_empty_locked(w);
	w->nr_out++;
	kmk_note(&nr_kept, -(long)w->pages);
	slot = w->idle;
	WRITE_ONCE(slot->state, KMK_AREA_DYING);
	w->idle = slot->next;
	if (!--w->nr_idle)
		list_del_init(&w->list);
	kmk_note(&class->nr_out, 1);
	return slot;
}

static void push_locked(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	struct class *class = &classes[w->pages];

	WRITE_ONCE(slot->state, KMK_AREA_IDLE);
	slot->next = w->idle;
	w->idle = slot;
	kmk_note(&class->nr_out, -1);
	kmk_note(&nr_kept, w->pages);
	if (!w->nr_idle++)
		list_add(&w->list, &class->windows);
	if (!--w->nr_out)
		begin_empty_locked(w);
}

static struct kmk_window *new_window_slow(unsigned int pages, gfp_t gfp)
{
	struct kmk_window *w;

	kmk_unlock(&kmk_area_lock);
	kmk_internal_begin();
	w = make(pages, gfp);
	kmk_internal_end();
	kmk_area_lock_take();
	if (w) {
		kmk_note(&nr_kept, idle_pages(w) + hole_frames(w));
		begin_empty_locked(w);
	}
	return w;
}

struct kmk_area *kmk_slots_pop(gfp_t gfp, unsigned int pages, unsigned int n)
{
	struct class *class = &classes[pages];
	struct kmk_area *chain = NULL, *slot;

	kmk_area_lock_take();
	while (n) {
		slot = pop_locked(class);
		if (!slot && (chain || !new_window_slow(pages, gfp)))
			break;
		if (!slot)
			continue;
		slot->next = chain;
		chain = slot;
		n--;
	}
	kmk_unlock(&kmk_area_lock);
	return chain;
}

void kmk_slots_push(struct kmk_area *chain)
{
	struct kmk_area *next;

	kmk_area_lock_take();
	for (; chain; chain = next) {
		next = chain->next;
		push_locked(chain);
	}
	kmk_unlock(&kmk_area_lock);
}

/* ---- undoing ---- */

static void free_frames(struct kmk_window *w)
{
	for (unsigned int i = 0; i < w->nr_slots; i++) {
		for (unsigned int k = 0; k < w->pages && w->slot[i].state == KMK_AREA_IDLE; k++)
			__free_page(w->slot[i].vm.pages[k]);
		if (i + 1 < w->nr_slots && kmk_vmap_guard == PORT_GUARD_FRAME)
			__free_page(pfn_to_page(w->pfn + i * (w->pages + 1) + w->pages));
	}
}

unsigned long kmk_window_mapped(const struct kmk_range *r)
{
	return mapped_len(container_of(r, struct kmk_window, range));
}

void kmk_window_doom_locked(struct kmk_range *r)
{
	end_empty_locked(window_of(r));
	list_del_init(&window_of(r)->list);
}

unsigned long kmk_window_finish(struct kmk_range *r)
{
	struct kmk_window *w = window_of(r);
	unsigned long pages = (unsigned long)idle_pages(w);

	kmk_mappings_give(w->mappings);
	kmk_area_lock_take();
	for (unsigned int i = 0; i < w->nr_slots; i++)
		if (w->slot[i].freed_by)
			kmk_bury_locked(&w->slot[i]);
	kmk_note(&nr_kept, -idle_pages(w) - hole_frames(w));
	kmk_unlock(&kmk_area_lock);
	unplace(w);
	free_frames(w);
	free_window(w);
	return pages;
}

/* Make the addresses of dying neighbours fault for good; their frames are the caller's. */
static void close_slots(const struct kmk_area *first, const struct kmk_area *last)
{
	struct kmk_window *w = first->window;
	void *addr = (void *)first->range.start;
	unsigned long len = last->range.end - PAGE_SIZE - first->range.start;

	if (kmk_vmap_guard == PORT_GUARD_MARK && !port_guard(addr, len, PAGE_SIZE))
		return;
	port_unmap(addr, len);
	if (guards_cost_mappings())
		return;
	/* It parts the window. Nobody can be told no here; the next request is. */
	kmk_mappings_force(2);
	__atomic_fetch_add(&w->mappings, 2, __ATOMIC_RELAXED);
}

static void bury_slot(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;
	bool last;

	kmk_area_lock_take();
	WRITE_ONCE(slot->state, KMK_AREA_DEAD);
	w->nr_dead++;
	kmk_note(&classes[w->pages].nr_out, -1);
	last = !--w->nr_out && !w->nr_idle;
	if (is_empty(w))
		begin_empty_locked(w);
	kmk_unlock(&kmk_area_lock);
	if (!last)
		return;
	port_unmap((void *)w->range.start, mapped_len(w));
	kmk_window_finish(&w->range);
}

static void free_slot(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;

	for (unsigned int i = 0; i < w->pages; i++)
		__free_page(slot->vm.pages[i]);
	bury_slot(slot);
}

void kmk_slot_give(struct kmk_area *slot)
{
	struct kmk_window *w = slot->window;

	if (kmk_vmap_exact || slot->spoiled || !kmk_frames_plain(slot->vm.pages, w->pages)) {
		close_slots(slot, slot);
		free_slot(slot);
		return;
	}
	kmk_edge_allow((void *)slot->range.start, w->pages * PAGE_SIZE);
	if (kmk_init_on_free)
		memset((void *)slot->range.start, 0, w->pages * PAGE_SIZE);
	kmk_edge_forbid((void *)slot->range.start, w->pages * PAGE_SIZE);	/* still mapped, but nobody's */
	kmk_slot_shelve(slot, w->pages);
}

struct kmk_area *kmk_slot_heir(gfp_t gfp)
{
	struct kmk_area *heir = kzalloc(sizeof(*heir), gfp);

	if (heir)
		heir->vm.pages = kmalloc_array(KMK_SLOT_PAGES, sizeof(struct page *), gfp);
	if (heir && heir->vm.pages)
		return heir;
	kmk_slot_heir_free(heir);
	return NULL;
}

void kmk_slot_heir_free(struct kmk_area *heir)
{
	if (heir)
		kfree(heir->vm.pages);
	kfree(heir);
}

void kmk_slot_evict(struct kmk_area *slot, struct kmk_area *heir)
{
	struct page **pages = heir->vm.pages;

	memcpy(pages, slot->vm.pages, slot->window->pages * sizeof(*pages));
	heir->vm = slot->vm;
	heir->vm.pages = pages;
	close_slots(slot, slot);
	bury_slot(slot);
}

unsigned long kmk_windows_kept(void)
{
	return kmk_noted(&nr_kept);
}

unsigned long kmk_windows_idle(void)
{
	return kmk_noted(&nr_empty);
}

/* The idle slots of a window in use, by address in front of the chain: they are dying when this returns. */
static struct kmk_area *drain_locked(struct kmk_window *w, struct kmk_area *chain)
{
	kmk_note(&nr_kept, -idle_pages(w));
	kmk_note(&classes[w->pages].nr_out, w->nr_idle);
	w->nr_out += w->nr_idle;
	w->nr_idle = 0;
	w->idle = NULL;
	list_del_init(&w->list);
	for (unsigned int i = w->nr_slots; i-- > 0;) {
		if (READ_ONCE(w->slot[i].state) != KMK_AREA_IDLE)
			continue;
		WRITE_ONCE(w->slot[i].state, KMK_AREA_DYING);
		w->slot[i].next = chain;
		chain = &w->slot[i];
	}
	return chain;
}

static struct kmk_area *drain_windows(void)
{
	struct kmk_area *chain = NULL;
	struct kmk_window *w, *next;

	kmk_area_lock_take();
	for (unsigned int i = 1; i <= KMK_SLOT_PAGES; i++)
		list_for_each_entry_safe(w, next, &classes[i].windows, list)
			if (w->nr_out)
				chain = drain_locked(w, chain);
	kmk_unlock(&kmk_area_lock);
	return chain;
}

/* The last of the chain's slots that lie side by side in one window. */
static struct kmk_area *last_neighbour(struct kmk_area *slot)
{
	while (slot->next && slot->next->window == slot->window && slot->next->range.start == slot->range.end)
		slot = slot->next;
	return slot;
}

unsigned long kmk_windows_close(void)
{
	struct kmk_area *slot = drain_windows(), *last = NULL, *next;
	unsigned long got = 0;

	for (; slot; slot = next) {
		if (!last) {
			last = last_neighbour(slot);
			close_slots(slot, last);
		}
		next = slot->next;
		if (slot == last)
			last = NULL;
		got += slot->vm.nr_pages;
		free_slot(slot);
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

bool kmk_window_validate_locked(struct kmk_range *r, unsigned long *live, unsigned long *shelved)
{
	const struct kmk_window *w = window_of(r);
	unsigned int count[KMK_AREA_DEAD + 1] = { 0 }, idle = 0;
	const struct kmk_area *slot;

	for (slot = w->idle; slot; slot = slot->next)
		idle++;
	for (unsigned int i = 0; i < w->nr_slots; i++)
		count[w->slot[i].state]++;
	*live += count[KMK_AREA_LIVE];
	*shelved += count[KMK_AREA_SHELVED];
	/* New ones, and those being undone, are on no class's list. */
	if (!list_empty(&w->list) && is_empty(w) == list_empty(&r->idle))
		return false;
	return idle == w->nr_idle && count[KMK_AREA_IDLE] == w->nr_idle && count[KMK_AREA_DEAD] == w->nr_dead &&
	       count[KMK_AREA_LIVE] + count[KMK_AREA_DYING] + count[KMK_AREA_SHELVED] == w->nr_out &&
	       r->end - r->start >= mapped_len(w) + PAGE_SIZE;
}
