/* SPDX-License-Identifier: MIT */
/*
 * Moving a page's contents and role to another frame.
 *
 * Two kinds of pages can move: pages of a mapping on the LRU (page cache, shmem, anonymous memory), and
 * pages of a driver that supplies struct movable_operations. All else stays where it is.
 */
#ifndef _LINUX_MIGRATE_H
#define _LINUX_MIGRATE_H

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/migrate_mode.h>
#include <linux/mm.h>

struct address_space;
struct folio;

typedef unsigned int isolate_mode_t;
#define ISOLATE_UNMAPPED	0x2u
#define ISOLATE_ASYNC_MIGRATE	0x4u
#define ISOLATE_UNEVICTABLE	0x8u

/* Who supplies the frame a page moves to, and takes it back when it was not needed. */
typedef struct page *new_page_t(struct page *page, unsigned long private);
typedef void free_page_t(struct page *page, unsigned long private);

#define MIGRATEPAGE_SUCCESS	0
#define MIGRATEPAGE_UNMAP	1

/*
 * What the owner of movable pages does for the mover. All three are called with the page locked, may not
 * allocate memory that reclaims, and are never called for two pages' moves of one page at a time.
 *
 * isolate_page: may the page move now? True: the mover uses page->lru until migrate_page or putback_page.
 * migrate_page: copy src to dst (both locked; dst is fresh, its lru is free), let dst take src's place in the
 *     owner's structures and call __SetPageMovable(dst), __ClearPageMovable(src); the owner takes a
 *     reference of dst and drops its own of src. 0; -EAGAIN: try again; else: it cannot move.
 * putback_page: the page did not move; it is the owner's again.
 *
 * Source: mm/migrate.c of 6.1.
 */
struct movable_operations {
	bool (*isolate_page)(struct page *page, isolate_mode_t mode);
	int (*migrate_page)(struct page *dst, struct page *src, enum migrate_mode mode);
	void (*putback_page)(struct page *page);
};

/*
 * __SetPageMovable - the page belongs to a driver that can let it move. The page is locked and has no mapping.
 * __ClearPageMovable - it cannot any more; the page is locked. It may be freed then, or set again.
 * PageMovable - is it movable now? The page is locked.
 * Any context. Source: 6.1.
 */
void __SetPageMovable(struct page *page, const struct movable_operations *ops);
void __ClearPageMovable(struct page *page);
bool PageMovable(struct page *page);

static inline bool folio_test_movable(struct folio *folio)
{
	return PageMovable((struct page *)folio);
}

static inline const struct movable_operations *page_movable_ops(struct page *page)
{
	return (const struct movable_operations *)((unsigned long)READ_ONCE(page->mapping) & ~PAGE_MAPPING_FLAGS);
}

/*
 * isolate_movable_page - take a driver's page out of use for a move
 *
 * 0: the page is held (one reference) and its lru free for the caller's list. -EBUSY: it is not movable,
 * locked, or already isolated. Does not sleep.
 */
int isolate_movable_page(struct page *page, isolate_mode_t mode);

/* Pages isolated and not moved: give each back to its owner or the LRU, dropping the reference. May sleep. */
void putback_movable_pages(struct list_head *pages);

/*
 * migrate_pages - move isolated pages
 *
 * Each page of the list goes to a frame from get_new_page(page, private); those that moved leave the list and
 * lose the isolation's reference, others stay on it for putback_movable_pages(). A frame that was not needed
 * goes to put_new_page, or is freed when that is NULL. *succeeded, if given: pages moved. Returns how many
 * did not move, or -ENOMEM when get_new_page had none. May sleep, in MIGRATE_ASYNC only as the owners'
 * call-backs do.
 */
int migrate_pages(struct list_head *pages, new_page_t *get_new_page, free_page_t *put_new_page,
		  unsigned long private, enum migrate_mode mode, int reason, unsigned int *succeeded);

/* For new_page_t: a frame of the same kind, from the page allocator; private is ignored. May sleep. */
struct page *alloc_migration_target(struct page *page, unsigned long private);

/*
 * For an address_space_operations: migrate_folio of mappings whose pages have no private data.
 * migrate_folio - move, contents, flags and all; both locked, src isolated. 0 or -EAGAIN.
 * folio_migrate_mapping - only let dst take src's place in the mapping (extra: references that are
 *     expected besides the tree's, PG_private's and the caller's; 0).
 * folio_migrate_copy - contents and flags; folio_migrate_flags - only the flags.
 */
int migrate_folio(struct address_space *mapping, struct folio *dst, struct folio *src, enum migrate_mode mode);
int migrate_folio_extra(struct address_space *mapping, struct folio *dst, struct folio *src,
			enum migrate_mode mode, int extra_count);
int folio_migrate_mapping(struct address_space *mapping, struct folio *dst, struct folio *src, int extra_count);
void folio_migrate_copy(struct folio *dst, struct folio *src);
void folio_migrate_flags(struct folio *dst, struct folio *src);
/* The same under the name of 5.x, as a migratepage operation. */
int migrate_page(struct address_space *mapping, struct page *dst, struct page *src, enum migrate_mode mode);
#endif
