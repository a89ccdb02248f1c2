/* SPDX-License-Identifier: MIT */
/*
 * Where the per-CPU arrays lie inside a CPU's area: compile-time constants, because a constant-size
 * kmalloc() names its array at compile time and the start writes none of them.
 *
 * Strides are a multiple of a page plus three cache lines, so that the arrays' heads do not meet
 * in the same sets of the first-level cache. Offset 0 is never opened: it means "no array".
 */
#ifndef KMEMKIT_LAYOUT_H
#define KMEMKIT_LAYOUT_H

/* Frame lists: groups of KMK_PAGE_SLOTS arrays, group 0 is never opened, then 3 a zone. */
#define KMK_PAGE_SLOTS		5			/* orders 0, 1, 2, 3 and 9 */
#define KMK_PAGE_STRIDE		0x20c0u
#define KMK_PAGE_GROUP		(KMK_PAGE_SLOTS * KMK_PAGE_STRIDE)
#define KMK_PAGE_ARRAYS		0x1000u
#define KMK_PAGE_ENTRIES	512			/* most entries of one array */

/* kmalloc classes: type major. */
#define KMK_KMALLOC_ARRAYS	0x100000u
#define KMK_KMALLOC_STRIDE	0x110c0u
#define KMK_KMALLOC_CLASSES	18			/* 0 is unused, see linux/slab.h */
#define KMK_KMALLOC_TYPES	4
#define KMK_KMALLOC_ENTRIES	4096
#define KMK_FOREIGN_SHARE	16			/* behind an array: one of a 16th for other owners' objects */

/* Caches made at run time, by bump and reuse. */
#define KMK_DYNAMIC_ARRAYS	0x600000u

#endif
