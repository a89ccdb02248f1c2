/* SPDX-License-Identifier: MIT */
/*
 * Allocation by type, and the remaining names of newer kernels: included by linux/slab.h.
 *
 *	p = kzalloc_obj(*p);			one object, GFP_KERNEL
 *	p = kmalloc_objs(struct foo, n, gfp);	an array; NULL when the product overflows
 *	p = kzalloc_flex(*p, items, n, gfp);	a struct with a flexible array of n items
 *
 * The first argument is a type or an expression that is not evaluated; the result is a pointer to
 * it. The flags may be left out. Source: Linux 7.0 (names), contract 3.
 */
#ifndef _KMEMKIT_ALLOC_OBJ_H
#define _KMEMKIT_ALLOC_OBJ_H

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/slab.h>

#define KMK_SECOND_ARG(a, b, ...)	b
#define default_gfp(...)		KMK_SECOND_ARG(, ##__VA_ARGS__, GFP_KERNEL, 0)

#define KMK_ALLOC_OBJS(alloc, what, n, ...)	\
	((__typeof__(what) *)alloc(size_mul(sizeof(__typeof__(what)), n), default_gfp(__VA_ARGS__)))
#define KMK_ALLOC_FLEX(alloc, what, array, n, ...)	\
	((__typeof__(what) *)alloc(struct_size_t(__typeof__(what), array, n), default_gfp(__VA_ARGS__)))

#define kmalloc_obj(what, ...)			KMK_ALLOC_OBJS(kmalloc, what, 1, ##__VA_ARGS__)
#define kmalloc_objs(what, n, ...)		KMK_ALLOC_OBJS(kmalloc, what, n, ##__VA_ARGS__)
#define kmalloc_flex(what, array, n, ...)	KMK_ALLOC_FLEX(kmalloc, what, array, n, ##__VA_ARGS__)
#define kzalloc_obj(what, ...)			KMK_ALLOC_OBJS(kzalloc, what, 1, ##__VA_ARGS__)
#define kzalloc_objs(what, n, ...)		KMK_ALLOC_OBJS(kzalloc, what, n, ##__VA_ARGS__)
#define kzalloc_flex(what, array, n, ...)	KMK_ALLOC_FLEX(kzalloc, what, array, n, ##__VA_ARGS__)
#define kvmalloc_obj(what, ...)			KMK_ALLOC_OBJS(kvmalloc, what, 1, ##__VA_ARGS__)
#define kvmalloc_objs(what, n, ...)		KMK_ALLOC_OBJS(kvmalloc, what, n, ##__VA_ARGS__)
#define kvmalloc_flex(what, array, n, ...)	KMK_ALLOC_FLEX(kvmalloc, what, array, n, ##__VA_ARGS__)
#define kvzalloc_obj(what, ...)			KMK_ALLOC_OBJS(kvzalloc, what, 1, ##__VA_ARGS__)
#define kvzalloc_objs(what, n, ...)		KMK_ALLOC_OBJS(kvzalloc, what, n, ##__VA_ARGS__)
#define kvzalloc_flex(what, array, n, ...)	KMK_ALLOC_FLEX(kvzalloc, what, array, n, ##__VA_ARGS__)

/* count elements copied; NULL when the product overflows. */
static inline void *kmemdup_array(const void *src, size_t count, size_t element_size, gfp_t gfp)
{
	return kmemdup(src, size_mul(element_size, count), gfp);
}

/* Names between 5.0 and 6.1, and what only nodes or caches tell apart there. */
#define kzfree(p)				kfree_sensitive(p)
#define kmalloc_large_node(size, flags, node)	((void)(node), kmalloc_large(size, flags))
#define kmem_cache_alloc_trace(s, flags, size)	((void)(size), kmem_cache_alloc(s, flags))
#define kmalloc_trace(s, flags, size)		((void)(size), kmem_cache_alloc(s, flags))
#define kmalloc_node_trace(s, flags, node, size) ((void)(node), (void)(size), kmem_cache_alloc(s, flags))
#define kvmalloc_array_node(n, size, flags, node) ((void)(node), kvmalloc_array(n, size, flags))
#define kvcalloc_node(n, size, flags, node)	((void)(node), kvcalloc(n, size, flags))
#define kvzalloc_array(n, size, flags)		kvcalloc(n, size, flags)

#define __assume_kmalloc_alignment		__attribute__((__assume_aligned__(ARCH_KMALLOC_MINALIGN)))
#define __assume_slab_alignment			__attribute__((__assume_aligned__(ARCH_SLAB_MINALIGN)))
#define __assume_page_alignment			__attribute__((__assume_aligned__(PAGE_SIZE)))
static inline unsigned int arch_slab_minalign(void) { return ARCH_SLAB_MINALIGN; }

/* Scope-bound release of memory: see linux/cleanup.h. */
DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kfree_sensitive, void *, if (!IS_ERR_OR_NULL(_T)) kfree_sensitive(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))
#endif
