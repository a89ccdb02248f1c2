// SPDX-License-Identifier: MIT
/*
 * Swappable memory larger than the memory there is: shmem files and anonymous regions over a swap file.
 * tests/swap/run.sh gives it a machine of that size. Parameters: mib (of swappable memory), rounds (accesses
 * of a thread, in multiples of the pages), threads, path (of the swap file).
 */
#include <kmemkit/anon.h>
#include <kmemkit/swap.h>
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

static int mib = 32, rounds = 2, threads = 4;
static char *path = "swapfile";
module_param(mib, int, 0);
module_param(rounds, int, 0);
module_param(threads, int, 0);
module_param(path, charp, 0);

#define WORDS	(PAGE_SIZE / sizeof(u64))

struct field {
	struct kunit *test;
	unsigned long pages;
	u32 *version;			/* of each page's contents; owned by one thread: index % threads */
	struct file *file;		/* shmem, or */
	u64 *region;			/* anonymous */
	unsigned long wrong;
};

struct worker {
	struct field *field;
	unsigned int nr;
	unsigned long reads, writes;
	struct completion done;
};

static u64 word_of(unsigned long index, u32 version, unsigned int i)
{
	return version ? (index << 32 | version) * 0x9e3779b97f4a7c15ull + i : 0;
}

static unsigned long check(const u64 *p, unsigned long index, u32 version)
{
	unsigned long wrong = 0;

	for (unsigned int i = 0; i < WORDS; i++)
		wrong += p[i] != word_of(index, version, i);
	return wrong;
}

static void paint(u64 *p, unsigned long index, u32 version)
{
	for (unsigned int i = 0; i < WORDS; i++)
		p[i] = word_of(index, version, i);
}

/* Check a page's contents and, if asked to, give it new ones. Number of wrong words. */
static unsigned long visit(struct field *f, unsigned long index, bool write)
{
	unsigned long wrong;
	struct page *page;
	u64 *p;

	if (f->region) {
		p = f->region + index * WORDS;
		wrong = check(p, index, f->version[index]);
		if (write)
			paint(p, index, ++f->version[index]);
		return wrong;
	}
	page = shmem_read_mapping_page(f->file->f_mapping, index);
	if (IS_ERR(page))
		return WORDS;
	p = kmap_local_page(page);
	wrong = check(p, index, f->version[index]);
	if (write) {
		paint(p, index, ++f->version[index]);
		set_page_dirty(page);
	}
	kunmap_local(p);
	put_page(page);
	return wrong;
}

static int work(void *data)
{
	struct worker *w = data;
	struct field *f = w->field;
	unsigned long mine = f->pages / threads, wrong = 0;
	u32 state = 12345 + w->nr;

	for (unsigned long i = 0; i < mine * rounds; i++) {
		unsigned long at;
		bool write;

		state = state * 1664525 + 1013904223;
		write = state >> 31;
		at = (state >> 1) % mine * threads + w->nr;
		wrong += visit(f, at, write);
		w->writes += write;
		w->reads += !write;
	}
	__atomic_fetch_add(&f->wrong, wrong, __ATOMIC_RELAXED);
	complete(&w->done);
	return 0;
}

static void run_threads(struct field *f)
{
	struct worker *w = kunit_kzalloc(f->test, threads * sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(f->test, w);
	for (int i = 0; i < threads; i++) {
		w[i].field = f;
		w[i].nr = i;
		init_completion(&w[i].done);
		KUNIT_ASSERT_FALSE(f->test, IS_ERR(kthread_run(work, &w[i], "swapper%d", i)));
	}
	for (int i = 0; i < threads; i++)
		wait_for_completion(&w[i].done);
}

static void print_rate(struct field *f, const char *what, u64 ns, const struct kmemkit_swap_stats *from)
{
	struct kmemkit_swap_stats now;
	u64 ms = max(ns / 1000000, 1ull);

	kmemkit_swap_stats(&now);
	kunit_info(f->test, "%s: %d threads, %lu pages over %lu frames: %lu out, %lu in in %llu ms (%llu out/s, %llu in/s); slots used %lu of %lu",
		   what, threads, f->pages, totalram_pages(), now.pages_out - from->pages_out,
		   now.pages_in - from->pages_in, ms, (now.pages_out - from->pages_out) * 1000 / ms,
		   (now.pages_in - from->pages_in) * 1000 / ms, now.used, now.slots);
}

/* Write everything once, then at random, then check everything. */
static void exercise(struct field *f, const char *what)
{
	struct kmemkit_swap_stats from;
	u64 start = ktime_get_ns();

	f->version = kvzalloc(f->pages * sizeof(u32), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(f->test, f->version);
	kmemkit_swap_stats(&from);
	for (unsigned long i = 0; i < f->pages; i++)
		f->wrong += visit(f, i, true);
	KUNIT_EXPECT_EQ(f->test, f->wrong, 0UL);
	print_rate(f, what, ktime_get_ns() - start, &from);
	kmemkit_swap_stats(&from);
	start = ktime_get_ns();
	run_threads(f);
	KUNIT_EXPECT_EQ(f->test, f->wrong, 0UL);
	print_rate(f, what, ktime_get_ns() - start, &from);
	for (unsigned long i = 0; i < f->pages; i++)
		f->wrong += visit(f, i, false);
	KUNIT_EXPECT_EQ(f->test, f->wrong, 0UL);
	kmemkit_swap_stats(&from);
	KUNIT_EXPECT_GT(f->test, from.pages_out, f->pages / 2);
	KUNIT_EXPECT_GT(f->test, from.pages_in, f->pages / 2);
	kvfree(f->version);
}

static void swap_is_empty(struct kunit *test)
{
	struct kmemkit_swap_stats now;

	kmemkit_swap_stats(&now);
	KUNIT_EXPECT_EQ(test, now.used, now.bad);
}

static void shmem_random(struct kunit *test)
{
	struct field f = { .test = test, .pages = (unsigned long)mib << (20 - PAGE_SHIFT) };

	f.file = shmem_kernel_file_setup("random", (loff_t)mib << 20, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(f.file));
	exercise(&f, "shmem");
	fput(f.file);
	swap_is_empty(test);
}

static void anon_random(struct kunit *test)
{
	struct field f = { .test = test, .pages = (unsigned long)mib << (20 - PAGE_SHIFT) };
	struct kmemkit_anon_stats stats;

	f.region = kmemkit_anon_map((size_t)mib << 20);
	KUNIT_ASSERT_NOT_NULL(test, f.region);
	exercise(&f, "anon");
	kmemkit_anon_stats(&stats);
	kunit_info(test, "anon: %lu resident, %lu shown by %lu mappings, %lu in swap, %lu faults", stats.resident,
		   stats.shown, stats.mappings, stats.swapped, stats.faults);
	KUNIT_EXPECT_EQ(test, stats.resident + stats.swapped, f.pages);
	KUNIT_EXPECT_LE(test, stats.shown, stats.resident);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(f.region), 0);
	swap_is_empty(test);
}

static int swap_suite_init(struct kunit_suite *suite)
{
	(void)suite;
	return kmemkit_swapon(path, (size_t)mib << 20);
}

static void swap_suite_exit(struct kunit_suite *suite)
{
	(void)suite;
	kmemkit_swapoff();
}

static struct kunit_case swap_cases[] = {
	KUNIT_CASE(shmem_random),
	KUNIT_CASE(anon_random),
	{}
};

static struct kunit_suite swap_suite = {
	.name = "swap",
	.suite_init = swap_suite_init,
	.suite_exit = swap_suite_exit,
	.test_cases = swap_cases,
};
kunit_test_suite(swap_suite);
MODULE_LICENSE("MIT");
