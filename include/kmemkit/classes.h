/* SPDX-License-Identifier: MIT */
/* The size classes of kmalloc() as a table: what `kmemkit classes` prints. */
#ifndef _KMEMKIT_CLASSES_H
#define _KMEMKIT_CLASSES_H

/*
 * kmk_print_classes - the table of the running library on its standard output
 * @classic: not 0: only the 13 classes of -DKMEMKIT_CLASSIC
 *
 * Bytes an object counts everything its slab takes, shared out: descriptor, map and state bytes (on
 * the slab or off it), leftover, and the struct page of each frame. 0, or -ENOMEM. May sleep.
 */
int kmk_print_classes(int classic);

#endif
