// SPDX-License-Identifier: MIT
/* Anonymous memory and shmem on the move: written, read and dropped by threads while memory is compacted. */
#include <kunit/test.h>
#include <kmemkit/anon.h>
#include <kmemkit/kmemkit.h>
#include <linux/compaction.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>

#define PAGES	512
#define THREADS	2
#define WORDS	(PAGE_SIZE / sizeof(u64))

static u64 *region, version[PAGES];
static bool stop_all;
static unsigned long wrong;

static bool whole(unsigned int page)
{
	const u64 *p = region + page * WORDS;
	bool good = true;

	for (unsigned int i = 0; i < WORDS; i++)
		good &= p[i] == (version[page] ? version[page] << 20 ^ (u64)page << 9 ^ i : 0);
	return good;
}

static void rewrite(unsigned int page)
{
	u64 *p = region + page * WORDS;

	version[page]++;
	for (unsigned int i = 0; i < WORDS; i++)
		p[i] = version[page] << 20 ^ (u64)page << 9 ^ i;
}

/* Each owns every THREADS-th page: checks and rewrites it, and now and then gives it up. */
static int worker(void *data)
{
	unsigned int me = (unsigned int)(unsigned long)data, seed = me * 77 + 5;

	while (!READ_ONCE(stop_all)) {
		unsigned int page;

		seed = seed * 1103515245 + 12345;
		page = (seed >> 8) % (PAGES / THREADS) * THREADS + me;
		if (!whole(page))
			__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
		if (seed >> 20 & 3) {
			rewrite(page);
		} else {
			kmemkit_anon_discard(region + page * WORDS, PAGE_SIZE);
			version[page] = 0;
		}
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void anon_moves(struct kunit *test)
{
	struct kmemkit_compact_stats before, after;
	struct task_struct *thread[THREADS];
	unsigned int bad = 0;

	region = kmemkit_anon_map(PAGES * PAGE_SIZE);
	if (!region)
		kunit_skip(test, "this host has no anonymous memory");
	stop_all = false;
	wrong = 0;
	for (unsigned int i = 0; i < PAGES; i++)
		rewrite(i);
	kmemkit_get_compact_stats(&before);
	after = before;
	for (unsigned long i = 0; i < THREADS; i++)
		thread[i] = kthread_run(worker, (void *)i, "anon/%lu", i);
	/* For half a second; longer, where the machine gives us too little of it. */
	for (unsigned long round = 0, start = jiffies; time_before(jiffies, start + HZ / 2) ||
	     (after.migrated == before.migrated && time_before(jiffies, start + 20 * HZ)); round++) {
		kmemkit_compact_memory(1 + round % 9);
		kmemkit_get_compact_stats(&after);
	}
	WRITE_ONCE(stop_all, true);
	for (unsigned int i = 0; i < THREADS; i++)
		kthread_stop(thread[i]);
	kmemkit_get_compact_stats(&after);
	for (unsigned int i = 0; i < PAGES; i++)
		bad += !whole(i);
	kunit_info(test, "%lu pages moved, %lu busy\n", after.migrated - before.migrated, after.busy - before.busy);
	KUNIT_EXPECT_EQ(test, wrong, 0ul);
	KUNIT_EXPECT_EQ(test, bad, 0u);
	KUNIT_EXPECT_GT(test, after.migrated, before.migrated);
	KUNIT_EXPECT_EQ(test, kmemkit_anon_unmap(region), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static struct kunit_case anon_cases[] = { KUNIT_CASE(anon_moves), {} };
static struct kunit_suite anon_suite = { .name = "compact_anon", .test_cases = anon_cases };
kunit_test_suite(anon_suite);
MODULE_LICENSE("GPL");
