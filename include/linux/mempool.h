/* SPDX-License-Identifier: MIT */
/*
 * Memory pools: an allocator with a reserve of min_nr elements, so that a caller who may sleep
 * always gets one in the end, provided that elements in use come back.
 *
 * -DKMEMKIT_CLASSIC: allocation functions take an int, and mempool_resize() a third argument, as
 * in Linux 2.6.11. The calling convention is the same.
 */
#ifndef _LINUX_MEMPOOL_H
#define _LINUX_MEMPOOL_H

#include <linux/types.h>
#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/compiler.h>

struct kmem_cache;

#ifdef KMEMKIT_CLASSIC
typedef int kmk_pool_gfp_t;
#else
typedef gfp_t kmk_pool_gfp_t;
#endif
typedef void *(mempool_alloc_t)(kmk_pool_gfp_t gfp_mask, void *pool_data);
typedef void (mempool_free_t)(void *element, void *pool_data);

typedef struct mempool_s {
	spinlock_t lock;
	int min_nr;			/* room in elements; 0: no reserve */
	int curr_nr;			/* elements[0 .. curr_nr-1] are in reserve */
	void **elements;
	void *pool_data;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	unsigned long stamp;		/* not 0: reserved elements carry a mark made of it */
	unsigned long mark_at;		/* where in an element, in bytes */
	wait_queue_head_t wait;
} mempool_t;

static inline bool mempool_initialized(mempool_t *pool)
{
	return pool->elements != NULL;
}

/*
 * Set a pool up with min_nr elements from alloc_fn. 0, or -ENOMEM with nothing held (_create:
 * NULL). The memory of *pool need not be clean. May sleep as gfp_mask says.
 */
int mempool_init(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
		 void *pool_data);
int mempool_init_node(mempool_t *pool, int min_nr, mempool_alloc_t *alloc_fn,
		      mempool_free_t *free_fn, void *pool_data, gfp_t gfp_mask, int node_id);
mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *pool_data);
mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			       void *pool_data, gfp_t gfp_mask, int nid);

/* Free the reserve. _exit: also on a zeroed, never initialised pool. _destroy: NULL is allowed. */
void mempool_exit(mempool_t *pool);
void mempool_destroy(mempool_t *pool);

/*
 * Change the reserve. 0, -ENOMEM, or -EINVAL with a report for a size below 1. Growing takes what
 * the allocator gives now; later frees bring the rest. May sleep.
 */
int mempool_resize(mempool_t *pool, int new_min_nr);

/*
 * An element: from the allocator without direct reclaim or I/O, then from the reserve, then from
 * the allocator with the caller's flags, then by waiting for a free. Never NULL with
 * __GFP_DIRECT_RECLAIM, which sleeps; without it NULL when the reserve is empty. __GFP_ZERO is
 * not supported: a reserved element keeps its contents.
 */
void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask) __malloc;
/*
 * Give an element back; NULL is allowed. Sleeps only if the free function does. An element that is in the
 * reserve already is reported and stays there; in a pool with functions of its own, or on a cache with a
 * constructor, it is looked for only among up to 256.
 */
void mempool_free(void *element, mempool_t *pool);

/* Ready allocators. pool_data: a cache without constructor, a size in bytes, a page order. */
void *mempool_alloc_slab(kmk_pool_gfp_t gfp_mask, void *pool_data);
void mempool_free_slab(void *element, void *pool_data);
void *mempool_kmalloc(kmk_pool_gfp_t gfp_mask, void *pool_data);
void mempool_kfree(void *element, void *pool_data);
void *mempool_alloc_pages(kmk_pool_gfp_t gfp_mask, void *pool_data);
void mempool_free_pages(void *element, void *pool_data);

static inline int mempool_init_slab_pool(mempool_t *pool, int min_nr, struct kmem_cache *kc)
{
	return mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, kc);
}

static inline mempool_t *mempool_create_slab_pool(int min_nr, struct kmem_cache *kc)
{
	return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, kc);
}

static inline int mempool_init_kmalloc_pool(mempool_t *pool, int min_nr, size_t size)
{
	return mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
	return mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

static inline int mempool_init_page_pool(mempool_t *pool, int min_nr, int order)
{
	return mempool_init(pool, min_nr, mempool_alloc_pages, mempool_free_pages,
			    (void *)(long)order);
}

static inline mempool_t *mempool_create_page_pool(int min_nr, int order)
{
	return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages,
			      (void *)(long)order);
}

#ifdef KMEMKIT_CLASSIC
#define mempool_alloc(pool, gfp_mask)			mempool_alloc(pool, kmk_classic_gfp((gfp_t)(gfp_mask)))
#define mempool_resize(pool, new_min_nr, gfp_mask)	((void)(gfp_mask), mempool_resize(pool, new_min_nr))
#endif
#endif
