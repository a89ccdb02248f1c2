// SPDX-License-Identifier: MIT
/* WARN is counted. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>


static void warns_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void warns_dies(struct kunit *test)
{
	WARN_ON(test);
}

static void warns_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case warns_cases[] = {
	KUNIT_CASE(warns_before), KUNIT_CASE(warns_dies), KUNIT_CASE(warns_after), {}
};
static struct kunit_suite warns_suite = { .name = "warns", .test_cases = warns_cases };
kunit_test_suite(warns_suite);
