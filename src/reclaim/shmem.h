/* SPDX-License-Identifier: MIT */
/*
 * Pages that only memory holds: shmem_fs.h's files, and the regions of anon.c, which are such files
 * shown at addresses.
 *
 * What stands in a mapping's tree at an index:
 *	nothing		zeros, never touched (or dropped while clean and without a slot)
 *	a value		the contents are in that swap slot only
 *	a page		PG_uptodate: the contents. PG_swapcache: page->private is a slot of the page's own,
 *			whose contents are the page's while PG_dirty is clear
 *
 * A page that is not up to date has a slot: whoever locks it reads it from there. So an error of a read
 * costs the caller of that moment an error and nothing else.
 *
 *	          kmk_shmem_get()                     set_page_dirty()
 *	nothing ---------------> page, clean --------------------------> page, dirty
 *	   ^                       | evicted                               | writepage: slot
 *	   +-----------------------+                                       v
 *	value --- kmk_shmem_get(): read ---> page <--------------- page + slot, clean
 *	  ^                                                                | evicted (stand_in)
 *	  +----------------------------------------------------------------+
 *
 * What read a page back (a user of shmem) need not say again that it changes the page: the page loses its
 * slot and is dirty at once, as in Linux 6.1. Mappings with keep_slots (anon.c, which sees writes) keep
 * the slot until the first write, as long as half the slots are free.
 *
 * Locks: PG_swapcache, private and contents change under the page lock.
 */
#ifndef KMK_RECLAIM_SHMEM_H
#define KMK_RECLAIM_SHMEM_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include "reclaim.h"

struct kmk_region;

struct kmk_shmem {
	struct inode inode;		/* i_data is the mapping */
	struct list_head link;		/* among all of them */
	unsigned int refs;		/* the file or region, walkers */
	bool keep_slots;
	struct kmk_region *region;	/* anon.c */
	char name[32];
};

/* A mapping of that many bytes, or NULL. Its only reference is the caller's. May sleep. */
struct kmk_shmem *kmk_shmem_create(const char *name, loff_t size);
/* Give up all pages and slots, and the reference. Nobody uses the mapping any more. May sleep. */
void kmk_shmem_destroy(struct kmk_shmem *s);

/*
 * The page at index, up to date, referenced and locked; zeros where nothing was. ERR_PTR: -EINVAL (behind
 * the end), -ENOMEM, or a read error. may sleep.
 */
struct page *kmk_shmem_get_locked(struct kmk_shmem *s, pgoff_t index, gfp_t gfp);
/* The page will be changed: dirty, and without its slot. Page locked, up to date. Any context. */
void kmk_shmem_write(struct page *page);
/* How many pages are in memory, and in slots only. An estimate while others work. May sleep. */
void kmk_shmem_count(struct kmk_shmem *s, unsigned long *pages, unsigned long *slots);
/* kmk_mapping_ops.stand_in of all these mappings. */
void *kmk_shmem_stand_in(struct page *page);
/* Forget what is in [first, last]. May sleep. */
void kmk_shmem_forget(struct kmk_shmem *s, pgoff_t first, pgoff_t last);
/* Read everything back that is in slots. 0, -ENOMEM or a read error. May sleep. */
int kmk_shmem_unuse(void);
/* All mappings, one after the other: NULL begins; drops the reference of prev, takes the next one's. */
struct kmk_shmem *kmk_shmem_next(struct kmk_shmem *prev);
void kmk_shmem_put(struct kmk_shmem *s);

static inline struct kmk_shmem *kmk_shmem_of(struct address_space *mapping)
{
	return container_of(mapping, struct kmk_shmem, inode.i_data);
}

/* A fork's child without the swap file: no page in memory relies on a slot any more. */
void kmk_shmem_keep_all(void);

/* ---- swap.c, more than reclaim.h shows ---- */
/* In the order a fork takes them together. */
enum { KMK_SWAP_SLOTS, KMK_SWAP_MAPPINGS, KMK_SWAP_REGIONS, KMK_SWAP_LOCKS };
extern struct kmk_lock kmk_swap_locks[KMK_SWAP_LOCKS];
/* The slot cannot be written: never give it out again. It counts as used. Any context. */
void kmk_swap_spoil(kmk_swap_slot slot);
/* While nobody swaps: is the map what its counters, and the number of slots held, say? */
bool kmk_swap_map_good(unsigned long held);
/* Fewer than half the slots are free: a page in memory should not keep one. Any context. */
bool kmk_swap_tight(void);
/* The option swap=PATH:SIZE. 0 or a negative errno, printed. */
int kmk_swap_start(void);

/* Round a fork, the reclaim gate being closed: start.c. */
void kmk_swap_fork_lock(void);
void kmk_swap_fork_copy(void);
void kmk_swap_fork_unlock(void);
void kmk_swap_fork_parent(void);
void kmk_swap_fork_child(void);

/* Facts kept twice, compared: number of faults, printed. May sleep. */
unsigned int kmk_shmem_validate(void);

/* ---- anon.c ---- */
unsigned int kmk_anon_validate(void);
void kmk_anon_fork_child(void);
void kmk_shmem_fork_child(void);
#endif
