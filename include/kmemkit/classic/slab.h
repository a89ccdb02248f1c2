/* SPDX-License-Identifier: MIT */
/* -DKMEMKIT_CLASSIC: what caches have otherwise than in linux/slab.h. Source: Linux 2.4.32. */
#if defined(KMEMKIT_CLASSIC) && !defined(_KMEMKIT_CLASSIC_SLAB_H)
#define _KMEMKIT_CLASSIC_SLAB_H

#define SLAB_ATOMIC	GFP_ATOMIC
#define SLAB_NOIO	GFP_NOIO
#define SLAB_NOHIGHIO	GFP_NOHIGHIO
#define SLAB_NOFS	GFP_NOFS
#define SLAB_KERNEL	GFP_KERNEL
#define SLAB_NFS	GFP_NFS
#define SLAB_USER	GFP_USER
#define SLAB_DMA	GFP_DMA

/* 0: done. 1: the cache has live objects, which were named, and is kept. May sleep. */
int kmem_cache_destroy(kmem_cache_t *s) KMK_SYM(classic_cache_destroy);

/* Give empty slabs back, returns how many frames. May sleep. */
int kmem_cache_shrink(kmem_cache_t *s) KMK_SYM(classic_cache_shrink);

/* Any context; reported misuse as in the modern dialect. */
void kmem_cache_free(kmem_cache_t *s, const void *obj);

/* Take empty slabs from all caches but those with SLAB_NO_REAP. May sleep. */
void kmem_cache_reap(int gfp_mask) KMK_SYM(classic_cache_reap);

/* The cache kmalloc() takes such a request from; NULL: too large. Any context. */
kmem_cache_t *kmem_find_general_cachep(size_t size, int gfp_mask) KMK_SYM(classic_general_cache);
#endif
