// SPDX-License-Identifier: MIT
/*
 * KUnit suite of the page cache example: every byte is right although the file is larger than the memory.
 *
 * Parameters: file=PATH (default: without a name), size_mb, memory_mb, ops, seed.
 */
#include <kmemkit/budget.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/pagecache.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pagemap.h>
#include <linux/prandom.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <linux/writeback.h>

#include "pagecache.h"
#include "pattern.h"

bool kmk_kswapd_rests(void);			/* src/reclaim/reclaim.h */

static char *file = "";
static unsigned int size_mb = 64, memory_mb = 8, ops = 20000, seed = 1;
module_param(file, charp, 0444);
module_param(size_mb, uint, 0444);
module_param(memory_mb, uint, 0444);
module_param(ops, uint, 0444);
module_param(seed, uint, 0444);

static struct pcache *pc;
static struct pcache_file user;

/* A small memory: so much more than what is in use now, and marks that fit. */
static int pcache_suite_init(struct kunit_suite *suite)
{
	return kmemkit_set_budget(kmemkit_used() + ((size_t)memory_mb << 20));
}

static void pcache_suite_exit(struct kunit_suite *suite)
{
	kmemkit_set_budget(0);
}

/* Marks that are never reached; data gets old enough only after 30 s. */
static void flusher_off(void)
{
	dirty_background_ratio = 1000;
	vm_dirty_ratio = 2000;
}

static void flusher_on(void)
{
	dirty_background_ratio = 10;
	vm_dirty_ratio = 20;
}

static void pcache_report(struct kunit *test)
{
	unsigned long background, dirty;

	global_dirty_limits(&background, &dirty);
	kunit_info(test, "marks for dirty pages %lu and %lu, %lu dirty now\n", background, dirty,
		   global_node_page_state(NR_FILE_DIRTY));
	kunit_info(test, "pages read %ld, written by sync %ld, flusher %ld, kswapd %ld, direct reclaim %ld\n",
		   atomic_long_read(&pc->nr_read), atomic_long_read(&pc->nr_written[PCACHE_SYNC]),
		   atomic_long_read(&pc->nr_written[PCACHE_FLUSHER]), atomic_long_read(&pc->nr_written[PCACHE_KSWAPD]),
		   atomic_long_read(&pc->nr_written[PCACHE_DIRECT]));
}

static void pcache_make(struct kunit *test, loff_t size)
{
	pc = pcache_open(file, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pc));
	KUNIT_ASSERT_EQ(test, pcache_truncate(pc, size), 0);
	pcache_file_init(&user, pc);
}

/* ---- threads that end by themselves ---- */

struct worker {
	struct task_struct *task;
	struct completion ended;
	int (*fn)(unsigned long n);
	unsigned long n;
};

static int worker_thread(void *data)
{
	struct worker *w = data;
	int ret = w->fn(w->n);

	complete(&w->ended);
	return ret;
}

static void worker_start(struct kunit *test, struct worker *w, int (*fn)(unsigned long n), unsigned long n)
{
	*w = (struct worker){ .fn = fn, .n = n };
	init_completion(&w->ended);
	w->task = kthread_create(worker_thread, w, "pcache%lu", n);
	KUNIT_ASSERT_FALSE(test, IS_ERR(w->task));
	get_task_struct(w->task);
	wake_up_process(w->task);
}

/* kthread_stop() alone would keep a thread that has not begun yet from ever running. */
static int worker_join(struct worker *w)
{
	wait_for_completion(&w->ended);
	return kthread_stop_put(w->task);
}

static int pcache_test_init(struct kunit *test)
{
	pc = NULL;
	flusher_on();
	return 0;
}

static void pcache_test_exit(struct kunit *test)
{
	if (IS_ERR_OR_NULL(pc))
		return;
	pcache_report(test);
	KUNIT_EXPECT_EQ(test, kmk_mapping_validate(pc->inode.i_mapping), 0U);
	KUNIT_EXPECT_EQ(test, pcache_close(pc), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
}

/* ---- the simple things ---- */

static void pcache_test_bytes(struct kunit *test)
{
	char text[32] = "";

	flusher_off();
	pcache_make(test, 10 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, pcache_write(&user, "hello, world", 12, PAGE_SIZE - 5), 12);
	KUNIT_EXPECT_EQ(test, pcache_read(&user, text, 14, PAGE_SIZE - 6), 14);
	KUNIT_EXPECT_EQ(test, memcmp(text, "\0hello, world\0", 14), 0);
	KUNIT_EXPECT_EQ(test, pcache_write(&user, "0123456789", 10, 10 * PAGE_SIZE - 4), 4);
	KUNIT_EXPECT_EQ(test, pcache_read(&user, text, 10, 10 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(pc->inode.i_mapping->nr_dirty), 3UL);
	KUNIT_EXPECT_EQ(test, pcache_drop(pc), 0UL);		/* all dirty */
	KUNIT_EXPECT_EQ(test, pcache_sync(pc, 0, LLONG_MAX), 0);
	KUNIT_EXPECT_EQ(test, pcache_drop(pc), 3UL);
	KUNIT_EXPECT_EQ(test, pcache_read(&user, text, 12, PAGE_SIZE - 5), 12);
	KUNIT_EXPECT_EQ(test, memcmp(text, "hello, world", 12), 0);
	KUNIT_EXPECT_EQ(test, pcache_truncate(pc, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, pcache_truncate(pc, 3 * PAGE_SIZE), 0);
	memset(text, 1, sizeof(text));
	KUNIT_EXPECT_EQ(test, pcache_read(&user, text, 12, PAGE_SIZE - 5), 12);
	KUNIT_EXPECT_EQ(test, memcmp(text, "hello\0\0\0\0\0\0\0", 12), 0);
}

static void pcache_test_failed_write(struct kunit *test)
{
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	flusher_off();
	pcache_make(test, 100 * PAGE_SIZE);
	for (pgoff_t i = 0; i < 100; i++) {
		pattern_fill(buf, i, 1);
		KUNIT_ASSERT_EQ(test, pcache_write(&user, buf, PAGE_SIZE, i * PAGE_SIZE), (ssize_t)PAGE_SIZE);
	}
	atomic_set(&pc->fail_writes, 30);
	KUNIT_EXPECT_EQ(test, pcache_sync(pc, 0, LLONG_MAX), -EIO);
	KUNIT_EXPECT_EQ(test, READ_ONCE(pc->inode.i_mapping->nr_dirty), 30UL);
	KUNIT_EXPECT_EQ(test, pcache_sync(pc, 0, LLONG_MAX), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(pc->inode.i_mapping->nr_dirty), 0UL);
	KUNIT_EXPECT_LE(test, pcache_drop(pc), 100UL);	/* memory may have been short */
	for (pgoff_t i = 0; i < 100; i++) {
		KUNIT_ASSERT_EQ(test, pcache_read(&user, buf, PAGE_SIZE, i * PAGE_SIZE), (ssize_t)PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, pattern_generation(buf, i), 1L);
	}
}

/* ---- a file larger than memory, two writers, two readers ---- */

static struct storm {
	u32 *generation;		/* of each page, written last */
	unsigned long pages;
	unsigned long most;		/* pages in memory */
	atomic_t wrong;			/* contents */
	atomic_t failed;		/* calls */
	unsigned int rounds;
	bool stop;
} storm;

/* Writer n of 2 owns every second page: so it knows what it wrote there last. */
static int storm_writer(unsigned long n)
{
	struct pcache_file f;
	struct rnd_state rnd;
	u8 *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);

	pcache_file_init(&f, pc);
	prandom_seed_state(&rnd, seed + n);
	/* Once over all of its half in order, then at random. */
	for (unsigned long i = 0; i < storm.pages / 2 * storm.rounds; i++) {
		unsigned long at = i < storm.pages / 2 ? i : prandom_u32_state(&rnd) % (storm.pages / 2);
		u32 gen;

		at = at * 2 + n;
		gen = storm.generation[at] + 1;
		pattern_fill(buf, at, gen);
		if (pcache_write(&f, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT) != PAGE_SIZE)
			atomic_inc(&storm.failed);
		smp_store_release(&storm.generation[at], gen);
	}
	kfree(buf);
	return 0;
}

/* A reader sees a whole page, at least as new as what was finished before it began. */
static int storm_reader(unsigned long n)
{
	struct pcache_file f;
	struct rnd_state rnd;
	u8 *buf = kmalloc(PAGE_SIZE, GFP_KERNEL);
	unsigned long next = 0, cached;

	pcache_file_init(&f, pc);
	prandom_seed_state(&rnd, seed + 100 + n);
	while (!READ_ONCE(storm.stop)) {
		unsigned long at = n ? prandom_u32_state(&rnd) % storm.pages : next++ % storm.pages;
		u32 before = smp_load_acquire(&storm.generation[at]);

		if (pcache_read(&f, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT) != PAGE_SIZE)
			atomic_inc(&storm.failed);
		else if (pattern_generation(buf, at) < (long)before)
			atomic_inc(&storm.wrong);
		cached = READ_ONCE(pc->inode.i_mapping->nrpages);
		if (cached > READ_ONCE(storm.most))
			WRITE_ONCE(storm.most, cached);
	}
	kfree(buf);
	return 0;
}

static unsigned long storm_check(struct kunit *test, bool (*read)(u8 *buf, unsigned long at))
{
	unsigned long wrong = 0;
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	for (unsigned long at = 0; at < storm.pages; at++)
		wrong += !read(buf, at) || pattern_generation(buf, at) != storm.generation[at];
	kunit_kfree(test, buf);
	return wrong;
}

static bool by_cache(u8 *buf, unsigned long at)
{
	return pcache_read(&user, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT) == PAGE_SIZE;
}

static bool by_file(u8 *buf, unsigned long at)
{
	loff_t pos = (loff_t)at << PAGE_SHIFT;

	return kernel_read(pc->backing, buf, PAGE_SIZE, &pos) == PAGE_SIZE;
}

static void pcache_test_larger_than_memory(struct kunit *test)
{
	struct worker w[4];
	u64 start = ktime_get_ns(), spent;

	pcache_make(test, (loff_t)size_mb << 20);
	storm = (struct storm){ .pages = (unsigned long)size_mb << (20 - PAGE_SHIFT), .rounds = 2 };
	storm.generation = vzalloc(storm.pages * sizeof(u32));
	KUNIT_ASSERT_NOT_NULL(test, storm.generation);
	for (unsigned long n = 0; n < 4; n++)
		worker_start(test, &w[n], n < 2 ? storm_writer : storm_reader, n % 2);
	for (int n = 0; n < 4; n++) {
		if (n == 2)
			WRITE_ONCE(storm.stop, true);
		KUNIT_EXPECT_EQ(test, worker_join(&w[n]), 0);
	}
	spent = ktime_get_ns() - start;
	KUNIT_EXPECT_EQ(test, atomic_read(&storm.wrong), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&storm.failed), 0);
	KUNIT_EXPECT_EQ(test, storm_check(test, by_cache), 0UL);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(pc->inode.i_mapping), 0);
	KUNIT_EXPECT_EQ(test, READ_ONCE(pc->inode.i_mapping->nr_dirty), 0UL);
	KUNIT_EXPECT_EQ(test, storm_check(test, by_file), 0UL);
	kunit_info(test, "%lu pages of file, %lu in memory at most, %llu ms\n", storm.pages, storm.most, spent / 1000000);
	KUNIT_EXPECT_LE(test, storm.most, (unsigned long)memory_mb << (20 - PAGE_SHIFT));
	vfree(storm.generation);
}

/* Without the flusher, memory is found by those who need it: kswapd, and the request itself. */
static void pcache_test_reclaim_writes(struct kunit *test)
{
	unsigned long pages = (unsigned long)min(size_mb, 4 * memory_mb) << (20 - PAGE_SHIFT);
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	long wrote;

	pcache_make(test, (loff_t)pages << PAGE_SHIFT);
	flusher_off();
	for (unsigned long at = 0; at < pages; at++) {
		pattern_fill(buf, at, 7);
		KUNIT_ASSERT_EQ(test, pcache_write(&user, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT), (ssize_t)PAGE_SIZE);
	}
	wrote = atomic_long_read(&pc->nr_written[PCACHE_KSWAPD]) + atomic_long_read(&pc->nr_written[PCACHE_DIRECT]);
	KUNIT_EXPECT_GT(test, wrote, (long)pages / 2);
	flusher_on();
	for (unsigned long at = 0; at < pages; at++) {
		KUNIT_ASSERT_EQ(test, pcache_read(&user, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT), (ssize_t)PAGE_SIZE);
		KUNIT_ASSERT_EQ(test, pattern_generation(buf, at), 7L);
	}
}

/* A request without __GFP_FS may not write our pages, however short memory is. */
static void pcache_test_nofs(struct kunit *test)
{
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct page *page, *next;
	unsigned int scope;
	LIST_HEAD(taken);
	long direct;

	pcache_make(test, (loff_t)memory_mb << 20);
	flusher_off();
	for (unsigned long at = 0; at < (unsigned long)memory_mb << (19 - PAGE_SHIFT); at++)
		KUNIT_ASSERT_EQ(test, pcache_write(&user, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT), (ssize_t)PAGE_SIZE);
	direct = atomic_long_read(&pc->nr_written[PCACHE_DIRECT]);
	scope = memalloc_nofs_save();
	for (int i = 0; i < 10000; i++) {
		page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
		if (!page)
			break;
		list_add(&page->lru, &taken);
	}
	memalloc_nofs_restore(scope);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&pc->nr_written[PCACHE_DIRECT]), direct);
	list_for_each_entry_safe(page, next, &taken, lru)
		__free_page(page);
	flusher_on();
}

/* While nothing can be written, requests fail in the end, but no byte is lost. */
static void pcache_test_no_way_out(struct kunit *test)
{
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned long at, pages = (unsigned long)memory_mb << (21 - PAGE_SHIFT);
	ssize_t n = PAGE_SIZE;

	pcache_make(test, (loff_t)pages << PAGE_SHIFT);
	flusher_off();
	mapping_set_gfp_mask(pc->inode.i_mapping, GFP_KERNEL | __GFP_NOWARN);
	atomic_set(&pc->fail_writes, -1);
	for (at = 0; at < pages && n == PAGE_SIZE; at++) {
		pattern_fill(buf, at, 9);
		n = pcache_write(&user, buf, PAGE_SIZE, (loff_t)at << PAGE_SHIFT);
	}
	KUNIT_EXPECT_EQ(test, n, -ENOMEM);
	KUNIT_EXPECT_LT(test, at, pages);
	KUNIT_EXPECT_LE(test, READ_ONCE(pc->inode.i_mapping->nr_dirty), at - 1);	/* kswapd may be trying one */
	atomic_set(&pc->fail_writes, 0);
	KUNIT_EXPECT_EQ(test, pcache_sync(pc, 0, LLONG_MAX), -EIO);	/* what reclaim met; all is written now */
	KUNIT_EXPECT_EQ(test, READ_ONCE(pc->inode.i_mapping->nr_dirty), 0UL);
	while (!kmk_kswapd_rests())		/* its last failure may be told late */
		msleep(1);
	pcache_sync(pc, 0, LLONG_MAX);
	KUNIT_EXPECT_EQ(test, pcache_sync(pc, 0, LLONG_MAX), 0);
	flusher_on();
	while (at-- > 1) {
		KUNIT_ASSERT_TRUE(test, by_file(buf, at - 1));
		KUNIT_ASSERT_EQ(test, pattern_generation(buf, at - 1), 9L);
	}
}

/* ---- random bytes against an array, alone under pressure, and by four threads ---- */

static struct model { u8 *bytes; size_t size; atomic_t mismatches; unsigned long moved; } model;

static void model_write(struct pcache_file *f, struct rnd_state *rnd, u8 *buf, size_t pos, size_t n)
{
	prandom_bytes_state(rnd, buf, n);
	memcpy(model.bytes + pos, buf, n);
	if (pcache_write(f, buf, n, pos) != (ssize_t)n)
		atomic_inc(&model.mismatches);
}

static void model_read(struct pcache_file *f, u8 *buf, size_t pos, size_t n)
{
	if (pcache_read(f, buf, n, pos) != (ssize_t)n || memcmp(buf, model.bytes + pos, n))
		atomic_inc(&model.mismatches);
}

/* Cut to pos and back: what lay behind reads as zeros. Others must not be at it. */
static void model_cut(size_t pos)
{
	memset(model.bytes + pos, 0, model.size - pos);
	if (pcache_truncate(pc, pos) || pcache_truncate(pc, model.size))
		atomic_inc(&model.mismatches);
}

#define MODEL_MOST	(3 * PAGE_SIZE)

static void model_step(struct pcache_file *f, struct rnd_state *rnd, u8 *buf, size_t first, size_t size)
{
	u32 what = prandom_u32_state(rnd) % 100;
	size_t n = 1 + prandom_u32_state(rnd) % MODEL_MOST, pos = first + prandom_u32_state(rnd) % (size - n);

	if (what < 45)
		model_write(f, rnd, buf, pos, n);
	else if (what < 90)
		model_read(f, buf, pos, n);
	else if (what < 94)
		pcache_drop(pc);
	else if (what < 98)
		atomic_add(filemap_write_and_wait_range(pc->inode.i_mapping, pos, pos + n - 1) != 0, &model.mismatches);
	else if (what == 98)
		filemap_flush(pc->inode.i_mapping);
	else if (size == model.size && prandom_u32_state(rnd) % 10 == 0)
		model_cut(pos);
}

/* Half of the memory comes and goes. */
static void squeeze(void)
{
	int most = (int)memory_mb << (19 - PAGE_SHIFT);
	struct page *page, *next;
	LIST_HEAD(taken);

	for (int i = 0; i < most && (page = alloc_page(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN)); i++)
		list_add(&page->lru, &taken);
	list_for_each_entry_safe(page, next, &taken, lru)
		__free_page(page);
}

/* Pages of ours move to other frames, as compaction would have it. */
static void shove(struct rnd_state *rnd)
{
	unsigned int moved = 0;
	LIST_HEAD(pages);

	for (int i = 0; i < 50; i++) {
		struct page *page = find_get_page(pc->inode.i_mapping, prandom_u32_state(rnd) % (model.size >> PAGE_SHIFT));

		if (!page)
			continue;
		if (!isolate_lru_page(page))
			list_add(&page->lru, &pages);
		put_page(page);
	}
	migrate_pages(&pages, alloc_migration_target, NULL, 0, MIGRATE_SYNC, MR_COMPACTION, &moved);
	putback_movable_pages(&pages);
	model.moved += moved;
}

static int model_pest(void *data)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, seed + 50);
	while (!kthread_should_stop()) {
		squeeze();
		for (int i = 0; i < 5; i++)
			shove(&rnd);
		cond_resched();
	}
	return 0;
}

static void model_make(struct kunit *test, size_t size)
{
	pcache_make(test, size);
	model = (struct model){ .size = size, .bytes = vzalloc(size) };
	KUNIT_ASSERT_NOT_NULL(test, model.bytes);
}

static void model_end(struct kunit *test)
{
	u8 *buf = kunit_kmalloc(test, PAGE_SIZE, GFP_KERNEL);

	for (size_t pos = 0; pos < model.size; pos += PAGE_SIZE)
		model_read(&user, buf, pos, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, filemap_write_and_wait(pc->inode.i_mapping), 0);
	for (size_t pos = 0; pos < model.size; pos += PAGE_SIZE)
		if (!by_file(buf, pos >> PAGE_SHIFT) || memcmp(buf, model.bytes + pos, PAGE_SIZE))
			atomic_inc(&model.mismatches);
	KUNIT_EXPECT_EQ(test, atomic_read(&model.mismatches), 0);
	kunit_info(test, "%lu times a page moved to another frame\n", model.moved);
	vfree(model.bytes);
}

static void pcache_test_model(struct kunit *test)
{
	u8 *buf = kunit_kmalloc(test, MODEL_MOST, GFP_KERNEL);
	struct task_struct *t;
	struct rnd_state rnd;

	model_make(test, (size_t)memory_mb << 18);
	t = kthread_run(model_pest, NULL, "pest");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	prandom_seed_state(&rnd, seed);
	for (unsigned int i = 0; i < ops; i++)
		model_step(&user, &rnd, buf, 0, model.size);
	kthread_stop(t);
	model_end(test);
}

/* Each thread has its own quarter of the bytes, not of the pages' neighbours: they share edge pages. */
static int model_thread(unsigned long n)
{
	size_t quarter = model.size / 4 + 100;
	size_t first = n * quarter, size = n == 3 ? model.size - first : quarter;
	u8 *buf = kmalloc(MODEL_MOST, GFP_KERNEL);
	struct pcache_file f;
	struct rnd_state rnd;

	pcache_file_init(&f, pc);
	prandom_seed_state(&rnd, seed + 10 + n);
	for (unsigned int i = 0; i < ops / 4; i++)
		model_step(&f, &rnd, buf, first, size);
	kfree(buf);
	return 0;
}

static void pcache_test_model_threads(struct kunit *test)
{
	struct task_struct *pest;
	struct worker w[4];

	model_make(test, (size_t)memory_mb << 18);
	pest = kthread_run(model_pest, NULL, "pest");
	KUNIT_ASSERT_FALSE(test, IS_ERR(pest));
	for (unsigned long n = 0; n < 4; n++)
		worker_start(test, &w[n], model_thread, n);
	for (int n = 0; n < 4; n++)
		KUNIT_EXPECT_EQ(test, worker_join(&w[n]), 0);
	kthread_stop(pest);
	model_end(test);
}

static struct kunit_case pcache_cases[] = {
	KUNIT_CASE(pcache_test_bytes),
	KUNIT_CASE(pcache_test_failed_write),
	KUNIT_CASE(pcache_test_larger_than_memory),
	KUNIT_CASE(pcache_test_reclaim_writes),
	KUNIT_CASE(pcache_test_nofs),
	KUNIT_CASE(pcache_test_no_way_out),
	KUNIT_CASE(pcache_test_model),
	KUNIT_CASE(pcache_test_model_threads),
	{}
};

static struct kunit_suite pcache_suite = {
	.name = "pcache",
	.suite_init = pcache_suite_init,
	.suite_exit = pcache_suite_exit,
	.init = pcache_test_init,
	.exit = pcache_test_exit,
	.test_cases = pcache_cases,
};
kunit_test_suite(pcache_suite);
MODULE_LICENSE("MIT");
