/* SPDX-License-Identifier: MIT */
/*
 * Pages in their mappings, what the files of the page cache share.
 *
 * A page's dirty bit counts in mapping->nr_dirty, and in NR_FILE_DIRTY, exactly while its tree entry was
 * tagged DIRTY by filemap_dirty_folio(): both change under xa_lock. The tag itself stays until write-back
 * begins, so that a walk for data integrity finds, and waits for, a page somebody else is about to write.
 *
 * A mapping stands on the list of dirty ones while nr_dirty > 0. Lock order: page lock, xa_lock, dirty list.
 */
#ifndef KMK_RECLAIM_MAPPING_H
#define KMK_RECLAIM_MAPPING_H

#include <linux/pagemap.h>
#include <linux/spinlock.h>
#include "reclaim.h"
#include "tree.h"

/* flusher.c: the mapping got its first dirty page, or lost its last. xa_lock held. */
void kmk_dirty_begin_locked(struct address_space *mapping);
void kmk_dirty_end_locked(struct address_space *mapping);
/* Nobody but its owner uses an empty mapping after this. May sleep. */
void kmk_flusher_leave(struct address_space *mapping);
/* Ask the flusher to look at the marks now. Any context. */
void kmk_flusher_kick(void);

/* writeback.c: the page is leaving its mapping or was cleaned: undo what its dirty bit counted. xa_lock held. */
void kmk_uncount_dirty_locked(struct address_space *mapping, struct page *page);
/* Page locked. Forget that it is dirty. */
void kmk_cancel_dirty(struct page *page);
/* Locked: take it out of its mapping, unless somebody dirtied it just now. Whether it left. */
bool kmk_mapping_drop_clean(struct page *page);

/* filemap.c: read a page by the mapping's operations: locked on entry, unlocked by whoever finishes. */
int kmk_read_page(struct address_space *mapping, struct page *page, filler_t *filler, struct file *file);
#endif
