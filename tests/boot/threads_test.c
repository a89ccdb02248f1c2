/* SPDX-License-Identifier: MIT */
/* As many threads as the host has slots for, far more than its first frames are enough for: the core lends the rest. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>

#define N	1000

static struct completion go, ended;

static int body(void *unused)
{
	wait_for_completion(&go);
	complete(&ended);
	return 0;
}

static void a_thousand_threads(struct kunit *test)
{
	int n = 0;

	init_completion(&go);
	init_completion(&ended);
	for (int i = 0; i < N; i++)
		n += !IS_ERR(kthread_run(body, NULL, "t%d", i));
	complete_all(&go);
	for (int i = 0; i < n; i++)
		wait_for_completion(&ended);
	KUNIT_EXPECT_EQ(test, n, N);
}

static struct kunit_case threads_cases[] = { KUNIT_CASE(a_thousand_threads), {} };
static struct kunit_suite threads_suite = { .name = "threads", .test_cases = threads_cases };
kunit_test_suite(threads_suite);

MODULE_LICENSE("GPL");
