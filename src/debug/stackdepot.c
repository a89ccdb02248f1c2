/* SPDX-License-Identifier: MIT */
/*
 * The stack depot: each distinct call stack once, named by 32 bits.
 *
 * Records are appended to chunks of 2^ORDER frames; a handle is chunk << OFFSET_BITS | offset / 8 + 1 with
 * the caller's extra bits on top. Buckets are chained by handle. Readers take no lock: a record is
 * complete before its handle is stored in the bucket, and none is ever freed.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "debug.h"
#include "rooms.h"
#include "sync/lock.h"
#include "sync/thread.h"

#define ORDER		2u
#define CHUNK		(PAGE_SIZE << ORDER)
#define OFFSET_BITS	12u			/* a chunk is 2^11 granules of 8 bytes */
#define NR_CHUNKS	8192u
#define NR_BUCKETS	8192u
#define EXTRA_SHIFT	(32u - STACK_DEPOT_EXTRA_BITS)
#define HANDLE_MASK	((1u << EXTRA_SHIFT) - 1)
#define MAX_FRAMES	64u

_Static_assert(CHUNK / 8 < 1u << OFFSET_BITS, "offsets and their + 1 fit");
_Static_assert(NR_CHUNKS << OFFSET_BITS <= 1u << EXTRA_SHIFT, "chunk numbers fit");

struct record {
	u32 next;		/* handle of the next in the bucket */
	u32 hash;
	u32 nr;
	u32 pad;
	unsigned long entries[];
};

static struct kmk_lock depot_lock = KMK_LOCK_INIT(KMK_RANK_DEBUG);
static void *chunks[NR_CHUNKS];
static u32 nr_chunks, used = CHUNK;
static u32 buckets[NR_BUCKETS];

static u32 hash_stack(const unsigned long *entries, unsigned int nr)
{
	u64 h = nr;

	for (unsigned int i = 0; i < nr; i++)
		h = (h ^ entries[i]) * 0x9e3779b97f4a7c15ull, h ^= h >> 29;
	return (u32)(h ^ h >> 32);
}

static struct record *record_of(u32 handle)
{
	u32 chunk, granule;
	void *base;

	handle &= HANDLE_MASK;
	if (!handle)
		return NULL;
	chunk = handle >> OFFSET_BITS;
	granule = (handle & ((1u << OFFSET_BITS) - 1)) - 1;
	base = chunk < NR_CHUNKS ? __atomic_load_n(&chunks[chunk], __ATOMIC_ACQUIRE) : NULL;
	return base ? (struct record *)((char *)base + granule * 8ul) : NULL;
}

static u32 find(u32 hash, const unsigned long *entries, unsigned int nr)
{
	u32 handle = __atomic_load_n(&buckets[hash % NR_BUCKETS], __ATOMIC_ACQUIRE);

	while (handle) {
		struct record *r = record_of(handle);

		if (r->hash == hash && r->nr == nr && !memcmp(r->entries, entries, nr * sizeof(long)))
			return handle;
		handle = r->next;
	}
	return 0;
}

/* Append a record; the caller holds the lock and looked for it in vain. */
static u32 append(u32 hash, const unsigned long *entries, unsigned int nr)
{
	u32 size = (u32)(sizeof(struct record) + nr * sizeof(long)), handle;
	struct record *r;

	if (used + size > CHUNK)
		return 0;
	r = (struct record *)((char *)chunks[nr_chunks - 1] + used);
	handle = (nr_chunks - 1) << OFFSET_BITS | (used / 8 + 1);
	used += size;
	r->hash = hash;
	r->nr = nr;
	r->next = buckets[hash % NR_BUCKETS];
	memcpy(r->entries, entries, nr * sizeof(long));
	__atomic_store_n(&buckets[hash % NR_BUCKETS], handle, __ATOMIC_RELEASE);
	return handle;
}

static bool chunk_wanted(unsigned int nr)
{
	bool ret;

	kmk_lock(&depot_lock);
	ret = used + sizeof(struct record) + nr * sizeof(long) > CHUNK && nr_chunks < NR_CHUNKS;
	kmk_unlock(&depot_lock);
	return ret;
}

/* Put a fresh chunk in use unless another thread did meanwhile. */
static bool chunk_add(void *chunk, unsigned int nr)
{
	bool wanted;

	kmk_lock(&depot_lock);
	wanted = used + sizeof(struct record) + nr * sizeof(long) > CHUNK && nr_chunks < NR_CHUNKS;
	if (wanted) {
		__atomic_store_n(&chunks[nr_chunks], chunk, __ATOMIC_RELEASE);
		__atomic_store_n(&nr_chunks, nr_chunks + 1, __ATOMIC_RELAXED);
		used = 0;
	}
	kmk_unlock(&depot_lock);
	return wanted;
}

static void chunk_make(unsigned int nr, gfp_t gfp)
{
	struct page *page;

	gfp &= ~(GFP_ZONEMASK | __GFP_ZERO | __GFP_COMP | __GFP_ACCOUNT | __GFP_NOFAIL);
	kmk_self()->internal += KMK_INTERNAL_DEPOT;	/* kept for good: nobody's leak */
	page = alloc_pages(gfp | __GFP_NOWARN, ORDER);
	kmk_self()->internal -= KMK_INTERNAL_DEPOT;
	if (page && !chunk_add(page_address(page), nr))
		__free_pages(page, ORDER);
}

depot_stack_handle_t __stack_depot_save(unsigned long *entries, unsigned int nr_entries,
					unsigned int extra_bits, gfp_t gfp, bool can_alloc)
{
	unsigned int nr = nr_entries < MAX_FRAMES ? nr_entries : MAX_FRAMES;
	u32 hash = hash_stack(entries, nr), handle;

	if (!nr)
		return 0;
	handle = find(hash, entries, nr);
	if (!handle) {
		if (can_alloc && chunk_wanted(nr))
			chunk_make(nr, gfp);
		kmk_lock(&depot_lock);
		handle = find(hash, entries, nr);
		if (!handle)
			handle = append(hash, entries, nr);
		kmk_unlock(&depot_lock);
	}
	return handle ? handle | extra_bits << EXTRA_SHIFT : 0;
}

/* Frames the depot holds, for good. */
unsigned long kmk_depot_frames(void)
{
	return (unsigned long)__atomic_load_n(&nr_chunks, __ATOMIC_RELAXED) << ORDER;
}

depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int nr_entries, gfp_t gfp)
{
	return __stack_depot_save(entries, nr_entries, 0, gfp, true);
}

unsigned int stack_depot_fetch(depot_stack_handle_t handle, unsigned long **entries)
{
	struct record *r = record_of(handle);

	*entries = r ? r->entries : NULL;
	return r ? r->nr : 0;
}

unsigned int stack_depot_get_extra_bits(depot_stack_handle_t handle)
{
	return handle >> EXTRA_SHIFT;
}

void stack_depot_print(depot_stack_handle_t handle)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(handle, &entries);

	stack_trace_print(entries, nr, 0);
}

int stack_depot_snprint(depot_stack_handle_t handle, char *buf, size_t size, int spaces)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(handle, &entries);

	return nr ? stack_trace_snprint(buf, size, entries, nr, spaces) : 0;
}
