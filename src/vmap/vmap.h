/* SPDX-License-Identifier: MIT */
/*
 * The room of virtual areas and high memory.
 *
 * Vocabulary
 *	space	a window of addresses, [lo, hi): the vmalloc window is the only one here
 *	range	addresses in use inside a space: an area with its guard page, or a window of small areas
 *	gap	the free addresses in front of a range; a last, empty range at hi owns the last gap
 *	area	a range with its descriptor: which frames it shows, whose they are, who made it
 *	window	one host mapping of a block of frames, cut into slots of equal size
 *	slot	the place of one small area in a window; also one page of the kmap or fixmap window
 *	guard	the inaccessible page behind each area
 *	idle	freed, still mapped, waiting to be handed out again
 *
 *	lo                                                              hi
 *	| gap A |AAAA g| gap B |BB g|CCCCCC g|      gap of the end       |end
 *
 * Ranges
 *	All ranges of a space form one search tree by start address and one list in the same order.
 *	The tree is a treap: a node's priority is a hash of its address, so its shape, and with it
 *	O(log n), does not depend on the order of requests and needs no balance bookkeeping. Each
 *	node knows the largest gap in its subtree; the lowest gap that fits is found on one path
 *	down. The tree is for gaps only: what lies at an address is read from an index by page number
 *	(index.c). Freeing a range never allocates: it only widens its successor's gap.
 *	Invariants: r.gap == r.start - previous.end; max_gap == max(gap, children's max_gap);
 *	sum(gap) + sum(end - start) == hi - lo.
 *
 * Windows (window.c)
 *	A small area costs no mapping of its own: the host knows windows only. A window of class n
 *	is a run of slots of n pages and a guard each; its frames are one block, its addresses one
 *	range. Behind port.h a guard is a mark in the page table, a hole in the file, or, where the
 *	host knows neither, a mapping; but for the hole the frame under it is given back.
 *
 *	| slot 0: n pages |g| slot 1: n pages |g| ... | last slot |(g)	(g): behind the mapping
 *
 *	A slot is live, dying, idle (frames and mapping in place) or dead (frames gone, a guard all
 *	over, until the window goes). An idle slot waits in its window or on a shelf. Invariants:
 *	nr_out + nr_idle + nr_dead == nr_slots, where live, dying and shelved ones are out; a window
 *	is on its class's list exactly while nr_idle > 0; empty windows, those with none out, stand
 *	behind the others there, and on the list of what is idle by age.
 *
 * Shelves (shelf.c)
 *	Each CPU (of the host) has a shelf with a few idle slots of each size and a lock of its own.
 *	A small request takes a slot from it, a free puts one there: neither touches a lock or a count
 *	that other CPUs use, until the shelf is empty, or full, and half of it is exchanged with the
 *	windows. A CPU is but a hint, so the lock is needed, but it seldom meets anybody.
 *
 * Idle areas (cache.c)
 *	Larger areas of plain vmalloc() stay mapped, too, in a list of bounded size. What a free
 *	makes idle, the next request of that size takes without a system call. Over the limit, at
 *	kmemkit_drain(), when frames run short and by kmk_vmap_trim_idle() idle areas and empty windows
 *	are undone (purge.c), oldest first, in batches: neighbours with one host call.
 *	vmalloc_debug=1 keeps nothing: freed addresses fault at once.
 *
 * Areas
 *	An area is made in the order address range, frames, mapping, and undone backwards, so that
 *	addresses are reused only when nothing is mapped there any more. Between "taken out of use"
 *	and "range given back" its state is KMK_AREA_DYING: it is found by no one, and a second
 *	vfree() in that time is the misuse it is. Frames that lie side by side are mapped with one
 *	host call; vmalloc() therefore asks for the largest blocks it can get and splits them.
 *
 *	An area is live while its entry in the index says so. The entry is set by who made the area,
 *	and cleared by compare-and-swap: of two frees one wins. The descriptor belongs to the winner.
 *
 * Locks
 *	The area lock (rank VMAP) is over ranges, windows and idle areas; a shelf's lock (rank
 *	VMAP_SHELF, taken before it) over what lies on the shelf. Areas begin and end their lives under
 *	one or the other: who must see them all stand still takes all (kmk_areas_freeze()). Reading the
 *	index takes any one of them, for its nodes go only after each was free once. One lock (rank
 *	KMAP) over the kmap window. No host call, allocation or free happens under any of these.
 *	Pointers to areas that are not live are good only under the area lock, or for whoever made the
 *	area dying. kmap_local slots are taken by compare-and-swap and belong to the thread that took them.
 */
#ifndef KMK_VMAP_H
#define KMK_VMAP_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/vmalloc.h>
#include <linux/highmem.h>
#include <kmemkit/run.h>
#include <kmemkit/vmap.h>
#include "port.h"
#include "sync/lock.h"
#include "sync/thread.h"

struct kmk_range {
	unsigned long start, end;	/* [start, end), with the guard page; a multiple of KMK_AREA_ALIGN */
	unsigned long gap;		/* free bytes in front of start */
	unsigned long max_gap;		/* the largest gap of this subtree */
	struct kmk_range *left, *right;
	struct list_head list;		/* by address */
	struct list_head idle;		/* idle areas and empty windows by age */
	bool window;			/* of a kmk_window; else of a kmk_area */
};

struct kmk_space {
	unsigned long lo, hi;
	struct kmk_range *root;
	struct kmk_range last;		/* the empty range at hi */
	struct list_head list;
};

#define KMK_SPACE_INIT(s, from, to) {						\
	.lo = (from), .hi = (to), .root = &(s).last,				\
	.last = { .start = (to), .end = (to), .gap = (to) - (from),		\
		  .max_gap = (to) - (from), .list = { &(s).list, &(s).list } },	\
	.list = { &(s).last.list, &(s).last.list },				\
}

/*
 * Take the lowest size bytes at a multiple of align (a power of two) inside [lo, hi). Fills
 * range->start and end; false when there is no such gap. The caller holds the space's lock.
 */
bool kmk_range_take(struct kmk_space *s, struct kmk_range *range, unsigned long size,
		    unsigned long align, unsigned long lo, unsigned long hi);
/* Give a range back. Same lock. */
void kmk_range_give(struct kmk_space *s, struct kmk_range *range);
/* The range around addr, or NULL. Same lock. */
struct kmk_range *kmk_range_find(struct kmk_space *s, unsigned long addr);
/* Are tree, list and gaps consistent? Same lock. */
bool kmk_range_validate(const struct kmk_space *s);

enum kmk_area_state { KMK_AREA_LIVE, KMK_AREA_DYING, KMK_AREA_IDLE, KMK_AREA_SHELVED, KMK_AREA_DEAD };

struct kmk_window;

struct kmk_area {
	struct vm_struct vm;		/* first: whoever kfree()s the vm_struct frees the area */
	struct kmk_range range;
	unsigned long *entry;		/* in the index, or the window */
	unsigned long *pfns;		/* frames shown that the area does not own, or NULL */
	unsigned long nr_mapped;	/* pages mapped, from the area's start */
	unsigned long nr_shown;		/* pages into which remap_vmalloc_range() may have mapped others' frames */
	enum kmk_area_state state;
	unsigned int prot;		/* PORT_* of its pages; 0: those of PAGE_KERNEL */
	bool internal;			/* the library's own: no leak candidate */
	u32 mark, looked;		/* leak scan: rounds in which it was reached, looked into */
	u64 time;			/* when it was made, ns */
	bool ram;			/* made by vm_map_ram(): has no vm_struct to show */
	bool plain;			/* vmalloc() with nothing special: may become idle */
	bool spoiled;			/* its last life left protections in its mappings: it may not */
	struct kmk_window *window;	/* a slot's; NULL: an area with mappings of its own */
	const void *freed_by;
	unsigned int mappings;		/* charged for it */
	struct list_head size;		/* idle areas by size */
	struct kmk_area *next;		/* areas to be freed later; idle slots of a window, or on a shelf */
};

#define KMK_AREA_ALIGN	(2 * PAGE_SIZE)	/* of a range's start and size */

struct kmk_area_request {
	unsigned long size, align, start, end;
	unsigned long flags;		/* VM_* */
	gfp_t gfp;			/* for the descriptor */
	int node;
	const void *caller;
	bool ram;			/* for vm_map_ram() */
};

/*
 * The flags to work with: a call that may sleep, made where it must not, is reported here, once, and
 * then goes on without direct reclaim.
 */
gfp_t kmk_vmap_gfp(gfp_t gfp);
/* Bytes of addresses, guard included, and alignment a request needs; false when it makes no sense. */
bool kmk_area_size_up(const struct kmk_area_request *req, unsigned long *size, unsigned long *align);
/* Make an area without mappings; NULL without memory or addresses. Sleeps as the flags say. */
struct kmk_area *kmk_area_create(const struct kmk_area_request *req);
/* The descriptor of an area made with VM_UNINITIALIZED is complete: from now on others read it. */
static inline void kmk_area_complete(struct kmk_area *area)
{
	__atomic_fetch_and(&area->vm.flags, ~(unsigned long)VM_UNINITIALIZED, __ATOMIC_RELEASE);
}

/* Map the first n pages onto the area's frames (vm.pages or pfns). 0 or a negative errno. May sleep. */
int kmk_area_map(struct kmk_area *area, unsigned long n, pgprot_t prot);
/* Unmap, give the range back. The descriptor stays. The area is dying. May sleep. */
void kmk_area_retire(struct kmk_area *area);
/* Retire an area and free its frames (if asked to), arrays and descriptor. May sleep. */
void kmk_area_destroy(struct kmk_area *area, bool frames, const void *caller);

/* The live area around, or exactly at, addr; NULL when there is none. Takes the lock. */
struct kmk_area *kmk_area_around(const void *addr);
/*
 * Take the area that starts at addr out of use: it is dying when this returns. NULL, with a report
 * naming the calling function, when there is none. want_ram: only those of vm_map_ram(), or only others.
 */
struct kmk_area *kmk_area_take(const void *addr, bool want_ram, const char *fn, const void *caller);
/* Dying areas whose freeing waits for a thread that may sleep. Any context. */
void kmk_area_free_later(struct kmk_area *area);
void kmk_later_fork_child(void);

/* Is addr in the kmap_local window; the frame mapped there, or NULL. */
bool kmk_is_local_addr(const void *addr);
struct page *kmk_local_page(const void *addr);

extern struct kmk_lock kmk_area_lock;
extern struct kmk_space kmk_vmap_space;
extern bool kmk_vmap_exact;		/* vmalloc_debug=1 */
extern enum port_guard_kind kmk_vmap_guard;

/* The area lock, and how often it was taken. */
extern unsigned long kmk_area_lock_taken;

static inline void kmk_area_lock_take(void)
{
	kmk_lock(&kmk_area_lock);
	__atomic_store_n(&kmk_area_lock_taken, kmk_area_lock_taken + 1, __ATOMIC_RELAXED);
}

/* Every lock of the room but kmap's: no area begins or ends its life. */
void kmk_areas_freeze(void);
void kmk_areas_thaw(void);

/* index.c. An entry of an area's first page: the area and these. */
#define KMK_ENTRY_FIRST	1ul
#define KMK_ENTRY_LIVE	2ul
#define KMK_ENTRY_RAM	4ul	/* live, made by vm_map_ram() */
#define KMK_ENTRY_TAGS	7ul

static inline struct kmk_area *kmk_area_of_entry(unsigned long v)
{
	return v & KMK_ENTRY_FIRST ? (struct kmk_area *)(v & ~KMK_ENTRY_TAGS) : NULL;
}

/* The entry of the first page of the area around addr (exact: that starts at addr), or NULL. Under any lock. */
unsigned long *kmk_index_entry(unsigned long addr, bool exact);
/* Take the area lock with nodes in store for one range; false, without the lock, when there is no memory. */
bool kmk_area_lock_with_nodes(gfp_t gfp);
/* Enter a range that was just placed: its area is not live yet. Leave before it is given back. Locked. */
void kmk_index_enter_locked(struct kmk_range *r);
void kmk_index_leave_locked(const struct kmk_range *r);
unsigned long *kmk_window_entry(struct kmk_range *r, unsigned long addr, bool exact);	/* in window.c */
unsigned int kmk_window_pages(const struct kmk_range *r);	/* of a slot */
bool kmk_index_validate_locked(void);
void kmk_index_trim(void);	/* free what is empty. May sleep. */

/* shelf.c */
struct kmk_shelf {
	struct kmk_lock lock;
	unsigned long areas;		/* live ones more than the other counts know of; may be "negative" */
	unsigned long frames;		/* the same for those of vmalloc areas */
	unsigned long pages;		/* of idle slots here */
	struct { struct kmk_area *first; unsigned int n; } class[33];
} __attribute__((aligned(64)));

/* This CPU's shelf, locked; kmk_unlock() it. */
struct kmk_shelf *kmk_shelf_lock(void);
void kmk_shelves_start(unsigned long pages, unsigned int cpus);	/* idle pages for all of them */
/* Each shelf's lock was free since: nobody still reads what was taken out of the index before. */
void kmk_shelves_pass(void);
void kmk_shelves_lock(void);
void kmk_shelves_unlock(void);
void kmk_shelves_flush(void);		/* all idle slots into their windows */
struct kmk_shelf_sums { unsigned long areas, frames, pages; };
struct kmk_shelf_sums kmk_shelves_sum(void);
unsigned long kmk_shelves_slots_locked(void);	/* idle slots; the caller holds all locks */

/* Counters written under the lock, and read anywhere as estimates. */
static inline void kmk_note(unsigned long *count, long by)
{
	__atomic_store_n(count, *count + (unsigned long)by, __ATOMIC_RELAXED);
}

static inline unsigned long kmk_noted(const unsigned long *count)
{
	return __atomic_load_n(count, __ATOMIC_RELAXED);
}

/* The area around addr in any state, or NULL. The caller holds the lock. */
struct kmk_area *kmk_area_at_locked(unsigned long addr);
/* An area comes to life: under the area lock or a shelf's, whose count of live ones the caller keeps. */
void kmk_area_begin(struct kmk_area *area, const struct kmk_area_request *req, u64 now);
/* The same, and the end of a life, counted. Under the area lock. */
void kmk_area_begin_locked(struct kmk_area *area, const struct kmk_area_request *req, u64 now);
void kmk_area_end_locked(struct kmk_area *area);
/* Charge n host mappings: false, with a warning the first time, when the process has no more. May sleep. */
bool kmk_mappings_take(unsigned int n);
void kmk_mappings_give(unsigned int n);
void kmk_mappings_force(unsigned int n);	/* charge, over the limit if need be */
/* Can nobody else have an interest in these frames: one reference, no flags. */
bool kmk_frames_plain(struct page *const *pages, unsigned int n);

void kmk_vmalloc_count(long n);		/* frames of areas: so many more */

/* A slot for a request of that many pages; NULL: there are no frames for a window. May sleep. */
#define KMK_SLOT_PAGES	32	/* the largest small area */
struct kmk_area *kmk_slot_take(const struct kmk_area_request *req, unsigned int pages);
/* A dying slot of that many pages goes on the shelf. Any context. */
void kmk_slot_shelve(struct kmk_area *slot, unsigned int pages);

/* window.c. Up to n idle slots as a chain, dying; from a new window if there is none. May sleep. */
void kmk_windows_start(void);
void kmk_tables_start(void);	/* where walks of page tables begin */
struct kmk_area *kmk_slots_pop(gfp_t gfp, unsigned int pages, unsigned int n);
void kmk_slots_push(struct kmk_area *chain);	/* dying slots become idle in their windows */
struct kmk_area *kmk_window_slot_nr(struct kmk_range *r, unsigned int i);	/* NULL behind the last */
/* A dying slot becomes idle, or dead if that is not possible. May sleep. */
void kmk_slot_give(struct kmk_area *area);
/*
 * An area that owns its descriptor, in place of a slot: got first, empty (NULL: no memory), and freed again if it
 * is not needed; else filled from the dying slot, which is dead afterwards. All may sleep.
 */
struct kmk_area *kmk_slot_heir(gfp_t gfp);
void kmk_slot_heir_free(struct kmk_area *heir);
void kmk_slot_evict(struct kmk_area *slot, struct kmk_area *heir);
/* Undo an empty window: out of every list; (unmapped by the caller;) frames and descriptor, frames given back. */
void kmk_window_doom_locked(struct kmk_range *r);
unsigned long kmk_window_mapped(const struct kmk_range *r);	/* bytes */
unsigned long kmk_window_finish(struct kmk_range *r);
/* Close the idle slots of windows in use; frames given back. May sleep. */
unsigned long kmk_windows_close(void);
unsigned long kmk_windows_idle(void);	/* pages of empty windows */
unsigned long kmk_windows_kept(void);	/* frames windows hold for no area that is out */
void kmk_windows_fork_child(void);
bool kmk_window_validate_locked(struct kmk_range *r, unsigned long *live, unsigned long *shelved);

/* cache.c. An idle area, or slot, for the request, live now. */
struct kmk_area *kmk_area_reuse(const struct kmk_area_request *req);
/* Undo a dying area of vmalloc() or make it idle. May sleep. */
void kmk_area_put(struct kmk_area *area);
void kmk_idle_start(unsigned int cpus);
unsigned long kmk_idle_pages(void);	/* of idle areas and empty windows */
void kmk_idle_unlink_locked(struct kmk_area *area);

/* purge.c. All that may be undone in this order: oldest first. */
extern struct list_head kmk_idle_by_age;
/* Undo idle areas and empty windows until at most `keep` of their pages stay; frames given back. May sleep. */
unsigned long kmk_idle_trim(unsigned long keep);
/* Undo all that is idle, slots too. May sleep. */
unsigned long kmk_idle_purge(void);

/* Between these two a fork waits (sync/gate.h). May sleep. What is taken off all lists is back, or gone, then. */
static inline void kmk_vmap_enter(void) { kmk_gate_enter(KMK_GATE_VMAP); }
static inline void kmk_vmap_leave(void) { kmk_gate_leave(KMK_GATE_VMAP); }

/* tomb.c: what was freed last. Locked. */
void kmk_bury_locked(const struct kmk_area *area);
/* Report a free of what is no area of that kind. */
void kmk_bad_address(const void *addr, const char *fn, const void *caller);
/* Text for a fault at addr: its length, 0 when it is not in the vmalloc window. */
size_t kmk_area_explain(unsigned long addr, char *buf, size_t size);

/* For the leak scan (reach.c): what is allocated between these two belongs to the library. */
static inline void kmk_internal_begin(void) { kmk_self()->internal++; }
static inline void kmk_internal_end(void) { kmk_self()->internal--; }
void kmk_vmap_reach(const void *addr, u32 round);
/* Moves *start over pages that cannot be read; returns where those that can, from there on, end: at `end` at last. */
unsigned long kmk_protect_readable(unsigned long *start, unsigned long end);
bool kmk_vmap_scan(u32 round, void (*look)(uintptr_t start, uintptr_t end, void *data));
void kmk_vmap_each_area(void (*fn)(const void *addr, size_t size, unsigned long caller, u32 mark, u64 time,
				   void *data), void *data);

unsigned int kmk_port_prot(pgprot_t prot);
bool kmk_area_validate(void);
bool kmk_kmap_validate(void);
void kmk_local_start(void);	/* threads that end with slots open are reported */
int kmk_kmap_start(void);	/* the option kmap_slots= */
void kmk_kmap_fork_lock(void);
void kmk_kmap_fork_unlock(void);
void kmk_kmap_fork_child(void);
void kmk_local_fork_child(void);

static inline struct kmk_area *kmk_area_of(struct vm_struct *vm)
{
	return container_of(vm, struct kmk_area, vm);
}

#endif
