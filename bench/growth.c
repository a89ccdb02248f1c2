/* SPDX-License-Identifier: MIT */
/*
 * Does an operation cost more when there are more caches, or more objects?
 *
 *   growth caches N     N caches with a few objects each; an operation takes a cache at random, frees one of
 *                       its objects and allocates another
 *   growth objects N    N live objects of 64 bytes; an operation frees one at random and allocates another
 *   growth waves N      the same N, and on top waves of 8192 allocations and as many frees at random, more
 *                       than the arrays hold: refills, flushes, slabs that fill and empty
 *
 * Under `valgrind --tool=callgrind --instr-atstart=no` only the operations are counted: its total over the
 * printed number is instructions per operation. Run plainly, it prints nanoseconds beside a pointer chase
 * through the same N objects: what the machine asks for touching that much memory at random.
 */
#include "measure.h"
#include <kmemkit/kmemkit.h>
#include <linux/slab.h>
#ifdef COUNTED
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION ((void)0)
#define RUNNING_ON_VALGRIND 0
#endif

#define WAVE	8192
#define FEW	4

static uint32_t state = 12345;

static inline uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (uint32_t)((uint64_t)state * below >> 32);
}

static struct kmem_cache **cache;
static void *(*held)[FEW];
static void **object;
static uint32_t number;
static unsigned long ops;

static void by_cache(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		uint32_t c = any(number), k = (uint32_t)i % FEW;

		kmem_cache_free(cache[c], held[c][k]);
		held[c][k] = kmem_cache_alloc(cache[c], GFP_KERNEL);
	}
}

static void by_object(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		uint32_t k = any(number);

		kfree(object[k]);
		object[k] = kmalloc(64, GFP_KERNEL);
	}
}

/* The room behind the N objects is empty between two waves. */
static void by_wave(unsigned long n)
{
	for (unsigned long i = 0; i < n / WAVE; i++) {
		for (uint32_t k = 0; k < WAVE; k++)
			object[number + k] = kmalloc(64, GFP_KERNEL);
		for (uint32_t k = WAVE; k--; ) {
			uint32_t victim = any(number + k + 1);

			kfree(object[victim]);
			object[victim] = object[number + k];
		}
	}
}

static int make_caches(void)
{
	cache = calloc(number, sizeof(*cache));
	held = calloc(number, sizeof(*held));
	for (uint32_t c = 0; c < number; c++) {
		cache[c] = kmem_cache_create("grown", 64, 0, SLAB_NO_MERGE, NULL);
		if (!cache[c])
			return 1;
		for (int k = 0; k < FEW; k++)
			held[c][k] = kmem_cache_alloc(cache[c], GFP_KERNEL);
	}
	return 0;
}

static int make_objects(void)
{
	object = calloc(number + WAVE, sizeof(*object));
	for (uint32_t k = 0; k < number; k++) {
		object[k] = kmalloc(64, GFP_KERNEL);
		if (!object[k])
			return 1;
	}
	return 0;
}

/* One random cycle through all objects, in their own memory; nanoseconds a step. */
static double chase(void)
{
	double best = 1e9;
	uint32_t *order = malloc(number * sizeof(*order)), i;
	void **p;

	for (i = 0; i < number; i++)
		order[i] = i;
	for (i = number - 1; i > 0; i--) {
		uint32_t k = any(i), t = order[i];

		order[i] = order[k];
		order[k] = t;
	}
	for (i = 0; i < number; i++)
		*(void **)object[order[i]] = object[order[(i + 1) % number]];
	p = object[0];
	for (int round = 0; round < 5; round++) {
		uint64_t t = cpu_ns();

		for (unsigned long n = 0; n < 1000000; n++)
			p = *(void *volatile *)p;
		t = cpu_ns() - t;
		best = (double)t / 1000000 < best ? (double)t / 1000000 : best;
	}
	free(order);
	return p ? best : 0;
}

static double timed(void (*work)(unsigned long n))
{
	double best = 1e9;

	for (int round = 0; round < 5; round++) {
		uint64_t t = cpu_ns();

		work(ops);
		t = cpu_ns() - t;
		best = (double)t / (double)ops < best ? (double)t / (double)ops : best;
	}
	return best;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "objects";
	void (*work)(unsigned long n) = !strcmp(what, "caches") ? by_cache
		: !strcmp(what, "waves") ? by_wave : by_object;

	number = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1000;
	ops = RUNNING_ON_VALGRIND ? 4 * WAVE : 64 * WAVE;
	if (kmemkit_start() || (work == by_cache ? make_caches() : make_objects()))
		return 1;
	if (work == by_wave)
		work(4 * WAVE);			/* slabs that the waves need exist now */
	CALLGRIND_START_INSTRUMENTATION;
	if (RUNNING_ON_VALGRIND)
		work(ops);
	CALLGRIND_STOP_INSTRUMENTATION;
	if (RUNNING_ON_VALGRIND) {
		printf("GROWTH %s %u ops %lu\n", what, number, ops);
		fflush(stdout);
		_exit(0);
	}
	printf("GROWTH %s %u %.2f", what, number, timed(work));
	printf(work == by_cache ? "\n" : " %.2f\n", work == by_cache ? 0 : chase());
	return 0;
}
