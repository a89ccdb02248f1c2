// SPDX-License-Identifier: MIT
/* Two cases that pass: what must still run beside a suite that does not end well. */
#include <kunit/test.h>
#include <linux/slab.h>

static void good_adds(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1 + 1, 2);
}

static void good_allocates(struct kunit *test)
{
	void *p = kmalloc(24, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	kfree(p);
}

static struct kunit_case good_cases[] = { KUNIT_CASE(good_adds), KUNIT_CASE(good_allocates), {} };
static struct kunit_suite good_suite = { .name = "good", .test_cases = good_cases };
kunit_test_suite(good_suite);
MODULE_LICENSE("Dual MIT/GPL");
