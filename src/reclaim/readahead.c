/* SPDX-License-Identifier: MIT */
/*
 * Reading ahead. A file's reads are taken as a sequence when one begins where the last window ended, or
 * right behind the last read. A window doubles each time up to ra_pages; its first page of the last
 * async_size carries a mark, and who comes upon that starts the next window while this one is used.
 */
#include <linux/mm.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include "mapping.h"

struct page *readahead_page(struct readahead_control *rac)
{
	struct page *page;

	rac->_nr_pages -= rac->_batch_count;
	rac->_index += rac->_batch_count;
	rac->_batch_count = 0;
	if (!rac->_nr_pages)
		return NULL;
	page = kmk_mapping_get(rac->mapping, rac->_index);
	VM_BUG_ON_PAGE(!PageLocked(page), page);
	rac->_batch_count = 1;
	return page;
}

struct folio *readahead_folio(struct readahead_control *rac)
{
	struct page *page = readahead_page(rac);

	if (page)
		put_page(page);		/* locked: the tree keeps it */
	return (struct folio *)page;
}

/* Read the run of new pages that has been put in so far; then the run is empty, behind it. */
static void read_run(struct readahead_control *rac)
{
	const struct address_space_operations *ops = rac->mapping->a_ops;
	struct page *page;

	if (!rac->_nr_pages)
		return;
	if (ops && ops->readahead) {
		ops->readahead(rac);
		while ((page = readahead_page(rac))) {	/* what it left */
			unlock_page(page);
			put_page(page);
		}
		return;
	}
	while ((page = readahead_page(rac))) {
		kmk_read_page(rac->mapping, page, NULL, rac->file);
		put_page(page);
	}
}

/* A new, locked page at the end of the run. False: there is one already, or no memory. */
static bool extend_run(struct readahead_control *rac, pgoff_t index, bool mark, int *err)
{
	gfp_t gfp = readahead_gfp_mask(rac->mapping);
	struct page *page = __page_cache_alloc(gfp);

	*err = page ? add_to_page_cache_lru(page, rac->mapping, index, gfp) : -ENOMEM;
	if (*err) {
		if (page)
			put_page(page);
		return false;
	}
	if (mark)
		SetPageReadahead(page);
	put_page(page);
	rac->_nr_pages++;
	return true;
}

void page_cache_ra_unbounded(struct readahead_control *rac, unsigned long nr, unsigned long lookahead)
{
	pgoff_t index = rac->_index;
	int err = 0;

	for (unsigned long i = 0; i < nr && err != -ENOMEM; i++) {
		if (!extend_run(rac, index + i, i + lookahead == nr, &err)) {
			read_run(rac);
			rac->_index = index + i + 1;
			rac->_nr_pages = rac->_batch_count = 0;
		}
	}
	read_run(rac);
}

/* Pages from index to the end of the file; a mapping without a host has no end. */
static unsigned long pages_left(const struct readahead_control *rac)
{
	const struct inode *inode = rac->mapping->host;
	unsigned long end = inode ? (unsigned long)(i_size_read(inode) + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT : ~0UL;

	return end > rac->_index ? end - rac->_index : 0;
}

static void read_window(struct readahead_control *rac)
{
	struct file_ra_state *ra = rac->ra;
	unsigned long left;

	rac->_index = ra->start;
	left = pages_left(rac);
	if (ra->size > left)
		ra->size = (unsigned int)left;
	if (ra->async_size > ra->size)
		ra->async_size = ra->size;
	if (ra->size)
		page_cache_ra_unbounded(rac, ra->size, ra->async_size);
}

void page_cache_sync_ra(struct readahead_control *rac, unsigned long req)
{
	struct file_ra_state *ra = rac->ra;
	pgoff_t index = rac->_index;
	bool next;

	if (!ra || !ra->ra_pages) {
		page_cache_ra_unbounded(rac, min(min(req, VM_READAHEAD_PAGES), pages_left(rac)), 0);
		return;
	}
	req = min_t(unsigned long, req, ra->ra_pages);
	next = ra->size && index == ra->start + ra->size;
	if (next || !index || index - (pgoff_t)(ra->prev_pos >> PAGE_SHIFT) <= 1) {
		unsigned long size = next ? ra->size * 2UL : roundup_pow_of_two(req) * 4;

		ra->size = (unsigned int)min_t(unsigned long, max(size, req), ra->ra_pages);
		ra->async_size = ra->size > req ? ra->size - (unsigned int)req : ra->size;
	} else {
		ra->size = (unsigned int)req;
		ra->async_size = 0;
	}
	ra->start = index;
	read_window(rac);
}

void page_cache_async_ra(struct readahead_control *rac, struct folio *folio, unsigned long req)
{
	struct file_ra_state *ra = rac->ra;

	(void)req;
	/* The mark shares its bit with "reclaim behind write-back". */
	if (folio_test_writeback(folio) || !ra || !ra->ra_pages)
		return;
	ClearPageReadahead(&folio->page);
	ra->start += ra->size;
	if (ra->start <= rac->_index)
		ra->start = rac->_index + 1;
	ra->size = min(max(ra->size, 2u) * 2, ra->ra_pages);
	ra->async_size = ra->size;
	read_window(rac);
}
