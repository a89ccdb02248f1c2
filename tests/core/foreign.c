/* SPDX-License-Identifier: MIT */
/*
 * Objects freed on another CPU than their slab's: they wait in arrays of their own, and whoever counts,
 * shrinks, drains or destroys finds them. Two threads pinned to two CPUs (or two threads with a slot each);
 * then many threads, more than there are slots, one after the other and together.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/slab.h>

#define MANY	3000
#define HOT	32

static struct kmem_cache *cache;
static void *obj[MANY];
static cpu_set_t all;		/* before anything was pinned */
static int bad;

static void check(int good, const char *what)
{
	printf("%s %s\n", good ? "ok" : "not ok", what);
	bad += !good;
}

static void pin(int n)
{
	cpu_set_t one;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || n--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

/* Run fn(arg) in a thread of its own on the second CPU. */
static void elsewhere(void *(*fn)(void *), void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, fn, arg);
	pthread_join(t, NULL);
}

static void *free_all(void *n)
{
	pin(1);
	for (intptr_t i = 0; i < (intptr_t)n; i++)
		kmem_cache_free(cache, obj[i]);
	return NULL;
}

static void *free_bulk(void *n)
{
	pin(1);
	kmem_cache_free_bulk(cache, (size_t)n, obj);
	return NULL;
}

static int fill(intptr_t n)
{
	for (intptr_t i = 0; i < n; i++)
		if (!(obj[i] = kmem_cache_alloc(cache, GFP_KERNEL)))
			return 0;
	return 1;
}

/* Few: they stay in the other CPU's array. Many: they overflow it, back to their slabs. */
static void end_of_a_cache(intptr_t n, void *(*how)(void *), const char *what)
{
	struct kmemkit_stats before, after;

	kmemkit_drain();
	kmemkit_get_stats(&before);
	cache = kmem_cache_create("foreign", 64, 64, 0, NULL);
	check(fill(n), what);
	elsewhere(how, (void *)n);
	check(!kmemkit_validate(), "what is counted twice agrees while objects are away from home");
	check(!kmem_cache_shrink(cache), "shrinking finds all of them");
	fill(n);
	elsewhere(how, (void *)n);
	kmem_cache_destroy(cache);
	kmemkit_drain();
	kmemkit_get_stats(&after);
	check(before.frames_slab == after.frames_slab, "the cache is destroyed, its frames are back");
}

static void *renew(void *arg)
{
	pin(1);
	for (int i = 1; i < HOT; i += 2) {
		kmem_cache_free(cache, obj[i]);
		obj[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	}
	return arg;
}

/* Half the objects of a page are handed over: once renewed, they lie in pages of the other thread. */
static void neighbours_part(void)
{
	int shared = 0;

	cache = kmem_cache_create("hot", 64, 64, 0, NULL);
	fill(HOT);
	elsewhere(renew, NULL);
	for (int i = 1; i < HOT; i += 2)
		for (int k = 0; k < HOT; k += 2)
			shared += (uintptr_t)obj[i] >> 12 == (uintptr_t)obj[k] >> 12;
	check(!shared, "neighbours that were handed over part when they are renewed");
	for (int i = 0; i < HOT; i++)
		kmem_cache_free(cache, obj[i]);
	kmem_cache_destroy(cache);
}

static pthread_barrier_t gate;

static void *use(void *arg)
{
	void *mine[50];

	if (arg)
		pthread_barrier_wait(&gate);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 50; i++) {
			mine[i] = kmalloc(96, GFP_KERNEL);
			memset(mine[i], round, 96);
		}
		for (int i = 0; i < 50; i++)
			kfree(mine[i]);
	}
	return NULL;
}

static void many_threads(void)
{
	struct kmemkit_stats before, after;
	pthread_t t[80];

	for (int i = 0; i < 20; i++)
		elsewhere(use, NULL);
	kmemkit_get_stats(&before);
	for (int i = 0; i < 300; i++)
		elsewhere(use, NULL);
	kmemkit_get_stats(&after);
	check(after.frames_slab <= before.frames_slab + 16, "threads that come and go leave nothing behind");
	pthread_barrier_init(&gate, NULL, 80);
	for (int i = 0; i < 80; i++)
		pthread_create(&t[i], NULL, use, &gate);
	for (int i = 0; i < 80; i++)
		pthread_join(t[i], NULL);
	check(!kmemkit_validate(), "80 threads at a time");
}

int main(void)
{
	if (kmemkit_start())
		return 1;
	sched_getaffinity(0, sizeof(all), &all);
	pin(0);
	end_of_a_cache(20, free_all, "20 objects freed on another CPU");
	end_of_a_cache(MANY, free_all, "3000 objects freed on another CPU");
	end_of_a_cache(100, free_bulk, "100 objects freed there in bulk");
	if (CPU_COUNT(&all) > 1)
		neighbours_part();
	else
		printf("# one processor: whether neighbours part was not judged\n");
	many_threads();
	return bad != 0;
}
