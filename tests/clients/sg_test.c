// SPDX-License-Identifier: MIT
/* Drives the kernel's lib/sg_pool.c and lib/scatterlist.c: chained tables out of memory pools, under pressure too. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include "pressure.h"

#define FRAMES	200

static char *out, *back;

/* Frames whose bytes tell their place; through the table and back they are in order. */
static void copy_through(struct kunit *test, struct sg_table *table, struct page **frames, int n)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(table->sgl, sg, n, i)
		sg_set_page(sg, frames[i], PAGE_SIZE - (i % 7) * 64, (i % 7) * 64);
	for (i = 0; i < n * 100; i++)
		out[i] = (char)(i * 31 + i / 256);
	KUNIT_EXPECT_EQ(test, sg_copy_from_buffer(table->sgl, (unsigned int)n, out, (size_t)n * 100), (size_t)n * 100);
	memset(back, 0, (size_t)n * 100);
	KUNIT_EXPECT_EQ(test, sg_copy_to_buffer(table->sgl, (unsigned int)n, back, (size_t)n * 100), (size_t)n * 100);
	KUNIT_EXPECT_EQ(test, memcmp(out, back, (size_t)n * 100), 0);
	KUNIT_EXPECT_EQ(test, ((char *)page_address(frames[0]))[0], out[0]);
}

/* Every length up to FRAMES: the pools' sizes are 8 to 128 entries, longer ones chain. */
static void tables_of_every_length(struct kunit *test)
{
	struct page *frames[FRAMES];
	struct sg_table table;

	out = kvmalloc(FRAMES * 100, GFP_KERNEL);
	back = kvmalloc(FRAMES * 100, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, back);
	for (int i = 0; i < FRAMES; i++) {
		frames[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, frames[i]);
	}
	for (int n = 1; n <= FRAMES; n++) {
		KUNIT_ASSERT_EQ(test, sg_alloc_table_chained(&table, n, NULL, 0), 0);
		copy_through(test, &table, frames, n);
		sg_free_table_chained(&table, 0);
		KUNIT_ASSERT_EQ(test, sg_alloc_table(&table, (unsigned int)n, GFP_KERNEL), 0);
		copy_through(test, &table, frames, n);
		sg_free_table(&table);
	}
	/* sg_pool asks with GFP_ATOMIC: its reserve is all there is now. */
	squeeze();
	for (int round = 0; round < 200; round++) {
		struct sg_table second;

		KUNIT_ASSERT_EQ(test, sg_alloc_table_chained(&table, FRAMES, NULL, 0), 0);
		if (!sg_alloc_table_chained(&second, 100, NULL, 0))
			sg_free_table_chained(&second, 0);
		sg_free_table_chained(&table, 0);
	}
	unsqueeze();
	for (int i = 0; i < FRAMES; i++)
		__free_page(frames[i]);
	kvfree(out);
	kvfree(back);
}

static struct kunit_case sg_cases[] = { KUNIT_CASE(tables_of_every_length), {} };
static struct kunit_suite sg_suite = { .name = "scatterlist", .test_cases = sg_cases };
kunit_test_suite(sg_suite);
MODULE_LICENSE("GPL");
