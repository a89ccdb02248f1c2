// SPDX-License-Identifier: MIT
/* BUG ends its case. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>


static void bugs_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void bugs_dies(struct kunit *test)
{
	BUG_ON(test);
}

static void bugs_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case bugs_cases[] = {
	KUNIT_CASE(bugs_before), KUNIT_CASE(bugs_dies), KUNIT_CASE(bugs_after), {}
};
static struct kunit_suite bugs_suite = { .name = "bugs", .test_cases = bugs_cases };
kunit_test_suite(bugs_suite);
