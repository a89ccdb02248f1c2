/* SPDX-License-Identifier: MIT */
/*
 * Memory shared with a second process, so that a driver's mmap path can be tried with a real user.
 *
 * All frames are one file, and a frame's offset in it is its physical address. An area or a block of pages is
 * therefore a few runs of that file, which another process maps side by side. What crosses over is a text,
 * for the command line or the environment:
 *
 *	driver's process			user's process (after fork and exec)
 *	p = vmalloc_user(n);
 *	kmk_share_text(p, n, text, size);
 *	... execl(prog, prog, text) ...		q = kmk_share_open(argv[1], &n);
 *
 * The descriptor survives exec, and with it access to all frames: this is for tests, not a wall. A child of
 * fork() that does not exec has a copy of the frames of its own, but the descriptor still leads to its
 * parent's. The memory must stay allocated while others look at it. Only in the process host.
 */
#ifndef _KMEMKIT_SHARE_H
#define _KMEMKIT_SHARE_H

#include <stddef.h>

struct kmk_share_run {
	unsigned long offset;		/* in the file, a multiple of the page size */
	size_t len;
};

/*
 * The runs of [addr, addr + len), which lies in one area, in the direct map or in a kmap slot; addr is a
 * page's start, len is rounded up to pages. Fills at most max runs and returns how many there are, or -EINVAL.
 */
int kmk_share_runs(const void *addr, size_t len, struct kmk_share_run *run, unsigned int max);

/* A new descriptor of the file, kept over exec; the caller closes it. Or a negative errno. */
int kmk_share_fd(void);

/* Map runs of fd side by side, anywhere; NULL when the host refuses. munmap() undoes it. */
void *kmk_share_map(int fd, const struct kmk_share_run *run, unsigned int nr, int writable);

/*
 * Both in one text, "FD:OFFSET+LEN,..." with a new descriptor. Its length, or a negative errno: -E2BIG where
 * the text or 512 runs do not suffice. The second call maps it, in any process that inherited the descriptor,
 * writable, and closes it; *len is the length rounded up to pages. NULL for a text that is none.
 */
int kmk_share_text(const void *addr, size_t len, char *text, size_t size);
void *kmk_share_open(const char *text, size_t *len);
#endif
