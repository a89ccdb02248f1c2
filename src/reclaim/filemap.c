/* SPDX-License-Identifier: MIT */
/* Looking pages up, making them, reading them in. */
#include <linux/mm.h>
#include <linux/pagevec.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include "mapping.h"

/* ---- private data ---- */

void *detach_page_private(struct page *page)
{
	void *data = (void *)page_private(page);

	if (!PagePrivate(page))
		return NULL;
	ClearPagePrivate(page);
	set_page_private(page, 0);
	put_page(page);
	return data;
}

bool filemap_release_folio(struct folio *folio, gfp_t gfp)
{
	struct address_space *mapping = folio->mapping;
	const struct address_space_operations *ops = mapping ? mapping->a_ops : NULL;

	VM_BUG_ON_PAGE(!folio_test_locked(folio), &folio->page);
	if (!folio_test_private(folio))
		return true;
	if (folio_test_writeback(folio))
		return false;
	if (ops && ops->release_folio)
		return ops->release_folio(folio, gfp);
	return ops && ops->releasepage && ops->releasepage(&folio->page, gfp);
}

/* ---- into the cache ---- */

int add_to_page_cache_locked(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	return kmk_mapping_add(mapping, page, index, gfp);
}

int add_to_page_cache_lru(struct page *page, struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	int err;

	SetPageLocked(page);
	err = kmk_mapping_add(mapping, page, index, gfp);
	if (err)
		ClearPageLocked(page);
	else
		lru_cache_add(page);
	return err;
}

/* ---- lookup ---- */

/* The page at index with a reference; locked where asked. NULL: absent, or FGP_NOWAIT and busy (*busy). */
static struct page *lookup(struct address_space *mapping, pgoff_t index, int fgp, bool *busy)
{
	for (;;) {
		struct page *page = kmk_mapping_get(mapping, index);

		if (!page || kmk_is_value(page))
			return NULL;
		if (!(fgp & FGP_LOCK))
			return page;
		if (!(fgp & FGP_NOWAIT)) {
			lock_page(page);
		} else if (!trylock_page(page)) {
			*busy = true;
			put_page(page);
			return NULL;
		}
		if (page->mapping == mapping)
			return page;
		unlock_page(page);
		put_page(page);
	}
}

static struct page *create(struct address_space *mapping, pgoff_t index, int fgp, gfp_t gfp, int *err)
{
	struct page *page;

	if ((fgp & FGP_WRITE) && mapping_unevictable(mapping) == false)
		gfp |= __GFP_WRITE;
	if (fgp & FGP_NOFS)
		gfp &= ~__GFP_FS;
	if (fgp & FGP_NOWAIT)
		gfp = (gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN;
	*err = -ENOMEM;
	page = __page_cache_alloc(gfp);
	if (!page)
		return NULL;
	if (fgp & FGP_ACCESSED)
		SetPageReferenced(page);
	*err = add_to_page_cache_lru(page, mapping, index, gfp);
	if (*err) {
		put_page(page);
		return NULL;
	}
	if (!(fgp & FGP_LOCK) || (fgp & FGP_FOR_MMAP))
		unlock_page(page);
	return page;
}

struct page *pagecache_get_page(struct address_space *mapping, pgoff_t index, int fgp, gfp_t gfp)
{
	bool busy = false;
	int err = -EEXIST;

	while (err == -EEXIST) {
		struct page *page = lookup(mapping, index, fgp, &busy);

		if (page) {
			if (fgp & FGP_ACCESSED)
				mark_page_accessed(page);
			if (fgp & FGP_STABLE)
				wait_for_stable_page(page);
			return page;
		}
		if (busy || !(fgp & FGP_CREAT))
			return NULL;
		page = create(mapping, index, fgp, gfp, &err);
		if (page)
			return page;
	}
	return NULL;
}

struct page *grab_cache_page_write_begin(struct address_space *mapping, pgoff_t index)
{
	return pagecache_get_page(mapping, index, FGP_LOCK | FGP_WRITE | FGP_CREAT | FGP_STABLE,
				  mapping_gfp_mask(mapping));
}

unsigned find_get_pages_range_tag(struct address_space *mapping, pgoff_t *start, pgoff_t end, unsigned int mark,
				  unsigned int nr, struct page **pages)
{
	unsigned int n = 0;

	while (n < nr && *start <= end) {
		struct page *page = kmk_mapping_find(mapping, start, end, mark);

		if (!page) {
			*start = end == (pgoff_t)-1 ? end : end + 1;
			break;
		}
		if (!kmk_is_value(page))
			pages[n++] = page;
		if (!++*start) {
			*start = (pgoff_t)-1;
			break;
		}
	}
	return n;
}

unsigned find_get_pages_range(struct address_space *mapping, pgoff_t *start, pgoff_t end, unsigned int nr,
			      struct page **pages)
{
	return find_get_pages_range_tag(mapping, start, end, KMK_PRESENT, nr, pages);
}

unsigned filemap_get_folios(struct address_space *mapping, pgoff_t *start, pgoff_t end, struct folio_batch *fbatch)
{
	fbatch->nr = (unsigned char)find_get_pages_range(mapping, start, end, PAGEVEC_SIZE,
							 (struct page **)fbatch->folios);
	return fbatch->nr;
}

unsigned pagevec_lookup_range_tag(struct pagevec *pvec, struct address_space *mapping, pgoff_t *index, pgoff_t end,
				  unsigned int tag)
{
	pvec->nr = (unsigned char)find_get_pages_range_tag(mapping, index, end, tag, PAGEVEC_SIZE, pvec->pages);
	return pvec->nr;
}

static bool is_cached(struct address_space *mapping, pgoff_t index)
{
	void *entry;

	rcu_read_lock();
	entry = kmk_tree_load(&mapping->i_pages, index);
	rcu_read_unlock();
	return entry && !kmk_is_value(entry);
}

pgoff_t page_cache_next_miss(struct address_space *mapping, pgoff_t index, unsigned long max_scan)
{
	while (max_scan-- && is_cached(mapping, index))
		if (!++index)
			break;
	return index;
}

pgoff_t page_cache_prev_miss(struct address_space *mapping, pgoff_t index, unsigned long max_scan)
{
	while (max_scan-- && is_cached(mapping, index))
		if (index-- == 0)
			break;
	return index;
}

bool filemap_range_has_page(struct address_space *mapping, loff_t start, loff_t end)
{
	pgoff_t index = (pgoff_t)start >> PAGE_SHIFT, last = (pgoff_t)end >> PAGE_SHIFT;
	struct page *page = NULL;

	return end >= start && find_get_pages_range(mapping, &index, last, 1, &page) && (put_page(page), true);
}

/* ---- reading in ---- */

int kmk_read_page(struct address_space *mapping, struct page *page, filler_t *filler, struct file *file)
{
	const struct address_space_operations *ops = mapping->a_ops;

	if (filler)
		return filler(file, page_folio(page));
	if (ops && ops->read_folio)
		return ops->read_folio(file, page_folio(page));
	if (ops && ops->readpage)
		return ops->readpage(file, page);
	unlock_page(page);
	return -EINVAL;
}

/* The locked page is read, the lock given up. 0: up to date; -EAGAIN: look it up again; or an error. */
static int fill(struct address_space *mapping, struct page *page, filler_t *filler, struct file *file)
{
	int err;

	if (!page->mapping || PageUptodate(page)) {
		err = page->mapping ? 0 : -EAGAIN;
		unlock_page(page);
		return err;
	}
	ClearPageError(page);
	err = kmk_read_page(mapping, page, filler, file);
	if (err)
		return err == AOP_TRUNCATED_PAGE ? -EAGAIN : err;
	wait_on_page_locked(page);
	return PageUptodate(page) ? 0 : -EIO;
}

/* One attempt; ERR_PTR(-EAGAIN): once more. */
static struct page *read_once(struct address_space *mapping, pgoff_t index, filler_t *filler, struct file *file,
			      gfp_t gfp)
{
	bool busy = false;
	struct page *page = lookup(mapping, index, 0, &busy);
	int err;

	if (!page) {
		page = create(mapping, index, FGP_LOCK, gfp, &err);
		if (!page)
			return ERR_PTR(err == -EEXIST ? -EAGAIN : err);
	} else if (PageUptodate(page)) {
		return page;
	} else {
		lock_page(page);
	}
	err = fill(mapping, page, filler, file);
	if (!err)
		return page;
	put_page(page);
	return ERR_PTR(err);
}

static struct page *read_in(struct address_space *mapping, pgoff_t index, filler_t *filler, struct file *file,
			    gfp_t gfp)
{
	struct page *page;

	do
		page = read_once(mapping, index, filler, file, gfp);
	while (page == ERR_PTR(-EAGAIN));
	if (!IS_ERR(page))
		mark_page_accessed(page);
	return page;
}

struct page *read_cache_page(struct address_space *mapping, pgoff_t index, filler_t *filler, struct file *file)
{
	return read_in(mapping, index, filler, file, mapping_gfp_mask(mapping));
}

struct page *read_cache_page_gfp(struct address_space *mapping, pgoff_t index, gfp_t gfp)
{
	return read_in(mapping, index, NULL, NULL, gfp);
}
