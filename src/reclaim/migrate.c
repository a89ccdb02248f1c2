/* SPDX-License-Identifier: MIT */
/*
 * Moving one page: contents, flags and role go to another frame, everybody who finds the page by its
 * owner finds the new one.
 *
 * The old page is isolated (nobody else moves or frees it) and locked (nobody reads into it or writes it
 * back). A page of a mapping moves only while no one but the tree, PG_private and the mover holds it:
 * kmk_mapping_replace() freezes the count, so a reader finds either page, never half. The new page is
 * locked until the contents are there, and whoever finds it before does not see PG_uptodate.
 *
 * Nothing is lost on failure: the old page is then as it was, and the new one was in no one's hands.
 */
#include <linux/highmem.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched.h>
#include <linux/swap.h>
#include <linux/vmstat.h>
#include "migrate.h"

#define PASSES		10	/* over a list, before its pages count as stuck */
#define POLITE_PASSES	3	/* without waiting for locks */

/* ---- contents and flags ---- */

static void move_flag(struct page *to, struct page *from, int nr)
{
	if (kmk_page_test_clear(from, nr))
		kmk_page_set(to, nr);
}

/* The dirty bit moves as it is: what it counts in the mapping stays counted. */
void folio_migrate_flags(struct folio *dst, struct folio *src)
{
	static const u8 moved[] = { PG_error, PG_active, PG_unevictable, PG_workingset, PG_owner_priv_1, PG_arch_1,
				    PG_mappedtodisk, PG_dirty };
	struct page *to = &dst->page, *from = &src->page;

	for (unsigned int i = 0; i < ARRAY_SIZE(moved); i++)
		move_flag(to, from, moved[i]);
	if (PageReferenced(from))
		SetPageReferenced(to);
	if (PageUptodate(from))
		SetPageUptodate(to);
	if (!PagePrivate(from)) {	/* a swap slot, or nothing */
		to->private = from->private;
		from->private = 0;
	}
	if (kmk_page_tracked)
		*kmk_page_owner(to) = *kmk_page_owner(from);
}

void folio_migrate_copy(struct folio *dst, struct folio *src)
{
	copy_highpage(&dst->page, &src->page);
	folio_migrate_flags(dst, src);
}

int folio_migrate_mapping(struct address_space *mapping, struct folio *dst, struct folio *src, int extra_count)
{
	if (extra_count)
		return -EAGAIN;
	if (PageSwapBacked(&src->page))
		SetPageSwapBacked(&dst->page);
	return kmk_mapping_replace(mapping, &dst->page, &src->page);
}

int migrate_folio_extra(struct address_space *mapping, struct folio *dst, struct folio *src,
			enum migrate_mode mode, int extra_count)
{
	int err = folio_migrate_mapping(mapping, dst, src, extra_count);

	if (err)
		return err;
	if (mode == MIGRATE_SYNC_NO_COPY)
		folio_migrate_flags(dst, src);
	else
		folio_migrate_copy(dst, src);
	return 0;
}

int migrate_folio(struct address_space *mapping, struct folio *dst, struct folio *src, enum migrate_mode mode)
{
	return PagePrivate(&src->page) ? -EAGAIN : migrate_folio_extra(mapping, dst, src, mode, 0);
}

int migrate_page(struct address_space *mapping, struct page *dst, struct page *src, enum migrate_mode mode)
{
	return migrate_folio(mapping, page_folio(dst), page_folio(src), mode);
}

/* ---- one page ---- */

/* The file system may keep a dirty page in structures of its own: written first, it can move next time. */
static int move_unknown(struct address_space *mapping, struct page *to, struct page *from, enum migrate_mode mode)
{
	bool ours = mapping->kmk_ops != NULL;

	if (PageDirty(from) && !ours)
		return mode == MIGRATE_SYNC ? -EREMOTEIO : -EBUSY;
	if (PagePrivate(from) && !filemap_release_folio(page_folio(from), GFP_NOWAIT))
		return mode == MIGRATE_SYNC ? -EAGAIN : -EBUSY;
	return migrate_folio(mapping, page_folio(to), page_folio(from), mode);
}

static int move_mapped(struct address_space *mapping, struct page *to, struct page *from, enum migrate_mode mode)
{
	const struct address_space_operations *ops = mapping->a_ops;

	if (PageWriteback(from)) {
		if (mode < MIGRATE_SYNC)
			return -EAGAIN;
		wait_on_page_writeback(from);
	}
	if (page_mapcount(from) > 0 && !(mapping->kmk_ops && mapping->kmk_ops->unmap && mapping->kmk_ops->unmap(from)))
		return -EAGAIN;
	if (ops && ops->migrate_folio)
		return ops->migrate_folio(mapping, page_folio(to), page_folio(from), (int)mode);
	if (ops && ops->migratepage)
		return ops->migratepage(mapping, to, from, (int)mode);
	return move_unknown(mapping, to, from, mode);
}

static int move_driver(struct page *to, struct page *from, enum migrate_mode mode)
{
	int err = page_movable_ops(from)->migrate_page(to, from, mode);

	if (!err) {
		WARN_ON_ONCE(!PageIsolated(from));
		ClearPageIsolated(from);
		if (kmk_page_tracked)
			*kmk_page_owner(to) = *kmk_page_owner(from);
	}
	return err;
}

int kmk_migrate_page(struct page *to, struct page *from, enum migrate_mode mode)
{
	struct address_space *mapping;

	if (__PageMovable(from)) {
		if (PageMovable(from))
			return move_driver(to, from, mode);
		ClearPageIsolated(from);		/* its owner let go of it meanwhile */
		return KMK_MIGRATE_GONE;
	}
	mapping = READ_ONCE(from->mapping);
	if (mapping)
		return move_mapped(mapping, to, from, mode);
	return PagePrivate(from) ? -EAGAIN : KMK_MIGRATE_GONE;	/* truncated, or evicted */
}

/* Give it back to whoever it was taken from. */
void kmk_migrate_putback(struct page *page)
{
	if (!__PageMovable(page)) {
		kmk_lru_putback(page);
		return;
	}
	lock_page(page);
	if (PageMovable(page))
		page_movable_ops(page)->putback_page(page);
	ClearPageIsolated(page);
	unlock_page(page);
	put_page(page);
}

static bool lock_source(struct page *from, bool wait)
{
	if (trylock_page(from))
		return true;
	/* Whoever allocates from inside reclaim may hold the lock itself. */
	if (!wait || kmk_in_memalloc())
		return false;
	lock_page(from);
	return true;
}

int kmk_migrate_isolated(struct page *to, struct page *from, enum migrate_mode mode, bool wait)
{
	int err;

	if (!lock_source(from, wait))
		return -EAGAIN;
	if (WARN_ON_ONCE(!trylock_page(to))) {
		unlock_page(from);
		return -EAGAIN;
	}
	err = kmk_migrate_page(to, from, mode);
	unlock_page(to);
	if (err == -EREMOTEIO) {			/* must be written before it can move */
		write_one_page(from);
		return -EAGAIN;
	}
	unlock_page(from);
	if (err == KMK_MIGRATE_GONE && !__PageMovable(from))
		kmk_lru_isolated_gone(from);
	if (err)
		return err;
	count_vm_event(PGMIGRATE_SUCCESS);
	if (__PageMovable(to))
		put_page(to);
	else
		kmk_lru_putback(to);
	return 0;
}

/* ---- the public calls ---- */

int isolate_movable_page(struct page *page, isolate_mode_t mode)
{
	bool taken = false;

	if (!kmk_movable_hold(page))
		return -EBUSY;
	if (trylock_page(page)) {
		taken = PageMovable(page) && !PageIsolated(page) && page_movable_ops(page)->isolate_page(page, mode);
		if (taken)
			SetPageIsolated(page);
		unlock_page(page);
	}
	if (!taken)
		put_page(page);
	return taken ? 0 : -EBUSY;
}

void putback_movable_pages(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		kmk_migrate_putback(page);
	}
}

struct page *alloc_migration_target(struct page *page, unsigned long private)
{
	(void)private;
	return alloc_pages(GFP_HIGHUSER_MOVABLE | (PageHighMem(page) ? 0 : __GFP_NOWARN), 0);
}

struct move {
	new_page_t *get_new_page;
	free_page_t *put_new_page;
	unsigned long private;
	enum migrate_mode mode;
};

/* One page, off every list. 0: it moved, or its owner gave it up; else it is still the caller's. */
static int migrate_one(const struct move *m, struct page *from, bool wait)
{
	struct page *to = m->get_new_page(from, m->private);
	int err;

	if (!to)
		return -ENOMEM;
	err = kmk_migrate_isolated(to, from, m->mode, wait);
	if (err && m->put_new_page)
		m->put_new_page(to, m->private);
	else if (err)
		put_page(to);
	if (err && err != KMK_MIGRATE_GONE)
		return err;
	put_page(from);
	return 0;
}

/* Once over the pages: those that may move later are on the list again then, the others on stuck. */
static int migrate_pass(const struct move *m, struct list_head *pages, struct list_head *stuck, bool wait,
			unsigned int *done)
{
	LIST_HEAD(now);
	int err = 0;

	list_splice_init(pages, &now);
	while (err != -ENOMEM && !list_empty(&now)) {
		struct page *page = list_first_entry(&now, struct page, lru);

		list_del(&page->lru);
		err = migrate_one(m, page, wait);
		if (err)
			list_add_tail(&page->lru, err == -EAGAIN || err == -ENOMEM ? pages : stuck);
		*done += !err;
	}
	list_splice_tail(&now, pages);
	return err == -ENOMEM ? -ENOMEM : 0;
}

int migrate_pages(struct list_head *pages, new_page_t *get_new_page, free_page_t *put_new_page,
		  unsigned long private, enum migrate_mode mode, int reason, unsigned int *succeeded)
{
	struct move m = { get_new_page, put_new_page, private, mode };
	unsigned int done = 0;
	LIST_HEAD(stuck);
	int failed, err = 0;

	(void)reason;
	for (unsigned int pass = 0; pass < PASSES && !err && !list_empty(pages); pass++)
		err = migrate_pass(&m, pages, &stuck, mode != MIGRATE_ASYNC && pass >= POLITE_PASSES, &done);
	list_splice(&stuck, pages);
	failed = (int)list_count_nodes(pages);
	count_vm_events(PGMIGRATE_FAIL, failed);
	if (succeeded)
		*succeeded = done;
	return err ? err : failed;
}
