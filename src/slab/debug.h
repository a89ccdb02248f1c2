/* SPDX-License-Identifier: MIT */
/*
 * Debug caches, the second kind: every request comes here, and every byte round an object is known.
 *
 *     block                                         block + size
 *     | left zone | object | right zone | link | padding | left zone | object | ...     | rest |
 *                 ^ slab->base          ^ inuse
 *
 *	zones	0xcc round a live object, 0xbb round a free one; in a kmalloc cache the right zone
 *		begins at the very byte behind what was asked for
 *	object	0x6b ... 0x6b 0xa5 while free (not with a constructor or SLAB_TYPESAFE_BY_RCU)
 *	link	the next free object; inside the object where nothing forbids that
 *	padding, rest	0x5a
 *
 * The link stands where a stray write can reach it, so it decides only *which* object comes next.
 * *Whether* an object is free is said by the slab's map and state bytes, which lie with the owner
 * records in a block of their own: a damaged list is cut, reported and made anew from the map.
 *
 * Checks run at allocation and free under SLAB_CONSISTENCY_CHECKS, and at validate_slab_cache().
 * Damaged bytes are reported and restored, and the operation goes on.
 *
 * All slabs of a debug cache belong to node 0, whose lock covers them; reports are printed under it.
 */
#ifndef KMK_SLAB_DEBUG_H
#define KMK_SLAB_DEBUG_H

#include "slab.h"

#define KMK_DEBUG_KIND	(SLAB_RED_ZONE | SLAB_POISON | SLAB_CONSISTENCY_CHECKS | SLAB_TRACE)

struct kmk_debug_slab {
	void *freelist;
	u32 inuse;			/* objects that are not on the free list, as counted by it */
	struct kmk_slab slab;		/* last: ends in an open array */
};

static inline struct kmk_debug_slab *kmk_debug_of(struct kmk_slab *slab)
{
	return container_of(slab, struct kmk_debug_slab, slab);
}

static inline unsigned char *kmk_slab_block(const struct kmk_slab *slab)
{
	return (unsigned char *)lowmem_page_address(kmk_slab_page(slab));
}

static inline unsigned char *kmk_slab_object(const struct kmk_slab *slab, u32 i)
{
	return slab->base + (size_t)i * slab->cache->size;
}

static inline bool kmk_link_outside(const struct kmem_cache *s) { return s->offset >= s->inuse; }

/* End of what has a meaning behind an object; up to the next stride follows padding. */
static inline u32 kmk_info_end(const struct kmem_cache *s)
{
	return kmk_link_outside(s) ? s->inuse + (u32)sizeof(void *) : s->inuse;
}

static inline u32 kmk_stride_end(const struct kmem_cache *s) { return s->size - s->red_left_pad; }

static inline void *kmk_get_link(const struct kmem_cache *s, const void *obj)
{
	void *link;

	memcpy(&link, (const char *)obj + s->offset, sizeof(link));
	return link;
}

static inline void kmk_set_link(const struct kmem_cache *s, void *obj, void *link)
{
	memcpy((char *)obj + s->offset, &link, sizeof(link));
}

/* Is p the start of an object of this slab, or the end of a list? */
static inline bool kmk_is_object(const struct kmk_slab *slab, const void *p)
{
	unsigned long d = (unsigned long)p - (unsigned long)slab->base;

	return !p || (d / slab->cache->size < slab->cache->nr && d % slab->cache->size == 0);
}

static inline u32 kmk_index_of(const struct kmk_slab *slab, const void *obj)
{
	return (u32)((unsigned long)((const unsigned char *)obj - slab->base) / slab->cache->size);
}

/* Under the lock the map is the truth: a state byte changes before its object is painted. */
static inline bool kmk_is_free(const struct kmk_slab *slab, u32 i)
{
	return slab->map[i / 64] >> i % 64 & 1;
}

/* The first byte of the right zone: kmalloc's callers are held to what they asked for. */
static inline u32 kmk_right_zone(const struct kmk_slab *slab, u32 i)
{
	const struct kmem_cache *s = slab->cache;
	bool exact = (s->flags & SLAB_KMALLOC) && !kmk_is_free(slab, i);

	return exact ? slab->track[i].size : s->object_size;
}

/* ---- debug_check.c: each returns true when nothing was wrong. Node 0's lock is held ---- */
void kmk_debug_paint(struct kmk_slab *slab, u32 i, unsigned char zone);
bool kmk_debug_check_object(struct kmk_slab *slab, u32 i, unsigned char zone);
bool kmk_debug_check_rest(struct kmk_slab *slab);
bool kmk_debug_check_list(struct kmk_slab *slab);
void kmk_debug_rebuild(struct kmk_slab *slab);

/* ---- debug_report.c ---- */
struct kmk_bad_bytes { const char *what; unsigned char *start; const unsigned char *end; unsigned char want; };
void kmk_debug_bad_bytes(struct kmk_slab *slab, u32 i, const struct kmk_bad_bytes *bad);
void kmk_debug_bad_object(struct kmk_slab *slab, u32 i, const char *reason);
void kmk_debug_bad_slab(struct kmk_slab *slab, const char *fmt, ...) __printf(2, 3);
void kmk_debug_fix(struct kmem_cache *s, const char *fmt, ...) __printf(2, 3);
void kmk_debug_trace(struct kmk_slab *slab, u32 i, bool alloc);
void kmk_debug_print_owners(const struct kmk_slab *slab, u32 i);
void kmk_debug_print_slab(struct kmk_slab *slab);
void kmk_debug_print_object(struct kmk_slab *slab, u32 i);

#endif
