/* SPDX-License-Identifier: MIT */
/*
 * The swap file: where pages that only memory holds (linux/shmem_fs.h, kmemkit/anon.h) go when memory is
 * short. One file at a time; also by the boot option swap=PATH:SIZE (K, M, G).
 */
#ifndef _KMEMKIT_SWAP_H
#define _KMEMKIT_SWAP_H

#include <stddef.h>

/*
 * kmemkit_swapon - swap to a file
 * @path: the host's; made (mode 0600) where it does not exist, its contents are lost
 * @bytes: its size, at least one page; the rest of a page is not used
 *
 * The file grows to that size at once, without taking room on its disk. Returns 0; -EINVAL (no path, no
 * page), -EBUSY (there is a swap file), -EOPNOTSUPP (a host without files), -ENOMEM, or what the host says
 * to opening or growing the file. May sleep.
 */
int kmemkit_swapon(const char *path, size_t bytes);

/*
 * kmemkit_swapoff - read everything back and let go of the file
 *
 * 0, -EINVAL (there is no swap file), -EBUSY (another call is at it); -ENOMEM or -EIO when not everything could
 * be read back: swap is in use again then, and nothing is lost. The file stays where it is. May sleep.
 */
int kmemkit_swapoff(void);

/* At one moment. Slots are pages of the file; the counts of pages and errors run since the start. */
struct kmemkit_swap_stats {
	unsigned long slots, used, bad;		/* all; of them occupied; given up after a write error (-EIO) */
	unsigned long pages_out, pages_in;	/* written to, read from the file */
	unsigned long writes, reads;		/* calls of the host for these */
	unsigned long write_errors, read_errors;
};
void kmemkit_swap_stats(struct kmemkit_swap_stats *stats);

/*
 * kmemkit_swap_fail - for tests: let I/O fail
 * @writes, @reads: so many of the next ones end with err instead of being done
 * @err: a negative errno
 */
void kmemkit_swap_fail(unsigned long writes, unsigned long reads, int err);
#endif
