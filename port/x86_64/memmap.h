/* SPDX-License-Identifier: MIT */
/*
 * The memory-map normaliser: whatever a firmware says, what the core may use.
 *
 * Vocabulary: an *entry* is one claim, RAM or not, as it was read or as the host itself made it
 * (reservations are entries like any other); a *range* is one piece of the result.
 *
 * Entries may be unsorted, overlapping, empty, tiny, unaligned, or run past the end of the address space.
 * Result: ranges are sorted, disjoint, whole frames, below the limit, never two of a kind adjoining.
 *	PORT_RAM	every byte is claimed as RAM, and no byte of the frame by anything else
 *	PORT_RESERVED	RAM as well, but something else claims it too (image, tables, firmware): it has
 *			descriptors and is never handed out. Claims without RAM behind them (device
 *			windows) give no range: to the core they are holes.
 *
 *	RAM       |==============================|         |=========|
 *	other        |---|             |--------------|
 *	result    |R |res|R            |res      |  hole   |R        |
 *
 * No hardware is touched here and nothing is allocated, so that a process can test and fuzz it.
 */
#ifndef KMK_BARE_MEMMAP_H
#define KMK_BARE_MEMMAP_H

#include "port/port.h"

#define MEMMAP_MAX	160	/* entries held: e820 knows 128 */
#define MEMMAP_SPARE	32	/* of these kept for entries that are not RAM */

/* Entry types are e820's: everything that is not RAM is reserved, unknown types too. */
#define MEMMAP_RAM	1u
#define MEMMAP_OTHER	2u

/* Bytes [start, last]; inclusive, so that the last byte of the address space has a name. */
struct memmap_entry {
	uint64_t start, last;
	bool ram;
};

struct memmap {
	unsigned nr;
	struct memmap_entry e[MEMMAP_MAX];
};

/*
 * Add one claim. Empty claims are ignored, a length that wraps is cut at the end of the address
 * space. When m is full, RAM is dropped (returns false) and anything else is merged into the
 * nearest reservation: memory may be lost, never given out wrongly.
 */
bool memmap_add(struct memmap *m, uint64_t start, uint64_t len, uint32_t type);

/*
 * Other loaders' maps as claims; e820 entries, as PVH has them, go to memmap_add() directly. The caller adds
 * what the loader's own tables, and the image, occupy.
 *	multiboot2	the information structure: its memory map, and modules as reservations. False: a size in
 *			it is impossible, or it holds no map; claims before that place have been added.
 *	uefi		what GetMemoryMap() gave, after ExitBootServices(). False: descriptors too short.
 *	limine		entries of a memory map response. What the loader says can be reclaimed stays reserved:
 *			it holds the response itself.
 */
bool memmap_from_multiboot2(struct memmap *m, const void *info, size_t size);
bool memmap_from_uefi(struct memmap *m, const void *map, size_t size, size_t descriptor);
void memmap_from_limine(struct memmap *m, const void *const *entries, uint64_t nr);

/*
 * Write at most max (>= 1) ranges below limit to out, return their number. If there are more, the
 * smallest reserved ones go first (they become holes), then the smallest RAM. *lost, if not NULL,
 * counts bytes of RAM left out for want of room or by the limit.
 */
unsigned memmap_normalise(const struct memmap *m, uint64_t limit, struct port_range *out, unsigned max,
			  uint64_t *lost);

/* Make m say exactly what these ranges say: from now on nothing that was left out can come back. */
void memmap_settle(struct memmap *m, const struct port_range *r, unsigned nr);

/*
 * Reserve len bytes (whole frames) of a settled map's RAM, aligned to align (a power of two of
 * whole frames), as high as possible below `below`. Returns the address, or 0 (never a valid
 * answer) when no range holds them.
 */
uint64_t memmap_take(struct memmap *m, uint64_t len, uint64_t align, uint64_t below);

#endif
