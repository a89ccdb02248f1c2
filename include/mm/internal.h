/* SPDX-License-Identifier: MIT */
/* What files of the kernel's mm/ folder expect beside them: the calls that stay inside memory management. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#define GFP_RECLAIM_MASK	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL |	\
				 __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_ATOMIC |	\
				 __GFP_NOLOCKDEP)
#define GFP_BOOT_MASK		(__GFP_BITS_MASK & ~(__GFP_RECLAIM | __GFP_IO | __GFP_FS))
#define GFP_CONSTRAINT_MASK	(__GFP_HARDWALL | __GFP_THISNODE)
#define GFP_SLAB_BUG_MASK	(__GFP_DMA32 | __GFP_HIGHMEM | ~__GFP_BITS_MASK)

static inline void set_page_refcounted(struct page *page) { set_page_count(page, 1); }
static inline unsigned int buddy_order(struct page *page) { return (unsigned int)page_private(page); }
static inline unsigned long node_reclaimable_pages(void)
{
	return global_node_page_state(NR_ACTIVE_FILE) + global_node_page_state(NR_INACTIVE_FILE);
}
#endif
