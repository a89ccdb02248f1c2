/* SPDX-License-Identifier: MIT */
/*
 * A reference model of the allocator, driven by bytes: each operation is decoded from the input,
 * done by the real code, and compared. What the model knows of an allocation is its address, size,
 * kind and the pattern written into it; two of them may not overlap, alignment must be what was
 * promised, zeroing must have happened, and the pattern must be there when it is freed. Frames and
 * objects are compared with the start when all is freed.
 *
 * fuzz_one() is called by main.c (a seeded stream) and by libfuzzer.c.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "model.h"

#define SLOTS	512
#define CACHES	8

enum kind { EMPTY, OBJECT, PAGES, CACHED };

static struct slot {
	enum kind kind;
	unsigned char *p;
	size_t size;			/* bytes written and checked */
	unsigned int order;
	unsigned int cache;
	unsigned char seed;
} slots[SLOTS];

static struct {
	struct kmem_cache *s;
	unsigned int size, align, live;
	int built;			/* has a constructor */
} caches[CACHES];

static const unsigned char *at, *end;
unsigned long fuzz_operations;

#define CHECK(cond, ...)							\
	do {									\
		if (!(cond)) {							\
			fprintf(stderr, "model_fuzz: " __VA_ARGS__);		\
			fprintf(stderr, " (%s, operation %lu)\n", #cond, fuzz_operations); \
			abort();						\
		}								\
	} while (0)

static unsigned int byte(void) { return at < end ? *at++ : 0; }

static uint32_t word(void)
{
	uint32_t w = byte();

	return w | byte() << 8;
}

/* ---- contents: long blocks are sampled, a line in each page ---- */

static int sampled(size_t i, size_t size)
{
	return i < 128 || i + 128 >= size || i % 4096 < 64;
}

static size_t step_over(size_t i, size_t size)
{
	size_t next = (i | 4095) + 1;

	return next + 128 > size ? (size < 128 ? size : size - 128) : next;
}

static void fill(struct slot *s)
{
	for (size_t i = 0; i < s->size; i = sampled(i + 1, s->size) ? i + 1 : step_over(i + 1, s->size))
		s->p[i] = (unsigned char)(s->seed + i * 13);
}

static void verify(const struct slot *s, size_t size)
{
	for (size_t i = 0; i < size; i = sampled(i + 1, s->size) ? i + 1 : step_over(i + 1, s->size))
		CHECK(s->p[i] == (unsigned char)(s->seed + i * 13), "%p + %zu of %zu holds %#x", (void *)s->p, i,
		      s->size, s->p[i]);
}

static void no_overlap(const struct slot *s)
{
	for (int i = 0; i < SLOTS; i++)
		CHECK(&slots[i] == s || slots[i].kind == EMPTY || s->p + s->size <= slots[i].p ||
		      slots[i].p + slots[i].size <= s->p, "%p and %p overlap", (void *)s->p, (void *)slots[i].p);
}

static void all_zero(const unsigned char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		CHECK(!p[i], "%p + %zu is not zero", (void *)p, i);
}

static struct slot *pick(void) { return &slots[word() % SLOTS]; }

static void take(struct slot *s, enum kind kind, void *p, size_t size, int zeroed)
{
	s->kind = kind;
	s->p = p;
	s->size = size;
	s->seed = (unsigned char)(fuzz_operations * 7);
	no_overlap(s);
	if (zeroed)
		all_zero(p, size);
	fill(s);
}

static void drop(struct slot *s)
{
	if (s->kind == EMPTY)
		return;
	verify(s, s->size);
	if (s->kind == PAGES) {
		__free_pages(virt_to_page(s->p), s->order);
	} else if (s->kind == CACHED) {
		caches[s->cache].live--;
		/* A constructed object goes back as its constructor left it. */
		if (caches[s->cache].built)
			memset(s->p, 0x42, s->size);
		kmem_cache_free(caches[s->cache].s, s->p);
	} else {
		kfree(s->p);
	}
	s->kind = EMPTY;
}

/* ---- operations ---- */

static size_t some_size(void)
{
	unsigned int how = byte();

	switch (how & 3) {
	case 0: return word() % 64 + 1;
	case 1: return word() % 2048 + 1;
	case 2: return word() + 1;
	default: return (size_t)word() * 8 + 1;
	}
}

static gfp_t some_gfp(void)
{
	static const gfp_t sets[] = { GFP_KERNEL, GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT, GFP_KERNEL | __GFP_ZERO,
				      GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL_ACCOUNT | __GFP_ZERO, GFP_NOIO };

	return sets[byte() % 8] | __GFP_NOWARN;
}

static void op_kmalloc(void)
{
	struct slot *s = pick();
	size_t size = some_size();
	gfp_t gfp = some_gfp();
	unsigned char *p;

	drop(s);
	p = kmalloc(size, gfp);
	if (!p)
		return;
	CHECK(!((uintptr_t)p & 7), "%p is not aligned", (void *)p);
	CHECK((size & (size - 1)) || !((uintptr_t)p & (size - 1)), "%p of %zu is not aligned", (void *)p, size);
	CHECK(ksize(p) >= size, "ksize %zu under %zu", ksize(p), size);
	take(s, OBJECT, p, size, gfp & __GFP_ZERO);
}

static void op_free(void) { drop(pick()); }

static void op_krealloc(void)
{
	struct slot *s = pick();
	size_t size = some_size(), keep;
	unsigned char *q;

	if (s->kind != OBJECT)
		return;
	q = krealloc(s->p, size, some_gfp() & ~__GFP_ZERO);
	if (!q) {
		verify(s, s->size);
		return;
	}
	keep = s->size < size ? s->size : size;
	s->p = q;
	verify(s, keep < 128 ? keep : 128);
	take(s, OBJECT, q, size, 0);
}

static void op_pages(void)
{
	struct slot *s = pick();
	unsigned int order = byte() % 32;
	gfp_t gfp = some_gfp() | (byte() & 1 ? __GFP_COMP : 0) | (byte() & 1 ? __GFP_MOVABLE : 0);
	struct page *page;

	order = order < 24 ? order % 4 : order < 30 ? order % 7 : order % 11;
	if (gfp & __GFP_RECLAIMABLE)
		gfp &= ~__GFP_MOVABLE;
	drop(s);
	page = alloc_pages(gfp, order);
	if (!page)
		return;
	CHECK(!(page_to_pfn(page) & ((1UL << order) - 1)), "pfn %#lx order %u", page_to_pfn(page), order);
	CHECK(page_count(page) == 1 && !page_private(page) && !PageUptodate(page) && !PageReferenced(page),
	      "descriptor of pfn %#lx is not fresh", page_to_pfn(page));
	/* Left behind on purpose: the next owner must not see it. */
	set_page_private(page, 0x77);
	SetPageUptodate(page);
	SetPageReferenced(page);
	s->order = order;
	take(s, PAGES, page_address(page), PAGE_SIZE << order, gfp & __GFP_ZERO);
}

static void built(void *p) { *(unsigned char *)p = 0x42; }

static void cache_gone(unsigned int c)
{
	for (int i = 0; i < SLOTS; i++)
		if (slots[i].kind == CACHED && slots[i].cache == c)
			drop(&slots[i]);
	CHECK(!caches[c].live, "cache %u still has %u objects", c, caches[c].live);
	kmem_cache_destroy(caches[c].s);
	caches[c].s = NULL;
}

static void op_cache(void)
{
	static const slab_flags_t flags[] = { 0, SLAB_HWCACHE_ALIGN, SLAB_RECLAIM_ACCOUNT, SLAB_STORE_USER };
	unsigned int c = byte() % CACHES;

	if (caches[c].s) {
		cache_gone(c);
		return;
	}
	caches[c].size = word() % 6000 + 1;
	caches[c].align = byte() & 1 ? 1u << byte() % 10 : 0;
	caches[c].built = byte() & 1;
	caches[c].s = kmem_cache_create("fuzzed", caches[c].size, caches[c].align, flags[byte() & 3],
					caches[c].built ? built : NULL);
}

static void op_cached(void)
{
	unsigned int c = byte() % CACHES;
	struct slot *s = pick();
	gfp_t gfp = some_gfp() & ~(__GFP_RECLAIMABLE | __GFP_ACCOUNT);
	unsigned char *p;

	if (!caches[c].s)
		return;
	if (caches[c].built)
		gfp &= ~__GFP_ZERO;	/* clears what the constructor did, and is reported */
	drop(s);
	p = kmem_cache_alloc(caches[c].s, gfp);
	if (!p)
		return;
	CHECK(!((uintptr_t)p & ((caches[c].align < 8 ? 8 : caches[c].align) - 1)), "%p is not aligned", (void *)p);
	CHECK(!caches[c].built || *p == 0x42, "constructor's work is gone: %#x", *p);
	caches[c].live++;
	s->cache = c;
	take(s, CACHED, p, caches[c].size, (gfp & __GFP_ZERO) && !caches[c].built);
}

static void op_bulk(void)
{
	unsigned int c = byte() % CACHES, n = byte() % 200 + 1;
	gfp_t gfp = some_gfp() & ~(__GFP_RECLAIMABLE | __GFP_ACCOUNT);
	void *p[200];

	if (!caches[c].s)
		return;
	if (caches[c].built)
		gfp &= ~__GFP_ZERO;
	if (!kmem_cache_alloc_bulk(caches[c].s, gfp, n, p))
		return;
	for (unsigned int i = 0; i < n; i++) {
		struct slot s = { .kind = CACHED, .p = p[i], .size = caches[c].size };

		CHECK(!caches[c].built || *s.p == 0x42, "constructor's work is gone: %#x", *s.p);
		no_overlap(&s);
		*s.p = (unsigned char)i;
	}
	for (unsigned int i = 0; i < n; i++) {
		CHECK(*(unsigned char *)p[i] == (unsigned char)i, "bulk objects %u and another overlap", i);
		*(unsigned char *)p[i] = 0x42;
	}
	if (byte() & 1)
		kmem_cache_free_bulk(caches[c].s, n, p);
	else
		kfree_bulk(n, p);
}

static void op_page_bulk(void)
{
	unsigned int n = byte() % 64 + 1;
	struct page *page[64] = { NULL };
	unsigned long got = alloc_pages_bulk_array(some_gfp() & ~__GFP_RECLAIMABLE, n, page);

	CHECK(got <= n, "bulk gave %lu of %u", got, n);
	for (unsigned long i = 0; i < got; i++) {
		struct slot s = { .kind = PAGES, .p = page_address(page[i]), .size = PAGE_SIZE };

		no_overlap(&s);
		put_page(page[i]);
	}
}

static void op_exact(void)
{
	size_t size = word() * 4 + 1;
	unsigned char *p = alloc_pages_exact(size, some_gfp() & ~__GFP_RECLAIMABLE);
	struct slot s = { .kind = PAGES, .p = p, .size = size };

	if (!p)
		return;
	no_overlap(&s);
	p[0] = p[size - 1] = 1;
	free_pages_exact(p, size);
}

static void op_shrink(void)
{
	unsigned int c = byte() % CACHES;

	if (caches[c].s)
		kmem_cache_shrink(caches[c].s);
}

static void op_fail(void) { kmemkit_fail_nth(byte() % 8 + 1); }

static void op_validate(void) { CHECK(!kmemkit_validate(), "the rooms contradict themselves"); }

static void op_drain(void) { kmemkit_drain(); }

/* How often each comes up, of 256. */
static const struct { unsigned int share; void (*run)(void); } operations[] = {
	{ 70, op_kmalloc }, { 40, op_free }, { 30, op_krealloc }, { 40, op_pages }, { 6, op_cache },
	{ 50, op_cached }, { 6, op_bulk }, { 4, op_page_bulk }, { 3, op_exact }, { 2, op_shrink },
	{ 3, op_fail }, { 1, op_validate }, { 1, op_drain },
};

static void one_operation(void)
{
	unsigned int r = byte(), i = 0;

	while (r >= operations[i].share)
		r -= operations[i++].share;
	fuzz_operations++;
	operations[i].run();
}

static void counters(struct kmemkit_stats *s)
{
	kmemkit_drain();
	kmemkit_get_stats(s);
}

/* All of one input; everything is given back at its end. */
void fuzz_one(const unsigned char *data, size_t size)
{
	struct kmemkit_stats before, after;

	counters(&before);
	at = data;
	end = data + size;
	while (at < end)
		one_operation();
	kmemkit_fail_nth(0);
	for (int i = 0; i < SLOTS; i++)
		drop(&slots[i]);
	for (unsigned int c = 0; c < CACHES; c++)
		if (caches[c].s)
			cache_gone(c);
	counters(&after);
	op_validate();
	CHECK(before.frames_free + before.frames_records == after.frames_free + after.frames_records,
	      "%lu frames were free, now %lu", before.frames_free, after.frames_free);
	CHECK(before.objects_live == after.objects_live, "%lu objects were live, now %lu", before.objects_live,
	      after.objects_live);
	CHECK(before.warns + before.bugs == after.warns + after.bugs, "%lu reports", after.warns + after.bugs -
	      before.warns - before.bugs);
}
