// SPDX-License-Identifier: MIT
/*
 * A full kmap window: --boot kmap_slots=16. All but three slots are held; eight threads share the rest, one
 * frame at a time, so that no one waits while it holds a slot. A lost wake-up would end in the case's time
 * limit. The parameter rounds is the sum over the threads.
 */
#include <kunit/test.h>
#include <kmemkit/vmap.h>
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>

#define SLOTS	16
#define HELD	13
#define THREADS	8
#define FRAMES	24

static int rounds = 20000;
module_param(rounds, int, 0444);

static struct page *held[HELD], *frame[FRAMES];
static struct completion done;
static atomic_t left, wrong, full;

static void use(int id, struct rnd_state *rnd)
{
	int nr = prandom_u32_state(rnd) % FRAMES;
	u32 *p = kmap(frame[nr]), mark = prandom_u32_state(rnd);

	if (!p) {
		atomic_inc(&wrong);
		return;
	}
	if (kmk_kmap_used() == SLOTS)
		atomic_inc(&full);
	WRITE_ONCE(p[id], mark);
	if (p[THREADS] != (u32)nr || kmk_kmap_used() > SLOTS || READ_ONCE(p[id]) != mark)
		atomic_inc(&wrong);
	if (!(mark & 63))
		cond_resched();
	kunmap(frame[nr]);
}

/* Who is done with its rounds goes on until the window was full: a thread may have ended before others began. */
static int work(void *data)
{
	int id = (int)(long)data, n = rounds / THREADS;
	unsigned long end = jiffies + 100 * HZ;
	struct rnd_state rnd;

	prandom_seed_state(&rnd, id + 1);
	for (; n > 0 || (!atomic_read(&full) && time_before(jiffies, end)); n--)
		use(id, &rnd);
	if (atomic_dec_and_test(&left))
		complete(&done);
	return 0;
}

static void eight_threads_on_a_full_window(struct kunit *test)
{
	int i;

	if (!totalhigh_pages())
		kunit_skip(test, "this machine has no high memory");
	for (i = 0; i < FRAMES; i++) {
		frame[i] = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
		KUNIT_ASSERT_NOT_NULL(test, frame[i]);
		((u32 *)kmap(frame[i]))[THREADS] = i;
		kunmap(frame[i]);
	}
	for (i = 0; i < HELD; i++) {
		held[i] = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
		KUNIT_ASSERT_NOT_NULL(test, held[i]);
		KUNIT_ASSERT_NOT_NULL(test, kmap(held[i]));
	}
	init_completion(&done);
	atomic_set(&left, THREADS);
	for (i = 0; i < THREADS; i++)
		kthread_run(work, (void *)(long)i, "kmap/%d", i);
	wait_for_completion(&done);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&full), 0);
	kunit_info(test, "%d rounds, window full in %d\n", rounds, atomic_read(&full));
	for (i = 0; i < HELD; i++) {
		kunmap(held[i]);
		__free_page(held[i]);
	}
	KUNIT_EXPECT_EQ(test, kmk_kmap_used(), 0U);
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	for (i = 0; i < FRAMES; i++)
		__free_page(frame[i]);
}

static struct kunit_case slots_cases[] = { KUNIT_CASE(eight_threads_on_a_full_window), {} };
static struct kunit_suite slots_suite = { .name = "kmap_slots", .test_cases = slots_cases };
kunit_test_suite(slots_suite);
MODULE_LICENSE("Dual MIT/GPL");
