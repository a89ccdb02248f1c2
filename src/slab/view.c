/* SPDX-License-Identifier: MIT */
/*
 * The picture of a cache (kmemkit/slab_view.h). Its parts come from the page room, so that looking at
 * a kmalloc class does not change it, and before the locks are taken: what became one slab too many
 * meanwhile is left out.
 */
#include <kmemkit/slab_view.h>
#include <linux/kernel.h>
#include "slab.h"

enum { FULL, PARTIAL, EMPTY, NR_KINDS };

struct picture {
	struct kmem_cache *cache;
	kmem_slab_t *spare;			/* by s_nextp */
	kmem_slab_t *first[NR_KINDS], *last[NR_KINDS];
};

static size_t slab_bytes(unsigned long num)
{
	return sizeof(kmem_slab_t) + num * sizeof(kmem_bufctl_t);
}

static void free_slabs(kmem_slab_t *slab, unsigned long num)
{
	while (slab) {
		kmem_slab_t *next = slab->s_nextp;

		free_pages_exact(slab, slab_bytes(num));
		slab = next;
	}
}

static bool add_spares(struct picture *p, unsigned long n)
{
	while (n--) {
		kmem_slab_t *slab = alloc_pages_exact(slab_bytes(p->cache->nr), GFP_KERNEL);

		if (!slab)
			return false;
		slab->s_nextp = p->spare;
		p->spare = slab;
	}
	return true;
}

/* The free objects as a chain in rising order; the others name their slab. */
static void draw_objects(kmem_slab_t *view, const struct kmk_slab *slab, u32 nr)
{
	kmem_bufctl_t **link = &view->s_freep;

	view->s_inuse = 0;
	for (u32 i = 0; i < nr; i++) {
		kmem_bufctl_t *buf = &view->s_buf[i];

		if (__atomic_load_n(&slab->state[i], __ATOMIC_RELAXED) == KMK_OBJ_LIVE) {
			buf->buf_slabp = view;
			view->s_inuse++;
		} else {
			*link = buf;
			link = &buf->buf_nextp;
		}
	}
	*link = NULL;
}

static void append(struct picture *p, kmem_slab_t *view)
{
	int kind = view->s_inuse == p->cache->nr ? FULL : view->s_inuse ? PARTIAL : EMPTY;

	view->s_nextp = NULL;
	view->s_prevp = p->last[kind];
	if (p->last[kind])
		p->last[kind]->s_nextp = view;
	else
		p->first[kind] = view;
	p->last[kind] = view;
}

static void draw_list(struct picture *p, const struct list_head *list)
{
	const struct kmem_cache *s = p->cache;
	struct kmk_slab *slab;

	list_for_each_entry(slab, list, list) {
		kmem_slab_t *view = p->spare;

		if (!view)
			return;
		p->spare = view->s_nextp;
		view->s_mem = slab->base;
		view->s_offset = (unsigned long)slab->base & ((PAGE_SIZE << s->order) - 1);
		view->s_off_slab = s->desc_off == KMK_OFF_SLAB;
		draw_objects(view, slab, s->nr);
		append(p, view);
	}
}

static void draw(struct picture *p)
{
	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct kmk_node *node = &p->cache->node[k];

		kmk_lock(&node->lock);
		draw_list(p, &node->full);
		draw_list(p, &node->partial);
		draw_list(p, &node->empty);
		kmk_unlock(&node->lock);
	}
}

/* One list out of three. */
static void join(struct kmem_cache_s *view, const struct picture *p)
{
	for (int kind = 0; kind < NR_KINDS; kind++) {
		if (!p->first[kind])
			continue;
		p->first[kind]->s_prevp = view->c_lastp;
		if (view->c_lastp)
			view->c_lastp->s_nextp = p->first[kind];
		else
			view->c_firstp = p->first[kind];
		view->c_lastp = p->last[kind];
		if (kind != FULL && !view->c_freep)
			view->c_freep = p->first[kind];
	}
}

static unsigned long count_slabs(const struct kmem_cache *s)
{
	unsigned long n = 0;

	for (unsigned int k = 0; k < kmk_nr_nodes; k++)
		n += READ_ONCE(s->node[k].nr_slabs);
	return n;
}

static struct kmem_cache_s *view_one(struct kmem_cache *s)
{
	struct picture p = { .cache = s };
	struct kmem_cache_s *view = kzalloc(sizeof(*view), GFP_KERNEL);

	if (!view)
		return NULL;
	if (!add_spares(&p, count_slabs(s))) {
		free_slabs(p.spare, s->nr);
		kfree(view);
		return NULL;
	}
	draw(&p);
	free_slabs(p.spare, s->nr);
	view->c_num = s->nr;
	view->c_gfporder = s->order;
	view->c_org_size = s->object_size;
	view->c_offset = s->size;
	view->c_flags = s->flags;
	view->c_name = s->name;
	view->c_cache = s;
	join(view, &p);
	return view;
}

struct kmem_cache_s *kmk_slab_view(struct kmem_cache *s)
{
	struct kmem_cache_s *view;

	kmk_self()->internal++;
	view = view_one(s);
	kmk_self()->internal--;
	return view;
}

struct kmem_cache_s *kmk_slab_view_all(void)
{
	struct kmem_cache_s *first = NULL, **link = &first;
	struct kmem_cache *s;

	if (kmemkit_start())
		return NULL;
	for (s = kmk_next_cache(NULL); s; s = kmk_next_cache(s)) {
		*link = kmk_slab_view(s);
		if (*link)
			link = &(*link)->c_nextp;
	}
	return first;
}

void kmk_slab_view_put(struct kmem_cache_s *view)
{
	while (view) {
		struct kmem_cache_s *next = view->c_nextp;

		free_slabs(view->c_firstp, view->c_num);
		kfree(view);
		view = next;
	}
}
