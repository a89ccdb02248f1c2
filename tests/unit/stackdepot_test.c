/* SPDX-License-Identifier: MIT */
/* The stack depot: each stack once, whoever saves it. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

static void stacks_are_kept_once(struct kunit *test)
{
	unsigned long a[] = { 0x1000, 0x2000, 0x3000 }, b[] = { 0x1000, 0x2000 }, *got;
	depot_stack_handle_t ha = stack_depot_save(a, 3, GFP_KERNEL), hb = stack_depot_save(b, 2, GFP_KERNEL);

	KUNIT_ASSERT_NE(test, ha, 0u);
	KUNIT_ASSERT_NE(test, hb, 0u);
	KUNIT_EXPECT_NE(test, ha, hb);
	KUNIT_EXPECT_EQ(test, stack_depot_save(a, 3, GFP_NOWAIT), ha);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(ha, &got), 3u);
	KUNIT_EXPECT_EQ(test, memcmp(got, a, sizeof(a)), 0);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(hb, &got), 2u);
	KUNIT_EXPECT_EQ(test, stack_depot_fetch(0, &got), 0u);
	KUNIT_EXPECT_EQ(test, __stack_depot_save(a, 3, 5, GFP_NOWAIT, false) & 0x07ffffff, ha);
}

static void many_stacks(struct kunit *test)
{
	static depot_stack_handle_t handles[5000];
	unsigned long e[20], *got;
	int i, j, bad = 0;

	for (i = 0; i < 5000; i++) {
		for (j = 0; j < 20; j++)
			e[j] = (unsigned long)i << 8 | (unsigned long)j;
		handles[i] = stack_depot_save(e, 1 + (unsigned int)i % 20, GFP_KERNEL);
		bad += !handles[i];
	}
	for (i = 0; i < 5000; i++)
		bad += stack_depot_fetch(handles[i], &got) != 1 + (unsigned int)i % 20 ||
			got[0] != (unsigned long)i << 8;
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static noinline unsigned int save_here(unsigned long *e)
{
	unsigned int n = stack_trace_save(e, 16, 0);

	barrier();
	return n;
}

static void own_stack(struct kunit *test)
{
	unsigned long e[16] = { 0 };
	unsigned int n = save_here(e);
	char text[512];

	KUNIT_ASSERT_GT(test, n, 2u);
	stack_trace_snprint(text, sizeof(text), e, 2, 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "save_here"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "own_stack"));
}

static struct kunit_case depot_cases[] = {
	KUNIT_CASE(stacks_are_kept_once),
	KUNIT_CASE(many_stacks),
	KUNIT_CASE(own_stack),
	{}
};

static struct kunit_suite depot_suite = {
	.name = "stackdepot",
	.test_cases = depot_cases,
};
kunit_test_suite(depot_suite);

MODULE_LICENSE("MIT");
