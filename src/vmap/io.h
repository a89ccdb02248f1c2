/* SPDX-License-Identifier: MIT */
/*
 * Devices' physical ranges, inside view.
 *
 *	range	what the machine, or a test, says is at physical [start, end]: a file, or call-backs
 *	iomap	a mapping in the register window, found by its address alone: the window is an array
 *		of slots of KMK_IO_SLOT bytes, a mapping starts at a slot and takes as many as it needs
 *
 * What ioremap() returns for the window is the address with KMK_IO_TAG, which readX and writeX recognize and
 * nobody can dereference. File ranges are mapped like memory anywhere in the vmalloc window and need neither
 * tag nor iomap. With iomem_debug=1 (default where slub_debug is given) they go to the register window as
 * well, really mapped, so that readX and writeX come by and can be checked.
 *
 * One lock (rank RESOURCE) over ranges, their users and changed protections (protect.c). Slots are written
 * by who owns the address range and read without a lock.
 */
#ifndef KMK_VMAP_IO_H
#define KMK_VMAP_IO_H

#include <kmemkit/iomem.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/types.h>
#include "sync/lock.h"

struct kmk_iomem {
	struct resource res;		/* in the iomem tree */
	const struct kmk_iomem_ops *ops;	/* NULL: the host maps it */
	void *ctx;
	unsigned int widths;		/* 0: all */
	unsigned int users;		/* iomaps */
	struct list_head list;
};

/* The address in the vmalloc window behind what ioremap() gave. */
static inline unsigned long kmk_io_va(const volatile void *addr)
{
	return ((unsigned long)addr & KMK_IO_TAG) == KMK_IO_TAG ? (unsigned long)addr & ~KMK_IO_TAG :
								   (unsigned long)addr;
}

#define KMK_IO_SLOT_SHIFT	20
#define KMK_IO_SLOT		(1UL << KMK_IO_SLOT_SHIFT)

struct kmk_iomap {
	unsigned long start, end;	/* what was asked for, from the window's start: no address, which would
					   hide a leak of the mapping */
	phys_addr_t phys;		/* of start */
	struct kmk_iomem *range;
	const void *caller;
};

extern struct kmk_lock kmk_io_lock;

/* The range that holds [start, end] wholly, with one more user; NULL when there is none. */
struct kmk_iomem *kmk_iomem_get(phys_addr_t start, phys_addr_t end);
void kmk_iomem_put(struct kmk_iomem *range);
bool kmk_iomem_any_address(void);	/* the host maps any physical address */

/* ioaccess.c: fill or clear the slots of a mapping whose pages are [va, va + len). */
void kmk_iomap_set(unsigned long va, unsigned long len, struct kmk_iomap *map);
struct kmk_iomap *kmk_iomap_at(unsigned long va);

/* ioremap.c */
void kmk_ioremap_start(void);

/* Text for a fault at addr: its length, 0 when it is none of theirs. No lock is waited for. */
size_t kmk_io_explain(unsigned long addr, char *buf, size_t size);
size_t kmk_protect_explain(unsigned long addr, char *buf, size_t size);

/*
 * An area is taken out of use: the protections of its pages are those of a fresh mapping again. False if the host would
 * not (at its limit of mappings): then nobody may get these mappings.
 */
bool kmk_protect_reset(unsigned long start, unsigned long end);
#endif
