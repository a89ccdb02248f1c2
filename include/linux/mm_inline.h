/* SPDX-License-Identifier: MIT */
/* Which list a page belongs on, from its flags. */
#ifndef _LINUX_MM_INLINE_H
#define _LINUX_MM_INLINE_H

#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/swap.h>

static inline int page_is_file_lru(struct page *page) { return !PageSwapBacked(page); }
static inline int folio_is_file_lru(struct folio *folio) { return page_is_file_lru(&folio->page); }

static inline enum lru_list page_lru(struct page *page)
{
	if (PageUnevictable(page))
		return LRU_UNEVICTABLE;
	return (enum lru_list)((page_is_file_lru(page) ? LRU_FILE : LRU_BASE) + (PageActive(page) ? LRU_ACTIVE : 0));
}
static inline enum lru_list folio_lru_list(struct folio *folio) { return page_lru(&folio->page); }
#endif
