// SPDX-License-Identifier: MIT
/* A case that never ends. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>


static void loops_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void loops_dies(struct kunit *test)
{
	volatile int on = 1;

	while (on)
		;
}

static void loops_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case loops_cases[] = {
	KUNIT_CASE(loops_before), KUNIT_CASE(loops_dies), KUNIT_CASE(loops_after), {}
};
static struct kunit_suite loops_suite = { .name = "loops", .test_cases = loops_cases };
kunit_test_suite(loops_suite);
