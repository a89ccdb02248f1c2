/* SPDX-License-Identifier: MIT */
/*
 * Writing dirty pages back: the request's form, the walk over a mapping, throttling of writers, the
 * flusher. Names and meanings are Linux 6.1's.
 */
#ifndef _LINUX_WRITEBACK_H
#define _LINUX_WRITEBACK_H

#include <linux/fs.h>
#include <linux/sched.h>

enum writeback_sync_modes {
	WB_SYNC_NONE,		/* start what is easy to start */
	WB_SYNC_ALL,		/* for data integrity: every page of the range, waiting for busy ones */
};

struct writeback_control {
	long nr_to_write;		/* pages; counts down */
	long pages_skipped;
	loff_t range_start, range_end;	/* bytes, end inclusive */
	enum writeback_sync_modes sync_mode;
	unsigned for_kupdate:1;		/* old data */
	unsigned for_background:1;
	unsigned tagged_writepages:1;	/* only what is dirty now */
	unsigned for_reclaim:1;		/* memory is short: the page is wanted */
	unsigned range_cyclic:1;	/* go on where the last call stopped */
	unsigned for_sync:1;
};

/* What writepage may return besides 0 and an errno: the page is still locked and must wait. */
enum positive_aop_returns {
	AOP_WRITEPAGE_ACTIVATE = 0x80000,
	AOP_TRUNCATED_PAGE = 0x80001,
};

typedef int (*writepage_t)(struct page *page, struct writeback_control *wbc, void *data);

/*
 * write_cache_pages - call writepage for each dirty page of the range, locked and with its dirty bit cleared
 * writepage unlocks it, unless it returns AOP_WRITEPAGE_ACTIVATE. WB_SYNC_NONE stops after nr_to_write pages and
 * at the first error, WB_SYNC_ALL writes all and returns the first error. May sleep.
 * generic_writepages: by a_ops->writepage, errors also noted in the mapping; 0 where there is none.
 * do_writepages: by a_ops->writepages, else generic_writepages.
 */
int write_cache_pages(struct address_space *mapping, struct writeback_control *wbc, writepage_t writepage, void *data);
int generic_writepages(struct address_space *mapping, struct writeback_control *wbc);
int do_writepages(struct address_space *mapping, struct writeback_control *wbc);
void tag_pages_for_writeback(struct address_space *mapping, pgoff_t start, pgoff_t end);

/* writepage could not write the page: dirty again, counted as skipped. False: it was dirty already. Any context. */
bool redirty_page_for_writepage(struct writeback_control *wbc, struct page *page);
bool folio_redirty_for_writepage(struct writeback_control *wbc, struct folio *folio);

/*
 * balance_dirty_pages_ratelimited - a writer has dirtied a page of the mapping
 * Above the background mark it wakes the flusher, above the dirty mark the caller writes pages of the
 * mapping itself, or waits, until it is below. May sleep; no page lock may be held.
 */
void balance_dirty_pages_ratelimited(struct address_space *mapping);

/* Ask the flusher to write; it returns at once. Any context. */
void wakeup_flusher_threads(int reason);
/* Write an inode's dirty pages; sync: wait for them. 0 or a negative errno. */
int write_inode_now(struct inode *inode, int sync);
/* The marks, in pages. */
void global_dirty_limits(unsigned long *background, unsigned long *dirty);

extern unsigned int dirty_writeback_interval;	/* between two looks of the flusher; 1/100 s */
extern unsigned int dirty_expire_interval;	/* age at which data is written anyway; 1/100 s */
extern int dirty_background_ratio, vm_dirty_ratio;	/* percent of the memory that could be dirty */

enum wb_reason {
	WB_REASON_BACKGROUND, WB_REASON_VMSCAN, WB_REASON_SYNC, WB_REASON_PERIODIC, WB_REASON_LAPTOP_TIMER,
	WB_REASON_FS_FREE_SPACE, WB_REASON_FORKER_THREAD, WB_REASON_FOREIGN_FLUSH, WB_REASON_MAX,
};
#endif
