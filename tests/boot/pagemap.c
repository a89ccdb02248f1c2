/* SPDX-License-Identifier: MIT */
#include "pagemap.h"
#include <asm/pgtable.h>
#include <kmemkit/vmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "page/page.h"
#include "port/x86_64/bare.h"

#define LEGEND	24		/* pixels at the lower edge */

const u32 pagemap_colour[NR_OWNERS] = {
	[OWNER_HOLE] = 0x000000, [OWNER_RESERVED] = 0x606060, [OWNER_TABLE] = 0xe02020, [OWNER_FRESH] = 0x0a2a14,
	[OWNER_FREE] = 0x1f7a3d, [OWNER_CPU] = 0x7fe08f, [OWNER_PAGES] = 0xf0f0f0, [OWNER_SLAB] = 0x3070f0,
	[OWNER_VMALLOC] = 0xf0c020, [OWNER_CACHE] = 0xc050d0,
};

const char *const pagemap_name[NR_OWNERS] = {
	"hole", "reserved", "table", "fresh", "free", "cpu", "pages", "slab", "vmalloc", "cache",
};

/* What there is, with what never became the page room's; returns the end of the list. */
static struct port_range *firmware_ranges(struct port_range r[PORT_MAX_RANGES])
{
	return r + memmap_normalise(&bare_map, KMK_DIRECT_MAX, r, PORT_MAX_RANGES, NULL);
}

int pagemap_init(struct pagemap *m)
{
	const unsigned int height = PAGEMAP_HEIGHT - LEGEND;
	struct port_range r[PORT_MAX_RANGES];

	m->frames = PHYS_PFN(firmware_ranges(r)[-1].end);
	for (m->cell = 16; m->cell > 1; m->cell--)
		if ((PAGEMAP_WIDTH / m->cell) * (height / m->cell) >= m->frames)
			break;
	m->columns = PAGEMAP_WIDTH / m->cell;
	m->frames = min(m->frames, (unsigned long)m->columns * (height / m->cell));
	m->owner = vmalloc(m->frames);
	return m->owner ? 0 : -ENOMEM;
}

static void set(struct pagemap *m, unsigned long pfn, unsigned long n, enum owner owner)
{
	for (; n && pfn < m->frames; n--)
		m->owner[pfn++] = (u8)owner;
}

static void read_reserved(struct pagemap *m)
{
	struct port_range range[PORT_MAX_RANGES], *end = firmware_ranges(range);

	memset(m->owner, OWNER_HOLE, m->frames);
	for (const struct port_range *r = range; r < end; r++)
		set(m, PHYS_PFN(r->start), PHYS_PFN(r->end - r->start),
		    r->kind == PORT_RESERVED ? OWNER_RESERVED : OWNER_PAGES);
	set(m, 0, 1, OWNER_RESERVED);
}

static void read_tables(struct pagemap *m, unsigned long table, unsigned int level)
{
	const unsigned long *entry = __va(table);

	set(m, PHYS_PFN(table), 1, OWNER_TABLE);
	for (unsigned int i = 0; level > 1 && i < PTRS_PER_PTE; i++)
		if (entry[i] & _PAGE_PRESENT && (level == 4 || !(entry[i] & _PAGE_PSE)))
			read_tables(m, entry[i] & PTE_PFN_MASK, level - 1);
}

static enum owner owner_of(const struct page *page)
{
	if (PageSlab(page))
		return OWNER_SLAB;
	return page->mapping ? OWNER_CACHE : OWNER_PAGES;
}

/* One block at pfn; returns its frames. Blocks are told by their first frame alone. */
static unsigned long read_block(struct pagemap *m, unsigned long pfn)
{
	const struct page *page = pfn_to_page(pfn);
	unsigned long n = 1UL << kmk_page_order(page);
	enum owner owner = OWNER_CPU;

	if (PageBuddy(page)) {
		n = 1UL << page->private;
		owner = OWNER_FREE;
	} else if (page_ref_count(page)) {
		owner = owner_of(page);
	}
	set(m, pfn, n, owner);
	return n;
}

static void read_frames(struct pagemap *m)
{
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++)
		for (unsigned int i = 0; i < kmk_zones[z].nr_fresh; i++)
			set(m, kmk_zones[z].fresh[i].next, kmk_zones[z].fresh[i].end - kmk_zones[z].fresh[i].next,
			    OWNER_FRESH);
	for (unsigned long pfn = 1; pfn < m->frames; )
		pfn += m->owner[pfn] == OWNER_PAGES ? read_block(m, pfn) : 1;
}

static void read_area(const struct vm_struct *area, void *data)
{
	for (unsigned int i = 0; area->pages && i < area->nr_pages; i++)
		set(data, page_to_pfn(area->pages[i]), 1, OWNER_VMALLOC);
}

void pagemap_read(struct pagemap *m)
{
	read_reserved(m);
	read_frames(m);
	kmk_vmap_for_each(read_area, m);
	read_tables(m, __pa(init_mm.pgd), 4);
}

static void fill(u32 __iomem *screen, unsigned int x, unsigned int y, unsigned int w, unsigned int h, u32 colour)
{
	for (unsigned int row = y; row < y + h; row++)
		for (unsigned int column = x; column < x + w; column++)
			writel(colour, &screen[row * PAGEMAP_WIDTH + column]);
}

void pagemap_paint(const struct pagemap *m, const u8 *old, u32 __iomem *screen)
{
	unsigned int swatch = PAGEMAP_WIDTH / NR_OWNERS;

	for (unsigned long pfn = 0; pfn < m->frames; pfn++)
		if (!old || old[pfn] != m->owner[pfn])
			fill(screen, (unsigned int)(pfn % m->columns) * m->cell, (unsigned int)(pfn / m->columns) * m->cell,
			     m->cell, m->cell, pagemap_colour[m->owner[pfn]]);
	for (unsigned int i = 0; !old && i < NR_OWNERS; i++)
		fill(screen, i * swatch, PAGEMAP_HEIGHT - LEGEND + 4, swatch - 4, LEGEND - 4, pagemap_colour[i]);
}

unsigned long pagemap_compare(const struct pagemap *m, const u32 __iomem *screen)
{
	unsigned long wrong = 0;

	for (unsigned long pfn = 0; pfn < m->frames; pfn++) {
		unsigned long x = pfn % m->columns * m->cell, y = pfn / m->columns * m->cell;
		u32 first = readl(&screen[y * PAGEMAP_WIDTH + x]);
		u32 last = readl(&screen[(y + m->cell - 1) * PAGEMAP_WIDTH + x + m->cell - 1]);

		wrong += first != pagemap_colour[m->owner[pfn]] || last != first;
	}
	return wrong;
}
