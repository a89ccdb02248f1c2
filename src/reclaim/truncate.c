/* SPDX-License-Identifier: MIT */
/* Taking pages away: because their part of the file is gone, or because they should be read anew. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/writeback.h>
#include "mapping.h"

#define LAST	((pgoff_t)-1)

/* ---- truncation ---- */

static void hide(struct address_space *mapping, struct page *page)
{
	if (page_mapcount(page) > 0 && mapping->kmk_ops && mapping->kmk_ops->unmap)
		mapping->kmk_ops->unmap(page);
}

static void tell_private(struct address_space *mapping, struct page *page, size_t offset, size_t len)
{
	if (PagePrivate(page) && mapping->a_ops && mapping->a_ops->invalidate_folio)
		mapping->a_ops->invalidate_folio(page_folio(page), offset, len);
}

/* The page is locked, not under write-back, and may have left the mapping meanwhile. */
static void truncate_page(struct address_space *mapping, struct page *page)
{
	if (page->mapping != mapping)
		return;
	hide(mapping, page);
	tell_private(mapping, page, 0, PAGE_SIZE);
	kmk_cancel_dirty(page);
	ClearPageMappedToDisk(page);
	delete_from_page_cache(page);
}

/* One walk over [index, end]; pages that are busy are waited for, or left. Pages found. */
static unsigned long truncate_walk(struct address_space *mapping, pgoff_t index, pgoff_t end, bool wait)
{
	unsigned long found = 0;
	struct page *page;

	for (; index <= end && (page = kmk_mapping_find(mapping, &index, end, KMK_PRESENT)); index++) {
		if (!kmk_is_value(page)) {
			found++;
			if (wait)
				lock_page(page);
			if (wait || trylock_page(page)) {
				if (wait)
					wait_on_page_writeback(page);
				if (!PageWriteback(page))
					truncate_page(mapping, page);
				unlock_page(page);
			}
			put_page(page);
		}
		if (index == LAST)
			break;
	}
	return found;
}

/* Bytes [from, to) of the page at index are cut off: they read as zeros. */
static void truncate_part(struct address_space *mapping, pgoff_t index, unsigned int from, unsigned int to)
{
	struct page *page = find_lock_page(mapping, index);

	if (!page)
		return;
	wait_on_page_writeback(page);
	zero_user_segment(page, from, to);
	tell_private(mapping, page, from, to - from);
	unlock_page(page);
	put_page(page);
}

void truncate_inode_pages_range(struct address_space *mapping, loff_t lstart, loff_t lend)
{
	unsigned int head = offset_in_page(lstart), tail = lend == -1 ? 0 : offset_in_page(lend + 1);
	pgoff_t first = (pgoff_t)(lstart + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT;
	pgoff_t behind = lend == -1 ? LAST : (pgoff_t)(lend + 1) >> PAGE_SHIFT;

	if (READ_ONCE(mapping->nrpages)) {
		if (head && first > behind) {		/* all within one page */
			truncate_part(mapping, first - 1, head, tail);
			head = tail = 0;
		}
		if (head)
			truncate_part(mapping, first - 1, head, PAGE_SIZE);
		if (tail)
			truncate_part(mapping, behind, 0, tail);
		if (first < behind) {
			pgoff_t end = behind == LAST ? LAST : behind - 1;

			truncate_walk(mapping, first, end, false);
			while (truncate_walk(mapping, first, end, true))
				;
		}
	}
}

void truncate_inode_pages(struct address_space *mapping, loff_t lstart)
{
	truncate_inode_pages_range(mapping, lstart, -1);
}

/*
 * Behind this nobody of the library looks at the mapping: who ended the last write-back or took the last page
 * out has let its lock go, and so has who put an isolated page back on its list and asked for the flags.
 */
void truncate_inode_pages_final(struct address_space *mapping)
{
	unsigned long flags;

	mapping_set_exiting(mapping);
	truncate_inode_pages(mapping, 0);
	kmk_flusher_leave(mapping);
	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	kmk_lock(&kmk_lru.lock);
	kmk_unlock(&kmk_lru.lock);
	WARN_ONCE(mapping->nrpages, "truncate_inode_pages_final: %lu pages came while the mapping was emptied\n",
		  mapping->nrpages);
}

void truncate_pagecache(struct inode *inode, loff_t new_size)
{
	truncate_inode_pages(inode->i_mapping, new_size);
}

void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end)
{
	truncate_inode_pages_range(inode->i_mapping, start, end);
}

void truncate_setsize(struct inode *inode, loff_t new_size)
{
	i_size_write(inode, new_size);
	truncate_pagecache(inode, new_size);
}

int generic_error_remove_page(struct address_space *mapping, struct page *page)
{
	truncate_page(mapping, page);
	return page->mapping ? -EIO : 0;
}

/* ---- invalidation ---- */

static bool drop_clean(struct address_space *mapping, struct page *page)
{
	bool dropped;

	if (!trylock_page(page))
		return false;
	dropped = page->mapping == mapping && !PageDirty(page) && !PageWriteback(page) && !page_mapcount(page) &&
		filemap_release_folio(page_folio(page), 0) && kmk_mapping_evict(mapping, page, NULL);
	unlock_page(page);
	return dropped;
}

unsigned long invalidate_mapping_pages(struct address_space *mapping, pgoff_t index, pgoff_t end)
{
	unsigned long dropped = 0;
	struct page *page;

	for (; index <= end && (page = kmk_mapping_find(mapping, &index, end, KMK_PRESENT)); index++) {
		if (!kmk_is_value(page)) {
			dropped += drop_clean(mapping, page);
			put_page(page);
		}
		if (index == LAST)
			break;
	}
	return dropped;
}

static int launder(struct address_space *mapping, struct page *page)
{
	if (!PageDirty(page) || page->mapping != mapping || !mapping->a_ops || !mapping->a_ops->launder_folio)
		return 0;
	return mapping->a_ops->launder_folio(page_folio(page));
}

/* The page is locked. 0: it is gone; -EBUSY: dirty, or its private data is wanted. */
static int drop_any(struct address_space *mapping, struct page *page)
{
	int err;

	if (page->mapping != mapping)
		return 0;
	wait_on_page_writeback(page);
	hide(mapping, page);
	err = launder(mapping, page);
	if (err)
		return err;
	if (PageDirty(page) || !filemap_release_folio(page_folio(page), GFP_KERNEL))
		return -EBUSY;
	return kmk_mapping_drop_clean(page) ? 0 : -EBUSY;
}

int invalidate_inode_pages2_range(struct address_space *mapping, pgoff_t index, pgoff_t end)
{
	struct page *page;
	int ret = 0;

	for (; index <= end && (page = kmk_mapping_find(mapping, &index, end, KMK_PRESENT)); index++) {
		if (!kmk_is_value(page)) {
			int err;

			lock_page(page);
			err = drop_any(mapping, page);
			unlock_page(page);
			put_page(page);
			ret = err ? err : ret;
		}
		if (index == LAST)
			break;
	}
	return ret;
}

int invalidate_inode_pages2(struct address_space *mapping)
{
	return invalidate_inode_pages2_range(mapping, 0, LAST);
}
