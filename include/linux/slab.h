/* SPDX-License-Identifier: MIT */
/*
 * Caches of equal objects, and kmalloc on top of them.
 *
 * Sizes are bytes. Objects of power-of-two size are aligned to their size, others to at least 8.
 * With __GFP_DIRECT_RECLAIM a request may sleep; frees never do. NULL means memory was short.
 * __GFP_HIGHMEM and __GFP_DMA32 are reported and dropped. Source: core-api/memory-allocation and
 * mm-api of Linux 6.1; docs/differences.md lists where we differ.
 */
#ifndef _LINUX_SLAB_H
#define _LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>
#include <linux/bug.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <linux/percpu-refcount.h>
#include <asm/page.h>
#include <kmemkit/layout.h>

/* ---- cache flags: values of Linux 6.1 ---- */
#define SLAB_CONSISTENCY_CHECKS	((slab_flags_t)0x00000100u)
#define SLAB_RED_ZONE		((slab_flags_t)0x00000400u)
#define SLAB_POISON		((slab_flags_t)0x00000800u)
#define SLAB_KMALLOC		((slab_flags_t)0x00001000u)
#define SLAB_HWCACHE_ALIGN	((slab_flags_t)0x00002000u)
#define SLAB_CACHE_DMA		((slab_flags_t)0x00004000u)
#define SLAB_CACHE_DMA32	((slab_flags_t)0x00008000u)
#define SLAB_STORE_USER		((slab_flags_t)0x00010000u)
#define SLAB_PANIC		((slab_flags_t)0x00040000u)
#define SLAB_TYPESAFE_BY_RCU	((slab_flags_t)0x00080000u)
#define SLAB_MEM_SPREAD		((slab_flags_t)0x00100000u)
#define SLAB_TRACE		((slab_flags_t)0x00200000u)
#define SLAB_DEBUG_OBJECTS	((slab_flags_t)0x00400000u)
#define SLAB_NOLEAKTRACE	((slab_flags_t)0x00800000u)
#define SLAB_NO_MERGE		((slab_flags_t)0x01000000u)
#define SLAB_FAILSLAB		((slab_flags_t)0x02000000u)
#define SLAB_ACCOUNT		((slab_flags_t)0x04000000u)
#define SLAB_KASAN		((slab_flags_t)0)
#define SLAB_NO_USER_FLAGS	((slab_flags_t)0x10000000u)
#define SLAB_RECLAIM_ACCOUNT	((slab_flags_t)0x00020000u)
#define SLAB_TEMPORARY		SLAB_RECLAIM_ACCOUNT
#define SLAB_SKIP_KFENCE	((slab_flags_t)0x20000000u)
#define SLAB_NO_REAP		((slab_flags_t)0x40000000u)	/* 2.4: the reclaimer leaves the cache alone */
#define SLAB_NO_OBJ_EXT		SLAB_NOLEAKTRACE

#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

#define ARCH_KMALLOC_MINALIGN	8
#define ARCH_SLAB_MINALIGN	8
#define KMALLOC_SHIFT_LOW	3
#define KMALLOC_MIN_SIZE	8
#define KMALLOC_SHIFT_HIGH	17
#define KMALLOC_MAX_CACHE_SIZE	(1UL << KMALLOC_SHIFT_HIGH)
#define KMALLOC_SHIFT_MAX	(MAX_ORDER + PAGE_SHIFT - 1)
#define KMALLOC_MAX_SIZE	(1UL << KMALLOC_SHIFT_MAX)
#define KMALLOC_MAX_ORDER	(KMALLOC_SHIFT_MAX - PAGE_SHIFT)

struct kmem_cache;

/*
 * kmem_cache_create - a cache of equal objects
 * @name: shown in reports; copied
 * @size: object size, 1 byte to 4 MiB; @align: 0 or a power of two up to 4 MiB; @flags: SLAB_*
 * @ctor: called for each object when its slab is made, not at every allocation, or NULL
 *
 * Returns the cache or NULL (a bad size or alignment, a missing name: reported; no memory: not; SLAB_PANIC stops
 * instead). May sleep. Source: Linux 6.1.
 */
struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *));
struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size, unsigned int align,
					      slab_flags_t flags, unsigned int useroffset,
					      unsigned int usersize, void (*ctor)(void *));
#define KMEM_CACHE(__struct, __flags)						\
	kmem_cache_create(#__struct, sizeof(struct __struct), __alignof__(struct __struct), (__flags), NULL)
#define KMEM_CACHE_USERCOPY(__struct, __flags, __field)				\
	kmem_cache_create_usercopy(#__struct, sizeof(struct __struct),		\
		__alignof__(struct __struct), (__flags), offsetof(struct __struct, __field), \
		sizeof_field(struct __struct, __field), NULL)

#include <kmemkit/cache_forms.h>

/*
 * kmem_cache_destroy - give the cache back; NULL is allowed
 *
 * A cache with live objects is kept: each object is named with who allocated it where owners are
 * tracked. May sleep. Source: Linux 6.1.
 */
#ifdef KMEMKIT_CLASSIC
#include <kmemkit/classic/slab.h>
#else
void kmem_cache_destroy(struct kmem_cache *s);
int kmem_cache_shrink(struct kmem_cache *s);
void kmem_cache_free(struct kmem_cache *s, void *obj);
#endif
unsigned int kmem_cache_size(struct kmem_cache *s);
const char *kmem_cache_name(struct kmem_cache *s);

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t flags) __attribute__((malloc));
int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t flags, size_t size, void **p);
void kmem_cache_free_bulk(struct kmem_cache *s, size_t size, void **p);
void kfree_bulk(size_t size, void **p);
/*
 * What the flags mean for an object that lies ready: constant ones are judged by the compiler. Those of
 * KMK_GFP_JUDGED ask for more than the object (zeroing, a complaint); the plain forms must not be given one.
 */
#define KMK_GFP_JUDGED		(__GFP_ZERO | __GFP_HIGHMEM | __GFP_DMA32)
#define KMK_GFP_PLAIN(gfp)	(__builtin_constant_p(gfp) && !((gfp) & KMK_GFP_JUDGED))
void *kmk_cache_alloc_plain(struct kmem_cache *s, gfp_t flags) __attribute__((malloc));
#ifdef KMEMKIT_CLASSIC
#define kmem_cache_alloc(s, gfp)		kmem_cache_alloc(s, kmk_classic_gfp(gfp))
#define kmem_cache_alloc_bulk(s, gfp, n, p)	kmem_cache_alloc_bulk(s, kmk_classic_gfp(gfp), n, p)
#else
#define kmem_cache_alloc(s, gfp)	\
	(KMK_GFP_PLAIN(gfp) ? kmk_cache_alloc_plain(s, gfp) : (kmem_cache_alloc)(s, gfp))
#endif

static inline void *kmem_cache_zalloc(struct kmem_cache *s, gfp_t flags)
{
	return kmem_cache_alloc(s, flags | __GFP_ZERO);
}
#define kmem_cache_alloc_node(s, flags, node)		((void)(node), kmem_cache_alloc(s, flags))
#define kmem_cache_alloc_lru(s, lru, flags)		((void)(lru), kmem_cache_alloc(s, flags))

/* ---- kmalloc: the class of a constant size is known to the compiler ---- */
enum kmalloc_cache_type { KMALLOC_NORMAL, KMALLOC_DMA, KMALLOC_RECLAIM, KMALLOC_CGROUP, NR_KMALLOC_TYPES };

static __always_inline enum kmalloc_cache_type kmalloc_type(gfp_t flags)
{
	if (likely(!(flags & (__GFP_DMA | __GFP_RECLAIMABLE | __GFP_ACCOUNT))))
		return KMALLOC_NORMAL;
	if (flags & __GFP_DMA)
		return KMALLOC_DMA;
	return flags & __GFP_RECLAIMABLE ? KMALLOC_RECLAIM : KMALLOC_CGROUP;
}

/* Classes 3 .. 17 are 2^class bytes, 1 is 96, 2 is 192. size is 1 .. KMALLOC_MAX_CACHE_SIZE. */
static __always_inline unsigned int kmalloc_index(size_t size)
{
	if (size <= KMALLOC_MIN_SIZE)
		return KMALLOC_SHIFT_LOW;
	if (size > 64 && size <= 96)
		return 1;
	if (size > 128 && size <= 192)
		return 2;
	return 64 - (unsigned int)__builtin_clzl(size - 1);
}

#define KMK_KMALLOC_ARRAY(type, index)	\
	(KMK_KMALLOC_ARRAYS + ((unsigned int)(type) * KMK_KMALLOC_CLASSES + (index)) * KMK_KMALLOC_STRIDE)

/* Where id 0 has that array: the others lie multiples of an area's size away. */
#define KMK_KMALLOC_PLACE(type, index)	\
	(KMK_PCPU_BASE + ((unsigned long)KMK_PCPU_DUMMIES << KMK_PCPU_SHIFT) + KMK_KMALLOC_ARRAY(type, index))

void *kmk_kmalloc_at(unsigned long place, gfp_t flags, size_t size) __attribute__((malloc));
void *kmk_kmalloc_plain_at(unsigned long place, gfp_t flags, size_t size) __attribute__((malloc));
void *kmk_kmalloc_plain(size_t size, gfp_t flags) __attribute__((malloc));
void *__kmalloc(size_t size, gfp_t flags) __attribute__((malloc));
void *kmalloc_large(size_t size, gfp_t flags) __attribute__((malloc));
void *kmk_kmalloc_caller(size_t size, gfp_t flags, unsigned long caller) __attribute__((malloc));

/*
 * kmalloc - memory for objects smaller than a few pages
 *
 * Contents undefined unless __GFP_ZERO. Size 0 gives ZERO_SIZE_PTR; more than KMALLOC_MAX_SIZE
 * gives NULL with one report, silent under __GFP_NOWARN.
 */
#ifdef KMEMKIT_CLASSIC
#include <kmemkit/classic/kmalloc.h>
#else
static __always_inline void *kmalloc(size_t size, gfp_t flags)
{
	if (__builtin_constant_p(size)) {
		if (!size)
			return ZERO_SIZE_PTR;
		if (size > KMALLOC_MAX_CACHE_SIZE)
			return kmalloc_large(size, flags);
		return (KMK_GFP_PLAIN(flags) ? kmk_kmalloc_plain_at : kmk_kmalloc_at)
			(KMK_KMALLOC_PLACE(kmalloc_type(flags), kmalloc_index(size)), flags, size);
	}
	if (KMK_GFP_PLAIN(flags) && kmalloc_type(flags) == KMALLOC_NORMAL)
		return kmk_kmalloc_plain(size, flags);
	return __kmalloc(size, flags);
}
#endif

/* kfree - free memory of the kmalloc family or of any cache; NULL and ZERO_SIZE_PTR are allowed. */
void kfree(const void *obj);
void kfree_sensitive(const void *obj);

/* Bytes usable behind a kmalloc pointer, and the size a request is rounded up to. */
size_t ksize(const void *obj);
size_t __ksize(const void *obj);
size_t kmalloc_size_roundup(size_t size);

/*
 * krealloc - change the size, keeping the contents up to the smaller of both
 *
 * Size 0 frees and returns ZERO_SIZE_PTR; a NULL pointer allocates; on failure the old block stays
 * and NULL is returned. Under __GFP_ZERO the new tail is zero.
 */
void *krealloc(const void *p, size_t new_size, gfp_t flags) __attribute__((warn_unused_result));
#ifdef KMEMKIT_CLASSIC
#define krealloc(p, size, gfp)	krealloc(p, size, kmk_classic_gfp(gfp))
#endif

static __always_inline void *kzalloc(size_t size, gfp_t flags) { return kmalloc(size, flags | __GFP_ZERO); }

static __always_inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(n, size, &bytes)))
		return NULL;
	return kmalloc(bytes, flags);
}

static __always_inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

static inline void *krealloc_array(void *p, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(n, size, &bytes)))
		return NULL;
	return krealloc(p, bytes, flags);
}

#define kmalloc_node(size, flags, node)			((void)(node), kmalloc(size, flags))
#define __kmalloc_node(size, flags, node)		((void)(node), __kmalloc(size, flags))
#define kzalloc_node(size, flags, node)			((void)(node), kzalloc(size, flags))
#define kcalloc_node(n, size, flags, node)		((void)(node), kcalloc(n, size, flags))
#define kmalloc_array_node(n, size, flags, node)	((void)(node), kmalloc_array(n, size, flags))
/* What is recorded and reported is the caller of the function that this stands in. */
#ifdef KMEMKIT_CLASSIC
#define kmalloc_track_caller(size, flags)		__kmalloc(size, flags)
#else
#define kmalloc_track_caller(size, flags)		\
	kmk_kmalloc_caller(size, flags, (unsigned long)__builtin_return_address(0))
#endif
#define kmalloc_node_track_caller(size, flags, node)	((void)(node), kmalloc_track_caller(size, flags))
#define __kmalloc_track_caller(size, flags, caller)	kmk_kmalloc_caller(size, flags, caller)

/* ---- kvmalloc: kmalloc, else vmalloc where the flags allow to sleep (src/vmap) ---- */
void *kvmalloc_node(size_t size, gfp_t flags, int node);
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);
void *kmk_kvrealloc(const void *p, size_t oldsize, size_t newsize, gfp_t flags);
#ifdef KMEMKIT_CLASSIC
#define kvmalloc_node(size, gfp, node)	kvmalloc_node(size, kmk_classic_gfp(gfp), node)
#endif

static inline void *kvmalloc(size_t size, gfp_t flags) { return kvmalloc_node(size, flags, NUMA_NO_NODE); }
static inline void *kvzalloc(size_t size, gfp_t flags) { return kvmalloc(size, flags | __GFP_ZERO); }
static inline void *kvzalloc_node(size_t size, gfp_t flags, int node)
{
	return kvmalloc_node(size, flags | __GFP_ZERO, node);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (unlikely(__builtin_mul_overflow(n, size, &bytes)))
		return NULL;
	return kvmalloc(bytes, flags);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	return kvmalloc_array(n, size, flags | __GFP_ZERO);
}

/* kvrealloc(p, oldsize, newsize, flags) as in 6.1, or kvrealloc(p, newsize, flags) as later. */
#define KMK_KVREALLOC4(p, old, size, flags)	kmk_kvrealloc(p, old, size, flags)
#define KMK_KVREALLOC3(p, size, flags)		kmk_kvrealloc(p, (size_t)-1, size, flags)
#define KMK_PICK4(a, b, c, d, name, ...)	name
#define kvrealloc(...)	KMK_PICK4(__VA_ARGS__, KMK_KVREALLOC4, KMK_KVREALLOC3)(__VA_ARGS__)

#include <kmemkit/alloc_obj.h>

bool slab_is_available(void);
void kmem_dump_obj(void *object);
bool kmem_valid_obj(void *object);
static inline void kmemleak_ignore_percpu(const void *p) { (void)p; }
#endif
