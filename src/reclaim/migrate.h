/* SPDX-License-Identifier: MIT */
/* What compaction and the public calls share. Theory: migrate.c. */
#ifndef KMK_RECLAIM_MIGRATE_H
#define KMK_RECLAIM_MIGRATE_H

#include <linux/migrate.h>
#include "reclaim.h"

#define KMK_MIGRATE_GONE	1	/* the page's owner gave it up: the frame to move to was not needed */

/*
 * Lock and move an isolated page. 0: `to` is its owner's, `from` the caller's alone but for passers-by;
 * KMK_MIGRATE_GONE: `from` likewise, `to` not used; else both as before, `from` still isolated.
 * wait: for from's lock. May sleep.
 */
int kmk_migrate_isolated(struct page *to, struct page *from, enum migrate_mode mode, bool wait);
/* It did not move: give an isolated page back to its owner, dropping the isolation's reference. May sleep. */
void kmk_migrate_putback(struct page *page);
#endif
