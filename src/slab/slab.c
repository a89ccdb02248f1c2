/* SPDX-License-Identifier: MIT */
/* A cache's geometry, and how slabs are made from frames and unmade. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/vmstat.h>
#include "base/option.h"
#include "port_inline.h"
#include "edge.h"
#include "slab.h"

#define MAX_SLAB_ORDER	3	/* wanted; larger objects need more */
#define MIN_OBJECTS	8

/*
 * State bytes for every place in the block an object could start at, in front of the first one too, and
 * one behind: those that are no object's say FREE for ever, because live_state() looks there for a wrong
 * address.
 */
static u32 desc_bytes(u32 size, u32 nr, u32 order)
{
	u32 states = ((u32)PAGE_SIZE << order) / size + 2;
	u32 bytes = (u32)sizeof(struct kmk_slab) + kmk_map_words(nr) * 8 + states;

	return ALIGN(bytes, 64);
}

/* Objects this many bytes of a block of the order hold with the descriptor inside. */
static u32 fit_inside(const struct kmem_cache *s, u32 order, u32 total)
{
	u32 nr = total / s->size;

	while (nr && nr * s->size + desc_bytes(s->size, nr, order) > total)
		nr--;
	return nr;
}

/*
 * A classic cache asks for objects that start at multiples of its offset, zero excluded: one step
 * is kept in front, and with small objects some more, so that slabs really differ.
 */
static u32 colour_lead(const struct kmem_cache *s, u32 total)
{
	u32 step = s->colour_step;

	if (!s->colour_first)
		return 0;
	if (s->size >= PAGE_SIZE / 8)
		return min(step, total);
	return min(step * clamp(total / 16 / step, 1u, 4u), total);
}

static void set_colour(struct kmem_cache *s)
{
	s->colour_step = max(s->align, (u32)64);
	s->colour_first = 0;
	if (!s->classic || s->debug)
		return;
	if (s->classic->offset)
		s->colour_step = ALIGN(s->classic->offset, s->align);
	s->colour_first = s->colour_step;
}

/* slab_colour=off: all slabs of a cache start alike, for comparison. What a classic cache asks for it gets. */
static bool coloured(const struct kmem_cache *s)
{
	return !s->debug && s->nr && (s->colour_first || kmk_option_flag("slab_colour", true));
}

/* Behind the last object nobody may touch anything (edge.h): what runs over its end must not be in the descriptor. */
#define EDGE	(KMK_EDGES ? 16u : 0u)

static void set_geometry(struct kmem_cache *s, u32 order)
{
	u32 total = (u32)PAGE_SIZE << order, lead = colour_lead(s, total);
	u32 nr = (total - lead) / s->size, inside = fit_inside(s, order, total - lead - EDGE);

	/*
	 * Small objects: always inside. Others: only where the leftover holds it for nothing. The first
	 * cache has nobody to take a descriptor from.
	 */
	s->order = order;
	if (!s->debug && (s->size < PAGE_SIZE / 8 || inside == nr || list_empty(&slab_caches))) {
		s->nr = inside;
		s->desc_off = total - desc_bytes(s->size, inside, order);
		total = s->desc_off - EDGE;
	} else {
		s->nr = nr;
		s->desc_off = KMK_OFF_SLAB;
	}
	s->colours = !coloured(s) ? 1 : (total - s->colour_first - s->nr * s->size) / s->colour_step + 1;
}

/* Bytes of a slab that are no object's, a descriptor outside the block included. */
static u32 wasted(const struct kmem_cache *s)
{
	u32 waste = ((u32)PAGE_SIZE << s->order) - s->nr * s->size;

	if (s->desc_off == KMK_OFF_SLAB)
		waste += (u32)kmalloc_size_roundup(desc_bytes(s->size, s->nr, s->order));
	return waste;
}

/*
 * The smallest order that wastes at most a 256th and gives a few objects; when none does, the one
 * that wastes least.
 */
void kmk_cache_layout(struct kmem_cache *s)
{
	u32 first, last, best;
	u64 best_waste = UINT64_MAX;

	set_colour(s);
	best = first = (u32)get_order(s->size + s->colour_first);
	last = max(first, (u32)MAX_SLAB_ORDER);
	if (first >= MAX_ORDER)
		return;			/* nr stays 0: it does not fit */

	s->recip = UINT64_MAX / s->size + 1;
	for (u32 order = first; order <= last; order++) {
		u64 waste;

		set_geometry(s, order);
		if (!s->nr)
			continue;
		waste = (u64)wasted(s) << (16 - order);
		if (waste < best_waste) {
			best_waste = waste;
			best = order;
		}
		if (s->nr >= MIN_OBJECTS && waste <= (u64)PAGE_SIZE << 8) {
			best = order;
			break;
		}
		if (s->nr < MIN_OBJECTS && order < last)
			best_waste = UINT64_MAX;
	}
	set_geometry(s, best);
}

static u32 next_colour(struct kmem_cache *s)
{
	u32 n = __atomic_fetch_add(&s->colour_next, 1, __ATOMIC_RELAXED);

	return s->colour_first + n % s->colours * s->colour_step;
}

/* Places for objects in front of the first one: an address there has an index and a state byte too. */
static u32 lead(const struct kmem_cache *s, const void *base, const void *block)
{
	return ((u32)((const char *)base - (const char *)block) + s->size - 1) / s->size;
}

/* A slab without live objects, or a new one, becomes another owner's. */
void kmk_slab_set_home(struct kmk_slab *slab, unsigned int id)
{
	struct kmem_cache *s = slab->cache;
	struct page *page = kmk_slab_page(slab);

	slab->home = (u16)id;
	for (u32 i = 0; i < 1u << s->order; i++) {
		page[i].s_owner = (int)id;
		page[i].s_home = port_array_of((int)id, s->array);
	}
}

/* What kfree() reads, in every frame of the slab. */
static void mark_frames(struct page *page, struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;
	u32 before = lead(s, slab->base, lowmem_page_address(page));

	for (u32 i = 0; i < 1u << s->order; i++) {
		page[i].s_base = slab->base - (size_t)before * s->size;
		page[i].s_state = slab->state - before;
		page[i].slab = slab;
		page[i].s_recip = s->recip;
		kmk_page_set(&page[i], PG_slab);
	}
}

static void unmark_frames(struct page *page, u32 order)
{
	for (u32 i = 0; i < 1u << order; i++) {
		kmk_page_clear(&page[i], PG_slab);
		page[i].s_home = NULL;
		page[i].s_owner = 0;
		page[i].s_base = NULL;
		page[i].s_state = NULL;
		page[i].slab = NULL;
		page[i].s_recip = 0;
	}
}

u32 kmk_slab_desc_bytes(const struct kmem_cache *s)
{
	return desc_bytes(s->size, s->nr, s->order);
}

static struct kmk_slab *place_descriptor(struct kmem_cache *s, void *block, gfp_t gfp)
{
	gfp_t plain = gfp & ~(__GFP_ZERO | __GFP_DMA | __GFP_ACCOUNT | __GFP_RECLAIMABLE);
	u32 bytes = kmk_slab_desc_bytes(s);
	struct kmk_slab *slab;

	if (s->debug)
		return kmk_debug_descriptor(s, plain);
	slab = s->desc_off == KMK_OFF_SLAB ? kmalloc(bytes, plain) : (struct kmk_slab *)((char *)block + s->desc_off);
	if (slab)
		memset(slab, 0, bytes);
	return slab;
}

static bool add_tracks(struct kmk_slab *slab, gfp_t gfp)
{
	size_t bytes = slab->cache->nr * sizeof(struct kmk_track);

	if (!slab->cache->tracked || slab->track)
		return true;
	slab->track = alloc_pages_exact(bytes, kmk_record_gfp(gfp));
	return slab->track != NULL;
}

static void fill_map(struct kmk_slab *slab)
{
	u32 nr = slab->cache->nr;

	for (u32 i = 0; i < nr / 64; i++)
		slab->map[i] = ~0ull;
	if (nr % 64)
		slab->map[nr / 64] = (1ull << nr % 64) - 1;
	slab->nr_free = nr;
}

static void construct_all(struct kmem_cache *s, struct kmk_slab *slab)
{
	for (u32 i = 0; i < s->nr; i++)
		s->ctor(slab->base + (size_t)i * s->size);
}

static void construct(struct kmem_cache *s, struct kmk_slab *slab, gfp_t gfp)
{
	if (s->debug)
		kmk_debug_prepare(slab);
	if (s->classic)
		kmk_classic_construct(slab, gfp);
	else if (s->ctor)
		construct_all(s, slab);
}

/* Fill in a descriptor for the block; false: no memory for the owner records. */
static bool set_up(struct kmem_cache *s, struct kmk_slab *slab, void *block, gfp_t gfp)
{
	slab->cache = s;
	slab->base = (unsigned char *)block + next_colour(s) + s->red_left_pad;
	slab->state = (unsigned char *)(slab->map + kmk_map_words(s->nr)) + lead(s, slab->base, block);
	fill_map(slab);
	return add_tracks(slab, gfp);
}

static void drop_descriptor(struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;

	if (s->debug) {
		kmk_debug_free_descriptor(slab);
		return;
	}
	if (slab->track)
		free_pages_exact(slab->track, s->nr * sizeof(struct kmk_track));
	if (s->desc_off == KMK_OFF_SLAB)
		kfree(slab);
}

/* The kernel's counters of memory in slabs, in frames. */
static void count_frames(const struct kmem_cache *s, long sign)
{
	mod_node_page_state(NULL, s->flags & SLAB_RECLAIM_ACCOUNT ? NR_SLAB_RECLAIMABLE_B : NR_SLAB_UNRECLAIMABLE_B,
			    sign * (1L << s->order));
}

/* Nothing of the block may be touched, but for a descriptor in it. */
static void close_edges(const struct kmem_cache *s, const void *block)
{
	if (kmk_edges_of(s))
		kmk_edge_forbid(block, s->desc_off == KMK_OFF_SLAB ? PAGE_SIZE << s->order : s->desc_off);
}

static struct kmk_slab *make(struct kmem_cache *s, gfp_t gfp, unsigned int home)
{
	/* Zone and mobility are the cache's, not the request's. */
	gfp_t flags = (gfp & ~(__GFP_ZERO | __GFP_COMP | GFP_ZONEMASK | GFP_MOVABLE_MASK)) | s->gfp;
	struct page *page = alloc_pages(flags | (s->order ? __GFP_COMP : 0), s->order);
	struct kmk_slab *slab;
	void *block;

	if (!page)
		return NULL;
	block = lowmem_page_address(page);
	slab = place_descriptor(s, block, gfp);
	if (slab && set_up(s, slab, block, gfp)) {
		construct(s, slab, gfp);
		mark_frames(page, slab);
		close_edges(s, block);
		kmk_slab_set_home(slab, home);
		count_frames(s, 1);
		return slab;
	}
	if (slab)
		drop_descriptor(slab);
	__free_pages(page, s->order);
	return NULL;
}

/* A new slab with all objects free, on no list. NULL: no memory. No lock is held. */
struct kmk_slab *kmk_slab_make(struct kmem_cache *s, gfp_t gfp, unsigned int home)
{
	struct kmk_thread *self = kmk_self();
	u32 reclaiming = self->fs_reclaim;
	struct kmk_slab *slab;

	self->internal++;
	self->fs_reclaim = 0;		/* was judged for the request */
	slab = make(s, gfp, home);
	self->fs_reclaim = reclaiming;
	self->internal--;
	return slab;
}

/* Give an empty slab's frames back. It is on no list and no lock is held. */
void kmk_slab_unmake(struct kmk_slab *slab)
{
	struct kmem_cache *s = slab->cache;
	struct page *page = kmk_slab_page(slab);
	u32 order = s->order;

	kmk_edge_allow(lowmem_page_address(page), PAGE_SIZE << order);
	if (s->debug)
		kmk_debug_release(slab);
	if (s->classic)
		kmk_classic_destruct(slab);
	unmark_frames(page, order);
	count_frames(s, -1);
	drop_descriptor(slab);
	__free_pages(page, order);
}
