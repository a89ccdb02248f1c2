/* SPDX-License-Identifier: MIT */
/*
 * A cache as course notes on Linux 2.2 draw it: a read-only picture of one moment, under their names.
 *
 *	kmem_cache_s --c_nextp--> next cache of the picture, or NULL
 *	  |  c_firstp            c_freep                          c_lastp
 *	  v                        v                                v
 *	kmem_slab_s <-> full <-> partial <-> partial <-> empty <-> empty	s_nextp, s_prevp, NULL at the ends
 *	  |  s_freep: first free object's kmem_bufctl_s, then buf_nextp ... NULL
 *	  v
 *	s_buf[0 .. c_num-1]: one kmem_bufctl_s an object, which lies at s_mem + i * c_offset
 *
 * An object counts as in use from its allocation to its free; one that waits in a CPU's array is
 * free here. The picture is a copy: the cache goes on meanwhile, and slabs made while the picture is
 * taken may be missing. docs/slab.md says how each name maps to the engine's own.
 */
#ifndef _KMEMKIT_SLAB_VIEW_H
#define _KMEMKIT_SLAB_VIEW_H

#include <linux/types.h>

struct kmem_cache;
struct kmem_slab_s;

/* While the object is free buf_nextp, while it is in use buf_slabp: its slab. */
typedef struct kmem_bufctl_s {
	union {
		struct kmem_bufctl_s *buf_nextp;
		struct kmem_slab_s *buf_slabp;
	};
} kmem_bufctl_t;

typedef struct kmem_slab_s {
	kmem_bufctl_t *s_freep;			/* first free object, NULL when full */
	unsigned long s_inuse;			/* objects in use */
	struct kmem_slab_s *s_nextp, *s_prevp;
	void *s_mem;				/* the first object */
	unsigned long s_offset;			/* colour: where that is in the slab's frames */
	bool s_off_slab;			/* the engine's descriptor lies in a general cache */
	kmem_bufctl_t s_buf[];
} kmem_slab_t;

struct kmem_cache_s {
	kmem_slab_t *c_freep;			/* first slab with a free object, or NULL */
	kmem_slab_t *c_firstp, *c_lastp;	/* full, then partial, then empty */
	unsigned long c_num;			/* objects a slab */
	unsigned long c_gfporder;		/* a slab is 2^this frames */
	unsigned long c_org_size;		/* object size asked for */
	unsigned long c_offset;			/* distance of two objects */
	unsigned long c_flags;
	const char *c_name;
	struct kmem_cache_s *c_nextp;
	struct kmem_cache *c_cache;		/* what kmem_cache_alloc() takes */
};

/*
 * kmk_slab_view - the picture of one cache, kmk_slab_view_all - of all, linked by c_nextp
 *
 * NULL: no memory. The cache must exist until the call returns; c_name as long as the cache does.
 * May sleep. Source: contract 2.8; the names are those of Linux 2.2's mm/slab.c.
 */
struct kmem_cache_s *kmk_slab_view(struct kmem_cache *s);
struct kmem_cache_s *kmk_slab_view_all(void);
void kmk_slab_view_put(struct kmem_cache_s *view);	/* all of the chain; NULL is allowed */

static inline bool kmk_view_in_use(const kmem_slab_t *slab, unsigned long i)
{
	return slab->s_buf[i].buf_slabp == slab;
}
#endif
