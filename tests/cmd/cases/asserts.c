// SPDX-License-Identifier: MIT
/* A failed assertion ends only its case. */
#include <kunit/test.h>

static void asserts_deep(struct kunit *test, int depth)
{
	if (depth)
		asserts_deep(test, depth - 1);
	KUNIT_ASSERT_EQ(test, depth, 1);
}

static void asserts_fails(struct kunit *test)
{
	asserts_deep(test, 3);
	KUNIT_FAIL(test, "reached what lies behind the assertion");
}

static void asserts_next(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case asserts_cases[] = { KUNIT_CASE(asserts_fails), KUNIT_CASE(asserts_next), {} };
static struct kunit_suite asserts_suite = { .name = "asserts", .test_cases = asserts_cases };
kunit_test_suite(asserts_suite);
