// SPDX-License-Identifier: MIT
/* A case that ends with a spin lock held. */
#include <kunit/test.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(held_lock);

static void held_spin(struct kunit *test)
{
	spin_lock(&held_lock);
}

static void held_not(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, true);
}

static struct kunit_case held_cases[] = { KUNIT_CASE(held_spin), KUNIT_CASE(held_not), {} };
static struct kunit_suite held_suite = { .name = "held", .test_cases = held_cases };
kunit_test_suite(held_suite);
