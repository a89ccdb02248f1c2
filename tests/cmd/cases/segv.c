// SPDX-License-Identifier: MIT
/* A wild pointer. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>


static void segv_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void segv_dies(struct kunit *test)
{
	*(volatile int *)8 = 1;
}

static void segv_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case segv_cases[] = {
	KUNIT_CASE(segv_before), KUNIT_CASE(segv_dies), KUNIT_CASE(segv_after), {}
};
static struct kunit_suite segv_suite = { .name = "segv", .test_cases = segv_cases };
kunit_test_suite(segv_suite);
