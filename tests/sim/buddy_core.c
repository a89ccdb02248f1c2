/* SPDX-License-Identifier: MIT */
/*
 * The allocator's side of the exhaustive check (core world): a machine of a few frames, one type,
 * no per-CPU lists, lowest address first. States are set up by real operations only.
 */
#include <linux/mm.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "buddy_states.h"

#define FIRST_PFN 256ul

static unsigned int frames;
static struct { struct zone zone; struct page pages[BUDDY_MAX_FRAMES]; } saved, empty;

/* Only the page room is started; the slab room would take frames for itself. */
int kmemkit_start(void) { return 0; }

static void save(void *to)
{
	typeof(&saved) s = to;

	s->zone = kmk_zones[ZONE_DMA];
	memcpy(s->pages, pfn_to_page(FIRST_PFN), frames * sizeof(struct page));
}

static void restore(const void *from)
{
	const typeof(saved) *s = from;

	kmk_zones[ZONE_DMA] = s->zone;
	memcpy(pfn_to_page(FIRST_PFN), s->pages, frames * sizeof(struct page));
}

int buddy_start(unsigned int nr)
{
	struct port_desc desc;
	int err;

	frames = nr;
	err = port_describe(&desc);
	if (err)
		return err;
	kmk_option_set(desc.options);
	err = kmk_page_start(&desc);
	save(&empty);
	return err;
}

void buddy_empty(void) { restore(&empty); }
void buddy_save(void) { save(&saved); }
void buddy_restore(void) { restore(&saved); }
unsigned int buddy_validate(void) { return page_validate(); }

int buddy_alloc(unsigned int order)
{
	struct page *page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, order);

	return page ? (int)(page_to_pfn(page) - FIRST_PFN) : -1;
}

void buddy_free(unsigned int frame, unsigned int order)
{
	__free_pages(pfn_to_page(FIRST_PFN + frame), order);
}

unsigned int buddy_head_order(unsigned int frame)
{
	const struct page *page = pfn_to_page(FIRST_PFN + frame);

	return page_ref_count(page) > 0 ? kmk_page_order(page) : BUDDY_NO_HEAD;
}
