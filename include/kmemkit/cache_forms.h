/* SPDX-License-Identifier: MIT */
/*
 * The other forms of kmem_cache_create(), told apart by the number of arguments:
 *
 *	kmem_cache_create(name, size, args, flags)			6.12: struct kmem_cache_args
 *	kmem_cache_create(name, size, align, flags, ctor)		6.1, in linux/slab.h
 *	kmem_cache_create(name, size, offset, flags, ctor, dtor)	2.4
 *
 * All may sleep and return NULL with a report for a request that cannot be.
 */
#ifndef _KMEMKIT_CACHE_FORMS_H
#define _KMEMKIT_CACHE_FORMS_H

#include <linux/types.h>

struct kmem_cache;

struct kmem_cache_args {
	unsigned int align;
	unsigned int useroffset, usersize;
	unsigned int freeptr_offset;	/* accepted: free objects carry no link here */
	bool use_freeptr_offset;
	void (*ctor)(void *);
	unsigned int sheaf_capacity;	/* accepted: each cache has arrays of its own choosing */
};

/* args NULL: all defaults. Source: Linux 6.12. */
struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size,
					    struct kmem_cache_args *args, slab_flags_t flags);

typedef struct kmem_cache kmem_cache_t;

/* What a classic constructor is told. A destructor is told 0. */
#define SLAB_CTOR_CONSTRUCTOR	0x001ul	/* construct; alone or with the bits below */
#define SLAB_CTOR_ATOMIC	0x002ul	/* the request may not sleep */
#define SLAB_CTOR_VERIFY	0x004ul	/* the object was freed: is it still as constructed? */
#define SLAB_DEBUG_INITIAL	((slab_flags_t)0x00000200u)	/* call the constructor to verify */

/*
 * kmk_classic_cache_create - the six-argument form
 * @name: at most 20 characters; copied
 * @offset: the first object of a slab stands at a non-zero multiple of it (rounded up to the
 *	alignment; 0: a cache line), those of successive slabs at successive multiples
 * @ctor: called for each object of a new slab with (object, cache, SLAB_CTOR_*), or NULL
 * @dtor: called with (object, cache, 0) when a slab goes, or NULL; not without @ctor
 *
 * Source: Linux 2.4.32.
 */
struct kmem_cache *kmk_classic_cache_create(const char *name, size_t size, size_t offset, unsigned long flags,
		void (*ctor)(void *, kmem_cache_t *, unsigned long),
		void (*dtor)(void *, kmem_cache_t *, unsigned long));

#define KMK_PICK6(a, b, c, d, e, f, form, ...)	form
#define KMK_CREATE4(name, size, args, flags)	__kmem_cache_create_args(name, size, args, flags)
/* A macro names itself inside its own text: there it is the function. */
#define KMK_CREATE5(name, size, align, flags, ctor)	kmem_cache_create(name, size, align, flags, ctor)
#define KMK_CREATE6(name, size, offset, flags, ctor, dtor)	\
	kmk_classic_cache_create(name, size, offset, flags, ctor, dtor)
#define kmem_cache_create(...)	\
	KMK_PICK6(__VA_ARGS__, KMK_CREATE6, KMK_CREATE5, KMK_CREATE4, , , , 0)(__VA_ARGS__)

/* Nothing is charged to anybody. */
#define kmem_cache_charge(obj, gfp)	((void)(obj), (void)(gfp), true)
#endif
