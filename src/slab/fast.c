/* SPDX-License-Identifier: MIT */
/*
 * The fast paths: one pop, one push, no lock, no test whether the library was started.
 *
 * kfree() must find the array of an object it knows nothing about: the page tells it. To remember
 * the class last allocated was tried and dropped (docs/architecture.md says what was seen).
 *
 * Straight-line instructions (tools/count_fast.sh checks them): see docs/architecture.md.
 */
#include <linux/instruction_pointer.h>
#include "port_inline.h"
#include "page/page.h"
#include "edge.h"
#include "slab.h"

/* From the begin of a cache line: what a loop over them costs must not depend on where the linker puts them. */
#define KMK_HOT __attribute__((aligned(64)))

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMK_KMALLOC_CLASSES];

static struct kmem_cache *cache_at(unsigned long place)
{
	u32 n = (u32)(place - PORT_PLACE(KMK_KMALLOC_ARRAYS)) / KMK_KMALLOC_STRIDE;

	if (kmemkit_start())
		return NULL;
	return kmalloc_caches[n / KMK_KMALLOC_CLASSES][n % KMK_KMALLOC_CLASSES];
}

static noinline void *alloc_slow(unsigned long place, gfp_t gfp, size_t size, unsigned long caller)
{
	struct kmem_cache *s = cache_at(place);

	return s ? kmk_slab_alloc(s, gfp, size, caller) : NULL;
}

/* Zeroing, and flags that do not belong here. */
static noinline void *finish(void *obj, gfp_t gfp, unsigned long caller)
{
	const struct kmem_cache *s = kmk_page_of(obj)->slab->cache;

	if (unlikely((gfp & (__GFP_HIGHMEM | __GFP_DMA32)) || s->ctor))
		gfp = kmk_slab_flags(s, gfp, caller);
	kmk_edge_whole(obj);
	return memset(obj, 0, kmk_slab_zeroed(s, gfp) ? s->object_size : 0);
}

/* Where a thread edits its own slot's arrays (no restartable sequences) that comes second, and apart. */
static noinline void *alloc_second(unsigned long place, gfp_t gfp, size_t size, unsigned long caller)
{
	void *obj, *state;

	if (unlikely(!port_slot_pop_at(place, &obj, &state)))
		return alloc_slow(place, gfp, size, caller);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	return kmk_edge_live(unlikely(gfp & KMK_GFP_JUDGED) ? finish(obj, gfp, caller) : obj, size);
}

/* judged: the flags may be any; else the compiler saw that they ask for nothing more than the object. */
static __always_inline void *kmalloc_at(unsigned long place, gfp_t gfp, size_t size, bool judged)
{
	void *obj, *state;

	if (unlikely(!port_array_pop_at(place, &obj, &state)))
		return alloc_second(place, gfp, size, _RET_IP_);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	return kmk_edge_live(judged && unlikely(gfp & KMK_GFP_JUDGED) ? finish(obj, gfp, _RET_IP_) : obj, size);
}

KMK_HOT void *kmk_kmalloc_at(unsigned long place, gfp_t gfp, size_t size)
{
	return kmalloc_at(place, gfp, size, true);
}

KMK_HOT void *kmk_kmalloc_plain_at(unsigned long place, gfp_t gfp, size_t size)
{
	return kmalloc_at(place, gfp, size, false);
}

/*
 * Sizes up to 1 KiB find their array in a table, by eighths: where small and large requests mix, a
 * test between them would be mispredicted every other time. Above, the class is the next power of two.
 */
#define TABLE_MAX 1024
#define A(class) KMK_KMALLOC_ARRAY(KMALLOC_NORMAL, class)
static const u32 small_array[TABLE_MAX / 8 + 1] = {
	[0 ... 1] = A(3), [2] = A(4), [3 ... 4] = A(5), [5 ... 8] = A(6), [9 ... 12] = A(1), [13 ... 16] = A(7),
	[17 ... 24] = A(2), [25 ... 32] = A(8), [33 ... 64] = A(9), [65 ... 128] = A(10),
};
#undef A

static __always_inline unsigned long place_of(size_t size, enum kmalloc_cache_type type)
{
	u32 array = size <= TABLE_MAX ? small_array[(size + 7) / 8]
		: KMK_KMALLOC_ARRAY(KMALLOC_NORMAL, 64 - (unsigned int)__builtin_clzl(size - 1));

	return PORT_PLACE(0) + array + (KMK_KMALLOC_ARRAY(type, 0) - KMK_KMALLOC_ARRAY(KMALLOC_NORMAL, 0));
}

KMK_HOT void *__kmalloc(size_t size, gfp_t gfp)
{
	/* One test for 0 and for too large. */
	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? kmk_kmalloc_large(size, gfp, _RET_IP_) : ZERO_SIZE_PTR;
	return kmalloc_at(place_of(size, kmalloc_type(gfp)), gfp, size, true);
}

KMK_HOT void *kmk_kmalloc_plain(size_t size, gfp_t gfp)
{
	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? kmk_kmalloc_large(size, gfp, _RET_IP_) : ZERO_SIZE_PTR;
	return kmalloc_at(place_of(size, KMALLOC_NORMAL), gfp, size, false);
}

/* For callers who allocate on behalf of their own caller. */
void *kmk_kmalloc_caller(size_t size, gfp_t gfp, unsigned long caller)
{
	void *obj, *state;
	unsigned long place;

	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? kmk_kmalloc_large(size, gfp, caller) : ZERO_SIZE_PTR;
	place = place_of(size, kmalloc_type(gfp));
	if (unlikely(!port_array_pop_at(place, &obj, &state)))
		return alloc_second(place, gfp, size, caller);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	return kmk_edge_live(unlikely(gfp & KMK_GFP_JUDGED) ? finish(obj, gfp, caller) : obj, size);
}

/*
 * Is addr exactly a live object of this slab frame? Its state byte, or NULL.
 *
 * With r = 2^64 / size, rounded up, the product of a distance d and r has the index d / size in its upper
 * half. For d = i * size the lower half is i * (r * size - 2^64) < d, for anything else at least r; and d < r,
 * because a slab is far smaller than 2^32 bytes. So one comparison tells an object's address from one inside
 * an object. Places that no object starts at have a state byte that says FREE for ever. A frame that is no
 * slab's has r = 0 (its `virtual`), and nothing passes.
 */
static __always_inline unsigned char *live_state(const struct page *page, const void *addr)
{
	unsigned long d = (unsigned long)addr - (unsigned long)page->s_base;
	unsigned __int128 product = (unsigned __int128)d * page->s_recip;
	unsigned char *state;

	if (unlikely((u64)product >= page->s_recip))
		return NULL;
	state = page->s_state + (u64)(product >> 64);
	return likely(*state == KMK_OBJ_LIVE) ? state : NULL;
}

KMK_HOT void kfree(const void *addr)
{
	unsigned long pa = (unsigned long)addr - PAGE_OFFSET;
	unsigned char *state;
	struct page *page;

	if (unlikely(pa >= kmk_page_lowmem))
		goto slow;
	page = kmk_page_of(addr);
	state = live_state(page, addr);
	if (unlikely(!state))
		goto slow;
	*state = KMK_OBJ_FREE;
	kmk_edge_dead(addr);
	if (likely(port_array_push_home(page->s_home, page->s_owner, (void *)addr, state)))
		return;
	kmk_slab_put(page->slab, (void *)addr, state, _RET_IP_);
	return;
slow:
	kmk_slab_free_slow(NULL, addr, _RET_IP_);
}

static noinline void *cache_alloc_second(struct kmem_cache *s, gfp_t gfp, unsigned long caller)
{
	void *obj, *state;

	if (unlikely(!port_slot_pop_at(s->place, &obj, &state)))
		return kmk_slab_alloc(s, gfp, s->object_size, caller);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	return kmk_edge_live(unlikely(gfp & KMK_GFP_JUDGED) ? finish(obj, gfp, caller) : obj, s->object_size);
}

static __always_inline void *cache_alloc(struct kmem_cache *s, gfp_t gfp, bool judged)
{
	void *obj, *state;

	if (unlikely(!port_array_pop_at(s->place, &obj, &state)))
		return cache_alloc_second(s, gfp, _RET_IP_);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	return kmk_edge_live(judged && unlikely(gfp & KMK_GFP_JUDGED) ? finish(obj, gfp, _RET_IP_) : obj, s->object_size);
}

KMK_HOT void *(kmem_cache_alloc)(struct kmem_cache *s, gfp_t gfp)
{
	return cache_alloc(s, gfp, true);
}

KMK_HOT void *kmk_cache_alloc_plain(struct kmem_cache *s, gfp_t gfp)
{
	return cache_alloc(s, gfp, false);
}

KMK_HOT void kmem_cache_free(struct kmem_cache *s, void *obj)
{
	unsigned long pa = (unsigned long)obj - PAGE_OFFSET;
	struct port_array *home;
	unsigned char *state;
	struct page *page;

	if (unlikely(pa >= kmk_page_lowmem))
		goto slow;
	page = kmk_page_of(obj);
	home = page->s_home;
	if (unlikely(port_array_offset(home) != s->array))
		goto slow;
	state = live_state(page, obj);
	if (unlikely(!state))
		goto slow;
	*state = KMK_OBJ_FREE;
	kmk_edge_dead(obj);
	if (likely(port_array_push_home(home, page->s_owner, obj, state)))
		return;
	kmk_slab_put(page->slab, obj, state, _RET_IP_);
	return;
slow:
	kmk_slab_free_slow(s, obj, _RET_IP_);
}

static __always_inline void take_one(const struct port_entry *e, void **p)
{
	*(unsigned char *)e->aux = KMK_OBJ_LIVE;
	*p = e->obj;
}

/* By fours: the loop would cost as much as its body. */
static __always_inline void take(const struct port_entry *e, unsigned int n, void **p)
{
	for (; n >= 4; n -= 4, e += 4, p += 4) {
		take_one(&e[0], &p[0]);
		take_one(&e[1], &p[1]);
		take_one(&e[2], &p[2]);
		take_one(&e[3], &p[3]);
	}
	for (; n; n--)
		take_one(e++, p++);
}

int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t n, void **p)
{
	struct port_entry e[KMK_BULK];
	size_t done = 0;

	while (done < n) {
		unsigned int got = port_array_pop_n(s->array, e, n - done < KMK_BULK
						    ? (unsigned int)(n - done) : KMK_BULK);

		take(e, got, p + done);
		if (unlikely(gfp & KMK_GFP_JUDGED))
			for (unsigned int i = 0; i < got; i++)
				finish(e[i].obj, gfp, _RET_IP_);
		for (unsigned int i = 0; KMK_EDGES && i < got; i++)
			kmk_edge_live(e[i].obj, s->object_size);
		done += got;
		if (got)
			continue;
		p[done] = kmk_slab_alloc(s, gfp, s->object_size, _RET_IP_);
		if (!p[done++]) {
			kmem_cache_free_bulk(s, done - 1, p);
			return 0;
		}
	}
	return (int)n;
}

/*
 * A run of good objects of this owner at p, at most n and KMK_BULK: marked free, and noted in e. What the page
 * says is asked once for neighbours in a frame. Returns how many; the one behind them is odd, unless n ended it.
 */
static __always_inline unsigned int give(struct kmem_cache *s, void **p, size_t n, struct port_entry *e, int me)
{
	unsigned long pfn = ~0UL, base = 0, recip = 0;
	unsigned char *states = NULL, *state;
	void **end = p + (n < KMK_BULK ? n : KMK_BULK), **at;

	for (at = p; at < end; at++, e++) {
		unsigned long addr = (unsigned long)*at;
		unsigned __int128 product;

		if (unlikely(addr >> PAGE_SHIFT != pfn)) {
			const struct page *page = kmk_page_of(addr);

			if (addr - PAGE_OFFSET >= kmk_page_lowmem || port_array_offset(page->s_home) != s->array ||
			    page->s_owner != me)
				break;
			pfn = addr >> PAGE_SHIFT;
			base = (unsigned long)page->s_base;
			recip = page->s_recip;
			states = page->s_state;
		}
		/* As in live_state(). */
		product = (unsigned __int128)(addr - base) * recip;
		state = states + (u64)(product >> 64);
		if (unlikely((u64)product >= recip || *state != KMK_OBJ_LIVE))
			break;
		*state = KMK_OBJ_FREE;
		kmk_edge_dead(*at);
		*e = (struct port_entry){ *at, state };
	}
	return (unsigned int)(at - p);
}

/* An object of another owner, or none of this cache's at all. */
static noinline void free_odd(struct kmem_cache *s, void *obj, unsigned long caller)
{
	struct page *page = kmk_page_of(obj);
	unsigned char *state;

	if (!s || (unsigned long)obj - PAGE_OFFSET >= kmk_page_lowmem ||
	    port_array_offset(page->s_home) != s->array || !(state = live_state(page, obj))) {
		kmk_slab_free_slow(s, obj, caller);
		return;
	}
	*state = KMK_OBJ_FREE;
	kmk_slab_put(page->slab, obj, state, caller);
}

/* One push for a run of good objects of this owner; whatever is odd takes the single path and its reports. */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t n, void **p)
{
	struct port_entry e[KMK_BULK];
	int me = port_owner_id();

	while (n) {
		unsigned int run = likely(s) ? give(s, p, n, e, me) : 0;

		if (run) {
			for (unsigned int k = port_array_push_n(s->array, e, run); k < run; k++)
				kmk_slab_put(kmk_page_of(e[k].obj)->slab, e[k].obj, e[k].aux, _RET_IP_);
		} else {
			free_odd(s, *p, _RET_IP_);
			run = 1;
		}
		p += run;
		n -= run;
	}
}

void kfree_bulk(size_t n, void **p)
{
	for (size_t i = 0; i < n; i++)
		kfree(p[i]);
}
