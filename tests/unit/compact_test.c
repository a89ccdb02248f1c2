// SPDX-License-Identifier: MIT
/* Moving pages: by migrate_pages() on a list, and by compaction where it is told to. */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/compaction.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/list.h>
#include <linux/migrate.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "movable_driver.h"

#define PLACES	64

static int frames_given, frames_back;

static struct page *fresh_page(struct page *page, unsigned long private)
{
	if (frames_given == (int)private)
		return NULL;
	frames_given++;
	return alloc_page(GFP_KERNEL);
}

static void unused_page(struct page *page, unsigned long private)
{
	frames_back++;
	__free_page(page);
}

static unsigned long frames_at_start;

static unsigned long unused(void)
{
	struct kmemkit_stats s;

	kmemkit_drain();
	kmemkit_get_stats(&s);
	return s.frames_free + s.frames_cpu + s.frames_records;
}

static int compact_test_init(struct kunit *test)
{
	frames_at_start = unused();
	frames_given = frames_back = 0;
	nr_moves = nr_putbacks = 0;
	KUNIT_ASSERT_TRUE(test, places_make(PLACES));
	for (unsigned int i = 0; i < PLACES; i++)
		KUNIT_ASSERT_TRUE(test, place_new(i, GFP_KERNEL, i * 77));
	return 0;
}

static void compact_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, places_free(), 0u);
	KUNIT_EXPECT_EQ(test, unused(), frames_at_start);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0u);
}

static unsigned int isolate_all(struct kunit *test, struct list_head *list)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PLACES; i++)
		if (!isolate_movable_page(places[i].page, 0)) {
			list_add_tail(&places[i].page->lru, list);
			n++;
		}
	return n;
}

/* Every page goes to another frame, with its contents; the old frames are free. */
static void moves_all(struct kunit *test)
{
	struct page *before[PLACES];
	unsigned int moved = 0;
	LIST_HEAD(list);

	for (unsigned int i = 0; i < PLACES; i++)
		before[i] = places[i].page;
	KUNIT_EXPECT_EQ(test, isolate_all(test, &list), (unsigned int)PLACES);
	KUNIT_EXPECT_EQ(test, isolate_movable_page(places[0].page, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, migrate_pages(&list, fresh_page, unused_page, 1000, MIGRATE_SYNC, MR_SYSCALL, &moved), 0);
	KUNIT_EXPECT_EQ(test, moved, (unsigned int)PLACES);
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	KUNIT_EXPECT_EQ(test, frames_back, 0);
	for (unsigned int i = 0; i < PLACES; i++) {
		KUNIT_EXPECT_PTR_NE(test, places[i].page, before[i]);
		KUNIT_EXPECT_EQ(test, page_count(places[i].page), 1);
		KUNIT_EXPECT_TRUE(test, place_check(i));
	}
}

/* A page whose owner says "not now" is tried again; one that never can stays on the list, whole. */
static void tries_again(struct kunit *test)
{
	unsigned int moved = 0;
	LIST_HEAD(list);

	KUNIT_EXPECT_EQ(test, isolate_all(test, &list), (unsigned int)PLACES);
	refuse_moves = PLACES + 5;
	KUNIT_EXPECT_EQ(test, migrate_pages(&list, fresh_page, unused_page, 1000, MIGRATE_ASYNC, MR_SYSCALL, &moved), 0);
	KUNIT_EXPECT_EQ(test, moved, (unsigned int)PLACES);
	KUNIT_EXPECT_EQ(test, frames_back, PLACES + 5);
	KUNIT_EXPECT_EQ(test, isolate_all(test, &list), (unsigned int)PLACES);
	refuse_moves = INT_MAX;
	KUNIT_EXPECT_EQ(test, migrate_pages(&list, fresh_page, unused_page, 10000, MIGRATE_ASYNC, MR_SYSCALL, &moved), PLACES);
	KUNIT_EXPECT_EQ(test, moved, 0u);
	refuse_moves = 0;
	putback_movable_pages(&list);
	KUNIT_EXPECT_EQ(test, nr_putbacks, (unsigned long)PLACES);
	for (unsigned int i = 0; i < PLACES; i++)
		KUNIT_EXPECT_TRUE(test, place_check(i) && page_count(places[i].page) == 1);
}

/* No frame to move to: -ENOMEM, what moved has moved, the rest is on the list. */
static void runs_out_of_frames(struct kunit *test)
{
	unsigned int moved = 0;
	LIST_HEAD(list);

	isolate_all(test, &list);
	KUNIT_EXPECT_EQ(test, migrate_pages(&list, fresh_page, NULL, 10, MIGRATE_SYNC, MR_SYSCALL, &moved), -ENOMEM);
	KUNIT_EXPECT_EQ(test, moved, 10u);
	KUNIT_EXPECT_EQ(test, (unsigned int)list_count_nodes(&list), PLACES - 10u);
	putback_movable_pages(&list);
}

/* The owner frees pages while they are isolated: nothing moves, nothing is lost, no frame is kept. */
static void owner_lets_go(struct kunit *test)
{
	struct page *page = places[3].page;
	unsigned int moved = 0;
	LIST_HEAD(list);

	isolate_all(test, &list);
	KUNIT_EXPECT_TRUE(test, place_drop(3));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, migrate_pages(&list, fresh_page, NULL, 1000, MIGRATE_SYNC, MR_SYSCALL, &moved), 0);
	KUNIT_EXPECT_EQ(test, nr_moves, PLACES - 1ul);
}

static void not_movable(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *object = kmalloc(64, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, isolate_movable_page(page, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, isolate_movable_page(virt_to_page(object), 0), -EBUSY);
	kfree(object);
	pin_pages = true;
	KUNIT_EXPECT_EQ(test, isolate_movable_page(places[0].page, 0), -EBUSY);
	KUNIT_EXPECT_EQ(test, page_count(places[0].page), 1);
	pin_pages = false;
	lock_page(places[0].page);
	KUNIT_EXPECT_TRUE(test, PageMovable(places[0].page));
	KUNIT_EXPECT_EQ(test, isolate_movable_page(places[0].page, 0), -EBUSY);
	unlock_page(places[0].page);
	__free_page(page);
}

/* Contents survive whatever compaction makes of them. */
static void compact_memory(struct kunit *test)
{
	struct kmemkit_compact_stats s;

	for (unsigned int i = 0; i < PLACES; i += 2)
		KUNIT_EXPECT_TRUE(test, place_drop(i));
	kmemkit_compact_memory(3);
	kmemkit_get_compact_stats(&s);
	kunit_info(test, "%lu windows, %lu moved, %lu busy, %lu frames looked at\n", s.windows, s.migrated, s.busy, s.scanned);
	for (unsigned int i = 0; i < PLACES; i++)
		KUNIT_EXPECT_TRUE(test, place_check(i));
}

/* ---- compaction against everybody else ---- */

#define WORKERS		3

static bool stop_workers;
static unsigned long wrong;

/* Each worker owns every WORKERS-th place: drops, remakes and checks its pages, and churns slabs and blocks. */
static int worker(void *data)
{
	unsigned int me = (unsigned int)(unsigned long)data, seed = me * 7919 + 1;
	void *object[16] = { NULL };

	for (unsigned int round = 0; !READ_ONCE(stop_workers); round++) {
		unsigned int i = me + (seed >> 8) % (PLACES / WORKERS) * WORKERS, k = round % 16;
		struct page *block;

		seed = seed * 1103515245 + 12345;
		if (!place_drop(i) || !place_check((i + 1) % PLACES))
			__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
		if (round % 3)
			place_new(i, GFP_HIGHUSER_MOVABLE, round);
		kfree(object[k]);
		object[k] = kmalloc(200 + seed % 3000, GFP_KERNEL);
		block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, seed >> 5 & 3);
		if (block)
			__free_pages(block, seed >> 5 & 3);
	}
	for (unsigned int k = 0; k < 16; k++)
		kfree(object[k]);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void under_load(struct kunit *test)
{
	struct task_struct *thread[WORKERS];
	struct kmemkit_compact_stats s;

	stop_workers = false;
	wrong = 0;
	for (unsigned long i = 0; i < WORKERS; i++)
		thread[i] = kthread_run(worker, (void *)i, "worker/%lu", i);
	kmemkit_get_compact_stats(&s);
	/* For half a second; longer, where the machine gives us too little of it. */
	for (unsigned long round = 0, start = jiffies;
	     time_before(jiffies, start + HZ / 2) || (s.migrated <= 50 && time_before(jiffies, start + 20 * HZ)); round++) {
		kmemkit_compact_memory(1 + round % 9);
		kmemkit_get_compact_stats(&s);
	}
	WRITE_ONCE(stop_workers, true);
	for (int i = 0; i < WORKERS; i++)
		kthread_stop(thread[i]);
	KUNIT_EXPECT_EQ(test, wrong, 0ul);
	for (unsigned int i = 0; i < PLACES; i++)
		KUNIT_EXPECT_TRUE(test, place_check(i));
	kmemkit_get_compact_stats(&s);
	kunit_info(test, "%lu windows, %lu moved, %lu busy\n", s.windows, s.migrated, s.busy);
	KUNIT_EXPECT_GT(test, s.migrated, 50ul);
}

static struct kunit_case compact_cases[] = {
	KUNIT_CASE(moves_all),
	KUNIT_CASE(tries_again),
	KUNIT_CASE(runs_out_of_frames),
	KUNIT_CASE(owner_lets_go),
	KUNIT_CASE(not_movable),
	KUNIT_CASE(compact_memory),
	KUNIT_CASE(under_load),
	{}
};

static struct kunit_suite compact_suite = {
	.name = "compact",
	.init = compact_test_init,
	.exit = compact_test_exit,
	.test_cases = compact_cases,
};
kunit_test_suite(compact_suite);
MODULE_LICENSE("GPL");
