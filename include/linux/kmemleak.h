/* SPDX-License-Identifier: MIT */
/* Hints for the leak scan; the scan reads the allocators' own books, so most say nothing new. */
#ifndef _LINUX_KMEMLEAK_H
#define _LINUX_KMEMLEAK_H

#include <linux/slab.h>
#include <linux/vmalloc.h>

#define kmemleak_init()					do { } while (0)
#define kmemleak_alloc(p, size, min_count, gfp)		((void)(p))
#define kmemleak_alloc_recursive(p, s, m, f, gfp)	((void)(p))
#define kmemleak_alloc_percpu(p, size, gfp)		((void)(p))
#define kmemleak_vmalloc(area, size, gfp)		((void)(area))
#define kmemleak_free(p)				((void)(p))
#define kmemleak_free_recursive(p, f)			((void)(p))
#define kmemleak_free_part(p, size)			((void)(p))
#define kmemleak_free_percpu(p)				((void)(p))
#define kmemleak_update_trace(p)			((void)(p))
#define kmemleak_not_leak(p)				((void)(p))
#define kmemleak_ignore(p)				((void)(p))
#define kmemleak_scan_area(p, size, gfp)		((void)(p))
#define kmemleak_no_scan(p)				((void)(p))
#define kmemleak_erase(p)				((void)(p))
#define kmemleak_alloc_phys(pa, size, gfp)		((void)(pa))
#define kmemleak_free_part_phys(pa, size)		((void)(pa))
#define kmemleak_ignore_phys(pa)			((void)(pa))

#endif
