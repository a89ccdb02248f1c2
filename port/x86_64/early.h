/* SPDX-License-Identifier: MIT */
/*
 * Claims an image makes before port_describe(), when nobody can allocate yet: what the kernel's memblock is
 * for. Bytes, whole frames; reserved wins over added, in whatever order they are said.
 */
#ifndef KMK_BARE_EARLY_H
#define KMK_BARE_EARLY_H

#include <stdint.h>

/*
 * [start, start+len) is RAM though no firmware said so, or is not to be handed out whatever the firmware said.
 * 0; -EINVAL: not whole frames, or the core has the memory already; -ENOMEM: too many claims.
 */
int bare_early_add(uint64_t start, uint64_t len);
int bare_early_reserve(uint64_t start, uint64_t len);

/*
 * len bytes of RAM nobody claims, aligned (a power of two), below 4 GiB and above 1 MiB, kept for good: their
 * contents are what the firmware left. Readable and writable at __va() of the address, also later. 0: none, too
 * many (EARLY_PIECES), or too late.
 */
#define EARLY_PIECES	16
uint64_t bare_early_take(uint64_t len, uint64_t align);

/* From now on all of these fail: the core has the memory. */
void bare_early_close(void);

/* What was taken, into the final tables, which otherwise show RAM only. 0 or -ENOMEM. */
int bare_early_map(void);

#endif
