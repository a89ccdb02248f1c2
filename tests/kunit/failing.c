// SPDX-License-Identifier: MIT
/*
 * Suites that fail in every way there is; run.sh compares what `kmemkit run` makes of them with
 * failing.expected. The module of this file fails too.
 */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/module.h>
#include <linux/slab.h>

/* ---- expectations and assertions ------------------------------------------------------- */

static void passes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 4, 2 + 2);
}

static void expectation_fails(struct kunit *test)
{
	int got = 5;

	KUNIT_EXPECT_EQ_MSG(test, got, 2 + 2, "sum of %d and %d", 2, 2);
	KUNIT_EXPECT_STREQ(test, "left", "right");
	kunit_info(test, "still here");
}

static void assertion_fails(struct kunit *test)
{
	void *p = kunit_kmalloc(test, 10, GFP_KERNEL);

	KUNIT_ASSERT_NULL(test, p);
	kunit_info(test, "never printed");
}

static void skipped(struct kunit *test)
{
	kunit_skip(test, "no such hardware");
}

static void bug(struct kunit *test)
{
	BUG();
}

static void warns(struct kunit *test)
{
	WARN_ON(1);
}

static const int sizes[] = { 8, 0, 16 };
KUNIT_ARRAY_PARAM(size, sizes, NULL);

static void with_param(struct kunit *test)
{
	KUNIT_EXPECT_NE(test, *(const int *)test->param_value, 0);
}

static struct kunit_case plain_cases[] = {
	KUNIT_CASE(passes),
	KUNIT_CASE(expectation_fails),
	KUNIT_CASE(assertion_fails),
	KUNIT_CASE(skipped),
	KUNIT_CASE(bug),
	KUNIT_CASE(warns),
	KUNIT_CASE_PARAM(with_param, size_gen_params),
	{}
};

static struct kunit_suite plain_suite = { .name = "plain", .test_cases = plain_cases };

/* ---- what only a process of its own survives ------------------------------------------- */

static void crashes(struct kunit *test)
{
	*(volatile int *)8 = 1;
}

static struct kunit_case crash_cases[] = {
	KUNIT_CASE(passes), KUNIT_CASE(crashes), KUNIT_CASE(passes), {}
};
static struct kunit_suite crash_suite = { .name = "crash", .test_cases = crash_cases };

static void crashes_for_two(struct kunit *test)
{
	if (*(const int *)test->param_value == 0)
		*(volatile int *)8 = 1;
}

static struct kunit_case crash_param_cases[] = {
	KUNIT_CASE_PARAM(crashes_for_two, size_gen_params), {}
};
static struct kunit_suite crash_param_suite = { .name = "crash_param", .test_cases = crash_param_cases };

static int crashing_suite_init(struct kunit_suite *suite)
{
	*(volatile int *)8 = 1;
	return 0;
}

static struct kunit_case unreached_cases[] = { KUNIT_CASE(passes), {} };
static struct kunit_suite crash_init_suite = {
	.name = "crash_init", .suite_init = crashing_suite_init, .test_cases = unreached_cases,
};

static void loops(struct kunit *test)
{
	for (volatile int forever = 1; forever; )
		;
}

static struct kunit_case loop_cases[] = { KUNIT_CASE(loops), KUNIT_CASE(passes), {} };
static struct kunit_suite loop_suite = { .name = "loop", .test_cases = loop_cases };

static int recurse(volatile int *from)
{
	volatile int here[256];

	here[0] = *from + 1;
	return here[0] ? recurse(here) + here[0] : 0;
}

static void overflows(struct kunit *test)
{
	volatile int start = 1;

	KUNIT_EXPECT_NE(test, recurse(&start), 0);
}

static struct kunit_case overflow_cases[] = { KUNIT_CASE(overflows), {} };
static struct kunit_suite overflow_suite = { .name = "overflow", .test_cases = overflow_cases };

static int failing_suite_init(struct kunit_suite *suite)
{
	return -ENODEV;
}

static struct kunit_suite no_init_suite = {
	.name = "no_init", .suite_init = failing_suite_init, .test_cases = unreached_cases,
};

static struct kunit_suite last_suite = { .name = "last", .test_cases = unreached_cases };

kunit_test_suites(&plain_suite, &crash_suite, &crash_param_suite, &crash_init_suite, &loop_suite,
		  &overflow_suite, &no_init_suite, &last_suite);

static int __init failing_init(void)
{
	return -EINVAL;
}
module_init(failing_init);
MODULE_LICENSE("MIT");
