/* SPDX-License-Identifier: MIT */
/* Debug caches: slabs made and unmade, single objects taken and returned. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/poison.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include "page/page.h"
#include "debug.h"

/* ---- slabs ---- */

static size_t descriptor_bytes(const struct kmem_cache *s)
{
	/* A state byte in front of the first and one behind the last say FREE for ever, as in other slabs. */
	return ALIGN(sizeof(struct kmk_debug_slab) + kmk_map_words(s->nr) * 8 + s->nr + 2, 64);
}

static size_t record_bytes(const struct kmem_cache *s)
{
	return descriptor_bytes(s) + s->nr * sizeof(struct kmk_track);
}

/* Frames beside those of each slab: the owner records. */
unsigned long kmk_slab_record_frames(const struct kmem_cache *s)
{
	return PFN_UP(s->debug ? record_bytes(s) : s->tracked ? s->nr * sizeof(struct kmk_track) : 0);
}

/* Descriptor and owner records share a block of frames: kmalloc's caches may be debug caches too. */
struct kmk_slab *kmk_debug_descriptor(struct kmem_cache *s, gfp_t gfp)
{
	char *room = alloc_pages_exact(record_bytes(s), kmk_record_gfp(gfp));
	struct kmk_debug_slab *d = (struct kmk_debug_slab *)room;

	if (!d)
		return NULL;
	d->slab.track = (struct kmk_track *)(room + descriptor_bytes(s));
	return &d->slab;
}

void kmk_debug_free_descriptor(struct kmk_slab *slab)
{
	free_pages_exact(kmk_debug_of(slab), record_bytes(slab->cache));
}

/* Before the constructors run: all bytes of a new slab, and the list of all its objects. */
void kmk_debug_prepare(struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;
	struct kmk_debug_slab *d = kmk_debug_of(slab);
	unsigned char *block = slab->base - s->red_left_pad;

	if (s->flags & SLAB_POISON)
		memset(block, POISON_INUSE, PAGE_SIZE << s->order);
	for (u32 i = s->nr; i-- > 0; ) {
		void *obj = kmk_slab_object(slab, i);

		kmk_debug_paint(slab, i, SLUB_RED_INACTIVE);
		kmk_set_link(s, obj, d->freelist);
		d->freelist = obj;
	}
}

/* The last look at an empty slab, which is on no list any more. */
void kmk_debug_release(struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;

	if (!(s->flags & SLAB_CONSISTENCY_CHECKS))
		return;
	kmk_debug_check_rest(slab);
	for (u32 i = 0; i < s->nr; i++)
		kmk_debug_check_object(slab, i, SLUB_RED_INACTIVE);
}

/* ---- objects ---- */

static u16 this_cpu(void)
{
	return (u16)raw_smp_processor_id();
}

static bool usable(const struct kmk_slab *slab, const void *obj)
{
	return obj && kmk_is_object(slab, obj) && kmk_is_free(slab, kmk_index_of(slab, obj));
}

/* The slab has a free object, so says its map: take the one that the list names, if it is one. */
static void *pop(struct kmk_slab *slab)
{
	struct kmk_debug_slab *d = kmk_debug_of(slab);
	struct kmem_cache *s = slab->cache;
	void *obj;

	if (!d->freelist) {
		/* Else its damage was reported when the list was cut. */
		if (d->inuse != s->nr)
			kmk_debug_bad_slab(slab, "Wrong object count. Counter is %u but counted were %u",
					   d->inuse, s->nr);
		kmk_debug_rebuild(slab);
	} else if (!usable(slab, d->freelist)) {
		kmk_debug_bad_slab(slab, "Freelist Pointer check fails");
		kmk_debug_rebuild(slab);
	}
	obj = d->freelist;
	if (s->flags & SLAB_CONSISTENCY_CHECKS) {
		kmk_debug_check_rest(slab);
		kmk_debug_check_object(slab, kmk_index_of(slab, obj), SLUB_RED_INACTIVE);
		obj = d->freelist;	/* a bad link has led to another list */
	}
	d->freelist = kmk_get_link(s, obj);
	d->inuse++;
	return obj;
}

static void take(struct kmk_node *node, struct kmk_slab *slab, u32 i)
{
	bool was_empty = slab->nr_free == slab->cache->nr;

	slab->map[i / 64] &= ~(1ull << i % 64);
	slab->nr_free--;
	node->nr_free--;
	kmk_count_empty(node, -was_empty);
	node->nr_partial -= !was_empty;
	node->nr_partial += slab->nr_free != 0;
	list_move(&slab->list, slab->nr_free ? &node->partial : &node->full);
}

static void give(struct kmk_node *node, struct kmk_slab *slab, u32 i)
{
	bool was_full = !slab->nr_free, empty;

	slab->map[i / 64] |= 1ull << i % 64;
	slab->nr_free++;
	node->nr_free++;
	empty = slab->nr_free == slab->cache->nr;
	node->nr_partial -= !was_full;
	node->nr_partial += !empty;
	kmk_count_empty(node, empty);
	if (empty)
		list_move_tail(&slab->list, &node->empty);
	else if (was_full)
		list_move(&slab->list, &node->partial);
}

static void *take_from(struct kmk_node *node, struct kmk_slab *slab, const struct kmk_track *owner)
{
	struct kmem_cache *s = slab->cache;
	void *obj = pop(slab);
	u32 i = kmk_index_of(slab, obj);
	struct kmk_track *t = &slab->track[i];

	take(node, slab, i);
	slab->state[i] = KMK_OBJ_LIVE;
	t->size = owner->size;
	if (s->tracked) {
		t->caller = owner->caller;
		t->time = owner->time;
		t->stack = owner->stack;
		t->pid = owner->pid;
		t->cpu = owner->cpu;
		t->mark = 0;
	}
	if (s->flags & SLAB_TRACE)
		kmk_debug_trace(slab, i, true);
	kmk_debug_paint(slab, i, SLUB_RED_ACTIVE);
	return obj;
}

static void clear(const struct kmem_cache *s, void *obj, size_t size, gfp_t gfp)
{
	bool poisoned = (s->flags & SLAB_POISON) && !(gfp & __GFP_ZERO);

	if (kmk_slab_zeroed(s, gfp) && !poisoned)
		memset(obj, 0, s->flags & SLAB_KMALLOC ? size : s->object_size);
}

void *kmk_debug_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned long caller)
{
	struct kmk_node *node = &s->node[0];
	struct kmk_track owner = {
		.caller = kmk_self()->internal ? 0 : caller, .time = port_now(), .stack = kmk_slab_stack(s, caller, gfp),
		.size = (u32)min_t(size_t, size, s->object_size), .pid = (u32)current->pid, .cpu = this_cpu(),
	};
	void *obj = NULL;

	while (!obj) {
		struct kmk_slab *slab;

		kmk_lock(&node->lock);
		slab = list_first_entry_or_null(list_empty(&node->partial) ? &node->empty : &node->partial,
						struct kmk_slab, list);
		if (slab)
			obj = take_from(node, slab, &owner);
		kmk_unlock(&node->lock);
		if (obj)
			break;
		slab = kmk_slab_make(s, gfp, 0);
		if (!slab)
			return NULL;
		kmk_node_add(s, slab, 0);
	}
	clear(s, obj, size, gfp);
	return obj;
}

static void check_before_free(struct kmk_slab *slab, u32 i)
{
	kmk_debug_check_rest(slab);
	kmk_debug_check_list(slab);
	kmk_debug_check_object(slab, i, SLUB_RED_ACTIVE);
}

/* The state byte already says that the object is free; the caller was its one owner. */
void kmk_debug_free(struct kmem_cache *s, void *obj, unsigned long caller)
{
	struct kmk_slab *slab = pfn_to_page(virt_to_pfn(obj))->slab;
	struct kmk_debug_slab *d = kmk_debug_of(slab);
	struct kmk_node *node = &s->node[0];
	u32 i = kmk_index_of(slab, obj), stack = kmk_slab_stack(s, caller, GFP_NOWAIT);
	struct kmk_track *t = &slab->track[i];

	kmk_lock(&node->lock);
	slab->state[i] = KMK_OBJ_FREE;
	if (s->flags & SLAB_CONSISTENCY_CHECKS)
		check_before_free(slab, i);
	if (s->tracked) {
		t->freed_by = caller;
		t->free_time = port_now();
		t->free_stack = stack;
		t->free_pid = (u32)current->pid;
		t->free_cpu = this_cpu();
	}
	if (s->flags & SLAB_TRACE)
		kmk_debug_trace(slab, i, false);
	if (kmk_init_on_free && !s->ctor && !(s->flags & (SLAB_TYPESAFE_BY_RCU | SLAB_POISON)))
		memset(obj, 0, s->object_size);
	give(node, slab, i);
	kmk_debug_paint(slab, i, SLUB_RED_INACTIVE);
	kmk_set_link(s, obj, d->freelist);
	d->freelist = obj;
	d->inuse -= d->inuse != 0;
	kmk_unlock(&node->lock);
}

/* A live object is now used up to another size: ksize() and krealloc() allow that. */
void kmk_debug_resize(struct kmk_slab *slab, u32 i, size_t size)
{
	struct kmem_cache *s = slab->cache;
	struct kmk_node *node = &s->node[0];

	kmk_lock(&node->lock);
	if (s->flags & SLAB_CONSISTENCY_CHECKS)
		kmk_debug_check_object(slab, i, SLUB_RED_ACTIVE);
	slab->track[i].size = (u32)min_t(size_t, size, s->object_size);
	kmk_debug_paint(slab, i, SLUB_RED_ACTIVE);
	kmk_unlock(&node->lock);
}
