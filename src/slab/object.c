/* SPDX-License-Identifier: MIT */
/* Between the per-CPU arrays and the slabs: refills, flushes, and single objects of tracked caches. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "port_inline.h"
#include "page/page.h"
#include "slab.h"

bool (*kmk_slab_should_fail)(struct kmem_cache *s, gfp_t gfp);
u32 (*kmk_slab_save_stack)(void);
gfp_t kmk_slab_force;

static unsigned int my_node(void)
{
	return (unsigned int)port_owner_id() % kmk_nr_nodes;
}

static void to_list(struct kmk_node *node, struct kmk_slab *slab, struct list_head *list)
{
	if (list == &node->empty)
		list_move_tail(&slab->list, list);
	else
		list_move(&slab->list, list);
}

/*
 * Take up to n objects of one slab into the entries below end, the lowest address last: an array is a
 * stack, so they are handed out in rising order. The caller holds the node's lock and fixes the lists.
 */
static unsigned int take_objects(struct kmk_slab *slab, struct port_entry *end, unsigned int n)
{
	const struct kmem_cache *s = slab->cache;
	u32 words = kmk_map_words(s->nr);
	unsigned int got = 0;

	for (u32 w = slab->hint; w < words && got < n; w++) {
		u64 bits = slab->map[w];

		for (; bits && got < n; bits &= bits - 1) {
			u32 i = w * 64 + (u32)__builtin_ctzll(bits);

			*--end = (struct port_entry){ slab->base + (size_t)i * s->size, slab->state + i };
			got++;
		}
		slab->map[w] = bits;
		slab->hint = (u16)w;
	}
	slab->nr_free -= got;
	return got;
}

static unsigned int take_from_node(struct kmk_node *node, struct port_entry *end, unsigned int n)
{
	unsigned int got = 0;

	while (got < n) {
		struct list_head *from = !list_empty(&node->partial) ? &node->partial : &node->empty;
		struct kmk_slab *slab = list_first_entry_or_null(from, struct kmk_slab, list);

		if (!slab)
			break;
		kmk_count_empty(node, -(from == &node->empty));
		node->nr_partial -= from == &node->partial;
		got += take_objects(slab, end - got, n - got);
		to_list(node, slab, slab->nr_free ? &node->partial : &node->full);
		node->nr_partial += slab->nr_free != 0;
	}
	node->nr_free -= got;
	return got;
}

/* An empty slab of another owner: nobody holds an object of it, so it may change hands. */
static struct kmk_slab *steal_empty(struct kmem_cache *s, unsigned int me)
{
	for (unsigned int i = 0; i < kmk_nr_nodes; i++) {
		struct kmk_node *node = &s->node[i];
		struct kmk_slab *slab;

		if (i == me || !READ_ONCE(node->nr_empty))
			continue;
		kmk_lock(&node->lock);
		slab = list_first_entry_or_null(&node->empty, struct kmk_slab, list);
		if (slab) {
			list_del(&slab->list);
			kmk_count_empty(node, -1);
			node->nr_slabs--;
			node->nr_free -= s->nr;
		}
		kmk_unlock(&node->lock);
		if (slab)
			return slab;
	}
	return NULL;
}

/* Put a slab without live objects on its new owner's list. */
void kmk_node_add(struct kmem_cache *s, struct kmk_slab *slab, unsigned int owner)
{
	struct kmk_node *node = &s->node[owner];

	slab->owner = (u16)owner;
	kmk_lock(&node->lock);
	list_add(&slab->list, &node->empty);
	kmk_count_empty(node, 1);
	node->nr_slabs++;
	node->nr_free += s->nr;
	kmk_unlock(&node->lock);
}

/* Up to n objects of this owner's slabs, below end; another slab is found or made when there are none. */
static unsigned int refill(struct kmem_cache *s, gfp_t gfp, struct port_entry *end, unsigned int n)
{
	for (;;) {
		unsigned int me = my_node(), got;
		struct kmk_node *node = &s->node[me];
		struct kmk_slab *slab;

		kmk_lock(&node->lock);
		got = take_from_node(node, end, n);
		node->nr_refill++;
		kmk_unlock(&node->lock);
		if (got)
			return got;
		slab = steal_empty(s, me);
		if (!slab)
			slab = kmk_slab_make(s, gfp, me);
		if (!slab)
			return 0;
		kmk_node_add(s, slab, me);
	}
}

static void put_object_locked(struct kmk_node *node, struct kmk_slab *slab, u32 i)
{
	u32 nr = slab->cache->nr;

	slab->map[i / 64] |= 1ull << i % 64;
	slab->hint = (u16)min_t(u32, slab->hint, i / 64);
	node->nr_free++;
	slab->nr_free++;
	if (slab->nr_free == nr) {
		node->nr_partial -= nr > 1;
		kmk_count_empty(node, 1);
		to_list(node, slab, &node->empty);
	} else if (slab->nr_free == 1) {
		node->nr_partial++;
		to_list(node, slab, &node->partial);
	}
}

/* Return free objects to their slabs, holding each owner's lock for a run of them. */
void kmk_slab_give(struct port_entry *e, unsigned int n)
{
	struct kmk_node *held = NULL;
	unsigned int me = my_node();

	for (unsigned int k = 0; k < n; k++) {
		struct kmk_slab *slab = pfn_to_page(virt_to_pfn(e[k].obj))->slab;
		struct kmk_node *node = &slab->cache->node[slab->owner];

		if (node != held) {
			if (held)
				kmk_unlock(&held->lock);
			kmk_lock(&node->lock);
			node->nr_flush++;
			node->nr_foreign += slab->owner != me;
			held = node;
		}
		put_object_locked(node, slab, (u32)((unsigned char *)e[k].aux - slab->state));
	}
	if (held)
		kmk_unlock(&held->lock);
}

static void open_array(const struct kmem_cache *s)
{
	int32_t zero = 0;

	__atomic_compare_exchange_n(&port_array_of(port_owner_id(), s->array)->cap, &zero,
				    (int32_t)(s->entries * PORT_ENTRY_BYTES), false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

/* An object was freed and its state says so, but the array was full or closed. */
void kmk_slab_put(struct kmem_cache *s, void *obj, unsigned char *state, unsigned long caller)
{
	struct port_entry out[KMK_SLAB_BATCH], one = { obj, state };

	if (unlikely(s->flags & SLAB_DEBUG_INITIAL))
		kmk_classic_verify(s, obj);
	if (s->debug) {
		kmk_debug_free(s, obj, caller);
		return;
	}
	if (s->tracked) {
		struct kmk_slab *slab = pfn_to_page(virt_to_pfn(obj))->slab;

		slab->track[state - slab->state].freed_by = caller;
	}
	if (kmk_init_on_free && !kmk_no_init(s))
		memset(obj, 0, s->object_size);
	if (s->entries) {
		open_array(s);
		if (port_array_push_n(s->array, &one, 1))
			return;
		kmk_slab_give(out, port_array_pop_n(s->array, out, min(s->entries / 2, (u32)KMK_SLAB_BATCH)));
		if (port_array_push_n(s->array, &one, 1))
			return;
	}
	kmk_slab_give(&one, 1);
}

static void note_owner(struct kmem_cache *s, const struct port_entry *e, size_t size, unsigned long caller)
{
	struct kmk_slab *slab = pfn_to_page(virt_to_pfn(e->obj))->slab;
	struct kmk_track *t = &slab->track[(unsigned char *)e->aux - slab->state];

	(void)s;
	*t = (struct kmk_track){ .caller = kmk_self()->internal ? 0 : caller, .time = port_now(), .size = (u32)size,
				 .stack = kmk_slab_save_stack ? kmk_slab_save_stack() : 0,
				 .pid = (u32)current->pid };
}

static gfp_t judge(gfp_t gfp)
{
	WARN_ONCE(gfp & (__GFP_HIGHMEM | __GFP_DMA32),
		  "__GFP_HIGHMEM and __GFP_DMA32 mean nothing to a slab cache: dropped (%pGg)\n", &gfp);
	gfp &= ~(__GFP_HIGHMEM | __GFP_DMA32);
	if (gfpflags_allow_blocking(gfp) && kmk_atomic_context() && !kmk_self()->internal) {
		might_alloc(gfp);
		gfp &= ~__GFP_DIRECT_RECLAIM;
	}
	return gfp;
}

/* One object for the caller, more for this CPU's array, from the slabs. */
static struct port_entry take_from_slabs(struct kmem_cache *s, gfp_t gfp)
{
	struct port_entry e[KMK_SLAB_BATCH], *end = e + KMK_SLAB_BATCH, *from;
	unsigned int n = refill(s, gfp, end, min_t(u32, s->entries / 2 + 1, KMK_SLAB_BATCH));

	if (!n)
		return (struct port_entry){ NULL, NULL };
	from = end - n--;
	if (n) {
		unsigned int pushed = port_array_push_n(s->array, from, n);

		kmk_slab_give(from + pushed, n - pushed);
	}
	return end[-1];
}

/* The array was empty or is closed. */
noinline void *kmk_slab_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned long caller)
{
	struct port_entry one = { NULL, NULL };

	gfp = judge(gfp);
	if (unlikely(kmk_slab_should_fail && kmk_slab_should_fail(s, gfp)))
		return NULL;
	if (s->debug)
		return kmk_debug_alloc(s, gfp, size, caller);
	if (s->entries) {
		open_array(s);
		port_array_pop_n(s->array, &one, 1);
	}
	if (!one.obj)
		one = take_from_slabs(s, gfp);
	if (!one.obj)
		return NULL;
	*(unsigned char *)one.aux = KMK_OBJ_LIVE;
	if (s->tracked)
		note_owner(s, &one, size, caller);
	if (!s->ctor && ((gfp & __GFP_ZERO) || (kmk_slab_force && !kmk_no_init(s))))
		memset(one.obj, 0, s->object_size);
	return one.obj;
}

/* ---- seizing ---- */

static struct kmk_lock flush_lock = KMK_LOCK_INIT(KMK_RANK_CACHE);

/* Return what every CPU's array holds of this cache. */
void kmk_cache_flush(struct kmem_cache *s)
{
	kmk_lock(&flush_lock);
	for (int id = 0; id < (int)kmk_nr_ids; id++) {
		struct port_array *a = port_array_of(id, s->array);
		int32_t top = port_array_seize(id, a);

		if (top < 0)
			continue;
		kmk_slab_give(a->e, (unsigned int)top / PORT_ENTRY_BYTES);
		port_array_release(id, a);
	}
	kmk_unlock(&flush_lock);
}

/* ---- looking ---- */

struct kmk_slab *kmk_slab_of(const void *addr, u32 *index)
{
	unsigned long pa = (unsigned long)addr - PAGE_OFFSET;
	struct page *page;
	unsigned long d, i;

	if (pa >= kmk_direct_bytes)
		return NULL;
	page = pfn_to_page(pa >> PAGE_SHIFT);
	if (!PageSlab(page))
		return NULL;
	d = (unsigned long)addr - (unsigned long)page->s_base;
	i = d / page->s_size;
	if ((const unsigned char *)addr < (unsigned char *)page->s_base || i >= page->slab->cache->nr)
		return NULL;
	*index = (u32)i;
	return page->slab;
}

static unsigned long live_of_slab(const struct kmk_slab *slab)
{
	unsigned long n = 0;

	for (u32 i = 0; i < slab->cache->nr; i++)
		n += slab->state[i] == KMK_OBJ_LIVE;
	return n;
}

/* Exact when the cache is quiet. */
unsigned long kmk_cache_live(struct kmem_cache *s)
{
	unsigned long n = 0;

	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct kmk_node *node = &s->node[k];
		struct kmk_slab *slab;

		kmk_lock(&node->lock);
		list_for_each_entry(slab, &node->full, list)
			n += live_of_slab(slab);
		list_for_each_entry(slab, &node->partial, list)
			n += live_of_slab(slab);
		kmk_unlock(&node->lock);
	}
	return n;
}

void kmk_slab_each_live(struct kmem_cache *s,
			void (*fn)(struct kmem_cache *s, void *obj, struct kmk_track *track, void *data),
			void *data)
{
	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct list_head *lists[2] = { &s->node[k].full, &s->node[k].partial };
		struct kmk_slab *slab;

		for (unsigned int l = 0; l < 2; l++)
			list_for_each_entry(slab, lists[l], list)
				for (u32 i = 0; i < s->nr; i++)
					if (slab->state[i] == KMK_OBJ_LIVE)
						fn(s, slab->base + (size_t)i * s->size,
						   slab->track ? &slab->track[i] : NULL, data);
	}
}
