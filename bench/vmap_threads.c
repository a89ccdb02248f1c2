/* SPDX-License-Identifier: MIT */
/*
 * What small areas cost when 1, 2 and 4 threads make and free them at once: pairs of vmalloc(16 KiB) and vfree(),
 * four areas held at a time by each thread.
 *
 * Prints "VMAP_THREADS <threads> <CPU ns a pair> <takings of the common lock per 10^6 pairs>". CPU time, so that
 * threads that wait for a processor do not count; what grows with threads is what they do to each other: locks
 * that are held, lines that travel. The minimum of ROUNDS rounds.
 *
 *	kmemkit cc -O2 bench/vmap_threads.c -o vmap_threads && ./vmap_threads
 */
#include "measure.h"
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/vmalloc.h>

#undef ROUNDS
#define ROUNDS	7
#define PAIRS	200000
#define HELD	4
#define MOST	4

static uint64_t spent[MOST];
static int ready, wanted;

static void *worker(void *arg)
{
	long id = (long)arg;
	void *p[HELD] = { NULL };
	uint64_t t;

	__atomic_add_fetch(&ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) < wanted)
		sched_yield();
	t = cpu_ns();
	for (unsigned int i = 0; i < PAIRS; i++) {
		vfree(p[i % HELD]);
		p[i % HELD] = vmalloc(16384);
		*(volatile char *)p[i % HELD] = 1;
	}
	spent[id] = cpu_ns() - t;
	for (unsigned int i = 0; i < HELD; i++)
		vfree(p[i]);
	return NULL;
}

static double round_of(int threads)
{
	pthread_t t[MOST];
	uint64_t sum = 0;

	ready = 0;
	wanted = threads;
	for (long i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, worker, (void *)i);
	for (int i = 0; i < threads; i++) {
		pthread_join(t[i], NULL);
		sum += spent[i];
	}
	return (double)sum / threads / PAIRS;
}

int main(void)
{
	if (kmemkit_start())
		return 1;
	for (int threads = 1; threads <= MOST; threads *= 2) {
		unsigned long locks = ~0ul;
		double best = 1e9;

		for (int r = 0; r < ROUNDS; r++) {
			unsigned long before = kmk_vmap_lock_taken(), taken;
			double ns = round_of(threads);

			taken = kmk_vmap_lock_taken() - before;
			best = ns < best ? ns : best;
			locks = taken < locks ? taken : locks;
		}
		printf("VMAP_THREADS %d %.1f %.0f\n", threads, best, (double)locks * 1e6 / threads / PAIRS);
	}
	return !kmk_vmap_validate();
}
