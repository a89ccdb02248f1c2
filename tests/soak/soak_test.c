// SPDX-License-Identifier: MIT
/*
 * Soak: two threads use every kind of memory at once, in less memory than they ask for, with requests failing at
 * random (fail_page_alloc=, failslab=) and one thread or the other taking all there is from time to time. Every
 * byte has a known value and is looked at when it is met again; at the end all counters equal the start's.
 *
 * Parameters: seconds (default 5), seed. Run by tests/soak/run.sh with a small memory and a swap file, together
 * with examples/pagecache/pagecache.c.
 */
#include <kunit/test.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "../../examples/pagecache/pagecache.h"

static unsigned int seconds = 5, seed = 1;
module_param(seconds, uint, 0444);
module_param(seed, uint, 0444);

#define THREADS		2
#define OBJECTS		4000
#define AREAS		24
#define PAGES		4096		/* of shmem, and of anonymous memory: 16 MiB each */
#define BLOCKS		8192		/* of the file: 32 MiB */

struct worker {
	struct completion done;
	u64 random;
	unsigned int number;
	unsigned long ops, refused, wrong, storms;
	struct { u32 *at; u32 words, value; } object[OBJECTS], area[AREAS];
	struct file *shmem;
	u32 shmem_value[PAGES], anon_value[PAGES], block_value[BLOCKS];
	u32 *anon;
	struct pcache *pc;
	struct pcache_file file;
	mempool_t *pool;
	u32 *buf;
};

static u32 draw(struct worker *w)
{
	w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(w->random >> 33);
}

static void paint(u32 *at, u32 words, u32 value)
{
	for (u32 i = 0; i < words; i++)
		at[i] = value + i * 2654435761u;
}

static bool painted(const u32 *at, u32 words, u32 value)
{
	for (u32 i = 0; i < words; i++)
		if (at[i] != value + i * 2654435761u)
			return false;
	return true;
}

/* Allocate where there is none, look and free where there is one. */
static void use_object(struct worker *w)
{
	u32 i = draw(w) % OBJECTS, bytes = 8u << draw(w) % 11;

	if (w->object[i].at) {
		w->wrong += !painted(w->object[i].at, w->object[i].words, w->object[i].value);
		kfree(w->object[i].at);
		w->object[i].at = NULL;
		return;
	}
	w->object[i].words = (bytes + draw(w) % bytes) / 4;
	w->object[i].at = kmalloc(w->object[i].words * 4, (draw(w) & 3 ? GFP_KERNEL : GFP_NOWAIT) | __GFP_NOWARN);
	w->refused += !w->object[i].at;
	w->object[i].value = draw(w);
	if (w->object[i].at)
		paint(w->object[i].at, w->object[i].words, w->object[i].value);
}

static void use_area(struct worker *w)
{
	u32 i = draw(w) % AREAS;

	if (w->area[i].at) {
		w->wrong += !painted(w->area[i].at, w->area[i].words, w->area[i].value);
		vfree(w->area[i].at);
		w->area[i].at = NULL;
		return;
	}
	w->area[i].words = 1024 * (1 + draw(w) % 40);
	w->area[i].at = __vmalloc(w->area[i].words * 4, GFP_KERNEL | __GFP_NOWARN);
	w->refused += !w->area[i].at;
	w->area[i].value = draw(w);
	if (w->area[i].at)
		paint(w->area[i].at, w->area[i].words, w->area[i].value);
}

static void use_shmem(struct worker *w)
{
	u32 i = draw(w) % PAGES;
	struct page *page = shmem_read_mapping_page_gfp(w->shmem->f_mapping, i, GFP_KERNEL | __GFP_NOWARN);
	u32 *at;

	w->refused += IS_ERR(page);
	if (IS_ERR(page))
		return;
	at = kmap_local_page(page);
	if (w->shmem_value[i])
		w->wrong += !painted(at, 1024, w->shmem_value[i]);
	else
		w->wrong += at[draw(w) % 1024] != 0;
	if (draw(w) & 1) {
		lock_page(page);
		w->shmem_value[i] = draw(w) | 1;
		paint(at, 1024, w->shmem_value[i]);
		set_page_dirty(page);
		unlock_page(page);
	}
	kunmap_local(at);
	mark_page_accessed(page);
	put_page(page);
}

static void use_anon(struct worker *w)
{
	u32 i = draw(w) % PAGES, *at = w->anon + (size_t)i * 1024;

	/* A plain touch would be a SIGBUS where a failure is injected. */
	if (kmemkit_anon_touch(at, PAGE_SIZE, true)) {
		w->refused++;
		return;
	}
	if (w->anon_value[i])
		w->wrong += !painted(at, 1024, w->anon_value[i]);
	w->anon_value[i] = draw(w) | 1;
	paint(at, 1024, w->anon_value[i]);
}

static void use_file(struct worker *w)
{
	u32 i = draw(w) % BLOCKS;
	ssize_t n;

	if (w->block_value[i]) {
		n = pcache_read(&w->file, w->buf, PAGE_SIZE, (loff_t)i * PAGE_SIZE);
		if (n == PAGE_SIZE)
			w->wrong += !painted(w->buf, 1024, w->block_value[i]);
		w->refused += n != PAGE_SIZE;
	}
	if (draw(w) & 1) {
		u32 value = draw(w) | 1;

		paint(w->buf, 1024, value);
		n = pcache_write(&w->file, w->buf, PAGE_SIZE, (loff_t)i * PAGE_SIZE);
		if (n == PAGE_SIZE)
			w->block_value[i] = value;
		w->refused += n != PAGE_SIZE;
	}
	if (draw(w) % 2000 == 0)
		w->refused += pcache_sync(w->pc, 0, LLONG_MAX) != 0;
}

/* A caller who may wait always gets one. */
static void use_pool(struct worker *w)
{
	void *element[4];

	for (int i = 0; i < 4; i++) {
		element[i] = mempool_alloc(w->pool, i ? GFP_NOWAIT : GFP_NOIO);
		if (!i)
			w->wrong += !element[i];
		if (element[i])
			memset(element[i], 0x5a, 512);
	}
	for (int i = 0; i < 4; i++)
		if (element[i])
			mempool_free(element[i], w->pool);
}

static void use_orders(struct worker *w)
{
	unsigned int order = draw(w) % 10;
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | (order > 3 ? __GFP_NORETRY : 0), order);

	w->refused += !page;
	if (!page)
		return;
	memset(page_address(page), 0x77, PAGE_SIZE << order);
	__free_pages(page, order);
}

/* Take everything: what is clean is dropped, what is dirty written, the rest refused. */
static void storm(struct worker *w)
{
	LIST_HEAD(taken);
	struct page *page, *next;

	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL)))
		list_add(&page->lru, &taken);
	list_for_each_entry_safe(page, next, &taken, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	w->storms++;
}

static void step(struct worker *w)
{
	u32 what = draw(w) % 1000;

	w->ops++;
	if (what < 400)
		use_object(w);
	else if (what < 420)
		use_area(w);
	else if (what < 600)
		use_shmem(w);
	else if (what < 780)
		use_anon(w);
	else if (what < 940)
		use_file(w);
	else if (what < 980)
		use_pool(w);
	else
		use_orders(w);
	if (draw(w) % 50000 == 0)
		storm(w);
}

static int work(void *arg)
{
	struct worker *w = arg;
	u64 end = ktime_get_ns() + seconds * (u64)NSEC_PER_SEC;

	while (ktime_get_ns() < end && !w->wrong)
		for (int i = 0; i < 64; i++)
			step(w);
	complete(&w->done);
	return 0;
}

/* Failures are injected from here on too: try until it is there. */
#define insist(call) ({ typeof(call) got_; do got_ = (call); while (IS_ERR_OR_NULL(got_)); got_; })

static struct worker *start(unsigned int number)
{
	struct worker *w = insist((struct worker *)vzalloc(sizeof(*w)));

	init_completion(&w->done);
	w->number = number;
	w->random = seed * 1000003ull + number;
	w->shmem = insist(shmem_kernel_file_setup("soak", (loff_t)PAGES * PAGE_SIZE, 0));
	w->anon = insist((u32 *)kmemkit_anon_map((size_t)PAGES * PAGE_SIZE));
	w->pc = insist(pcache_open(NULL, (loff_t)BLOCKS * PAGE_SIZE));
	pcache_file_init(&w->file, w->pc);
	w->pool = insist(mempool_create_kmalloc_pool(4, 512));
	w->buf = insist((u32 *)kmalloc(PAGE_SIZE, GFP_KERNEL));
	return w;
}

static void finish(struct kunit *test, struct worker *w)
{
	for (int i = 0; i < OBJECTS; i++)
		if (w->object[i].at) {
			w->wrong += !painted(w->object[i].at, w->object[i].words, w->object[i].value);
			kfree(w->object[i].at);
		}
	for (int i = 0; i < AREAS; i++)
		if (w->area[i].at)
			vfree(w->area[i].at);
	kunit_info(test, "thread %u: %lu operations, %lu refused, %lu storms, %lu wrong", w->number, w->ops, w->refused,
		   w->storms, w->wrong);
	KUNIT_EXPECT_EQ(test, w->wrong, 0UL);
	fput(w->shmem);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(w->anon), 0);
	pcache_close(w->pc);
	mempool_destroy(w->pool);
	kfree(w->buf);
	vfree(w);
}

static unsigned long frames(const struct kmemkit_stats *s)
{
	return s->frames_free + s->frames_cpu + s->frames_slab + s->frames_records;
}

/* A thread has said its last word before it has ended, and kswapd may be at work still: so up to a minute. */
static void stats_at_end(struct kmemkit_stats *now, const struct kmemkit_stats *before)
{
	u64 end = ktime_get_ns() + 60ull * NSEC_PER_SEC;

	for (;;) {
		kmemkit_drain();
		kmemkit_get_stats(now);
		if (ktime_get_ns() > end || (now->objects_live == before->objects_live && frames(now) == frames(before)))
			return;
		msleep(10);
	}
}

static void soak(struct kunit *test)
{
	struct kmemkit_stats before, after;
	struct worker *w[THREADS];

	/* Once for what stays for good: threads, tables, records. */
	finish(test, start(99));
	kmemkit_drain();
	kmemkit_get_stats(&before);
	for (unsigned int i = 0; i < THREADS; i++)
		w[i] = start(i);
	for (unsigned int i = 0; i < THREADS; i++)
		insist(kthread_run(work, w[i], "soak%u", i));
	for (unsigned int i = 0; i < THREADS; i++)
		wait_for_completion(&w[i]->done);
	for (unsigned int i = 0; i < THREADS; i++)
		finish(test, w[i]);
	stats_at_end(&after, &before);
	KUNIT_EXPECT_EQ(test, after.objects_live, before.objects_live);
	KUNIT_EXPECT_EQ(test, frames(&after), frames(&before));
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
}

static struct kunit_case soak_cases[] = { KUNIT_CASE_SLOW(soak), {} };
static struct kunit_suite soak_suite = { .name = "soak", .test_cases = soak_cases };
kunit_test_suite(soak_suite);
MODULE_LICENSE("GPL");
