/* SPDX-License-Identifier: MIT */
/*
 * Anonymous memory: regions of addresses whose pages come at the first touch, as zeros, and go to the swap
 * file (kmemkit/swap.h) when memory is short. A touch of an absent page is a SIGSEGV that the library
 * answers by bringing the page; the program notices nothing but time. docs/swap.md tells how.
 *
 * What does not work on such memory, because the host's kernel does not know how to bring a page:
 *	- a system call given the address of an absent page fails with EFAULT (or does part of its work): see
 *	  kmemkit_anon_touch();
 *	- a stack in it, and the library's own objects (locks, list heads, wait queues);
 *	- a program that installs a SIGSEGV handler of its own later must call the one it replaced.
 * A page that cannot be brought (no frame and no slot free, or the swap file cannot be read) is reported
 * by name, and the thread that touched it gets SIGBUS.
 */
#ifndef _KMEMKIT_ANON_H
#define _KMEMKIT_ANON_H

#include <stdbool.h>
#include <stddef.h>

/*
 * kmemkit_anon_map - a new region
 * @bytes: its size, rounded up to pages
 *
 * Returns its first address, or NULL: no bytes, no memory for the description, no addresses, or a host
 * that cannot hand faults on (said in the log). Costs no frames yet. May sleep.
 */
void *kmemkit_anon_map(size_t bytes);

/*
 * kmemkit_anon_unmap - end a region; contents, frames and slots are gone
 * @addr: what kmemkit_anon_map() returned
 *
 * 0 or -EINVAL (not such an address; nothing happens). A later touch is a fault like any other. May sleep.
 */
int kmemkit_anon_unmap(void *addr);

/*
 * kmemkit_anon_touch - bring the pages of [addr, addr + len) now
 * @write: as writes do; else they are there for reading
 *
 * For system calls: a page that was brought may go again when memory is short, so a call that fails
 * with EFAULT is to be repeated after another touch. 0; -EFAULT: some of it is in no region (what lies before
 * was brought); -ENOMEM or -EIO: a page cannot be brought, without a report. May sleep.
 */
int kmemkit_anon_touch(const void *addr, size_t len, bool write);

/*
 * kmemkit_anon_discard - whole pages of [addr, addr + len) become zeros, their frames and slots are free
 * 0 or -EFAULT (not inside one region). May sleep.
 */
int kmemkit_anon_discard(void *addr, size_t len);

/* At one moment; pages but for regions and mappings. */
struct kmemkit_anon_stats {
	unsigned long regions, total;	/* sum of their sizes */
	unsigned long resident;		/* in memory */
	unsigned long shown;		/* of these, accessible without a fault */
	unsigned long swapped;		/* in the swap file only */
	unsigned long mappings;		/* mappings of the host that showing them takes */
	unsigned long faults;		/* touches that came here, since the start */
};
/* Walks all pages of all regions. May sleep. */
void kmemkit_anon_stats(struct kmemkit_anon_stats *stats);
#endif
