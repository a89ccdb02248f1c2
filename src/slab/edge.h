/* SPDX-License-Identifier: MIT */
/* Edges of objects (base/edge.h). An object that is free, and what lies between objects, may not be touched. */
#ifndef KMK_SLAB_EDGE_H
#define KMK_SLAB_EDGE_H

#include "base/edge.h"
#include "page/page.h"
#include "slab.h"

/*
 * Not in a debug cache, which looks behind its objects itself; nor where readers may still look at a free object; nor
 * where two objects could share 8 bytes.
 */
static inline bool kmk_edges_of(const struct kmem_cache *s)
{
	return KMK_EDGES && !s->debug && !(s->flags & SLAB_TYPESAFE_BY_RCU) && !(s->size % 8);
}

/* An object goes to somebody who asked for so many bytes. Returns it. */
static __always_inline void *kmk_edge_live(void *obj, size_t size)
{
	if (KMK_EDGES && kmk_edges_of(kmk_page_of(obj)->slab->cache))
		kmk_edge_set(obj, size, kmk_page_of(obj)->slab->cache->size);
	return obj;
}

/* All of its object_size may be touched: this library does something to it, or nobody promised less. */
static __always_inline void kmk_edge_whole(void *obj)
{
	if (KMK_EDGES && kmk_edges_of(kmk_page_of(obj)->slab->cache))
		kmk_edge_allow(obj, kmk_page_of(obj)->slab->cache->object_size);
}

/* It was freed: before anybody else can get it. */
static __always_inline void kmk_edge_dead(const void *obj)
{
	if (KMK_EDGES && kmk_edges_of(kmk_page_of(obj)->slab->cache))
		kmk_edge_forbid(obj, kmk_page_of(obj)->slab->cache->size);
}
#endif
