/* SPDX-License-Identifier: MIT */
/*
 * Colouring: where successive slabs' first objects lie, and whether that matters.
 *
 *   colour offsets        of the first object in ten successive slabs, for caches of several sizes
 *   colour walk           a pointer chase through one object of each of S slabs, nanoseconds a step:
 *                         "on" takes successive slabs, "off" only slabs of one colour, which is what an
 *                         allocator without colours would give out
 *   colour on|off S       the same walk for callgrind --cache-sim=yes --instr-atstart=no: misses a step
 *   colour conflict       nanoseconds a step through S successive slabs, as the allocator gives them out: run it
 *                         with KMEMKIT_BOOT=slab_colour=on and =off
 */
#include "measure.h"
#include <kmemkit/kmemkit.h>
#include <linux/mm.h>
#include <linux/slab.h>
#ifdef COUNTED
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION ((void)0)
#endif

#define LIMIT	(64ul << 20)
#define SIZE	320
#define STEPS	1000000ul

static char **object;
static size_t objects;
static char **start;		/* first object of each slab, in order of addresses */
static size_t slabs;
static size_t slab_bytes;

static int by_address(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;

	return (x > y) - (x < y);
}

static char *block_of(const void *p)
{
	return page_address(virt_to_head_page(p));
}

/* First objects of the slabs of which at least `least` objects are ours; the most that any slab has. */
static size_t find_slabs(size_t least)
{
	size_t first = 0, most = 0;

	slabs = 0;
	for (size_t i = 1; i <= objects; i++) {
		if (i < objects && block_of(object[i]) == block_of(object[first]))
			continue;
		most = i - first > most ? i - first : most;
		if (i - first >= least)
			start[slabs++] = object[first];
		first = i;
	}
	return most;
}

/* Fill a cache and find its slabs, but for those of which objects wait in the CPU's array. */
static struct kmem_cache *fill(size_t size)
{
	struct kmem_cache *s = kmem_cache_create("coloured", (unsigned int)size, 64, SLAB_NO_MERGE, NULL);

	objects = LIMIT / ((size + 63) & ~63ul);
	object = realloc(object, objects * sizeof(*object));
	start = realloc(start, objects * sizeof(*start));
	for (size_t i = 0; i < objects; i++)
		object[i] = kmem_cache_alloc(s, GFP_KERNEL);
	qsort(object, objects, sizeof(*object), by_address);
	slab_bytes = page_size(virt_to_head_page(object[0]));
	find_slabs(find_slabs(0));
	return s;
}

static void empty(struct kmem_cache *s)
{
	for (size_t i = 0; i < objects; i++)
		kmem_cache_free(s, object[i]);
	kmem_cache_destroy(s);
}

static size_t offset(const char *p)
{
	return (uintptr_t)p & (slab_bytes - 1);
}

static void print_offsets(size_t size)
{
	struct kmem_cache *s = fill(size);
	size_t different = 0;
	char seen[1024] = "";

	printf("COLOUR %5zu bytes, slab of %5zu: ", size, slab_bytes);
	for (size_t i = 0; i < slabs; i++) {
		if (i < 10)
			printf(" %zu", offset(start[i]));
		different += !seen[offset(start[i]) / 64 % sizeof(seen)];
		seen[offset(start[i]) / 64 % sizeof(seen)] = 1;
	}
	printf("  (%zu different)\n", different);
	empty(s);
}

/* Link n slabs' first objects in a shuffled circle. Not coloured: only those of one offset. */
static size_t link_slabs(size_t n, int coloured)
{
	char **pick = malloc(n * sizeof(*pick));
	size_t got = 0;
	uint32_t r = 12345;

	for (size_t i = 0; i < slabs && got < n; i++)
		if (coloured || offset(start[i]) == offset(start[0]))
			pick[got++] = start[i];
	for (size_t i = got; i > 1; i--) {
		char *t = pick[i - 1];

		r = r * 1103515245u + 12345u;
		pick[i - 1] = pick[(r >> 8) % i];
		pick[(r >> 8) % i] = t;
	}
	for (size_t i = 0; i < got; i++)
		*(char **)pick[i] = pick[(i + 1) % got];
	start[0] = pick[0];
	free(pick);
	return got;
}

static void *walk(void *p, unsigned long steps)
{
	while (steps--)
		p = *(void *volatile *)p;
	return p;
}

static double timed_walk(void)
{
	double best = 1e9;
	void *p = walk(start[0], STEPS / 10);

	for (int round = 0; round < 9; round++) {
		uint64_t t = cpu_ns();

		p = walk(p, STEPS / 4);
		t = cpu_ns() - t;
		best = (double)t / (STEPS / 4) < best ? (double)t / (STEPS / 4) : best;
	}
	return p ? best : 0;
}

static double walk_of(size_t n, int coloured)
{
	struct kmem_cache *s = fill(SIZE);
	double ns;

	if (link_slabs(n, coloured) < n)
		printf("  (fewer slabs of one colour than %zu)\n", n);
	ns = timed_walk();
	empty(s);
	return ns;
}

static void conflict(void)
{
	const char *boot = getenv("KMEMKIT_BOOT");

	for (size_t n = 8; n <= 128; n *= 2)
		printf("CONFLICT %s %4zu slabs: %.2f ns a step\n", boot ? boot : "slab_colour=on", n, walk_of(n, 1));
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 64, 192, 320, 448, 704, 1088, 1472, 2112, 3008 };

	if (kmemkit_start())
		return 1;
	if (argc > 2) {
		size_t n = strtoul(argv[2], NULL, 0);

		fill(SIZE);
		link_slabs(n, !strcmp(argv[1], "on"));
		walk(start[0], n);
		CALLGRIND_START_INSTRUMENTATION;
		walk(start[0], 64 * n);
		CALLGRIND_STOP_INSTRUMENTATION;
		printf("WALK %s %zu steps %zu\n", argv[1], n, 64 * n);
	} else if (argc > 1 && !strcmp(argv[1], "conflict")) {
		conflict();
	} else if (argc > 1 && !strcmp(argv[1], "offsets")) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			print_offsets(sizes[i]);
	} else {
		for (size_t n = 8; n <= 256; n *= 2)
			printf("COLOUR walk %4zu slabs: on %.2f, off %.2f ns a step\n", n, walk_of(n, 1), walk_of(n, 0));
	}
	return 0;
}
