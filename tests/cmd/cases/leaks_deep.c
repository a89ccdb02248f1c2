// SPDX-License-Identifier: MIT
/* Objects lost through wrappers, the library's and the program's own. */
#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

static noinline void *kmemdup_of_mine(const char *s)
{
	void *p = kmalloc(40, GFP_KERNEL);

	return p ? strcpy(p, s) : p;
}

static noinline void *print_of_mine(int n)
{
	void *volatile p = kasprintf(GFP_KERNEL, "%d", n);

	return p;
}

static noinline void *pages_of_mine(void)
{
	void *volatile p = kvmalloc(3 << 20, GFP_KERNEL);

	return p;
}

static void leaks_wrapped(struct kunit *test)
{
	void *volatile p = kmemdup_of_mine("lost");

	p = print_of_mine(1234);
	p = pages_of_mine();
	p = NULL;
	KUNIT_EXPECT_NULL(test, p);
}

static struct kunit_case leaks_deep_cases[] = { KUNIT_CASE(leaks_wrapped), {} };
static struct kunit_suite leaks_deep_suite = { .name = "leaks_deep", .test_cases = leaks_deep_cases };
kunit_test_suite(leaks_deep_suite);
