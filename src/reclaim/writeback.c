/* SPDX-License-Identifier: MIT */
/* Dirty and write-back bits of pages, waiting for them, and the walk that writes a mapping's pages. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>
#include "mapping.h"
#include "sync/sync.h"

/* ---- dirty ---- */

static void count_dirty_locked(struct address_space *mapping, struct page *page)
{
	kmk_tree_tag_locked(&mapping->i_pages, page->index, PAGECACHE_TAG_DIRTY);
	WRITE_ONCE(mapping->nr_dirty, mapping->nr_dirty + 1);
	if (mapping->nr_dirty == 1)
		kmk_dirty_begin_locked(mapping);
	inc_node_page_state(page, NR_FILE_DIRTY);
	inc_node_page_state(page, NR_DIRTIED);
}

void kmk_uncount_dirty_locked(struct address_space *mapping, struct page *page)
{
	if (!PageDirty(page) || !kmk_tree_tagged(&mapping->i_pages, page->index, PAGECACHE_TAG_DIRTY))
		return;
	WRITE_ONCE(mapping->nr_dirty, mapping->nr_dirty - 1);
	if (!mapping->nr_dirty)
		kmk_dirty_end_locked(mapping);
	dec_node_page_state(page, NR_FILE_DIRTY);
}

bool filemap_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	struct page *page = &folio->page;
	unsigned long flags;
	bool first = false;

	/* What was stored before must be seen by whoever clears the bit after this look at it. */
	smp_mb();
	if (PageDirty(page))
		return false;
	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	if (page->mapping == mapping && !TestSetPageDirty(page)) {
		count_dirty_locked(mapping, page);
		first = true;
	}
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return first;
}

bool noop_dirty_folio(struct address_space *mapping, struct folio *folio)
{
	(void)mapping;
	return !TestSetPageDirty(&folio->page);
}

int __set_page_dirty_nobuffers(struct page *page)
{
	return page->mapping ? filemap_dirty_folio(page->mapping, page_folio(page)) : !TestSetPageDirty(page);
}

bool folio_mark_dirty(struct folio *folio)
{
	struct address_space *mapping = READ_ONCE(folio->mapping);
	const struct address_space_operations *ops = mapping ? mapping->a_ops : NULL;

	if (!mapping)
		return !folio_test_set_dirty(folio);
	if (folio_test_reclaim(folio))
		folio_clear_reclaim(folio);
	if (ops && ops->dirty_folio)
		return ops->dirty_folio(mapping, folio);
	if (ops && ops->set_page_dirty)
		return ops->set_page_dirty(&folio->page);
	return filemap_dirty_folio(mapping, folio);
}

int set_page_dirty(struct page *page)
{
	return folio_mark_dirty(page_folio(page));
}

int set_page_dirty_lock(struct page *page)
{
	int first;

	lock_page(page);
	first = set_page_dirty(page);
	unlock_page(page);
	return first;
}

bool clear_page_dirty_for_io(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long flags;
	bool was;

	if (!mapping)
		return TestClearPageDirty(page);
	if (!PageDirty(page))
		return false;
	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	kmk_uncount_dirty_locked(mapping, page);
	was = TestClearPageDirty(page);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return was;
}

void kmk_cancel_dirty(struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (clear_page_dirty_for_io(page) && mapping) {
		unsigned long flags;

		spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
		if (!PageDirty(page))
			kmk_tree_untag_locked(&mapping->i_pages, page->index, PAGECACHE_TAG_DIRTY);
		spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	}
}

void folio_cancel_dirty(struct folio *folio)
{
	kmk_cancel_dirty(&folio->page);
}

bool redirty_page_for_writepage(struct writeback_control *wbc, struct page *page)
{
	wbc->pages_skipped++;
	return page->mapping && filemap_dirty_folio(page->mapping, page_folio(page));
}

bool folio_redirty_for_writepage(struct writeback_control *wbc, struct folio *folio)
{
	return redirty_page_for_writepage(wbc, &folio->page);
}

/* ---- under write-back ---- */

static void begin_locked(struct address_space *mapping, struct page *page)
{
	struct kmk_page_tree *tree = &mapping->i_pages;

	kmk_tree_tag_locked(tree, page->index, PAGECACHE_TAG_WRITEBACK);
	if (!PageDirty(page))
		kmk_tree_untag_locked(tree, page->index, PAGECACHE_TAG_DIRTY);
	kmk_tree_untag_locked(tree, page->index, PAGECACHE_TAG_TOWRITE);
	WRITE_ONCE(mapping->nr_writeback, mapping->nr_writeback + 1);
}

bool test_set_page_writeback(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned long flags;
	bool was;

	if (mapping)
		spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	was = TestSetPageWriteback(page);
	if (!was) {
		if (mapping)
			begin_locked(mapping, page);
		inc_node_page_state(page, NR_WRITEBACK);
	}
	if (mapping)
		spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return was;
}

/* Sleepers wait on a word their page hashes to; an end with no sleeper there costs two loads. */
static struct { uint32_t word, sleepers; } waits[64];

static unsigned int wait_slot(const struct page *page)
{
	return (unsigned int)(page_to_pfn((struct page *)page) * 0x9e3779b97f4a7c15ull >> 58);
}

static void wake_writeback(unsigned int slot)
{
	smp_mb();	/* the cleared bit, then the sleepers: who sleeps counted itself, then looked at the bit */
	if (!__atomic_load_n(&waits[slot].sleepers, __ATOMIC_RELAXED))
		return;
	__atomic_add_fetch(&waits[slot].word, 1, __ATOMIC_SEQ_CST);
	port_wake(&waits[slot].word, UINT32_MAX);
}

/* The last look at the page and its mapping is under the lock: both may be gone behind it. */
void end_page_writeback(struct page *page)
{
	struct address_space *mapping = page->mapping;
	unsigned int slot = wait_slot(page);
	unsigned long flags;

	if (PageReclaim(page)) {
		ClearPageReclaim(page);
		rotate_reclaimable_page(page);
	}
	dec_node_page_state(page, NR_WRITEBACK);
	inc_node_page_state(page, NR_WRITTEN);
	if (mapping) {
		spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
		kmk_tree_untag_locked(&mapping->i_pages, page->index, PAGECACHE_TAG_WRITEBACK);
		WRITE_ONCE(mapping->nr_writeback, mapping->nr_writeback - 1);
	}
	WARN_ONCE(!TestClearPageWriteback(page), "end_page_writeback: the page is not under write-back\n");
	if (mapping)
		spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	wake_writeback(slot);
}

void wait_on_page_writeback(struct page *page)
{
	unsigned int slot = wait_slot(page);

	might_sleep();
	if (!PageWriteback(page))
		return;
	__atomic_add_fetch(&waits[slot].sleepers, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		uint32_t seen = __atomic_load_n(&waits[slot].word, __ATOMIC_SEQ_CST);

		if (!PageWriteback(page))
			break;
		kmk_sleep_on(&waits[slot].word, seen, UINT64_MAX);
	}
	__atomic_sub_fetch(&waits[slot].sleepers, 1, __ATOMIC_SEQ_CST);
}

void wait_for_stable_page(struct page *page)
{
	struct address_space *mapping = page->mapping;

	if (mapping && mapping_stable_writes(mapping))
		wait_on_page_writeback(page);
}

void page_endio(struct page *page, bool is_write, int err)
{
	if (is_write) {
		if (err) {
			SetPageError(page);
			if (page->mapping)
				mapping_set_error(page->mapping, err);
		}
		end_page_writeback(page);
		return;
	}
	if (err) {
		ClearPageUptodate(page);
		SetPageError(page);
	} else {
		SetPageUptodate(page);
	}
	unlock_page(page);
}
