/* SPDX-License-Identifier: MIT */
/* -DKMEMKIT_CLASSIC: which of the 13 kmalloc sizes a request gets. */
#ifndef _KMEMKIT_CLASSIC_KMALLOC_INDEX_H
#define _KMEMKIT_CLASSIC_KMALLOC_INDEX_H

#include <linux/slab.h>

#define KMK_CLASSIC_LOW		5
#define KMK_CLASSIC_SIZES	(KMALLOC_SHIFT_HIGH - KMK_CLASSIC_LOW + 1)
_Static_assert(KMK_CLASSIC_SIZES == 13, "32 bytes to 128 KiB");

/* log2 of the size a request of 0 .. 128 KiB gets. */
static __always_inline unsigned int kmk_classic_index(size_t size)
{
	return size <= 32 ? KMK_CLASSIC_LOW : 64 - (unsigned int)__builtin_clzl(size - 1);
}
#endif
