// SPDX-License-Identifier: MIT
/* Every allocation of the probe fails once; nothing may be left, and the order of release is checked. */
#include "scope.h"

#include <kmemkit/kmemkit.h>
#include <kunit/test.h>
#include <linux/ctype.h>
#include <linux/ioport.h>
#include <linux/module.h>
#include <linux/string.h>

#define PORTS	0x3d0
#define MORE_THAN_ALL	100

static struct platform_device *pdev;

static int scope_test_init(struct kunit *test)
{
	struct resource ports = DEFINE_RES_IO(PORTS, 16);

	scope_trace[0] = 0;
	pdev = platform_device_alloc("scope", PLATFORM_DEVID_NONE);
	if (!pdev)
		return -ENOMEM;
	return platform_device_add_resources(pdev, &ports, 1);
}

static void scope_test_exit(struct kunit *test)
{
	platform_device_put(pdev);
}

/* The small letters, then the same backwards as capitals. */
static bool is_palindrome(const char *trace)
{
	size_t n = strlen(trace);

	for (size_t i = 0; i < n / 2; i++)
		if (toupper(trace[i]) != trace[n - 1 - i])
			return false;
	return n % 2 == 0;
}

static bool ports_are_free(void)
{
	struct resource *r = request_region(PORTS, 16, "probe of the test");

	if (r)
		release_region(PORTS, 16);
	return r;
}

static void binds_and_unbinds(struct kunit *test)
{
	struct scope *s;

	KUNIT_ASSERT_EQ(test, platform_device_add(pdev), 0);
	s = platform_get_drvdata(pdev);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_TRUE(test, s->running);
	KUNIT_EXPECT_STREQ(test, s->label, "scope at [io  0x03d0-0x03df]");
	KUNIT_EXPECT_STREQ(test, scope_trace, "srlbip");
	platform_device_del(pdev);
	KUNIT_EXPECT_STREQ(test, scope_trace, "srlbipPIBLRS");
	KUNIT_EXPECT_TRUE(test, ports_are_free());
}

/* One round for each allocation: it fails, the probe says so, and what came before is given back in reverse. */
static void every_step_may_fail(struct kunit *test)
{
	struct kmemkit_stats before, after;
	long n;
	int err;

	KUNIT_ASSERT_EQ(test, platform_device_add(pdev), 0);
	device_release_driver(&pdev->dev);
	kmemkit_drain();
	kmemkit_get_stats(&before);
	for (n = 1; n < MORE_THAN_ALL; n++) {
		long left;

		scope_trace[0] = 0;
		kmemkit_fail_nth(n);
		err = device_driver_attach(&scope_driver.driver, &pdev->dev);
		left = kmemkit_fail_nth(0);
		if (left)
			break;
		KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "allocation %ld", n);
		KUNIT_EXPECT_NULL(test, pdev->dev.driver);
		KUNIT_EXPECT_TRUE(test, list_empty(&pdev->dev.devres_head));
		KUNIT_EXPECT_TRUE_MSG(test, is_palindrome(scope_trace), "allocation %ld: %s", n, scope_trace);
		kunit_info(test, "allocation %ld fails: %s\n", n, scope_trace);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, n, 10L);
	device_release_driver(&pdev->dev);
	kmemkit_drain();
	kmemkit_get_stats(&after);
	KUNIT_EXPECT_EQ(test, after.objects_live, before.objects_live);
	KUNIT_EXPECT_EQ(test, after.frames_free + after.frames_slab, before.frames_free + before.frames_slab);
	platform_device_del(pdev);
	KUNIT_EXPECT_TRUE(test, ports_are_free());
}

static struct kunit_case scope_cases[] = {
	KUNIT_CASE(binds_and_unbinds),
	KUNIT_CASE(every_step_may_fail),
	{}
};

static struct kunit_suite scope_suite = {
	.name = "scope", .init = scope_test_init, .exit = scope_test_exit, .test_cases = scope_cases,
};
kunit_test_suite(scope_suite);
