/* SPDX-License-Identifier: MIT */
/*
 * One kind of misuse, thousands of times in one process, among other operations of varying size and order.
 * Each must give exactly one report, at the call, and change nothing: at the end the books agree and as many
 * objects live as at the start. Usage: repeat CASE N; prints one line. Mixed profile, for the threads.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <asm/page.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define POOL	512

static uint32_t state = 2463534242u;
static void *pool[POOL];
static struct kmem_cache *apples, *pears;

static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (uint32_t)((uint64_t)state * below >> 32);
}

static unsigned long reports(void)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	return s.bugs;
}

static size_t any_size(void)
{
	return 8 + any(16u << any(10));
}

/* What a program does in between: allocations and frees of mixed sizes. */
static void others(uint32_t most)
{
	for (uint32_t n = any(most + 1); n; n--) {
		uint32_t k = any(POOL);

		kfree(pool[k]);
		pool[k] = any(3) ? kmalloc(any_size(), GFP_KERNEL) : NULL;
	}
}

/* Frees alone: they hand no address out again. */
static void other_frees(uint32_t most)
{
	for (uint32_t n = any(most + 1); n; n--) {
		uint32_t k = any(POOL);

		kfree(pool[k]);
		pool[k] = NULL;
	}
}

/* ---- the second thread ---- */

static sem_t go, gone;
static void *given;

static void *freeing_thread(void *arg)
{
	for (;;) {
		sem_wait(&go);
		if (!given)
			return arg;
		kfree(given);
		sem_post(&gone);
	}
}

static void kfree_elsewhere(void *p)
{
	given = p;
	sem_post(&go);
	sem_wait(&gone);
}

/* ---- the cases: each misuses once ---- */

static void double_now(void)
{
	void *volatile p = kmalloc(any_size(), GFP_KERNEL);

	kfree(p);
	kfree(p);
}

static void double_later(void)
{
	void *volatile p = kmalloc(any_size(), GFP_KERNEL);
	void *page;

	kfree(p);
	other_frees(40);
	page = (void *)__get_free_page(GFP_KERNEL);
	kmem_cache_free(apples, kmem_cache_alloc(apples, GFP_KERNEL));
	free_page((unsigned long)page);
	kfree(p);
}

static void double_thread(void)
{
	void *volatile p = kmalloc(any_size(), GFP_KERNEL);

	if (any(2)) {
		kfree(p);
		other_frees(10);
		kfree_elsewhere(p);
	} else {
		kfree_elsewhere(p);
		other_frees(10);
		kfree(p);
	}
}

static void interior(void)
{
	size_t size = any(20) ? any_size() : 200000 + any(200000);
	char *p = kmalloc(size, GFP_KERNEL);

	kfree(p + 1 + any((uint32_t)size - 1));
	kfree(p);
}

static void stack_address(void)
{
	char here[600];
	char *volatile p = here + any(sizeof(here));

	kfree(p);
}

static void static_address(void)
{
	static char here[4096];
	char *volatile p = here + any(sizeof(here));

	kfree(p);
}

/* Low, not canonical, in the direct map but behind all memory, in it but never given out, and anywhere below. */
static void never_mapped(void)
{
	uintptr_t far = (uintptr_t)any(1u << 30) << 8;
	uintptr_t where[] = {
		4096 + any(1 << 20), 0x8000000000000000ul + far, PAGE_OFFSET + (max_pfn << 12) + far,
		PAGE_OFFSET + (max_pfn << 12) - 4096 - any(1 << 20), 0x100000000000ul + far,
	};

	kfree((void *)where[any(5)]);
}

static void wrong_cache(void)
{
	struct kmem_cache *from = any(2) ? apples : pears;

	kmem_cache_free(from == apples ? pears : apples, kmem_cache_alloc(from, GFP_KERNEL));
}

static void vmalloc_address(void)
{
	size_t size = 1 + any(40000);
	char *p = vmalloc(size);

	kfree(p + (any(2) ? 0 : any((uint32_t)size)));
	vfree(p);
}

static void page_address_of(void)
{
	unsigned int order = any(4);
	unsigned long p = __get_free_pages(GFP_KERNEL, order);

	kfree((void *)(p + (any(2) ? 0 : any(PAGE_SIZE << order))));
	free_pages(p, order);
}

/* No misuse at all: shows that the counting can fail. */
static void correct(void)
{
	kfree(kmalloc(any_size(), GFP_KERNEL));
}

static const struct { const char *name; void (*misuse)(void); } cases[] = {
	{ "double_now", double_now }, { "double_later", double_later }, { "double_thread", double_thread },
	{ "interior", interior }, { "stack", stack_address }, { "static", static_address },
	{ "never_mapped", never_mapped }, { "wrong_cache", wrong_cache }, { "vmalloc", vmalloc_address },
	{ "page", page_address_of }, { "correct", correct },
};

static unsigned long live(void)
{
	struct kmemkit_stats s;

	for (int k = 0; k < POOL; k++) {
		kfree(pool[k]);
		pool[k] = NULL;
	}
	kmemkit_drain();
	kmemkit_get_stats(&s);
	return s.objects_live;
}

static int repeat(const char *name, void (*misuse)(void), int n)
{
	unsigned long before, after;
	unsigned int contradictions;
	int caught = 0;

	others(POOL);
	before = live();
	for (int i = 0; i < n; i++) {
		unsigned long seen;

		others(30);
		seen = reports();
		misuse();
		caught += reports() == seen + 1;
	}
	after = live();
	contradictions = kmemkit_validate();
	printf("%s: %d of %d caught at the call, objects live %lu then %lu, %u contradictions\n", name, caught, n,
	       before, after, contradictions);
	return caught != n || before != after || contradictions;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int failed = 2;

	if (kmemkit_start())
		return 1;
	apples = kmem_cache_create("apples", 64, 0, SLAB_NO_MERGE, NULL);
	pears = kmem_cache_create("pears", 200, 0, SLAB_NO_MERGE, NULL);
	sem_init(&go, 0, 0);
	sem_init(&gone, 0, 0);
	pthread_create(&thread, NULL, freeing_thread, NULL);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		if (argc > 2 && !strcmp(argv[1], cases[c].name))
			failed = repeat(cases[c].name, cases[c].misuse, atoi(argv[2]));
	given = NULL;
	sem_post(&go);
	pthread_join(thread, NULL);
	return failed;
}
