/* SPDX-License-Identifier: MIT */
/*
 * The slab room: caches, slabs, objects, and kmalloc's classes.
 *
 * Vocabulary. A cache hands out objects of one size. It cuts them from slabs: blocks of 2^order
 * frames from the page room. Each CPU keeps an array of free objects in front of the cache.
 *
 *   kmem_cache_alloc / kmalloc                       kmem_cache_free / kfree
 *        | fast.c: pop {object, its state byte}          | page -> state byte must say LIVE
 *        |                                               | (double, interior, foreign: report)
 *   +-- array of this CPU ------------------------- if it is the page's home; else the foreign array
 *        | empty: a batch                                | full: a batch               object.c
 *   +-- node of the owner: full, partial and empty slabs, one lock                     batch.c
 *        | nothing partial or empty
 *   +-- new slab from alloc_pages()                                       slab.c
 *
 * A slab keeps its descriptor, the map of free objects (a bit set: free in the slab) and one state
 * byte an object apart from the objects: in the block's tail for objects under 512 bytes or where
 * the leftover holds them, else in a general cache. No list word is ever written into an object.
 *
 *     | colour | object 0 | object 1 | ... | object n-1 | rest | descriptor, map, states |
 *
 * State byte: LIVE from allocation to free, else FREE. Written plainly: an object has one owner.
 * Each frame of a slab carries what kfree() needs (base, reciprocal, states, owner, its array) in
 * its page, one cache line.
 *
 * Ownership. A slab belongs to one owner (host CPU or slot), its home: only it refills from the slab. An
 * object freed elsewhere is not pushed on an array that allocations pop, or two CPUs would go on writing
 * state bytes of one line: it goes to that CPU's foreign array, and from there in batches to its slab.
 * Whoever seizes a cache's arrays seizes both. Only empty slabs change owner.
 *
 * Tracked caches (boot option slub_debug=U, `kmemkit run`): arrays stay closed, so every request
 * comes to object.c, which keeps one record an object (caller, stack, requested size).
 *
 * Debug caches (SLAB_RED_ZONE and such, slub_debug=FZP): a second kind, see debug.h.
 *
 * Locking: kmk_caches_lock (KMK_RANK_CACHES) for the list of caches; kmk_flush_lock (KMK_RANK_CACHE) for
 * whoever seizes arrays; node->lock
 * (KMK_RANK_CACHE_LIST) for a node's slabs and their maps. One node lock at a time. The page
 * allocator is never called with a node lock held.
 */
#ifndef KMK_SLAB_SLAB_H
#define KMK_SLAB_SLAB_H

#include <kmemkit/kmemkit.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <mm/slab.h>
#include "port.h"
#include "sync/lock.h"
#include "sync/thread.h"

#define KMK_MAX_NODES	64
#define KMK_SLAB_BATCH	256		/* most objects moved at a time: 4 KiB of stack */
#define KMK_BULK	64		/* of the bulk calls */
#define KMK_OFF_SLAB	UINT32_MAX	/* kmem_cache.desc_off: descriptor lies in a general cache */

enum { KMK_OBJ_FREE = 0, KMK_OBJ_LIVE = 1 };

/* Who holds an object (tracked caches). */
struct kmk_track {
	unsigned long caller;
	unsigned long freed_by;
	u64 time, free_time;
	u32 stack, free_stack;		/* stack depot handles, 0: none */
	u32 free_pid;
	u16 cpu, free_cpu;
	u32 size;			/* requested bytes */
	u32 pid;
	u32 mark;			/* leak scan */
	unsigned long gray;		/* leak scan: next object to look into */
};

struct kmk_slab {
	struct list_head list;
	struct kmem_cache *cache;
	unsigned char *base;		/* object 0 */
	unsigned char *state;
	struct kmk_track *track;	/* or NULL */
	u32 nr_free;			/* bits set in map */
	u16 home;			/* whose it is: host CPU or slot */
	u16 hint;			/* first map word that may have a bit */
	u64 map[];
};

struct kmk_node {
	struct kmk_lock lock;
	struct list_head full, partial, empty;
	unsigned long nr_slabs, nr_partial, nr_empty;
	unsigned long nr_free;		/* objects free in these slabs */
	unsigned long nr_refill, nr_flush, nr_foreign;
	bool opened;			/* one of its owners' arrays was opened */
} __attribute__((aligned(64)));

/* With more ids than nodes several share one. */
static inline unsigned int kmk_node_of(unsigned int id) { return id % KMK_MAX_NODES; }
static inline struct kmk_node *kmk_slab_node(const struct kmk_slab *slab)
{
	return &slab->cache->node[kmk_node_of(slab->home)];
}

/* Looked at without the lock, before it is worth taking. */
static inline void kmk_count_empty(struct kmk_node *node, long by)
{
	WRITE_ONCE(node->nr_empty, node->nr_empty + (unsigned long)by);
}

static inline void kmk_count_slabs(struct kmk_node *node, long by)
{
	WRITE_ONCE(node->nr_slabs, node->nr_slabs + (unsigned long)by);
}

extern struct kmk_lock kmk_caches_lock;
extern struct kmk_lock kmk_flush_lock;		/* one seizer of arrays at a time */
extern unsigned int kmk_nr_nodes;
extern gfp_t kmk_slab_force __attribute__((visibility("hidden")));	/* __GFP_ZERO under init_on_alloc */
extern bool kmk_slab_started;
extern bool kmk_slab_track_all;
extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMK_KMALLOC_CLASSES];

void *kmk_kmalloc_large(size_t size, gfp_t gfp, unsigned long caller);

/* Constructed or RCU-read objects keep what is in them: never zeroed unless asked for by flag. */
static inline bool kmk_no_init(const struct kmem_cache *s)
{
	return s->ctor || (s->flags & SLAB_TYPESAFE_BY_RCU);
}

/* As in 6.1: on request constructed objects are cleared too, but not under init_on_alloc. */
static inline bool kmk_slab_zeroed(const struct kmem_cache *s, gfp_t gfp)
{
	if (gfp & __GFP_ZERO)
		return !(s->ctor && kmk_slab_force);
	return kmk_slab_force && !kmk_no_init(s);
}

/*
 * Of a request's flags, those that the frames of a slab's descriptor and owner records are asked for with: they
 * may take from the reserve what the object may, and must come where it must.
 */
static inline gfp_t kmk_record_gfp(gfp_t gfp)
{
	return (gfp & (__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_RETRY_MAYFAIL | __GFP_NOFAIL |
		       __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_ATOMIC | __GFP_NOLOCKDEP)) |
	       __GFP_ZERO | __GFP_NOWARN;
}

/* Other rooms' hooks, NULL when unused. */
extern bool (*kmk_slab_should_fail)(struct kmem_cache *s, gfp_t gfp);

/* What debug caches need from above; NULL before the debug room has started. */
struct kmk_slab_hooks {
	u32 (*save_stack)(unsigned long caller, gfp_t gfp);	/* from the frame of the caller on */
	void (*print_stack)(u32 stack);
	bool (*count_error)(void);	/* true: a test counts errors, print nothing */
};
extern const struct kmk_slab_hooks *kmk_slab_hooks;

/* ---- cache.c ---- */
int kmk_slab_start(void);
/* What all forms of kmem_cache_create() come to; classic: NULL, or the six-argument form's part. */
struct kmem_cache *kmk_cache_create(const char *name, size_t size, const struct kmem_cache_args *args,
				    slab_flags_t flags, struct kmk_classic *classic, unsigned long caller);
struct kmem_cache *kmk_cache_refuse(const char *name, slab_flags_t flags, const char *why);
bool kmk_cache_destroy(struct kmem_cache *s, unsigned long caller);	/* false: live objects, kept */
unsigned long kmk_cache_trim(struct kmem_cache *s);
unsigned long kmk_slab_trim(gfp_t gfp);
unsigned long kmk_cache_shrink_all(void);
/* A walk over all caches that pins the one it is at: NULL to begin, each result in turn until NULL. */
struct kmem_cache *kmk_next_cache(struct kmem_cache *s);
void kmk_put_cache(struct kmem_cache *s);	/* to end the walk before that */

/* ---- slab.c: making and unmaking slabs ---- */
void kmk_cache_layout(struct kmem_cache *s);
u32 kmk_slab_desc_bytes(const struct kmem_cache *s);	/* descriptor, map and states */
struct kmk_slab *kmk_slab_make(struct kmem_cache *s, gfp_t gfp, unsigned int home);
void kmk_slab_unmake(struct kmk_slab *slab);
void kmk_slab_set_home(struct kmk_slab *slab, unsigned int id);
static inline struct page *kmk_slab_page(const struct kmk_slab *slab)
{
	return compound_head(virt_to_page(slab->base));
}
static inline u32 kmk_map_words(u32 nr) { return (nr + 63) / 64; }

/* ---- batch.c ---- */
unsigned int kmk_slab_refill_some(struct kmem_cache *s, struct port_entry *end, unsigned int n);
unsigned int kmk_slab_refill(struct kmem_cache *s, gfp_t gfp, struct port_entry *end, unsigned int n);
void kmk_slab_give(const struct port_entry *e, unsigned int n);
void kmk_node_add(struct kmem_cache *s, struct kmk_slab *slab, unsigned int home);
void kmk_cache_flush(struct kmem_cache *s);

/* Objects moved at a time: half a small array, a 16th of a large one. */
static inline u32 kmk_batch_of(u32 entries)
{
	u32 least = entries < 128 ? (entries + 1) / 2 : 64;

	return entries / 16 < least ? least : entries / 16 < KMK_SLAB_BATCH ? entries / 16 : KMK_SLAB_BATCH;
}

/* ---- object.c ---- */
u32 kmk_slab_stack(const struct kmem_cache *s, unsigned long caller, gfp_t gfp);	/* stack depot handle or 0 */
void *kmk_slab_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned long caller);
void kmk_slab_put(struct kmk_slab *slab, void *obj, unsigned char *state, unsigned long caller);
void kmk_slab_free_slow(struct kmem_cache *want, const void *obj, unsigned long caller);
unsigned long kmk_cache_live(struct kmem_cache *s);
unsigned long kmk_slab_record_frames(const struct kmem_cache *s);	/* of each slab */

/* ---- explain.c: one line about an address of the direct map; its length, 0 for another address ---- */
size_t kmk_object_explain(unsigned long addr, char *buf, size_t size);

/* The object an address lies in: NULL unless it is inside one. Index by reference. */
struct kmk_slab *kmk_slab_of(const void *addr, u32 *index);

/* Call fn for each live object; tracked caches know who owns it. */
void kmk_slab_each_live(struct kmem_cache *s,
			void (*fn)(struct kmem_cache *s, void *obj, struct kmk_track *track, void *data),
			void *data);

/* ---- debug_*.c: the second kind of cache (theory in debug.h) ---- */
extern bool kmk_failslab_marked;	/* slub_debug=A somewhere: failslab= is for those caches only */
bool kmk_debug_options(void);
slab_flags_t kmk_debug_flags(const char *name, slab_flags_t flags);
void kmk_debug_layout(struct kmem_cache *s);
struct kmk_slab *kmk_debug_descriptor(struct kmem_cache *s, gfp_t gfp);
void kmk_debug_free_descriptor(struct kmk_slab *slab);
void kmk_debug_prepare(struct kmk_slab *slab);
void kmk_debug_release(struct kmk_slab *slab);
void *kmk_debug_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned long caller);
void kmk_debug_free(struct kmem_cache *s, void *obj, unsigned long caller);
void kmk_debug_resize(struct kmk_slab *slab, u32 i, size_t size);
void kmk_debug_bad_free(struct kmk_slab *slab, u32 i, const void *addr);
unsigned long kmk_debug_sweep(void);
void kmk_debug_name_leaks(struct kmem_cache *s);

/* ---- classic.c: the six-argument form ---- */
struct kmk_classic {
	void (*ctor)(void *obj, struct kmem_cache *s, unsigned long flags);
	void (*dtor)(void *obj, struct kmem_cache *s, unsigned long flags);
	u32 offset;			/* colour step, as asked for */
};
void kmk_classic_construct(const struct kmk_slab *slab, gfp_t gfp);
void kmk_classic_destruct(const struct kmk_slab *slab);
void kmk_classic_verify(struct kmem_cache *s, void *obj);

/* ---- report.c ---- */
/* Flags that mean nothing for this cache (NULL: a large block) are named once a caller; what is left. */
gfp_t kmk_slab_flags(const struct kmem_cache *s, gfp_t gfp, unsigned long caller);
void kmk_slab_bad_free(struct kmem_cache *want, const void *obj, unsigned long caller);

unsigned int slab_validate(void);

/* ---- fork.c ---- */
void kmk_slab_fork_lock(void);
void kmk_slab_fork_hold(void);		/* all arrays, under all locks of this room and the page room's */
void kmk_slab_fork_let_go(void);	/* them, if they are held; before the locks */
void kmk_slab_fork_unlock(void);
void kmk_slab_fork_child(void);
#endif
