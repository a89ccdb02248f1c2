/* SPDX-License-Identifier: MIT */
/*
 * Blocks go back to the host and are forgotten within some 5 ms (idle_release_ms=4), while two threads take and
 * free memory in waves, a third has swappable pages moved together, and now and then all is compared. Usage: churn [SECONDS].
 *
 * Each block's content and the descriptors of all its frames must be the owner's: a descriptor given back too early
 * would read as zero. Behind it as many blocks of 2 MiB can be had as at the start, by requests of each type.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <linux/compaction.h>
#include <linux/gfp.h>
#include <linux/mm.h>

#define BLOCKS	1200
#define AREAS	64
#define AREA_BYTES	(256ul << 10)
#define RELEASED	16384	/* frames that must go back meanwhile */

struct block { struct page *page; unsigned int order; };

static int stop;
static unsigned long wrong, waves, compacted;
static const gfp_t types[3] = { GFP_KERNEL, GFP_KERNEL | __GFP_MOVABLE, GFP_KERNEL | __GFP_RECLAIMABLE };

static int stopped(void) { return __atomic_load_n(&stop, __ATOMIC_RELAXED); }

static uint64_t any(uint64_t *seed, uint64_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (*seed >> 8) % below;
}

static void take(struct block *b, uint64_t *seed)
{
	b->order = (unsigned int)(any(seed, 8) ? any(seed, 4) : any(seed, 10));
	b->page = alloc_pages(types[any(seed, 3)] | __GFP_NOWARN | __GFP_NORETRY | __GFP_COMP, b->order);
	if (!b->page)
		return;
	for (unsigned int i = 0; i < 1u << b->order; i++) {
		*(uint64_t *)page_address(b->page + i) = (uintptr_t)(b->page + i);
		if (i < 2 || !(i % 64))
			b->page[i].index = (uintptr_t)&b->page[i] >> 6;
	}
}

static void drop(struct block *b)
{
	int bad = 0;

	if (!b->page)
		return;
	for (unsigned int i = 0; i < 1u << b->order; i++)
		bad |= *(uint64_t *)page_address(b->page + i) != (uintptr_t)(b->page + i) || compound_head(b->page + i) != b->page ||
		       ((i < 2 || !(i % 64)) && b->page[i].index != (uintptr_t)&b->page[i] >> 6);
	if (bad || page_count(b->page) != 1)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	__free_pages(b->page, b->order);
	b->page = NULL;
}

static void *worker(void *data)
{
	struct block *block = calloc(BLOCKS, sizeof(*block));
	uint64_t seed = 88172645463325252ull + (uintptr_t)data * 77;

	while (block && !stopped()) {
		uint64_t keep = any(&seed, 20);		/* in a hundred */

		for (int i = 0; i < BLOCKS && !stopped(); i++)
			if (!block[i].page)
				take(&block[i], &seed);
		for (int i = 0; i < BLOCKS; i++)
			if (any(&seed, 100) >= keep)
				drop(&block[i]);
		usleep((useconds_t)any(&seed, 30000));
		__atomic_fetch_add(&waves, 1, __ATOMIC_RELAXED);
	}
	for (int i = 0; block && i < BLOCKS; i++)
		drop(&block[i]);
	free(block);
	return NULL;
}

/* Pages that can move, freed in part so that compaction finds scattered ones, and checked behind it. */
static void *compactor(void *unused)
{
	static char *area[AREAS];
	uint64_t seed = 4711;

	(void)unused;
	for (int at = 0; !stopped(); at = (at + 1) % AREAS) {
		for (size_t i = 0; area[at] && i < AREA_BYTES; i += PAGE_SIZE)
			if (any(&seed, 8) == 0 && *(uint64_t *)(area[at] + i) != (uintptr_t)area[at] + i)
				__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		if (area[at])
			kmemkit_anon_unmap(area[at]);
		area[at] = any(&seed, 2) ? kmemkit_anon_map(AREA_BYTES) : NULL;
		for (size_t i = 0; area[at] && i < AREA_BYTES; i += PAGE_SIZE)
			*(uint64_t *)(area[at] + i) = (uintptr_t)area[at] + i;
		compacted += kmemkit_compact_memory(9);
		usleep(5000);
	}
	for (int at = 0; at < AREAS; at++)
		if (area[at])
			kmemkit_anon_unmap(area[at]);
	return NULL;
}

/* src/sync/gate.h */
enum kmk_gate { KMK_GATE_RECLAIM };
void kmk_gate_enter(enum kmk_gate g);
void kmk_gate_leave(enum kmk_gate g);
bool kmk_gate_close(enum kmk_gate g, uint64_t limit_ns);
void kmk_gate_open(enum kmk_gate g);

/*
 * Nobody else is inside meanwhile: the idle thread holds blocks for the moment in which it gives them back, and kswapd
 * pages, which is not what this is about.
 */
static unsigned int large_blocks(gfp_t gfp)
{
	static struct page *got[4096];
	unsigned int n = 0;

	kmemkit_drain();
	kmk_gate_enter(KMK_GATE_RECLAIM);
	while (!kmk_gate_close(KMK_GATE_RECLAIM, 1000000000))
		kmk_gate_open(KMK_GATE_RECLAIM);
	while (n < 4096 && (got[n] = alloc_pages(gfp | __GFP_NOWARN | __GFP_NORETRY, 9)))
		n++;
	for (unsigned int i = n; i--; )
		__free_pages(got[i], 9);
	kmk_gate_open(KMK_GATE_RECLAIM);
	kmk_gate_leave(KMK_GATE_RECLAIM);
	return n;
}

/* Enough for what is to be shown; a machine that is busy with something else takes longer, up to a minute. */
static int enough(double seconds, int tick)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	return tick >= seconds * 20 && (s.frames_released >= RELEASED || tick >= 1200);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 3;
	unsigned int before[3], after, bad = 0;
	struct kmemkit_stats s;
	pthread_t t[3];

	if (kmemkit_start())
		return 2;
	for (int i = 0; i < 3; i++)
		before[i] = large_blocks(types[i]);
	for (intptr_t i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, worker, (void *)i);
	pthread_create(&t[2], NULL, compactor, NULL);
	for (int i = 0; !enough(seconds, i); i++) {
		usleep(50000);
		bad += kmemkit_validate() != 0;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	kmemkit_drain();
	usleep(100000);
	bad += kmemkit_validate() != 0;
	for (int i = 0; i < 3; i++) {
		after = large_blocks(types[i]);
		printf("type %d: %u blocks of 2 MiB at the start, %u behind it\n", i, before[i], after);
		bad += after + 2 < before[i];	/* a thread's own memory may stand in one */
	}
	bad += kmemkit_validate() != 0;
	kmemkit_get_stats(&s);
	printf("%lu waves, %lu MiB released, %lu blocks compacted, %lu wrong blocks, %u faults\n", waves, s.frames_released >> 8, compacted,
	       wrong, bad);
	return wrong || bad || s.frames_released < RELEASED;
}
