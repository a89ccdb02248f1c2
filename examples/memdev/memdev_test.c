// SPDX-License-Identifier: MIT
/*
 * KUnit suite of memdev. Each case gets a fresh device from memdev_test_init(); a failed KUNIT_ASSERT
 * ends its case at once, a failed KUNIT_EXPECT is noted and the case goes on.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "memdev.h"

#define CAPACITY 200000

struct fixture {
	struct memdev *quanta, *pages;
	struct memdev_file *file;	/* on quanta, for writing */
};

static int memdev_test_init(struct kunit *test)
{
	/* Memory of the test itself: KUnit gives it back after the case. */
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f);
	f->quanta = memdev_create(MEMDEV_QUANTA, 0, CAPACITY);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->quanta);
	f->pages = memdev_create(MEMDEV_PAGES, 1, CAPACITY);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->pages);
	f->file = memdev_open(f->quanta, MEMDEV_WRITE);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->file);
	test->priv = f;
	return 0;
}

static void memdev_test_exit(struct kunit *test)
{
	struct fixture *f = test->priv;

	if (!f)
		return;
	memdev_close(f->file);
	KUNIT_EXPECT_EQ(test, memdev_destroy(f->quanta), 0);
	KUNIT_EXPECT_EQ(test, memdev_destroy(f->pages), 0);
}

/* A pattern that differs from unit to unit, so that swapped units are noticed. */
static void fill(unsigned char *buf, size_t len, size_t pos)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = (unsigned char)((pos + i) * 31 + ((pos + i) >> 8));
}

static void memdev_test_empty_reads_nothing(struct kunit *test)
{
	struct fixture *f = test->priv;
	char byte;

	KUNIT_EXPECT_EQ(test, memdev_read(f->file, &byte, 1), 0);
	KUNIT_EXPECT_EQ(test, f->quanta->units, 0);
}

static void memdev_test_reads_back(struct kunit *test)
{
	struct fixture *f = test->priv;
	char buf[16] = "";

	KUNIT_EXPECT_EQ(test, memdev_write(f->file, "hello", 5), 5);
	KUNIT_EXPECT_EQ(test, memdev_seek(f->file, 0), 0);
	KUNIT_EXPECT_EQ(test, memdev_read(f->file, buf, sizeof(buf)), 5);
	KUNIT_EXPECT_STREQ(test, buf, "hello");
	KUNIT_EXPECT_EQ(test, f->quanta->units, 1);
}

/* Write and read in pieces that fit no unit, and compare all of it. */
static void check_round_trip(struct kunit *test, struct memdev *dev)
{
	struct memdev_file *file = memdev_open(dev, MEMDEV_TRUNCATE);
	unsigned char *want = kunit_kzalloc(test, CAPACITY, GFP_KERNEL);
	unsigned char *got = kunit_kzalloc(test, CAPACITY, GFP_KERNEL);
	size_t pos, step = 777;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, want);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, got);
	fill(want, CAPACITY, 0);
	for (pos = 0; pos < CAPACITY; pos += step) {
		size_t n = min_t(size_t, step, CAPACITY - pos);

		KUNIT_EXPECT_EQ(test, memdev_write(file, want + pos, n), n);
	}
	KUNIT_EXPECT_EQ(test, memdev_seek(file, 0), 0);
	KUNIT_EXPECT_EQ(test, memdev_read(file, got, CAPACITY), CAPACITY);
	KUNIT_EXPECT_EQ(test, memcmp(want, got, CAPACITY), 0);
	KUNIT_EXPECT_EQ(test, dev->units, (CAPACITY - 1) / dev->unit_size + 1);
	memdev_close(file);
}

static void memdev_test_quanta_round_trip(struct kunit *test)
{
	struct fixture *f = test->priv;

	check_round_trip(test, f->quanta);
}

static void memdev_test_pages_round_trip(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, f->pages->unit_size, 2 * PAGE_SIZE);
	check_round_trip(test, f->pages);
}

static void memdev_test_holes_are_zero(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned char *buf = kunit_kzalloc(test, CAPACITY, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	memset(buf, 0xff, CAPACITY);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, CAPACITY - 1), 0);
	KUNIT_ASSERT_EQ(test, memdev_write(f->file, "x", 1), 1);
	KUNIT_EXPECT_EQ(test, f->quanta->units, 1);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 0), 0);
	KUNIT_ASSERT_EQ(test, memdev_read(f->file, buf, CAPACITY), CAPACITY);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(buf, 0, CAPACITY), (void *)(buf + CAPACITY - 1));
	KUNIT_EXPECT_EQ(test, buf[CAPACITY - 1], 'x');
}

static void memdev_test_stops_at_capacity(struct kunit *test)
{
	struct fixture *f = test->priv;

	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, CAPACITY - 3), 0);
	KUNIT_EXPECT_EQ(test, memdev_write(f->file, "abcdef", 6), 3);
	KUNIT_EXPECT_EQ(test, memdev_write(f->file, "d", 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, memdev_seek(f->file, CAPACITY + 1), -EINVAL);
}

static void memdev_test_reader_may_not_write(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct memdev_file *reader = memdev_open(f->quanta, MEMDEV_READ);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, reader);
	KUNIT_EXPECT_EQ(test, memdev_write(reader, "x", 1), -EBADF);
	KUNIT_EXPECT_EQ(test, memdev_destroy(f->quanta), -EBUSY);
	memdev_close(reader);
}

static void memdev_test_trim_frees_all(struct kunit *test)
{
	struct fixture *f = test->priv;
	char byte;

	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 100000), 0);
	KUNIT_ASSERT_EQ(test, memdev_write(f->file, "abc", 3), 3);
	memdev_trim(f->quanta);
	KUNIT_EXPECT_EQ(test, f->quanta->units, 0);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 100000), 0);
	KUNIT_EXPECT_EQ(test, memdev_read(f->file, &byte, 1), 0);
}

static void memdev_test_resize_keeps_and_cuts(struct kunit *test)
{
	struct fixture *f = test->priv;
	unsigned char buf[4];

	KUNIT_ASSERT_EQ(test, memdev_write(f->file, "abcd", 4), 4);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 150000), 0);
	KUNIT_ASSERT_EQ(test, memdev_write(f->file, "far", 3), 3);
	KUNIT_EXPECT_EQ(test, f->quanta->units, 2);
	KUNIT_ASSERT_EQ(test, memdev_resize(f->quanta, 2), 0);
	KUNIT_EXPECT_EQ(test, f->quanta->units, 1);
	KUNIT_ASSERT_EQ(test, memdev_resize(f->quanta, 10 * CAPACITY), 0);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 9 * CAPACITY), 0);
	KUNIT_ASSERT_EQ(test, memdev_write(f->file, "end", 3), 3);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 0), 0);
	KUNIT_ASSERT_EQ(test, memdev_read(f->file, buf, 4), 4);
	KUNIT_EXPECT_EQ(test, memcmp(buf, "ab\0\0", 4), 0);
}

/* A capacity whose directory cannot be had: refused, and the device is as before. */
static void memdev_test_absurd_capacity(struct kunit *test)
{
	struct fixture *f = test->priv;
	char buf[4] = "";

	KUNIT_EXPECT_EQ(test, PTR_ERR(memdev_create(MEMDEV_QUANTA, 0, SIZE_MAX)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, PTR_ERR(memdev_create(MEMDEV_QUANTA, 0, 0)), -EINVAL);
	KUNIT_ASSERT_EQ(test, memdev_write(f->file, "abc", 3), 3);
	KUNIT_EXPECT_EQ(test, memdev_resize(f->quanta, SIZE_MAX), -ENOMEM);
	KUNIT_ASSERT_EQ(test, memdev_seek(f->file, 0), 0);
	KUNIT_EXPECT_EQ(test, memdev_read(f->file, buf, 3), 3);
	KUNIT_EXPECT_STREQ(test, buf, "abc");
}

/*
 * Take every free page of the machine, largest blocks first. A real one would not survive that; here
 * the machine is this process's own. Nothing is written to the pages, so it is quick even with much
 * memory: only their struct pages are touched, which also form the list.
 */
static void take_all_pages(struct list_head *taken)
{
	int order;

	for (order = 10; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN, order))) {
			page->private = order;
			list_add(&page->lru, taken);
		}
	}
}

static void give_all_pages(struct list_head *taken)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, taken, lru) {
		unsigned int order = page->private;

		list_del(&page->lru);
		page->private = 0;
		__free_pages(page, order);
	}
}

/* The path that matters in production and is hardest to reach there: no memory in the middle of a write. */
static void memdev_test_out_of_memory(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct memdev_file *file = memdev_open(f->pages, MEMDEV_WRITE);
	unsigned char *buf = kunit_kzalloc(test, CAPACITY, GFP_KERNEL);
	ssize_t first, second;
	LIST_HEAD(taken);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, buf);
	KUNIT_ASSERT_EQ(test, memdev_write(file, "abc", 3), 3);
	take_all_pages(&taken);
	first = memdev_write(file, buf, CAPACITY - 3);
	second = memdev_write(file, buf, 1);
	give_all_pages(&taken);

	/* The unit that was there took what fits; then the error is plain, and nothing is damaged. */
	KUNIT_EXPECT_EQ(test, first, f->pages->unit_size - 3);
	KUNIT_EXPECT_EQ(test, second, -ENOMEM);
	KUNIT_EXPECT_EQ(test, f->pages->units, 1);
	KUNIT_EXPECT_EQ(test, memdev_write(file, buf, 1), 1);
	KUNIT_EXPECT_EQ(test, f->pages->units, 2);
	memdev_close(file);
}

static struct kunit_case memdev_cases[] = {
	KUNIT_CASE(memdev_test_empty_reads_nothing),
	KUNIT_CASE(memdev_test_reads_back),
	KUNIT_CASE(memdev_test_quanta_round_trip),
	KUNIT_CASE(memdev_test_pages_round_trip),
	KUNIT_CASE(memdev_test_holes_are_zero),
	KUNIT_CASE(memdev_test_stops_at_capacity),
	KUNIT_CASE(memdev_test_reader_may_not_write),
	KUNIT_CASE(memdev_test_trim_frees_all),
	KUNIT_CASE(memdev_test_resize_keeps_and_cuts),
	KUNIT_CASE(memdev_test_absurd_capacity),
	KUNIT_CASE(memdev_test_out_of_memory),
	{}
};

static struct kunit_suite memdev_suite = {
	.name = "memdev",
	.init = memdev_test_init,
	.exit = memdev_test_exit,
	.test_cases = memdev_cases,
};

kunit_test_suite(memdev_suite);
MODULE_LICENSE("Dual MIT/GPL");
