/* SPDX-License-Identifier: MIT */
/* Between the per-CPU arrays and the slabs, many objects at a time: refills, flushes, seizing. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "port_inline.h"
#include "page/page.h"
#include "slab.h"

#define NO_HINT	UINT16_MAX	/* of a full slab: the next object that comes back sets it */
#define FEW	8
#define AHEAD	4		/* slabs whose pages and descriptors are on their way while one is worked on */

/* n bits from bit `from` on; n is 1 .. 64 - from. */
static u64 low_bits(u32 n, u32 from) { return (~0ull >> (64 - n)) << from; }

/* Set bits from bit 0 on. */
static u32 run_length(u64 bits) { return ~bits ? (u32)__builtin_ctzll(~bits) : 64; }

/* ---- from the slabs ---- */

/* The n free objects from obj on, whose bits are the lowest run in *bits. */
static struct port_entry *take_run(struct port_entry *e, unsigned char *obj, unsigned char *state, size_t size,
				   u32 n, u64 *bits)
{
	*bits &= ~low_bits(n, (u32)__builtin_ctzll(*bits));
	for (; n; n--, obj += size)
		*--e = (struct port_entry){ obj, state++ };
	return e;
}

/*
 * Take up to n objects of one slab into the entries below end, the lowest address last: an array is a
 * stack, so they are handed out in rising order. The caller holds the node's lock and fixes the lists.
 */
static unsigned int take_objects(struct kmk_slab *slab, struct port_entry *end, unsigned int n)
{
	struct port_entry *e = end, *limit = end - min(n, slab->nr_free);
	size_t size = slab->cache->size;
	u32 w = slab->hint;

	while (e > limit) {
		u64 bits;

		while (!(bits = slab->map[w]))
			w++;
		do {
			size_t at = (size_t)w * 64 + (u32)__builtin_ctzll(bits);

			if (bits & (bits & -bits) << 1) {
				e = take_run(e, slab->base + at * size, slab->state + at, size,
					     min(run_length(bits >> at % 64), (u32)(e - limit)), &bits);
			} else {
				*--e = (struct port_entry){ slab->base + at * size, slab->state + at };
				bits &= bits - 1;
			}
		} while (bits && e > limit);
		slab->map[w] = bits;
	}
	slab->nr_free -= (u32)(end - e);
	slab->hint = slab->nr_free ? (u16)w : NO_HINT;
	return (unsigned int)(end - e);
}

/* The one object that is free. */
static __always_inline void take_last(struct kmk_slab *slab, struct port_entry *e)
{
	u32 w = slab->hint;
	u64 bits;
	size_t i;

	while (!(bits = slab->map[w]))
		w++;
	slab->map[w] = 0;
	slab->nr_free = 0;
	slab->hint = NO_HINT;
	i = (size_t)w * 64 + (u32)__builtin_ctzll(bits);
	e->obj = slab->base + i * slab->cache->size;
	e->aux = slab->state + i;
}

/* All of the few objects that are free. */
static struct port_entry *take_few(struct kmk_slab *slab, struct port_entry *e)
{
	size_t size = slab->cache->size;
	unsigned char *base = slab->base, *state = slab->state;
	struct port_entry *limit = e - slab->nr_free;
	u64 *map = slab->map + slab->hint;

	slab->nr_free = 0;
	slab->hint = NO_HINT;
	while (e > limit) {
		u64 bits = *map++;

		for (; bits; bits &= bits - 1) {
			size_t i = (size_t)(map - 1 - slab->map) * 64 + (u32)__builtin_ctzll(bits);

			*--e = (struct port_entry){ base + i * size, state + i };
			map[-1] = 0;
		}
	}
	return e;
}

/*
 * Objects of the partial slabs. Those that become full are a stretch at the list's begin: moved together.
 * Where there are very many slabs, most have one or a few objects free: these have short ways.
 */
static unsigned int take_partial(struct kmk_node *node, struct port_entry *end, unsigned int n)
{
	struct list_head *pos = node->partial.next, emptied;
	struct port_entry *e = end, *limit = end - n;
	unsigned long full = 0;

	for (; e > limit && pos != &node->partial; pos = pos->next, full++) {
		struct kmk_slab *slab = list_entry(pos, struct kmk_slab, list);

		if (slab->nr_free == 1) {
			take_last(slab, --e);
			continue;
		}
		if (slab->nr_free <= FEW && slab->nr_free <= (unsigned long)(e - limit)) {
			e = take_few(slab, e);
			continue;
		}
		e -= take_objects(slab, e, (unsigned int)(e - limit));
		if (slab->nr_free)
			break;
	}
	if (full) {
		list_cut_position(&emptied, &node->partial, pos->prev);
		list_splice(&emptied, &node->full);
		node->nr_partial -= full;
	}
	return (unsigned int)(end - e);
}

/* The oldest empty slab becomes a partial one, which is about to lose objects. */
static bool open_empty(struct kmk_node *node, unsigned int me)
{
	struct kmk_slab *slab = list_first_entry_or_null(&node->empty, struct kmk_slab, list);

	if (!slab)
		return false;
	kmk_count_empty(node, -1);
	node->nr_partial++;
	list_move(&slab->list, &node->partial);
	if (slab->home != me)
		kmk_slab_set_home(slab, me);
	return true;
}

static unsigned int take_from_node(struct kmk_node *node, unsigned int me, struct port_entry *end, unsigned int n)
{
	unsigned int got = take_partial(node, end, n);

	while (got < n && open_empty(node, me))
		got += take_partial(node, end - got, n - got);
	node->nr_free -= got;
	return got;
}

/* An empty slab of another owner: nobody holds an object of it, so it may change hands. */
static struct kmk_slab *steal_empty(struct kmem_cache *s, unsigned int mine)
{
	for (unsigned int i = 0; i < kmk_nr_nodes; i++) {
		struct kmk_node *node = &s->node[i];
		struct kmk_slab *slab;

		if (i == mine || !READ_ONCE(node->nr_empty))
			continue;
		kmk_lock(&node->lock);
		slab = list_first_entry_or_null(&node->empty, struct kmk_slab, list);
		if (slab) {
			list_del(&slab->list);
			kmk_count_empty(node, -1);
			kmk_count_slabs(node, -1);
			node->nr_free -= s->nr;
		}
		kmk_unlock(&node->lock);
		if (slab)
			return slab;
	}
	return NULL;
}

/* Put a slab without live objects on its new owner's list. */
void kmk_node_add(struct kmem_cache *s, struct kmk_slab *slab, unsigned int home)
{
	struct kmk_node *node = &s->node[kmk_node_of(home)];

	if (slab->home != home)
		kmk_slab_set_home(slab, home);
	kmk_lock(&node->lock);
	list_add(&slab->list, &node->empty);
	kmk_count_empty(node, 1);
	kmk_count_slabs(node, 1);
	node->nr_free += s->nr;
	kmk_unlock(&node->lock);
}

/* Up to n of this owner's objects, below end, if it has any. */
unsigned int kmk_slab_refill_some(struct kmem_cache *s, struct port_entry *end, unsigned int n)
{
	unsigned int me = (unsigned int)port_owner_id();
	struct kmk_node *node = &s->node[kmk_node_of(me)];

	kmk_lock(&node->lock);
	n = take_from_node(node, me, end, n);
	node->nr_refill++;
	kmk_unlock(&node->lock);
	return n;
}

/* Up to n objects of this owner's slabs, below end; another slab is found or made when there are none. */
unsigned int kmk_slab_refill(struct kmem_cache *s, gfp_t gfp, struct port_entry *end, unsigned int n)
{
	for (;;) {
		unsigned int me = (unsigned int)port_owner_id(), got = kmk_slab_refill_some(s, end, n);
		struct kmk_slab *slab;

		if (got)
			return got;
		slab = steal_empty(s, kmk_node_of(me));
		if (!slab)
			slab = kmk_slab_make(s, gfp, me);
		if (!slab)
			return 0;
		kmk_node_add(s, slab, me);
	}
}

/* ---- back to the slabs ---- */

static struct kmk_slab *slab_of(const struct port_entry *e)
{
	return kmk_page_of(e->obj)->slab;
}

static void set_bits(struct kmk_slab *slab, unsigned long from, unsigned long n)
{
	if (from / 64 < slab->hint)
		slab->hint = (u16)(from / 64);
	while (n) {
		u32 some = (u32)min(n, 64 - from % 64);

		slab->map[from / 64] |= low_bits(some, (u32)(from % 64));
		from += some;
		n -= some;
	}
}

/*
 * Objects mostly come back in the order, or the reverse order, of their addresses. Their state bytes follow
 * one another then: how many of the n entries do so. State bytes of two slabs are never neighbours.
 */
static __always_inline unsigned int neighbours(const struct port_entry *e, unsigned int n, long step)
{
	unsigned char *next = (unsigned char *)e->aux + step;
	unsigned int k = 1;

	for (; k < n && e[k].aux == next; k++)
		next += step;
	return k;
}

/* More than one object: the bits of a run at once. */
static unsigned int mark_run(struct kmk_slab *slab, const struct port_entry *e, unsigned int n)
{
	unsigned long i = (unsigned long)e->aux - (unsigned long)slab->state;
	unsigned int k = e[1].aux > e->aux ? neighbours(e, n, 1) : neighbours(e, n, -1);

	set_bits(slab, e[1].aux > e->aux ? i : i + 1 - k, k);
	return k;
}

/* Set the bits of one or more leading entries; how many. */
static __always_inline unsigned int mark_free(struct kmk_slab *slab, const struct port_entry *e, unsigned int n)
{
	unsigned long i = (unsigned long)e->aux - (unsigned long)slab->state;

	/* -1, 0 or 1 becomes 0, 1 or 2 */
	if (n > 1 && (unsigned long)e[1].aux - (unsigned long)e->aux + 1 <= 2)
		return mark_run(slab, e, n);
	slab->map[i / 64] |= 1ull << i % 64;
	if (i / 64 < slab->hint)
		slab->hint = (u16)(i / 64);
	return 1;
}

/* The slab had no object free, or has no other now. */
static __always_inline void change_list(struct kmk_node *node, struct kmk_slab *slab, u32 before)
{
	if (slab->nr_free == slab->cache->nr) {
		node->nr_partial -= before != 0;
		kmk_count_empty(node, 1);
		list_move_tail(&slab->list, &node->empty);
	} else {
		node->nr_partial++;
		list_move(&slab->list, &node->partial);
	}
}

/* One or more leading entries, objects of this slab of the node; how many. The node's lock is held. */
static unsigned int give_locked(struct kmk_node *node, struct kmk_slab *slab, const struct port_entry *e,
				unsigned int n)
{
	u32 before = slab->nr_free;

	n = mark_free(slab, e, n);
	slab->nr_free = before + n;
	node->nr_free += n;
	if (!before || slab->nr_free == slab->cache->nr)
		change_list(node, slab, before);
	return n;
}

/* Another node's lock in place of the one held, if any. */
static void change_lock(struct kmk_node **held, struct kmk_node *node)
{
	if (*held)
		kmk_unlock(&(*held)->lock);
	kmk_lock(&node->lock);
	node->nr_flush++;
	*held = node;
}

/* Many frames in empty slabs? Asked by whoever has just given objects back; looked at without the lock. */
static void look_for_warm(const struct kmem_cache *s, const struct kmk_node *node)
{
	if (unlikely(READ_ONCE(node->nr_empty) << s->order > kmk_page_warm_limit))
		kmk_page_warm();
}

/* Return free objects of one cache to their slabs, holding each owner's lock for a run of them. */
void kmk_slab_give(const struct port_entry *e, unsigned int n)
{
	unsigned int me = kmk_node_of((unsigned int)port_owner_id());
	struct kmk_node *held = NULL;
	struct kmk_slab *slab = NULL;
	struct kmem_cache *cache;

	for (unsigned int k = 0; k < n; ) {
		struct kmk_node *node;

		slab = slab_of(&e[k]);
		node = kmk_slab_node(slab);
		if (k + 2 * AHEAD < n) {
			__builtin_prefetch(kmk_page_of(e[k + 2 * AHEAD].obj));
			__builtin_prefetch(slab_of(&e[k + AHEAD]), 1);
		}
		if (node != held) {
			change_lock(&held, node);
			node->nr_foreign += node != &slab->cache->node[me];
		}
		k += give_locked(node, slab, e + k, n - k);
	}
	if (!held)
		return;
	cache = slab->cache;		/* unlocked, the slab may go, and its descriptor with it */
	kmk_unlock(&held->lock);
	look_for_warm(cache, held);
}

/* ---- seizing ---- */

struct kmk_lock kmk_flush_lock = KMK_LOCK_INIT(KMK_RANK_CACHE);

static void flush_one(int id, u32 array)
{
	struct port_array *a = port_array_of(id, array);
	int32_t top;

	if (!__atomic_load_n(&a->top, __ATOMIC_RELAXED))
		return;
	top = port_array_seize(id, a);
	if (top < 0)
		return;
	kmk_slab_give(a->e, (unsigned int)top / PORT_ENTRY_BYTES);
	port_array_release(id, a);
}

/* Return what every owner's arrays hold of this cache. */
void kmk_cache_flush(struct kmem_cache *s)
{
	kmk_lock(&kmk_flush_lock);
	for (int id = 0; id < (int)kmk_nr_ids; id++) {
		flush_one(id, s->store);
		flush_one(id, s->foreign);
	}
	kmk_unlock(&kmk_flush_lock);
}
