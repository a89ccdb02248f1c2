/* SPDX-License-Identifier: MIT */
/*
 * Protections of single pages, in the direct map or in a vmalloc or vmap area.
 *
 * Only the addresses given change: other aliases of the frames keep theirs. addr is a page's start (else it
 * is rounded down, reported), and all pages lie in the direct map or in one area: else -EINVAL and nothing
 * is changed. 0 or -ENOMEM. May sleep. An area's pages are normal again when it is freed; a frame of the
 * direct map must be made normal before it is freed, as in the kernel.
 */
#ifndef _LINUX_SET_MEMORY_H
#define _LINUX_SET_MEMORY_H

#include <linux/types.h>
#include <linux/mm.h>

int set_memory_ro(unsigned long addr, int numpages);
int set_memory_rw(unsigned long addr, int numpages);
int set_memory_x(unsigned long addr, int numpages);
int set_memory_nx(unsigned long addr, int numpages);
int set_memory_rox(unsigned long addr, int numpages);
int set_memory_np(unsigned long addr, int numpages);	/* any access faults; set_memory_rw() ends it */

/* Caches are the host's business. */
static inline int set_memory_uc(unsigned long addr, int numpages) { (void)addr; (void)numpages; return 0; }
static inline int set_memory_wc(unsigned long addr, int numpages) { (void)addr; (void)numpages; return 0; }
static inline int set_memory_wt(unsigned long addr, int numpages) { (void)addr; (void)numpages; return 0; }
static inline int set_memory_wb(unsigned long addr, int numpages) { (void)addr; (void)numpages; return 0; }

/* The same for frames of the direct map. */
static inline int set_pages_ro(struct page *page, int numpages)
{
	return set_memory_ro((unsigned long)page_address(page), numpages);
}

static inline int set_pages_rw(struct page *page, int numpages)
{
	return set_memory_rw((unsigned long)page_address(page), numpages);
}

static inline int set_pages_x(struct page *page, int numpages)
{
	return set_memory_x((unsigned long)page_address(page), numpages);
}

static inline int set_pages_nx(struct page *page, int numpages)
{
	return set_memory_nx((unsigned long)page_address(page), numpages);
}

static inline int set_direct_map_invalid_noflush(struct page *page)
{
	return set_memory_np((unsigned long)page_address(page), 1);
}

static inline int set_direct_map_default_noflush(struct page *page)
{
	return set_memory_rw((unsigned long)page_address(page), 1);
}

/* How many ranges differ now from what a fresh mapping has. */
unsigned int kmk_protect_changed(void);
#endif
