/* SPDX-License-Identifier: MIT */
/*
 * Inside a cache, for tests of the allocator and for debuggers.
 *
 * An object of a debug cache (SLAB_RED_ZONE, SLAB_POISON, SLAB_CONSISTENCY_CHECKS or SLAB_TRACE):
 *
 *     | red_left_pad | object_size | zone up to inuse | link, if not inside the object | padding |
 *                    ^ the pointer that was handed out, one every `size` bytes
 *
 * While the object is free, the link to the next free one stands at `offset` from the pointer.
 * Other caches write nothing into free objects: their `offset` is 0 and means nothing.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <linux/kasan.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/types.h>

struct kmk_node;
struct kmk_classic;

struct kmem_cache {
	unsigned long place;		/* address of id 0's array, PORT_PLACE(array) */
	u32 array;			/* offset of the per-CPU arrays */
	u32 size;			/* distance of two objects */
	u64 recip;			/* 2^64 / size, rounded up */
	u32 object_size;
	u32 entries;			/* an array's capacity; 0: tracked, arrays stay closed */
	u32 store;			/* offset of the arrays that objects are in: array, unless that is a closed front */
	u32 foreign;			/* offset of the arrays of objects that other owners' slabs wait for */
	u32 foreign_entries;
	slab_flags_t flags;
	u32 align;
	u32 nr;				/* objects a slab */
	u32 order;
	u32 desc_off;			/* descriptor's offset in the slab */
	u32 colours, colour_step, colour_next;
	u32 colour_first;		/* classic: the first object never stands at the block's start */
	u32 useroffset, usersize;
	gfp_t gfp;			/* added to each request for frames */
	int refcount;
	unsigned int inuse;		/* object and red zone: what follows is the allocator's */
	unsigned int offset;		/* of the free list's link */
	unsigned int red_left_pad;
	unsigned int errors;		/* damages found so far */
	unsigned long idle_mark;	/* what the last round of trimming saw of its use */
	bool tracked;			/* records who allocated */
	bool debug;			/* the second kind of cache */
	bool poisoned;			/* free objects are filled with POISON_FREE */
	u8 array_class;			/* which size of arrays it was given */
	void (*ctor)(void *);
	struct kmk_classic *classic;	/* six-argument form: its constructor, destructor and name */
	const char *name;
	struct list_head list;
	struct kmk_node *node;		/* one for each owner, behind this struct */
} __attribute__((aligned(64)));

extern struct list_head slab_caches;

/*
 * validate_slab_cache - look at all objects of a debug cache, report and repair damage
 *
 * Returns the number of reports, 0 for a cache without debug flags. Inside a KUnit case that has a
 * resource named "slab_errors" reports and repairs are counted there (an int) instead of printed.
 * May sleep. Source: Linux 6.1, whose result is the number of slabs.
 */
long validate_slab_cache(struct kmem_cache *s);

#endif
