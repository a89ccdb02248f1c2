/* SPDX-License-Identifier: MIT */
/*
 * The room of virtual areas and high memory.
 *
 * Vocabulary
 *	space	a window of addresses, [lo, hi): the vmalloc window is the only one here
 *	range	addresses in use inside a space: an area's pages and its guard page behind them
 *	gap	the free addresses in front of a range; a last, empty range at hi owns the last gap
 *	area	a range with its descriptor: which frames it shows, whose they are, who made it
 *	slot	one page of the kmap or fixmap window, with a page that is never mapped behind it
 *
 *	lo                                                              hi
 *	| gap A |AAAA g| gap B |BB g|CCCCCC g|      gap of the end       |end
 *
 * Ranges
 *	All ranges of a space form one search tree by start address and one list in the same order.
 *	The tree is a treap: a node's priority is a hash of its address, so its shape, and with it
 *	O(log n), does not depend on the order of requests and needs no balance bookkeeping. Each
 *	node knows the largest gap in its subtree; the lowest gap that fits is found on one path
 *	down. Freeing a range never allocates: it only widens its successor's gap.
 *	Invariants: r.gap == r.start - previous.end; max_gap == max(gap, children's max_gap);
 *	sum(gap) + sum(end - start) == hi - lo.
 *
 * Areas
 *	An area is made in the order address range, frames, mapping, and undone backwards, so that
 *	addresses are reused only when nothing is mapped there any more. Between "taken out of use"
 *	and "range given back" its state is KMK_AREA_DYING: it is found by no one, and a second
 *	vfree() in that time is the misuse it is. Frames that lie side by side are mapped with one
 *	host call; vmalloc() therefore asks for the largest blocks it can get and splits them.
 *
 * Locks
 *	One lock (rank VMAP) over ranges and areas' states, one (rank KMAP) over the kmap window; no
 *	host call, allocation or free happens under either. kmap_local slots are taken by
 *	compare-and-swap and belong to the thread that took them.
 */
#ifndef KMK_VMAP_H
#define KMK_VMAP_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/vmalloc.h>
#include <linux/highmem.h>
#include <kmemkit/run.h>
#include <kmemkit/vmap.h>
#include "sync/thread.h"

struct kmk_range {
	unsigned long start, end;	/* [start, end), with the guard page */
	unsigned long gap;		/* free bytes in front of start */
	unsigned long max_gap;		/* the largest gap of this subtree */
	struct kmk_range *left, *right;
	struct list_head list;		/* by address */
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

enum kmk_area_state { KMK_AREA_LIVE, KMK_AREA_DYING };

struct kmk_area {
	struct vm_struct vm;		/* first: whoever kfree()s the vm_struct frees the area */
	struct kmk_range range;
	unsigned long *pfns;		/* frames shown that the area does not own, or NULL */
	unsigned long nr_mapped;	/* pages mapped, from the area's start */
	enum kmk_area_state state;
	bool internal;			/* the library's own: no leak candidate */
	u32 mark, looked;		/* leak scan: rounds in which it was reached, looked into */
	u64 time;			/* when it was made, ns */
	bool ram;			/* made by vm_map_ram(): has no vm_struct to show */
	struct kmk_area *next;		/* areas to be freed later */
};

struct kmk_area_request {
	unsigned long size, align, start, end;
	unsigned long flags;		/* VM_* */
	gfp_t gfp;			/* for the descriptor */
	int node;
	const void *caller;
};

/*
 * The flags to work with: a call that may sleep, made where it must not, is reported here, once, and
 * then goes on without direct reclaim.
 */
gfp_t kmk_vmap_gfp(gfp_t gfp);
/* Make an area without mappings; NULL without memory or addresses. Sleeps as the flags say. */
struct kmk_area *kmk_area_create(const struct kmk_area_request *req);
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

/* Is addr in the kmap_local window; the frame mapped there, or NULL. */
bool kmk_is_local_addr(const void *addr);
struct page *kmk_local_page(const void *addr);

/* For the leak scan (reach.c): what is allocated between these two belongs to the library. */
static inline void kmk_internal_begin(void) { kmk_self()->internal++; }
static inline void kmk_internal_end(void) { kmk_self()->internal--; }
void kmk_vmap_reach(const void *addr, u32 round);
bool kmk_vmap_scan(u32 round, void (*look)(uintptr_t start, uintptr_t end, void *data));
void kmk_vmap_each_area(void (*fn)(const void *addr, size_t size, unsigned long caller, u32 mark, u64 time,
				   void *data), void *data);

unsigned int kmk_port_prot(pgprot_t prot);
bool kmk_area_validate(void);
bool kmk_kmap_validate(void);
void kmk_kmap_fork_lock(void);
void kmk_kmap_fork_unlock(void);

static inline struct kmk_area *kmk_area_of(struct vm_struct *vm)
{
	return container_of(vm, struct kmk_area, vm);
}

#endif
