/* SPDX-License-Identifier: MIT */
/*
 * Two threads churn kmalloc, a cache and alloc_pages and hand objects to each other through slot
 * tables; each hand-over is ordered by an atomic exchange, so ThreadSanitizer must have nothing to say.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define SLOTS 64

static void *objects[SLOTS];
static void *cached[SLOTS];
static struct page *pages[SLOTS];
static struct kmem_cache *cache;
static long rounds = 20000;

static unsigned int next(unsigned int *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	return *state ^= *state << 5;
}

/* Swap a fresh object into a slot and free the one that lay there, whoever made it. */
static void churn_object(unsigned int r)
{
	size_t size = 8u << (r % 10);
	char *old, *p = kmalloc(size, GFP_KERNEL);

	if (!p)
		abort();
	p[0] = (char)r;
	p[size - 1] = (char)r;
	old = __atomic_exchange_n(&objects[(r >> 8) % SLOTS], p, __ATOMIC_ACQ_REL);
	if (old)
		old[0]++;
	kfree(old);
}

static void churn_cache(unsigned int r)
{
	long *old, *p = r & 1 ? kmem_cache_alloc(cache, GFP_KERNEL) : kmem_cache_zalloc(cache, GFP_ATOMIC);

	if (!p)
		abort();
	*p = (long)r;
	old = __atomic_exchange_n(&cached[(r >> 8) % SLOTS], p, __ATOMIC_ACQ_REL);
	if (old) {
		++*old;
		kmem_cache_free(cache, old);
	}
}

static void churn_bulk(unsigned int r)
{
	void *p[40];
	unsigned int n = r % 40 + 1;

	if (!kmem_cache_alloc_bulk(cache, GFP_KERNEL, n, p))
		abort();
	for (unsigned int i = 0; i < n; i++)
		*(long *)p[i] = (long)i;
	kmem_cache_free_bulk(cache, n, p);
}

static void churn_page(unsigned int r)
{
	unsigned int order = (r >> 16) % 3;
	struct page *old, *p = alloc_pages(GFP_KERNEL | __GFP_COMP, order);

	if (!p)
		abort();
	*(int *)page_address(p) = (int)r;
	old = __atomic_exchange_n(&pages[(r >> 8) % SLOTS], p, __ATOMIC_ACQ_REL);
	if (old) {
		++*(int *)page_address(old);
		__free_pages(old, compound_order(old));
	}
}

static void *churn(void *arg)
{
	unsigned int state = (unsigned int)(unsigned long)arg;

	for (long i = 0; i < rounds; i++) {
		churn_object(next(&state));
		churn_cache(next(&state));
		if (i % 4 == 0)
			churn_page(next(&state));
		if (i % 64 == 0)
			churn_bulk(next(&state));
		if (i % 1024 == 0)
			kmem_cache_shrink(cache);
		if (i % 4096 == 0)
			kmemkit_drain();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t t[2];

	if (argc > 1)
		rounds = atol(argv[1]);
	cache = kmem_cache_create("churned", 96, 0, 0, NULL);
	if (!cache)
		return 1;
	for (unsigned long i = 0; i < 2; i++)
		if (pthread_create(&t[i], NULL, churn, (void *)(i * 7919 + 1)))
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < SLOTS; i++) {
		kfree(objects[i]);
		kfree(cached[i]);
		if (pages[i])
			__free_pages(pages[i], compound_order(pages[i]));
	}
	kmem_cache_destroy(cache);
	if (kmemkit_validate())
		return 1;
	puts("churned");
	return 0;
}
