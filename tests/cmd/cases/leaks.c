// SPDX-License-Identifier: MIT
/* An object that nothing points to. */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/sched.h>
#include <linux/slab.h>

static noinline void leaks_helper(struct kunit *test)
{
	char *p = kmalloc(1000, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p[0] = 1;
}

static void leaks_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static void leaks_dies(struct kunit *test)
{
	leaks_helper(test);
}

static void leaks_after(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case leaks_cases[] = {
	KUNIT_CASE(leaks_before), KUNIT_CASE(leaks_dies), KUNIT_CASE(leaks_after), {}
};
static struct kunit_suite leaks_suite = { .name = "leaks", .test_cases = leaks_cases };
kunit_test_suite(leaks_suite);
