/* SPDX-License-Identifier: MIT */
/* Debug caches: what must stand where, and what is done when it does not. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/poison.h>
#include <linux/string.h>
#include "debug.h"

/* Fill all that surrounds an object, and the object itself if it is free and may be poisoned. */
void kmk_debug_paint(struct kmk_slab *slab, u32 i, unsigned char zone)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *obj = kmk_slab_object(slab, i);
	u32 right = kmk_right_zone(slab, i);

	if (s->poisoned && zone == SLUB_RED_INACTIVE) {
		memset(obj, POISON_FREE, s->object_size - 1);
		obj[s->object_size - 1] = POISON_END;
	}
	if (!(s->flags & SLAB_RED_ZONE))
		return;
	memset(obj - s->red_left_pad, zone, s->red_left_pad);
	memset(obj + right, zone, s->inuse - right);
}

/* n bytes at start must have one value; those that do not are reported and restored. */
static bool check_bytes(struct kmk_slab *slab, u32 i, const char *what, unsigned char *start, u32 n,
			unsigned char want)
{
	unsigned char *fault = memchr_inv(start, want, n);
	unsigned char *end = start + n;
	struct kmk_bad_bytes bad;

	if (!fault)
		return true;
	while (end[-1] == want)
		end--;
	bad = (struct kmk_bad_bytes){ what, fault, end, want };
	kmk_debug_bad_bytes(slab, i, &bad);
	memset(fault, want, (size_t)(end - fault));
	return false;
}

static bool check_zones(struct kmk_slab *slab, u32 i, unsigned char zone)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *obj = kmk_slab_object(slab, i);
	u32 right = kmk_right_zone(slab, i);

	if (s->flags & SLAB_RED_ZONE)
		return check_bytes(slab, i, "Left Redzone", obj - s->red_left_pad, s->red_left_pad, zone) &&
		       check_bytes(slab, i, "Right Redzone", obj + right, s->inuse - right, zone);
	if ((s->flags & SLAB_POISON) && s->object_size < s->inuse)
		check_bytes(slab, i, "Alignment padding", obj + s->object_size, s->inuse - s->object_size,
			    POISON_INUSE);
	return true;
}

static bool check_poison(struct kmk_slab *slab, u32 i, unsigned char zone)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *obj = kmk_slab_object(slab, i);
	u32 info = kmk_info_end(s);

	if (!(s->flags & SLAB_POISON))
		return true;
	if (s->poisoned && zone == SLUB_RED_INACTIVE &&
	    (!check_bytes(slab, i, "Poison", obj, s->object_size - 1, POISON_FREE) ||
	     !check_bytes(slab, i, "End Poison", obj + s->object_size - 1, 1, POISON_END)))
		return false;
	if (info < kmk_stride_end(s))
		check_bytes(slab, i, "Object padding", obj + info, kmk_stride_end(s) - info, POISON_INUSE);
	return true;
}

/* zone says what the object should be: SLUB_RED_INACTIVE free, SLUB_RED_ACTIVE live. */
bool kmk_debug_check_object(struct kmk_slab *slab, u32 i, unsigned char zone)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *obj = kmk_slab_object(slab, i);

	if (!check_zones(slab, i, zone) || !check_poison(slab, i, zone))
		return false;
	/* Inside a live object the link's place holds the owner's data. */
	if (!kmk_link_outside(s) && zone == SLUB_RED_ACTIVE)
		return true;
	if (kmk_is_object(slab, kmk_get_link(s, obj)))
		return true;
	kmk_debug_bad_object(slab, i, "Freepointer corrupt");
	if (zone == SLUB_RED_ACTIVE)
		kmk_set_link(s, obj, NULL);
	else
		kmk_debug_rebuild(slab);
	return false;
}

/* What is left of the block behind the last object. */
bool kmk_debug_check_rest(struct kmk_slab *slab)
{
	const struct kmem_cache *s = slab->cache;
	unsigned char *block = kmk_slab_block(slab), *end = block + (PAGE_SIZE << s->order);
	unsigned char *rest = block + (size_t)s->nr * s->size, *fault;

	if (!(s->flags & SLAB_POISON) || rest == end)
		return true;
	fault = memchr_inv(rest, POISON_INUSE, (size_t)(end - rest));
	if (!fault)
		return true;
	while (end[-1] == POISON_INUSE)
		end--;
	kmk_debug_bad_slab(slab, "Padding overwritten. 0x%px-0x%px @offset=%tu", fault, end - 1, fault - block);
	kmk_debug_fix(slab->cache, "Restoring slab padding 0x%px-0x%px=0x%x", fault, end - 1, POISON_INUSE);
	memset(fault, POISON_INUSE, (size_t)(end - fault));
	return false;
}

/* ---- the free list ---- */

/* An object that somebody owns cannot be on the list: a link that leads to one is damaged too. */
static bool may_be_listed(const struct kmk_slab *slab, const void *p)
{
	return kmk_is_object(slab, p) && kmk_is_free(slab, kmk_index_of(slab, p));
}

/*
 * Follow the list up to a link that leads out of the slab; cut it there. *nr: objects on it.
 * False: the list's head itself was bad, and all objects now count as used.
 */
static bool walk(struct kmk_slab *slab, u32 *nr)
{
	struct kmk_debug_slab *d = kmk_debug_of(slab);
	const struct kmem_cache *s = slab->cache;
	void *last = NULL;

	*nr = 0;
	for (void *p = d->freelist; p && *nr <= s->nr; p = kmk_get_link(s, p)) {
		if (may_be_listed(slab, p)) {
			last = p;
			++*nr;
			continue;
		}
		if (last) {
			kmk_debug_bad_object(slab, kmk_index_of(slab, last), "Freechain corrupt");
			kmk_set_link(s, last, NULL);
			return true;
		}
		kmk_debug_bad_slab(slab, "Freepointer corrupt");
		d->freelist = NULL;
		d->inuse = s->nr;
		kmk_debug_fix(slab->cache, "Freelist cleared");
		return false;
	}
	return true;
}

/* Is the list whole, and does its length agree with the count? */
bool kmk_debug_check_list(struct kmk_slab *slab)
{
	struct kmk_debug_slab *d = kmk_debug_of(slab);
	u32 nr, all = slab->cache->nr;

	if (!walk(slab, &nr))
		return false;
	if (nr > all) {
		kmk_debug_bad_slab(slab, "Freelist cycle detected");
		kmk_debug_rebuild(slab);
		return false;
	}
	if (d->inuse == all - nr)
		return true;
	kmk_debug_bad_slab(slab, "Wrong object count. Counter is %u but counted were %u", d->inuse, all - nr);
	d->inuse = all - nr;
	kmk_debug_fix(slab->cache, "Object count adjusted");
	return true;
}

/* Make the list anew from what the map says. Objects keep their contents but for the link. */
void kmk_debug_rebuild(struct kmk_slab *slab)
{
	struct kmk_debug_slab *d = kmk_debug_of(slab);
	const struct kmem_cache *s = slab->cache;

	d->freelist = NULL;
	for (u32 i = s->nr; i-- > 0; ) {
		void *obj = kmk_slab_object(slab, i);

		if (!kmk_is_free(slab, i))
			continue;
		kmk_set_link(s, obj, d->freelist);
		d->freelist = obj;
	}
	d->inuse = s->nr - slab->nr_free;
	kmk_debug_fix(slab->cache, "Freelist made anew from the map: %u objects", slab->nr_free);
}

/* ---- everything ---- */

static void validate_slab(struct kmk_slab *slab)
{
	kmk_debug_check_rest(slab);
	if (!kmk_debug_check_list(slab))
		return;
	for (u32 i = 0; i < slab->cache->nr; i++)
		kmk_debug_check_object(slab, i, kmk_is_free(slab, i) ? SLUB_RED_INACTIVE : SLUB_RED_ACTIVE);
}

long validate_slab_cache(struct kmem_cache *s)
{
	struct kmk_node *node = &s->node[0];
	struct list_head *lists[] = { &node->partial, &node->empty, &node->full };
	unsigned int before = s->errors;
	struct kmk_slab *slab;

	kmk_cache_flush(s);
	if (!s->debug)
		return 0;
	kmk_lock(&node->lock);
	for (unsigned int l = 0; l < ARRAY_SIZE(lists); l++)
		list_for_each_entry(slab, lists[l], list)
			validate_slab(slab);
	kmk_unlock(&node->lock);
	return (long)(s->errors - before);
}

/* All debug caches, at the end of a program. Returns the number of reports. */
unsigned long kmk_debug_sweep(void)
{
	unsigned long errors = 0;

	for (struct kmem_cache *s = kmk_next_cache(NULL); s; s = kmk_next_cache(s))
		if (s->debug)
			errors += (unsigned long)validate_slab_cache(s);
	return errors;
}
