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
void __asan_get_shadow_mapping(size_t *scale, size_t *offset);
#define kmk_edge_allow(p, size)		__asan_unpoison_memory_region(p, size)
#define kmk_edge_forbid(p, size)	__asan_poison_memory_region(p, size)

/* Of the 8 bytes at p the first n may be touched, 0 < n < 8: one store, since somebody may be touching them. */
static inline __attribute__((no_sanitize_address)) void kmk_edge_within(const volatile void *p, size_t n)
{
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	__atomic_store_n((u8 *)(((uintptr_t)p >> scale) + offset), (u8)n, __ATOMIC_RELAXED);
}
#else
#define KMK_EDGES false
static inline void kmk_edge_allow(const volatile void *p, size_t size) { (void)p; (void)size; }
static inline void kmk_edge_forbid(const volatile void *p, size_t size) { (void)p; (void)size; }
static inline void kmk_edge_within(const volatile void *p, size_t n) { (void)p; (void)n; }
#endif

/* Of `room` bytes at p the first `size` may be touched, and no more. What may be touched before and after may be all the time. */
static inline void kmk_edge_set(const volatile void *p, size_t size, size_t room)
{
	size_t whole = size & ~(size_t)7, rest = size - whole;

	kmk_edge_allow(p, whole);
	if (rest)
		kmk_edge_within((const volatile char *)p + whole, rest);
	whole += rest ? 8 : 0;
	kmk_edge_forbid((const volatile char *)p + whole, room > whole ? room - whole : 0);
}
#endif
