// SPDX-License-Identifier: MIT
/* An instruction that traps. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>


static void traps_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void traps_dies(struct kunit *test)
{
	__builtin_trap();
}

static void traps_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case traps_cases[] = {
	KUNIT_CASE(traps_before), KUNIT_CASE(traps_dies), KUNIT_CASE(traps_after), {}
};
static struct kunit_suite traps_suite = { .name = "traps", .test_cases = traps_cases };
kunit_test_suite(traps_suite);
