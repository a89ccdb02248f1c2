/* SPDX-License-Identifier: MIT */
/*
 * A small page cache over one file: what a file system does with the kernel's page cache, without the file
 * system. The file may be many times larger than memory: clean pages are dropped when memory is short,
 * dirty ones written first, by whoever needs the memory.
 *
 *     pcache_read, pcache_write -> pages of pc->inode.i_mapping -> kernel_read, kernel_write (O_DIRECT)
 *                                        ^
 *              flusher, kswapd, direct reclaim: writepage, then evict
 *
 * Readers see a page before or after a write, not in the middle: both hold its lock. Pages reach the file whole:
 * one that is being written does not change (stable pages).
 */
#ifndef PCACHE_H
#define PCACHE_H

#include <linux/atomic.h>
#include <linux/fs.h>

/* Who had a page written. */
enum pcache_writer { PCACHE_SYNC, PCACHE_FLUSHER, PCACHE_KSWAPD, PCACHE_DIRECT, PCACHE_WRITERS };

struct pcache {
	struct inode inode;
	struct file *backing;
	atomic_long_t nr_read, nr_written[PCACHE_WRITERS];	/* pages */
	atomic_t fail_writes;		/* so many of the next page writes end in -EIO; < 0: all */
};

/* One user's position in the file, so that reads in sequence are read ahead. */
struct pcache_file {
	struct pcache *pc;
	struct file_ra_state ra;
};

/*
 * pcache_open - path (made if absent, cut or extended to size bytes), or NULL: a file without a name in /tmp.
 * pcache_close - write back, drop all pages, close. The error of write-back since the last pcache_sync(); what
 *	could not be written is lost then.
 * All of these may sleep. Errors are negative errnos, from pcache_open() by ERR_PTR().
 */
struct pcache *pcache_open(const char *path, loff_t size);
int pcache_close(struct pcache *pc);
void pcache_file_init(struct pcache_file *f, struct pcache *pc);

/* Bytes done, fewer at the end of the file; writes do not extend it. */
ssize_t pcache_read(struct pcache_file *f, void *buf, size_t count, loff_t pos);
ssize_t pcache_write(struct pcache_file *f, const void *buf, size_t count, loff_t pos);

/* Bytes [start, end] are in the file after this. An error is told once; the data stays dirty. */
int pcache_sync(struct pcache *pc, loff_t start, loff_t end);
/* The file ends at size now; what lay behind is gone, also from the file. */
int pcache_truncate(struct pcache *pc, loff_t size);
/* Drop clean, unused pages; how many. */
unsigned long pcache_drop(struct pcache *pc);

#endif
