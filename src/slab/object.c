/* SPDX-License-Identifier: MIT */
/* Slow paths of one object: an array that is empty, full or closed, tracked caches, other owners' objects. */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/smp.h>
#include "port_inline.h"
#include "page/page.h"
#include "sync/sync.h"
#include "edge.h"
#include "slab.h"

bool (*kmk_slab_should_fail)(struct kmem_cache *s, gfp_t gfp);
gfp_t kmk_slab_force;

/* Open this CPU's array, if it was never used. Under a lock: none may open while a fork holds the room still. */
static void open_array(struct kmem_cache *s, u32 array, u32 entries)
{
	int id = port_owner_id();
	struct kmk_node *node = &s->node[kmk_node_of((unsigned int)id)];
	int32_t zero = 0;

	if (__atomic_load_n(&port_array_of(id, array)->cap, __ATOMIC_RELAXED))
		return;
	kmk_lock(&node->lock);
	node->opened = true;
	__atomic_compare_exchange_n(&port_array_of(id, array)->cap, &zero, (int32_t)(entries * PORT_ENTRY_BYTES),
				    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	kmk_unlock(&node->lock);
}

/* A leaf of the call tree: nothing is allocated while a batch is on the stack. */
static noinline void drain_array(u32 array, u32 n)
{
	struct port_entry out[KMK_SLAB_BATCH];

	kmk_slab_give(out, port_array_pop_n(array, out, n));
}

/* Push on an array of this CPU that may still be closed; if it is full a batch goes back to the slabs first. */
static void push_or_give(struct kmem_cache *s, u32 array, u32 entries, u32 batch, const struct port_entry *one)
{
	if (port_array_push(array, one->obj, one->aux))
		return;
	open_array(s, array, entries);
	if (port_array_push_n(array, one, 1))
		return;
	drain_array(array, batch);
	if (!port_array_push_n(array, one, 1))
		kmk_slab_give(one, 1);
}

u32 kmk_slab_stack(const struct kmem_cache *s, unsigned long caller, gfp_t gfp)
{
	u32 stack;

	if (!s->tracked || !kmk_slab_hooks || kmk_self()->internal)
		return 0;
	kmk_self()->internal++;
	stack = kmk_slab_hooks->save_stack(caller, gfp);
	kmk_self()->internal--;
	return stack;
}

static void note_free(const struct kmem_cache *s, struct kmk_track *t, unsigned long caller)
{
	t->freed_by = caller;
	t->free_time = port_now();
	t->free_pid = (u32)current->pid;
	t->free_cpu = (u16)raw_smp_processor_id();
	t->free_stack = kmk_slab_stack(s, caller, GFP_NOWAIT);
}

/* An object was freed and its state says so, but the array was full or closed, or it is another owner's. */
void kmk_slab_put(struct kmk_slab *slab, void *obj, unsigned char *state, unsigned long caller)
{
	struct kmem_cache *s = slab->cache;
	struct port_entry one = { obj, state };

	kmk_edge_whole(obj);
	if (unlikely(s->flags & SLAB_DEBUG_INITIAL))
		kmk_classic_verify(s, obj);
	if (unlikely(s->debug || s->tracked))
		kmk_event_check_free(obj, s->object_size, caller);
	if (s->debug) {
		kmk_debug_free(s, obj, caller);
		return;
	}
	if (s->tracked)
		note_free(s, &slab->track[state - slab->state], caller);
	if (kmk_init_on_free && !kmk_no_init(s))
		memset(obj, 0, s->object_size);
	kmk_edge_dead(obj);
	if (!s->entries)
		kmk_slab_give(&one, 1);
	else if (READ_ONCE(slab->home) == port_owner_id())
		push_or_give(s, s->store, s->entries, kmk_batch_of(s->entries), &one);
	else
		push_or_give(s, s->foreign, s->foreign_entries, min(s->foreign_entries, (u32)KMK_SLAB_BATCH), &one);
}

static void note_owner(const struct kmem_cache *s, const struct port_entry *e, size_t size, unsigned long caller,
		       gfp_t gfp)
{
	struct kmk_slab *slab = kmk_page_of(e->obj)->slab;
	struct kmk_track *t = &slab->track[(unsigned char *)e->aux - slab->state];

	*t = (struct kmk_track){ .caller = kmk_self()->internal ? 0 : caller, .time = port_now(), .size = (u32)size,
				 .stack = kmk_slab_stack(s, caller, gfp), .pid = (u32)current->pid,
				 .cpu = (u16)raw_smp_processor_id() };
}

/* The one place where a request's context is looked at: the arrays were empty or are closed. */
static gfp_t judge(const struct kmem_cache *s, gfp_t gfp, unsigned long caller)
{
	const struct kmk_thread *self = kmk_self();

	gfp = kmk_slab_flags(s, gfp, caller);
	if (!gfpflags_allow_blocking(gfp) || self->internal)
		return gfp;
	if (unlikely(self->fs_reclaim))
		kmk_fs_reclaim_check(gfp, caller);
	if (kmk_atomic_context() || rcu_preempt_depth()) {
		kmk_check_sleep(__FILE__, __LINE__, (void *)caller);
		gfp &= ~__GFP_DIRECT_RECLAIM;
	}
	return gfp;
}

/* Fill this CPU's array from the slabs there are; what finds no room goes back. */
static noinline void fill_array(struct kmem_cache *s)
{
	struct port_entry e[KMK_SLAB_BATCH], *end = e + KMK_SLAB_BATCH;
	unsigned int n = kmk_slab_refill_some(s, end, kmk_batch_of(s->entries)), pushed;

	if (!n)
		return;
	pushed = port_array_push_n(s->store, end - n, n);
	if (pushed < n)
		kmk_slab_give(end - n + pushed, n - pushed);
}

/* The array was empty or is closed. */
noinline void *kmk_slab_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned long caller)
{
	struct port_entry one = { NULL, NULL };

	gfp = judge(s, gfp, caller);
	if (unlikely(kmk_slab_should_fail && kmk_slab_should_fail(s, gfp)))
		return NULL;
	if (s->debug)
		return kmk_debug_alloc(s, gfp, size, caller);
	if (s->entries && !port_array_pop(s->store, &one.obj, &one.aux)) {
		open_array(s, s->store, s->entries);
		port_array_pop_n(s->store, &one, 1);
	}
	if (!one.obj && kmk_slab_refill(s, gfp, &one + 1, 1) && s->entries)
		fill_array(s);
	if (!one.obj)
		return NULL;
	*(unsigned char *)one.aux = KMK_OBJ_LIVE;
	if (s->tracked)
		note_owner(s, &one, size, caller, gfp);
	kmk_edge_whole(one.obj);
	if (kmk_slab_zeroed(s, gfp))
		memset(one.obj, 0, s->object_size);
	return kmk_edge_live(one.obj, size);
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
	d = (unsigned long)addr - (unsigned long)page->slab->base;
	i = d / page->slab->cache->size;
	if (i >= page->slab->cache->nr)
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
