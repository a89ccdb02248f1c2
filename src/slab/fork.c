/* SPDX-License-Identifier: MIT */
/*
 * The arrays, of objects and of frames, held still round a fork.
 *
 * An object's state byte lies in a frame, and frames are copied before the fork; arrays lie in private memory,
 * which the fork itself copies. Between the two nothing may go from an array into somebody's hands or back, so
 * all arrays are closed from before the copy until after the fork. Whoever finds one closed goes on to a node's
 * or a zone's lock and waits there. A frame is the same: who names it stands in another frame.
 *
 * As port_array_seize(), but for all arrays at once: one fence for each owner, not for each array. What is in
 * the arrays stays there.
 */
#include "port_inline.h"
#include "page/page.h"
#include "slab.h"

static bool held;

/* Capacity and count while an array is closed. */
static u64 packed(int32_t cap, int32_t top) { return (u64)(u32)top << 32 | (u32)cap; }
static int32_t cap_of(u64 pad) { return (int32_t)(u32)pad; }
static int32_t top_of(u64 pad) { return (int32_t)(pad >> 32); }

/* True: it was open, or somebody's edit came in between; to be looked at again after a fence. */
static bool close_array(struct port_array *a)
{
	int32_t cap = __atomic_load_n(&a->cap, __ATOMIC_RELAXED);

	if (!cap)
		return false;		/* to open it needs a lock that the fork holds */
	if (cap != PORT_SEIZED) {
		a->pad = packed(cap, 0);
		__atomic_store_n(&a->cap, PORT_SEIZED, __ATOMIC_SEQ_CST);
	} else if (__atomic_load_n(&a->top, __ATOMIC_RELAXED) == PORT_SEIZED) {
		return false;
	}
	a->pad = packed(cap_of(a->pad), __atomic_exchange_n(&a->top, PORT_SEIZED, __ATOMIC_SEQ_CST));
	return true;
}

/* Its count only: a push that saw the count of a closed array must not see its capacity. */
static bool show_count(struct port_array *a)
{
	if (__atomic_load_n(&a->cap, __ATOMIC_RELAXED) != PORT_SEIZED)
		return false;
	__atomic_store_n(&a->top, top_of(a->pad), __ATOMIC_SEQ_CST);
	return true;
}

static bool show_capacity(struct port_array *a)
{
	if (__atomic_load_n(&a->cap, __ATOMIC_RELAXED) == PORT_SEIZED)
		__atomic_store_n(&a->cap, cap_of(a->pad), __ATOMIC_SEQ_CST);
	return false;
}

/* An owner's arrays of frames, and both of each cache. Was one of the results true? */
static bool each_array(int id, bool (*fn)(struct port_array *a))
{
	bool any = kmk_pcp_each_array(id, fn);
	struct kmem_cache *s;

	list_for_each_entry(s, &slab_caches, list) {
		if (!s->node[kmk_node_of((unsigned int)id)].opened)
			continue;
		any |= fn(port_array_of(id, s->store));
		any |= fn(port_array_of(id, s->foreign));
	}
	return any;
}

static void close_owner(int id)
{
	if (port_id_locked(id))
		port_slot_lock(id);
	else
		while (each_array(id, close_array))
			port_fence((unsigned int)id);
}

static void open_owner(int id)
{
	if (port_id_locked(id)) {
		port_slot_unlock(id);
		return;
	}
	if (each_array(id, show_count))
		port_fence((unsigned int)id);
	each_array(id, show_capacity);
}

void kmk_slab_fork_lock(void)
{
	struct kmem_cache *s;

	kmk_lock(&kmk_caches_lock);
	kmk_lock(&kmk_flush_lock);
	list_for_each_entry(s, &slab_caches, list)
		for (unsigned int k = 0; k < kmk_nr_nodes; k++)
			kmk_lock_nested(&s->node[k].lock);
}

void kmk_slab_fork_hold(void)
{
	for (int id = 0; id < (int)kmk_nr_ids; id++)
		close_owner(id);
	held = true;
}

void kmk_slab_fork_let_go(void)
{
	for (int id = 0; held && id < (int)kmk_nr_ids; id++)
		open_owner(id);
	held = false;
}

void kmk_slab_fork_unlock(void)
{
	struct kmem_cache *s;

	list_for_each_entry(s, &slab_caches, list)
		for (unsigned int k = 0; k < kmk_nr_nodes; k++)
			kmk_unlock(&s->node[k].lock);
	kmk_unlock(&kmk_flush_lock);
	kmk_unlock(&kmk_caches_lock);
}

/* Walks of the list (kmk_next_cache) ended with their threads. None of them calls somebody's code, which might fork. */
void kmk_slab_fork_child(void)
{
	struct kmem_cache *s;

	list_for_each_entry(s, &slab_caches, list)
		s->refcount = 1;
}
