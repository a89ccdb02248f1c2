/* SPDX-License-Identifier: MIT */
/* Caches: the list, creation, destruction, trimming, and the start of kmalloc's classes. */
#include <linux/errno.h>
#include <linux/instruction_pointer.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include "base/option.h"
#include "page/page.h"
#include "slab.h"

struct kmk_lock kmk_caches_lock = KMK_LOCK_INIT(KMK_RANK_CACHES);
struct list_head slab_caches = LIST_HEAD_INIT(slab_caches);
unsigned int kmk_nr_nodes = 1;
bool kmk_slab_started, kmk_slab_track_all;

/* The cache of caches must exist before any other, so it stands alone. */
static union {
	struct kmem_cache cache;
	char room[sizeof(struct kmem_cache) + KMK_MAX_NODES * sizeof(struct kmk_node)];
} first;

#define cache_cache (&first.cache)

/* ---- places for arrays of run-time caches ---- */

#define ARRAY_CLASSES	4
static const u16 array_entries[ARRAY_CLASSES] = { 64, 512, 2048, 4096 };
_Static_assert(KMK_PCPU_SHIFT <= 32, "offsets of arrays are 32 bits");
#define ARRAY_LIMIT	((1ull << KMK_PCPU_SHIFT) - 1)
static u64 array_next = KMK_DYNAMIC_ARRAYS;
static u32 array_reuse[ARRAY_CLASSES];		/* places given back; each names the next in its pad */

/* How many objects a CPU may keep: about a megabyte, within limits. Reclaim takes them back. */
static u32 wanted_entries(u32 size)
{
	return clamp((1u << 20) / size, 16u, (u32)KMK_KMALLOC_ENTRIES);
}

static unsigned int array_class(u32 entries)
{
	unsigned int c = 0;

	while (c < ARRAY_CLASSES - 1 && array_entries[c] < entries)
		c++;
	return c;
}

static u32 foreign_of(u32 entries) { return max(entries / KMK_FOREIGN_SHARE, 1u); }

/* Bytes of an array, a multiple of a cache line. */
static u32 array_bytes(u32 entries)
{
	return ALIGN((u32)sizeof(struct port_array) + entries * PORT_ENTRY_BYTES, 64);
}

static u32 array_stride(unsigned int c)
{
	return array_bytes(array_entries[c]) + array_bytes(foreign_of(array_entries[c]));
}

_Static_assert(KMK_KMALLOC_STRIDE >= 2 * 64 + PORT_ENTRY_BYTES *
	       (KMK_KMALLOC_ENTRIES + KMK_KMALLOC_ENTRIES / KMK_FOREIGN_SHARE), "two arrays do not fit");
_Static_assert(KMK_KMALLOC_ARRAY(KMK_KMALLOC_TYPES, 0) <= KMK_DYNAMIC_ARRAYS, "kmalloc's arrays reach too far");

/*
 * The fast paths do not clear. Such a cache's array, as pages and kmalloc() name it, is a front: closed for ever,
 * so that each request comes to the slow path, which has an array of its own and clears.
 */
static bool clears(const struct kmem_cache *s)
{
	return (kmk_init_on_alloc || kmk_init_on_free) && !kmk_no_init(s);
}

/* Larger arrays may use only the first part of the room, so that very many caches still find a place. */
static u64 array_room(unsigned int c)
{
	return ARRAY_LIMIT - (ARRAY_LIMIT >> (ARRAY_CLASSES - c));
}

/* Behind a front that stays closed lies the array itself, a line further. */
#define BEHIND_FRONT		64u
#define FRONT_ENTRIES		(BEHIND_FRONT / PORT_ENTRY_BYTES)

/* Where things lie that follow from the array's place. */
static void array_settle(struct kmem_cache *s, u32 room)
{
	s->place = PORT_PLACE(s->array);
	s->store = s->array;
	if (clears(s)) {
		s->store += BEHIND_FRONT;
		s->entries = min(s->entries, room - FRONT_ENTRIES);
		/* Where another cache had entries. */
		for (int id = 0; id < (int)kmk_nr_ids; id++)
			if (port_array_of(id, s->store)->cap || port_array_of(id, s->store)->top)
				*port_array_of(id, s->store) = (struct port_array){ 0 };
	}
	s->foreign = s->array + array_bytes(room);
	s->foreign_entries = foreign_of(s->entries);
}

static bool array_take(struct kmem_cache *s, unsigned int c, u64 limit)
{
	if (array_reuse[c]) {
		s->array = array_reuse[c];
		array_reuse[c] = (u32)port_array_of(0, s->array)->pad;
	} else {
		if (array_next + array_stride(c) > limit)
			return false;
		s->array = (u32)array_next;
		array_next += array_stride(c);
	}
	s->array_class = (u8)c;
	s->entries = min(s->entries, (u32)array_entries[c]);
	array_settle(s, array_entries[c]);
	return true;
}

/* A place for the cache's arrays; they become smaller when room is short. False: no room at all. */
static bool array_alloc(struct kmem_cache *s)
{
	for (unsigned int c = array_class(wanted_entries(s->size)); c; c--)
		if (array_take(s, c, array_room(c)))
			return true;
	return array_take(s, 0, ARRAY_LIMIT);
}

/* The next owner opens the arrays, or not. */
static void array_free(const struct kmem_cache *s)
{
	for (int id = 0; id < (int)kmk_nr_ids; id++) {
		__atomic_store_n(&port_array_of(id, s->store)->cap, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&port_array_of(id, s->foreign)->cap, 0, __ATOMIC_RELAXED);
	}
	port_array_of(0, s->array)->pad = array_reuse[s->array_class];
	array_reuse[s->array_class] = s->array;
}

/* ---- creation ---- */

static u32 natural_align(u32 size, u32 align, slab_flags_t flags)
{
	if (flags & SLAB_HWCACHE_ALIGN) {
		u32 line = 64;

		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return max(align, (u32)ARCH_SLAB_MINALIGN);
}

/* The array paths neither record owners nor fail on purpose: such caches keep their arrays closed. */
static bool watched(const struct kmem_cache *s)
{
	return s->tracked || s->debug || (s->flags & (SLAB_DEBUG_INITIAL | SLAB_FAILSLAB));
}

static void cache_init(struct kmem_cache *s, const char *name, u32 size, u32 align, slab_flags_t flags,
		       void (*ctor)(void *))
{
	s->node = (struct kmk_node *)(s + 1);
	s->name = name;
	s->object_size = size;
	s->align = natural_align(size, align, flags);
	s->size = ALIGN(max(size, (u32)8), s->align);
	s->flags = s == cache_cache ? flags : kmk_debug_flags(name, flags);
	s->ctor = ctor;
	kmk_debug_layout(s);
	s->refcount = 1;
	s->gfp = (flags & SLAB_CACHE_DMA ? __GFP_DMA : 0) | (flags & SLAB_CACHE_DMA32 ? __GFP_DMA32 : 0) |
		 (flags & SLAB_RECLAIM_ACCOUNT ? __GFP_RECLAIMABLE : 0);
	s->tracked = (kmk_slab_track_all || (s->flags & SLAB_STORE_USER)) && s != cache_cache;
	s->entries = watched(s) ? 0 : wanted_entries(s->size);
	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct kmk_node *node = &s->node[k];

		kmk_lock_init(&node->lock, KMK_RANK_CACHE_LIST);
		INIT_LIST_HEAD(&node->full);
		INIT_LIST_HEAD(&node->partial);
		INIT_LIST_HEAD(&node->empty);
	}
	kmk_cache_layout(s);
}

/* Onto the list. False: there is no place for its arrays. */
static bool cache_publish(struct kmem_cache *s)
{
	bool placed;

	kmk_lock(&kmk_caches_lock);
	placed = s->array || array_alloc(s);
	if (placed)
		list_add(&s->list, &slab_caches);
	kmk_unlock(&kmk_caches_lock);
	return placed;
}

struct kmem_cache *kmk_cache_refuse(const char *name, slab_flags_t flags, const char *why)
{
	if (flags & SLAB_PANIC)
		panic("kmem_cache_create(%s): %s", name ? name : "(null)", why);
	WARN(1, "kmem_cache_create(%s): %s\n", name ? name : "(null)", why);
	return NULL;
}

/* A cache that cannot be, and is on no list. */
static struct kmem_cache *drop(struct kmem_cache *s, slab_flags_t flags, const char *why)
{
	struct kmem_cache *none = kmk_cache_refuse(s->name, flags, why);

	kfree(s->name);
	kmem_cache_free(cache_cache, s);
	return none;
}

/* The library's own memory: in no leak report. */
static const char *copy_name(const char *name)
{
	const char *copy;

	kmk_self()->internal++;
	copy = kstrdup(name, GFP_KERNEL);
	kmk_self()->internal--;
	return copy;
}

struct kmem_cache *kmk_cache_create(const char *name, size_t size, const struct kmem_cache_args *args,
				    slab_flags_t flags, struct kmk_classic *classic, unsigned long caller)
{
	struct kmem_cache *s;

	if (kmemkit_start())
		return NULL;
	if (!name)
		return kmk_cache_refuse(name, flags, "a cache needs a name");
	if (!size || size > KMALLOC_MAX_SIZE)
		return kmk_cache_refuse(name, flags, "the object size must be 1 byte to 4 MiB");
	if (args->align & (args->align - 1) || args->align > KMALLOC_MAX_SIZE)
		return kmk_cache_refuse(name, flags, "the alignment must be 0 or a power of two up to 4 MiB");
	s = kmk_slab_alloc(cache_cache, GFP_KERNEL | __GFP_ZERO, cache_cache->object_size, caller);
	if (s && !(name = copy_name(name))) {
		kmem_cache_free(cache_cache, s);
		s = NULL;
	}
	if (!s)
		return flags & SLAB_PANIC ? kmk_cache_refuse(name, flags, "no memory") : NULL;
	s->classic = classic;
	cache_init(s, name, (u32)size, args->align, flags, args->ctor);
	if (!s->nr)
		return drop(s, flags, "object, alignment and offset do not fit into the largest block");
	if (!WARN_ON(!args->usersize && args->useroffset) &&
	    !WARN_ON(args->usersize > size || args->useroffset > size - args->usersize)) {
		s->useroffset = args->useroffset;
		s->usersize = args->usersize;
	}
	if (!cache_publish(s))
		return drop(s, flags, "too many caches: no place for per-CPU arrays");
	return s;
}

struct kmem_cache *kmem_cache_create_usercopy(const char *name, unsigned int size, unsigned int align,
					      slab_flags_t flags, unsigned int useroffset,
					      unsigned int usersize, void (*ctor)(void *))
{
	struct kmem_cache_args args = { .align = align, .useroffset = useroffset, .usersize = usersize,
					.ctor = ctor };

	return kmk_cache_create(name, size, &args, flags, NULL, _RET_IP_);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *))
{
	struct kmem_cache_args args = { .align = align, .ctor = ctor };

	return kmk_cache_create(name, size, &args, flags, NULL, _RET_IP_);
}

struct kmem_cache *__kmem_cache_create_args(const char *name, unsigned int size,
					    struct kmem_cache_args *args, slab_flags_t flags)
{
	static const struct kmem_cache_args none;

	return kmk_cache_create(name, size, args ? args : &none, flags, NULL, _RET_IP_);
}

/* ---- trimming ---- */

/* Give back a node's empty slabs; SLAB_TYPESAFE_BY_RCU ones only after a grace period. */
static unsigned long trim_node(struct kmem_cache *s, struct kmk_node *node)
{
	LIST_HEAD(gone);
	struct kmk_slab *slab, *next;
	unsigned long n = 0;

	kmk_hands_fill();
	kmk_lock(&node->lock);
	list_splice_init(&node->empty, &gone);
	kmk_count_slabs(node, -(long)node->nr_empty);
	node->nr_free -= node->nr_empty * s->nr;
	WRITE_ONCE(node->nr_empty, 0);
	kmk_unlock(&node->lock);
	if (!list_empty(&gone) && (s->flags & SLAB_TYPESAFE_BY_RCU))
		synchronize_rcu();
	list_for_each_entry_safe(slab, next, &gone, list) {
		kmk_slab_unmake(slab);
		n++;
	}
	kmk_hands_empty();
	return n << s->order;
}

unsigned long kmk_cache_trim(struct kmem_cache *s)
{
	unsigned long frames = 0;

	kmk_cache_flush(s);
	for (unsigned int k = 0; k < kmk_nr_nodes; k++)
		frames += trim_node(s, &s->node[k]);
	return frames;
}

int kmem_cache_shrink(struct kmem_cache *s)
{
	unsigned long left = 0;

	kmk_cache_trim(s);
	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		kmk_lock(&s->node[k].lock);
		left += s->node[k].nr_slabs;
		kmk_unlock(&s->node[k].lock);
	}
	return left != 0;
}

/* The list is walked in steps: a cache in use by the walk is pinned by its count. */
struct kmem_cache *kmk_next_cache(struct kmem_cache *s)
{
	struct kmem_cache *next = NULL;

	kmk_lock(&kmk_caches_lock);
	if (!list_empty(&slab_caches) && (!s || s->list.next != &slab_caches))
		next = list_entry(s ? s->list.next : slab_caches.next, struct kmem_cache, list);
	if (next)
		next->refcount++;
	if (s)
		s->refcount--;
	kmk_unlock(&kmk_caches_lock);
	return next;
}

void kmk_put_cache(struct kmem_cache *s)
{
	kmk_lock(&kmk_caches_lock);
	s->refcount--;
	kmk_unlock(&kmk_caches_lock);
}

static unsigned long trim_all_but(slab_flags_t spared)
{
	unsigned long frames = 0;

	for (struct kmem_cache *s = kmk_next_cache(NULL); s; s = kmk_next_cache(s))
		if (!(s->flags & spared))
			frames += kmk_cache_trim(s);
	return frames;
}

unsigned long kmk_cache_shrink_all(void) { return trim_all_but(0); }

static int32_t top_of(int id, u32 off)
{
	int32_t top;

	if (port_uses_slots())
		port_slot_lock(id);
	top = __atomic_load_n(&port_array_of(id, off)->top, __ATOMIC_RELAXED);
	if (port_uses_slots())
		port_slot_unlock(id);
	return top;
}

/* Changes whenever objects go between arrays and slabs, and mostly when they go to or from arrays. */
static unsigned long use_mark(struct kmem_cache *s, bool *something)
{
	unsigned long mark = 1, held = 0;

	for (unsigned int k = 0; k < kmk_nr_nodes; k++) {
		struct kmk_node *node = &s->node[k];

		kmk_lock(&node->lock);
		mark += node->nr_refill + node->nr_flush + node->nr_free + node->nr_slabs;
		held += node->nr_empty;
		kmk_unlock(&node->lock);
	}
	for (int id = 0; s->array && id < (int)kmk_nr_ids; id++) {
		int32_t top = top_of(id, s->store);

		held += top > 0 || top_of(id, s->foreign) > 0;
		mark = mark * 31 + (u32)top;
	}
	*something = held;
	return mark;
}

/* What no request has touched since the last round: objects in arrays, and empty slabs. */
static unsigned long trim_idle(void)
{
	unsigned long frames = 0;

	for (struct kmem_cache *s = kmk_next_cache(NULL); s; s = kmk_next_cache(s)) {
		bool something, used;
		unsigned long mark = use_mark(s, &something);

		used = mark != s->idle_mark;
		s->idle_mark = mark;
		if (!used && something && !(s->flags & SLAB_NO_REAP))
			frames += kmk_cache_trim(s);
	}
	return frames;
}

/* Memory is short. A request made from inside the slab room must not come back into it. */
unsigned long kmk_slab_trim(gfp_t gfp)
{
	struct kmk_thread *self = kmk_self();
	unsigned long frames;

	(void)gfp;
	if (self->slab_depth)
		return 0;
	self->slab_depth++;
	frames = trim_all_but(SLAB_NO_REAP);
	self->slab_depth--;
	return frames;
}

/* ---- destruction ---- */

bool kmk_cache_destroy(struct kmem_cache *s, unsigned long caller)
{
	unsigned long live;

	if (!s)
		return true;
	if (s->flags & SLAB_TYPESAFE_BY_RCU)
		rcu_barrier();
	kmk_cache_trim(s);
	live = kmk_cache_live(s);
	if (live) {
		kmk_debug_name_leaks(s);
		WARN(1, "kmem_cache_destroy %s: Slab cache still has objects when called from %pSR: %lu\n",
		     s->name, (void *)caller, live);
		return false;
	}
	kmk_lock(&kmk_caches_lock);
	while (s->refcount > 1) {
		kmk_unlock(&kmk_caches_lock);
		port_yield();
		kmk_lock(&kmk_caches_lock);
	}
	list_del(&s->list);
	array_free(s);
	kmk_unlock(&kmk_caches_lock);
	kfree(s->classic);
	kfree(s->name);
	kmem_cache_free(cache_cache, s);
	return true;
}

void kmem_cache_destroy(struct kmem_cache *s) { kmk_cache_destroy(s, _RET_IP_); }

unsigned int kmem_cache_size(struct kmem_cache *s) { return s->object_size; }
const char *kmem_cache_name(struct kmem_cache *s) { return s->name; }

/* ---- start ---- */

static const char *const class_names[NR_KMALLOC_TYPES][KMK_KMALLOC_CLASSES] = {
#define NAMES(p) { NULL, p "96", p "192", p "8", p "16", p "32", p "64", p "128", p "256", p "512", p "1k", \
		   p "2k", p "4k", p "8k", p "16k", p "32k", p "64k", p "128k" }
	NAMES("kmalloc-"), NAMES("dma-kmalloc-"), NAMES("kmalloc-rcl-"), NAMES("kmalloc-cg-"),
};

static int make_class(unsigned int type, unsigned int index)
{
	static const slab_flags_t flags[NR_KMALLOC_TYPES] = {
		[KMALLOC_DMA] = SLAB_CACHE_DMA, [KMALLOC_RECLAIM] = SLAB_RECLAIM_ACCOUNT,
		[KMALLOC_CGROUP] = SLAB_ACCOUNT,
	};
	u32 size = index == 1 ? 96 : index == 2 ? 192 : 1u << index;
	struct kmem_cache *s = kmk_slab_alloc(cache_cache, GFP_KERNEL | __GFP_ZERO, cache_cache->object_size, 0);

	if (!s)
		return -ENOMEM;
	cache_init(s, class_names[type][index], size, size & (size - 1) ? 8 : size,
		   flags[type] | SLAB_KMALLOC, NULL);
	s->array = KMK_KMALLOC_ARRAY(type, index);
	array_settle(s, KMK_KMALLOC_ENTRIES);
	cache_publish(s);
	kmalloc_caches[type][index] = s;
	return 0;
}

static struct kmk_page_source trim_source = { .give = kmk_slab_trim, .idle = trim_idle, .name = "empty slabs" };

int kmk_slab_start(void)
{
	kmk_nr_nodes = min(kmk_nr_ids, (unsigned int)KMK_MAX_NODES);
	kmk_slab_force = kmk_init_on_alloc ? __GFP_ZERO : 0;
	kmk_slab_track_all = kmk_debug_options();
	cache_init(cache_cache, "kmem_cache", (u32)(sizeof(struct kmem_cache) + kmk_nr_nodes * sizeof(struct kmk_node)),
		   64, 0, NULL);
	cache_publish(cache_cache);
	for (unsigned int type = 0; type < NR_KMALLOC_TYPES; type++)
		for (unsigned int index = 1; index < KMK_KMALLOC_CLASSES; index++)
			if (make_class(type, index))
				return -ENOMEM;
	kmk_page_add_source(&trim_source);
	kmk_slab_started = true;
	return 0;
}
