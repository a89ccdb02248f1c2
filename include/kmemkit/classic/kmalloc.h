/* SPDX-License-Identifier: MIT */
/*
 * -DKMEMKIT_CLASSIC: kmalloc() with exactly 13 sizes, 32 bytes to 128 KiB, powers of two.
 *
 * A size above gives NULL, size 0 the smallest. Included by linux/slab.h in place of its own.
 */
#if defined(KMEMKIT_CLASSIC) && !defined(_KMEMKIT_CLASSIC_KMALLOC_H)
#define _KMEMKIT_CLASSIC_KMALLOC_H

#include <kmemkit/classic/kmalloc_index.h>

static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return NULL;
	return kmk_kmalloc_at(KMK_KMALLOC_PLACE(kmalloc_type(gfp), kmk_classic_index(size)),
			      kmk_classic_gfp(gfp), size ? size : 1);
}
#define __kmalloc(size, gfp)	kmalloc(size, gfp)
#endif
