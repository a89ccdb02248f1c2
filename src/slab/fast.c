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
#include "slab.h"

#define SPECIAL (__GFP_ZERO | __GFP_HIGHMEM | __GFP_DMA32)

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][KMK_KMALLOC_CLASSES];

static struct kmem_cache *cache_at(u32 array)
{
	u32 n = (array - KMK_KMALLOC_ARRAYS) / KMK_KMALLOC_STRIDE;

	if (kmemkit_start())
		return NULL;
	return kmalloc_caches[n / KMK_KMALLOC_CLASSES][n % KMK_KMALLOC_CLASSES];
}

static noinline void *alloc_slow(u32 array, gfp_t gfp, size_t size, unsigned long caller)
{
	struct kmem_cache *s = cache_at(array);

	return s ? kmk_slab_alloc(s, gfp, size, caller) : NULL;
}

/* Zeroing, and flags that do not belong here: said once, then ignored. */
static noinline void *finish(void *obj, gfp_t gfp)
{
	size_t size = __ksize(obj);

	WARN_ONCE(gfp & (__GFP_HIGHMEM | __GFP_DMA32),
		  "__GFP_HIGHMEM and __GFP_DMA32 mean nothing to a slab cache: dropped (%pGg)\n", &gfp);
	return memset(obj, 0, gfp & __GFP_ZERO ? size : 0);
}

static __always_inline void *kmalloc_at(u32 array, gfp_t gfp, size_t size)
{
	void *obj, *state;

	if (unlikely(!port_array_pop(array, &obj, &state)))
		return alloc_slow(array, gfp, size, _RET_IP_);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	if (unlikely(gfp & SPECIAL))
		return finish(obj, gfp);
	return obj;
}

void *kmk_kmalloc_at(unsigned int array, gfp_t gfp, size_t size)
{
	return kmalloc_at(array, gfp, size);
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

static __always_inline u32 array_of(size_t size, gfp_t gfp)
{
	u32 array = size <= TABLE_MAX ? small_array[(size + 7) / 8]
		: KMK_KMALLOC_ARRAY(KMALLOC_NORMAL, 64 - (unsigned int)__builtin_clzl(size - 1));

	return array + (KMK_KMALLOC_ARRAY(kmalloc_type(gfp), 0) - KMK_KMALLOC_ARRAY(KMALLOC_NORMAL, 0));
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	/* One test for 0 and for too large. */
	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? kmk_kmalloc_large(size, gfp, _RET_IP_) : ZERO_SIZE_PTR;
	return kmalloc_at(array_of(size, gfp), gfp, size);
}

/* For callers who allocate on behalf of their own caller. */
void *kmk_kmalloc_caller(size_t size, gfp_t gfp, unsigned long caller)
{
	void *obj, *state;
	u32 array;

	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return size ? kmk_kmalloc_large(size, gfp, caller) : ZERO_SIZE_PTR;
	array = array_of(size, gfp);
	if (unlikely(!port_array_pop(array, &obj, &state)))
		return alloc_slow(array, gfp, size, caller);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	return unlikely(gfp & SPECIAL) ? finish(obj, gfp) : obj;
}

/*
 * Is addr exactly a live object of this slab frame? Its state byte, or NULL. An address in front of
 * the first object gives a huge distance, one inside an object a remainder; the byte behind the
 * last state is always FREE, so the leftover at the slab's end holds no object either.
 */
static __always_inline unsigned char *live_state(const struct page *page, const void *addr)
{
	unsigned long d = (unsigned long)addr - (unsigned long)page->s_base;
	unsigned long i = (d * page->s_recip) >> KMK_RECIP_SHIFT;
	unsigned char *state;

	if (unlikely(i * page->s_size != d))
		return NULL;
	state = page->s_state + i;
	return likely(*state == KMK_OBJ_LIVE) ? state : NULL;
}

void kfree(const void *addr)
{
	unsigned long pa = (unsigned long)addr - PAGE_OFFSET;
	unsigned char *state;
	struct page *page;
	u32 array;

	if (unlikely(pa >= kmk_page_lowmem))
		goto slow;
	page = kmk_page_of(addr);
	array = page->s_class;
	if (unlikely(!array))
		goto slow;
	state = live_state(page, addr);
	if (unlikely(!state))
		goto slow;
	*state = KMK_OBJ_FREE;
	if (likely(port_array_push(array, (void *)addr, state)))
		return;
	kmk_slab_put(page->slab->cache, (void *)addr, state, _RET_IP_);
	return;
slow:
	kmk_slab_free_slow(NULL, addr, _RET_IP_);
}

void *kmem_cache_alloc(struct kmem_cache *s, gfp_t gfp)
{
	void *obj, *state;

	if (unlikely(!port_array_pop(s->array, &obj, &state)))
		return kmk_slab_alloc(s, gfp, s->object_size, _RET_IP_);
	*(unsigned char *)state = KMK_OBJ_LIVE;
	if (unlikely(gfp & SPECIAL) && !s->ctor)
		return finish(obj, gfp);
	return obj;
}

void kmem_cache_free(struct kmem_cache *s, void *obj)
{
	unsigned long pa = (unsigned long)obj - PAGE_OFFSET;
	unsigned char *state;
	struct page *page;

	if (unlikely(pa >= kmk_page_lowmem))
		goto slow;
	page = kmk_page_of(obj);
	if (unlikely(page->s_class != s->array))
		goto slow;
	state = live_state(page, obj);
	if (unlikely(!state))
		goto slow;
	*state = KMK_OBJ_FREE;
	if (likely(port_array_push(s->array, obj, state)))
		return;
	kmk_slab_put(s, obj, state, _RET_IP_);
	return;
slow:
	kmk_slab_free_slow(s, obj, _RET_IP_);
}

int kmem_cache_alloc_bulk(struct kmem_cache *s, gfp_t gfp, size_t n, void **p)
{
	struct port_entry e[KMK_SLAB_BATCH];
	size_t done = 0;

	while (done < n) {
		unsigned int got = port_array_pop_n(s->array, e, n - done < KMK_SLAB_BATCH
						    ? (unsigned int)(n - done) : KMK_SLAB_BATCH);

		for (unsigned int i = 0; i < got; i++) {
			*(unsigned char *)e[i].aux = KMK_OBJ_LIVE;
			p[done++] = e[i].obj;
			if (unlikely(gfp & SPECIAL) && !s->ctor)
				finish(e[i].obj, gfp);
		}
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

/* One push for a run of good objects; whatever is odd takes the single path and its reports. */
void kmem_cache_free_bulk(struct kmem_cache *s, size_t n, void **p)
{
	struct port_entry e[KMK_SLAB_BATCH];
	unsigned int held = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned long pa = (unsigned long)p[i] - PAGE_OFFSET;
		struct page *page = kmk_page_of(p[i]);
		unsigned char *state;

		if (unlikely(!s || pa >= kmk_page_lowmem || page->s_class != s->array ||
			     !(state = live_state(page, p[i])))) {
			kmk_slab_free_slow(s, p[i], _RET_IP_);
			continue;
		}
		*state = KMK_OBJ_FREE;
		e[held++] = (struct port_entry){ p[i], state };
		if (held < KMK_SLAB_BATCH && i + 1 < n)
			continue;
		for (unsigned int k = port_array_push_n(s->array, e, held); k < held; k++)
			kmk_slab_put(s, e[k].obj, e[k].aux, _RET_IP_);
		held = 0;
	}
	for (unsigned int k = 0; k < held; k++)
		kmk_slab_put(s, e[k].obj, e[k].aux, _RET_IP_);
}

void kfree_bulk(size_t n, void **p)
{
	for (size_t i = 0; i < n; i++)
		kfree(p[i]);
}
