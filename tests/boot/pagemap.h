/* SPDX-License-Identifier: MIT */
/*
 * Who owns each frame, by the library's own books, and a picture of it: one cell a frame, row by row from
 * frame 0 at the upper left, coloured by owner.
 */
#ifndef PAGEMAP_H
#define PAGEMAP_H

#include <linux/io.h>
#include <linux/types.h>

#define PAGEMAP_WIDTH	1024
#define PAGEMAP_HEIGHT	768

/* In the order of the legend at the picture's lower edge. */
enum owner {
	OWNER_HOLE,		/* no RAM */
	OWNER_RESERVED,		/* the image, the frame database, the firmware, the host's pool */
	OWNER_TABLE,		/* page tables */
	OWNER_FRESH,		/* never used */
	OWNER_FREE,		/* on the buddy's lists */
	OWNER_CPU,		/* free, on a processor's list */
	OWNER_PAGES,		/* alloc_pages(), nothing more is known */
	OWNER_SLAB,
	OWNER_VMALLOC,
	OWNER_CACHE,		/* pages of files */
	NR_OWNERS
};

extern const u32 pagemap_colour[NR_OWNERS];
extern const char *const pagemap_name[NR_OWNERS];

struct pagemap {
	unsigned long frames;
	unsigned int cell, columns;	/* pixels a side; cells a row */
	u8 *owner;			/* of each frame */
};

/* Room for all frames. 0 or -ENOMEM. May sleep. */
int pagemap_init(struct pagemap *m);

/* Fill m from the books. What changes meanwhile may be seen before or after. */
void pagemap_read(struct pagemap *m);

/* Paint what differs from old (NULL: everything), and the legend. */
void pagemap_paint(const struct pagemap *m, const u8 *old, u32 __iomem *screen);

/* Cells whose pixels are not of their owner's colour. */
unsigned long pagemap_compare(const struct pagemap *m, const u32 __iomem *screen);

#endif
