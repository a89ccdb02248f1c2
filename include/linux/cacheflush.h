/* SPDX-License-Identifier: MIT */
/* Caches are coherent on every host: all of these do nothing. */
#ifndef _LINUX_CACHEFLUSH_H
#define _LINUX_CACHEFLUSH_H

#include <linux/types.h>

struct page;

#define ARCH_IMPLEMENTS_FLUSH_DCACHE_PAGE 0
static inline void flush_dcache_page(struct page *page) { (void)page; }
static inline void flush_kernel_vmap_range(void *addr, int size) { (void)addr; (void)size; }
static inline void invalidate_kernel_vmap_range(void *addr, int size) { (void)addr; (void)size; }
#define flush_cache_vmap(start, end)	do { (void)(start); (void)(end); } while (0)
#define flush_cache_vunmap(start, end)	do { (void)(start); (void)(end); } while (0)
#define flush_icache_range(start, end)	do { (void)(start); (void)(end); } while (0)
#endif
