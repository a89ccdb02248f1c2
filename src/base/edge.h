/* SPDX-License-Identifier: MIT */
/*
 * Edges for AddressSanitizer: which bytes of our memory a program may touch just now.
 *
 * The compiler checks each access of the program, and of this library, against the sanitizer's shadow; we say there
 * what is handed out. Other flavours have no edges: the calls are empty. Memory that was never handed out is not marked.
 * A range that is allowed ends at any byte; it starts at a multiple of 8, as all that we hand out does.
 */
#ifndef KMK_BASE_EDGE_H
#define KMK_BASE_EDGE_H

#include <linux/types.h>

#ifdef KMK_ASAN
#define KMK_EDGES true
void __asan_poison_memory_region(const volatile void *addr, size_t size);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);
#define kmk_edge_allow(p, size)		__asan_unpoison_memory_region(p, size)
#define kmk_edge_forbid(p, size)	__asan_poison_memory_region(p, size)
#else
#define KMK_EDGES false
static inline void kmk_edge_allow(const volatile void *p, size_t size) { (void)p; (void)size; }
static inline void kmk_edge_forbid(const volatile void *p, size_t size) { (void)p; (void)size; }
#endif

/*
 * Of `room` bytes at p the first `size` may be touched, and no more. In this order: to allow less than what is allowed
 * changes nothing in the last 8 bytes.
 */
static inline void kmk_edge_set(const volatile void *p, size_t size, size_t room)
{
	kmk_edge_forbid(p, room);
	kmk_edge_allow(p, size);
}
#endif
