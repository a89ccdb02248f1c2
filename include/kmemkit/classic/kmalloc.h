/* SPDX-License-Identifier: MIT */
/*
 * -DKMEMKIT_CLASSIC: kmalloc() with exactly 13 sizes, 32 bytes to 128 KiB, powers of two.
 *
 * A size above gives NULL, size 0 the smallest. Included by linux/slab.h in place of its own.
 */
#ifndef _KMEMKIT_CLASSIC_KMALLOC_H
#define _KMEMKIT_CLASSIC_KMALLOC_H

#define KMK_CLASSIC_LOW		5
#define KMK_CLASSIC_SIZES	(KMALLOC_SHIFT_HIGH - KMK_CLASSIC_LOW + 1)
_Static_assert(KMK_CLASSIC_SIZES == 13, "32 bytes to 128 KiB");

/* log2 of the size a request of 0 .. 128 KiB gets. */
static __always_inline unsigned int kmk_classic_index(size_t size)
{
	return size <= 32 ? KMK_CLASSIC_LOW : 64 - (unsigned int)__builtin_clzl(size - 1);
}

static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return NULL;
	return kmk_kmalloc_at(KMK_KMALLOC_ARRAY(kmalloc_type(gfp), kmk_classic_index(size)),
			      kmk_classic_gfp(gfp), size ? size : 1);
}
#define __kmalloc(size, gfp)	kmalloc(size, gfp)
#endif
