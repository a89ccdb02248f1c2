/* SPDX-License-Identifier: MIT */
/* Frames for the host's own tables and stacks: they do not come back, and are nobody's leak. */
#include <linux/gfp.h>
#include <linux/mm.h>

#include "port.h"
#include "sync/thread.h"

uint64_t kmk_upcall_lend(unsigned order)
{
	struct page *page;

	kmk_self()->internal++;
	page = alloc_pages(GFP_KERNEL | __GFP_HIGH | __GFP_NOWARN | __GFP_NORETRY, order);
	kmk_self()->internal--;
	return page ? page_to_phys(page) : 0;
}
