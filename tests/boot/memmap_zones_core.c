/* SPDX-License-Identifier: MIT */
/* The page room's side of the zone test (core world). */
#include <linux/mm.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "memmap_zones.h"

#define TAKE 64

/* Only the page room is started. */
int kmemkit_start(void);
int kmemkit_start(void) { return 0; }

static struct port_desc desc;

static const struct { gfp_t gfp; unsigned long end; } want[3] = {
	{ GFP_KERNEL | __GFP_DMA, PHYS_PFN(16ull << 20) },
	{ GFP_KERNEL | __GFP_DMA32, PHYS_PFN(4ull << 30) },
	{ GFP_KERNEL, ~0ul },
};

int zones_start(unsigned long long bytes[3])
{
	int err = port_describe(&desc);

	if (err)
		return err;
	kmk_option_set(desc.options);
	err = kmk_page_start(&desc);
	for (unsigned int z = 0; z < 3; z++)
		bytes[z] = (unsigned long long)kmk_zones[z].managed << PAGE_SHIFT;
	return err;
}

static bool in_ram(unsigned long pfn, unsigned int order)
{
	for (unsigned int i = 0; i < desc.nr_ranges; i++)
		if (desc.ranges[i].kind == PORT_RAM && pfn >= PHYS_PFN(desc.ranges[i].start) &&
		    pfn + (1ul << order) <= PHYS_PFN(desc.ranges[i].end))
			return true;
	return false;
}

static bool right(struct page *page, unsigned int zone, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned char *first = page_address(page), *last = first + (PAGE_SIZE << order) - 1;

	*first = 1;
	*last = 2;
	return in_ram(pfn, order) && pfn && pfn + (1ul << order) <= want[zone].end && *last == 2 &&
	       !(pfn & ((1ul << order) - 1));
}

/* A zone with memory of its own gives it first; what has none is served from below, or not at all. */
static unsigned int use(unsigned int zone, unsigned int order)
{
	static struct page *held[TAKE];
	unsigned int n = 0, bad = 0;
	struct page *page;

	while (n < TAKE && (page = alloc_pages(want[zone].gfp | __GFP_NOWARN | __GFP_NORETRY, order))) {
		bad += !right(page, zone, order);
		bad += !n && kmk_zones[zone].managed > 256 && !order && page_zonenum(page) != zone;
		held[n++] = page;
	}
	while (n)
		__free_pages(held[--n], order);
	return bad;
}

unsigned int zones_use(void)
{
	unsigned long before = nr_free_pages();
	unsigned int bad = 0;

	for (unsigned int zone = 0; zone < 3; zone++)
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			bad += use(zone, order);
	kmk_pcp_drain_all();
	return bad + (nr_free_pages() != before) + page_validate();
}
