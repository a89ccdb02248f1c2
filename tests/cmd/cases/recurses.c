// SPDX-License-Identifier: MIT
/* The stack overflows. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>

static int deeper(volatile char *above)
{
	volatile char here[256];

	here[0] = above[0];
	return deeper(here) + here[0];
}

static void recurses_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void recurses_dies(struct kunit *test)
{
	volatile char first[1] = { 0 };

	KUNIT_EXPECT_EQ(test, deeper(first), 0);
}

static void recurses_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case recurses_cases[] = {
	KUNIT_CASE(recurses_before), KUNIT_CASE(recurses_dies), KUNIT_CASE(recurses_after), {}
};
static struct kunit_suite recurses_suite = { .name = "recurses", .test_cases = recurses_cases };
kunit_test_suite(recurses_suite);
