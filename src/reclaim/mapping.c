/* SPDX-License-Identifier: MIT */
/* The pages of a mapping: in, found, out. Who holds which reference: reclaim.h. */
#include <linux/atomic.h>
#include <linux/backing-dev.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <kmemkit/pagecache.h>
#include "mapping.h"

struct backing_dev_info kmk_backing_dev_info = {
	.ra_pages = VM_READAHEAD_PAGES, .io_pages = VM_READAHEAD_PAGES, .name = "host",
	.capabilities = BDI_CAP_WRITEBACK | BDI_CAP_WRITEBACK_ACCT,
};
struct backing_dev_info noop_backing_dev_info = { .name = "noop" };

int kmk_mapping_start(void)
{
	return kmk_tree_start();
}

void address_space_init_once(struct address_space *mapping)
{
	memset(mapping, 0, sizeof(*mapping));
	spin_lock_init(&mapping->i_pages.xa_lock);
	spin_lock_init(&mapping->private_lock);
	init_rwsem(&mapping->invalidate_lock);
	INIT_LIST_HEAD(&mapping->private_list);
	INIT_LIST_HEAD(&mapping->kmk_dirty_link);
	mapping->gfp_mask = GFP_HIGHUSER_MOVABLE;
}

void kmk_inode_setup(struct inode *inode)
{
	address_space_init_once(&inode->i_data);
	inode->i_data.host = inode;
	inode->i_mapping = &inode->i_data;
	inode->i_blkbits = PAGE_SHIFT;
	init_rwsem(&inode->i_rwsem);
	atomic_set(&inode->i_count, 1);
}

bool mapping_tagged(struct address_space *mapping, unsigned int tag)
{
	return kmk_tree_any(&mapping->i_pages, tag);
}

/* ---- in ---- */

/* xa_lock held, the tree's reference too: from now on, or no longer, the page can be had without the lock. */
static void open_locked(struct page *page)
{
	if (!PageCompound(page))
		atomic_or(KMK_REF_OPEN, &page->_refcount);
}

static void close_locked(struct page *page)
{
	atomic_andnot(KMK_REF_OPEN, &page->_refcount);
}

static void count_pages(const struct page *page, long n)
{
	mod_node_page_state(NULL, NR_FILE_PAGES, n);
	if (PageSwapBacked(page))
		mod_node_page_state(NULL, NR_SHMEM, n);
}

/* *over: what must stand there, a value or nothing; NULL: any value, or nothing. */
/* What may stand where a page is put: exactly old, or (ANY) nothing or any value. */
#define ANY	((void *)-1L)

static bool may_replace(const void *there, const void *old)
{
	return old == ANY ? !there || kmk_is_value(there) : there == old;
}

static int add_once(struct address_space *mapping, struct page *page, void *old, struct kmk_stock *stock)
{
	struct kmk_page_tree *tree = &mapping->i_pages;
	unsigned long flags;
	int err = -EEXIST;

	spin_lock_irqsave(&tree->xa_lock, flags);
	if (may_replace(kmk_tree_load(tree, page->index), old))
		err = kmk_tree_store_locked(tree, page->index, page, stock);
	if (!err) {
		open_locked(page);
		WRITE_ONCE(mapping->nrpages, mapping->nrpages + 1);
		count_pages(page, 1);
	}
	spin_unlock_irqrestore(&tree->xa_lock, flags);
	return err;
}

static int add(struct address_space *mapping, struct page *page, pgoff_t index, void *old, gfp_t gfp)
{
	struct kmk_stock stock = { .count = 0 };
	int err;

	VM_BUG_ON_PAGE(!PageLocked(page), page);
	get_page(page);
	page->index = index;
	WRITE_ONCE(page->mapping, mapping);
	do {
		err = add_once(mapping, page, old, &stock);
		if (err == -EAGAIN && kmk_stock_add(&stock, gfp))
			err = -ENOMEM;
	} while (err == -EAGAIN);
	kmk_stock_free(&stock);
	if (err) {
		WRITE_ONCE(page->mapping, NULL);
		put_page(page);
	}
	return err;
}

int kmk_mapping_add(struct address_space *mapping, struct page *page, pgoff_t index, gfp_t gfp)
{
	return add(mapping, page, index, ANY, gfp);
}

int kmk_mapping_add_over(struct address_space *mapping, struct page *page, pgoff_t index, void *old, gfp_t gfp)
{
	return add(mapping, page, index, old, gfp);
}

/* ---- found ---- */

/*
 * Without the lock. Counted up is only an open page: in some tree at that moment, so its count is not zero and
 * goes down by atomic steps alone until the reference taken here is dropped. (A frame that is nobody's, or
 * another owner's, is not open; there a count must not be touched, for __free_pages() stores it.) Whether it
 * is still the page of this tree is looked at behind that; if not, the reference goes back as any other.
 */
static bool get_open(struct page *page)
{
	int seen = atomic_read(&page->_refcount);

	while (seen > 0 && (seen & KMK_REF_OPEN))
		if (atomic_try_cmpxchg_acquire(&page->_refcount, &seen, seen + 1))
			return true;
	return false;
}

/* RCU. False: ask with the lock. */
static bool hold(const struct kmk_page_tree *tree, pgoff_t index, void *entry)
{
	if (!entry || kmk_is_value(entry))
		return true;
	if (!get_open(entry))
		return false;
	if (kmk_tree_load(tree, index) == entry)
		return true;
	put_page(entry);
	return false;
}

/* The slow way: with the lock, no page of the tree is frozen or leaves. */
static void *find_locked(struct address_space *mapping, pgoff_t *index, pgoff_t end, unsigned int mark)
{
	unsigned long flags;
	void *entry;

	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	entry = kmk_tree_next(&mapping->i_pages, index, end, mark);
	if (entry && !kmk_is_value(entry))
		get_page(entry);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return entry;
}

void *kmk_mapping_find(struct address_space *mapping, pgoff_t *index, pgoff_t end, unsigned int mark)
{
	pgoff_t at = *index;
	bool settled;
	void *entry;

	rcu_read_lock();
	entry = kmk_tree_next(&mapping->i_pages, &at, end, mark);
	settled = hold(&mapping->i_pages, at, entry);
	rcu_read_unlock();
	if (!settled)
		return find_locked(mapping, index, end, mark);
	if (entry)
		*index = at;
	return entry;
}

void *kmk_mapping_get(struct address_space *mapping, pgoff_t index)
{
	bool settled;
	void *entry;

	rcu_read_lock();
	entry = kmk_tree_load(&mapping->i_pages, index);
	settled = hold(&mapping->i_pages, index, entry);
	rcu_read_unlock();
	return settled ? entry : find_locked(mapping, &index, index, KMK_PRESENT);
}

/* ---- out ---- */

static void leave_locked(struct address_space *mapping, struct page *page, void *value)
{
	struct kmk_page_tree *tree = &mapping->i_pages;

	close_locked(page);
	kmk_uncount_dirty_locked(mapping, page);
	if (value) {
		for (unsigned int tag = 0; tag < KMK_PRESENT; tag++)
			kmk_tree_untag_locked(tree, page->index, tag);
		kmk_tree_store_locked(tree, page->index, value, NULL);
	} else {
		kmk_tree_erase_locked(tree, page->index);
	}
	WRITE_ONCE(page->mapping, NULL);
	WRITE_ONCE(mapping->nrpages, mapping->nrpages - 1);
	count_pages(page, -1);
}

static void tell_owner(const struct address_space_operations *ops, struct page *page)
{
	if (ops && ops->free_folio)
		ops->free_folio(page_folio(page));
}

/* Freezes the count where nobody but those expected holds the page, and it need not be written. */
static bool freeze(struct page *page, int expected, bool clean)
{
	if (page_mapcount(page) > 0 || !page_ref_freeze(page, expected))
		return false;
	/* Whoever dirtied it held a reference, and dropped it after. */
	if (!PageWriteback(page) && !(clean && PageDirty(page)))
		return true;
	page_ref_unfreeze(page, expected | KMK_REF_OPEN);
	return false;
}

bool kmk_mapping_evict(struct address_space *mapping, struct page *page, void *value)
{
	const struct address_space_operations *ops;
	unsigned long flags;
	bool out;

	VM_BUG_ON_PAGE(!PageLocked(page), page);
	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	ops = mapping->a_ops;
	if (!value && mapping->kmk_ops && mapping->kmk_ops->stand_in)
		value = mapping->kmk_ops->stand_in(page);
	out = page->mapping == mapping && freeze(page, 2, true);
	if (out) {
		leave_locked(mapping, page, value);
		page_ref_unfreeze(page, 1);
	}
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	if (out)
		tell_owner(ops, page);
	return out;
}

int kmk_mapping_replace(struct address_space *mapping, struct page *to, struct page *from)
{
	int expected = 2 + PagePrivate(from), err = -EAGAIN;
	unsigned long flags;

	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	if (from->mapping == mapping && freeze(from, expected, false)) {
		to->index = from->index;
		WRITE_ONCE(to->mapping, mapping);
		get_page(to);
		kmk_tree_store_locked(&mapping->i_pages, to->index, to, NULL);
		open_locked(to);
		WRITE_ONCE(from->mapping, NULL);
		page_ref_unfreeze(from, expected - 1);
		err = 0;
	}
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return err;
}

void replace_page_cache_page(struct page *old, struct page *new)
{
	struct address_space *mapping = old->mapping;
	const struct address_space_operations *ops = mapping->a_ops;
	unsigned long flags;

	VM_BUG_ON_PAGE(!PageLocked(old) || !PageLocked(new), old);
	get_page(new);
	new->index = old->index;
	WRITE_ONCE(new->mapping, mapping);
	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	kmk_uncount_dirty_locked(mapping, old);
	kmk_tree_untag_locked(&mapping->i_pages, old->index, PAGECACHE_TAG_DIRTY);
	kmk_tree_store_locked(&mapping->i_pages, old->index, new, NULL);
	close_locked(old);
	open_locked(new);
	WRITE_ONCE(old->mapping, NULL);
	count_pages(old, -1);
	count_pages(new, 1);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	tell_owner(ops, old);
	put_page(old);
}

/* keep_dirty: not a page that is dirty, though its holder may have made it so just now. Whether it left. */
static bool leave(struct page *page, bool keep_dirty)
{
	struct address_space *mapping = page->mapping;
	const struct address_space_operations *ops = mapping->a_ops;
	unsigned long flags;
	bool stays;

	VM_BUG_ON_PAGE(!PageLocked(page), page);
	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	stays = keep_dirty && PageDirty(page);
	if (!stays)
		leave_locked(mapping, page, NULL);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	if (stays)
		return false;
	tell_owner(ops, page);
	put_page(page);
	return true;
}

void delete_from_page_cache(struct page *page) { leave(page, false); }
bool kmk_mapping_drop_clean(struct page *page) { return leave(page, true); }

bool kmk_mapping_clear_value(struct address_space *mapping, pgoff_t index, void *value)
{
	unsigned long flags;
	bool there;

	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	there = kmk_tree_load(&mapping->i_pages, index) == value;
	if (there)
		kmk_tree_erase_locked(&mapping->i_pages, index);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return there;
}

/* ---- validation ---- */

static unsigned int page_faults(const struct address_space *mapping, struct page *page, pgoff_t index)
{
	return (page->mapping != mapping) + (page->index != index) + (page_ref_count(page) < 1) +
		(PageWriteback(page) != kmk_tree_tagged(&mapping->i_pages, index, PAGECACHE_TAG_WRITEBACK));
}

static unsigned int pages_faults_locked(struct address_space *mapping)
{
	unsigned long pages = 0, dirty = 0, writeback = 0;
	unsigned int faults = 0;
	pgoff_t index = 0;
	void *entry;

	for (; (entry = kmk_tree_next(&mapping->i_pages, &index, (pgoff_t)-1, KMK_PRESENT)); index++) {
		if (!kmk_is_value(entry)) {
			pages++;
			faults += page_faults(mapping, entry, index);
			dirty += PageDirty(entry) && kmk_tree_tagged(&mapping->i_pages, index, PAGECACHE_TAG_DIRTY);
			writeback += (unsigned long)PageWriteback(entry);
		}
		if (index == (pgoff_t)-1)
			break;
	}
	faults += (pages != mapping->nrpages) + (dirty != mapping->nr_dirty) + (writeback != mapping->nr_writeback) +
		(list_empty(&mapping->kmk_dirty_link) != !dirty);
	if (faults)
		pr_err("mapping %px: %lu pages (%lu counted), %lu dirty (%lu), %lu under write-back (%lu)\n", mapping,
		       pages, mapping->nrpages, dirty, mapping->nr_dirty, writeback, mapping->nr_writeback);
	return faults;
}

unsigned int kmk_mapping_validate(struct address_space *mapping)
{
	unsigned int faults;
	unsigned long flags;

	spin_lock_irqsave(&mapping->i_pages.xa_lock, flags);
	faults = kmk_tree_validate(&mapping->i_pages) + pages_faults_locked(mapping);
	spin_unlock_irqrestore(&mapping->i_pages.xa_lock, flags);
	return faults;
}
