// SPDX-License-Identifier: MIT
/* A client of the kernel's maple tree: ranges stored, found, overwritten, walked, allocated and erased; nothing leaks. */
#include <kunit/test.h>
#include <linux/maple_tree.h>
#include <linux/xarray.h>

#define RANGES	3000UL

static void *value_of(unsigned long i) { return xa_mk_value(i); }

static void stored_ranges_are_found(struct kunit *test)
{
	DEFINE_MTREE(tree);
	unsigned long i, wrong = 0;

	for (i = 0; i < RANGES; i++)
		KUNIT_ASSERT_EQ(test, mtree_store_range(&tree, i * 10, i * 10 + 5, value_of(i), GFP_KERNEL), 0);
	for (i = 0; i < RANGES; i++)
		wrong += mtree_load(&tree, i * 10 + 5) != value_of(i) || mtree_load(&tree, i * 10 + 6);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	KUNIT_EXPECT_EQ(test, mtree_insert_range(&tree, 15, 16, value_of(1), GFP_KERNEL), -EEXIST);
	mtree_destroy(&tree);
	KUNIT_EXPECT_TRUE(test, mtree_empty(&tree));
}

static void a_wide_range_takes_the_place_of_many(struct kunit *test)
{
	DEFINE_MTREE(tree);
	unsigned long i, index = 0, seen = 0;
	void *entry;

	for (i = 0; i < RANGES; i++)
		KUNIT_ASSERT_EQ(test, mtree_store_range(&tree, i * 10, i * 10 + 5, value_of(i), GFP_KERNEL), 0);
	KUNIT_ASSERT_EQ(test, mtree_store_range(&tree, 5, RANGES * 10, value_of(7), GFP_KERNEL), 0);
	mt_for_each(&tree, entry, index, ULONG_MAX)
		seen++;
	KUNIT_EXPECT_EQ(test, seen, 2UL);
	KUNIT_EXPECT_PTR_EQ(test, mtree_erase(&tree, 1234), value_of(7));
	KUNIT_EXPECT_NULL(test, mtree_load(&tree, 5));
	KUNIT_EXPECT_PTR_EQ(test, mtree_load(&tree, 4), value_of(0));
	mtree_destroy(&tree);
}

/* As a table of address ranges does it: the lowest gap that is large enough, then the entry. */
static void gaps_are_given_out(struct kunit *test)
{
	struct maple_tree tree;
	unsigned long i, sum = 0;

	mt_init_flags(&tree, MT_FLAGS_ALLOC_RANGE);
	for (i = 0; i < RANGES; i++) {
		MA_STATE(mas, &tree, 0, 0);

		mas_lock(&mas);
		KUNIT_EXPECT_EQ(test, mas_empty_area(&mas, 0, RANGES * 4 - 1, 4), 0);
		sum += mas.index;
		KUNIT_EXPECT_EQ(test, mas.last, mas.index + 3);
		mas_set_range(&mas, mas.index, mas.last);
		KUNIT_EXPECT_EQ(test, mas_store_gfp(&mas, value_of(i), GFP_KERNEL), 0);
		mas_unlock(&mas);
	}
	KUNIT_EXPECT_EQ(test, sum, 4 * (RANGES - 1) * RANGES / 2);
	KUNIT_EXPECT_PTR_EQ(test, mtree_load(&tree, RANGES * 4 - 1), value_of(RANGES - 1));
	mtree_destroy(&tree);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(stored_ranges_are_found),
	KUNIT_CASE(a_wide_range_takes_the_place_of_many),
	KUNIT_CASE(gaps_are_given_out),
	{}
};
static struct kunit_suite suite = { .name = "maple", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
