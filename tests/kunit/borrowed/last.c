/* SPDX-License-Identifier: MIT */
/* The end of the kernel's table of suites, and the call that its start-up makes: the borrowed runner runs. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

struct kunit_suite;
struct kunit_suite *__kunit_suites_end[0] __attribute__((used, section(".kunit_test_suites"), aligned(8)));

int kunit_run_all_tests(void);

/* Only kunit_shutdown= asks for these. */
void kernel_power_off(void);
void kernel_halt(void);
void kernel_restart(char *cmd);

void kernel_power_off(void)
{
	BUG();
}

void kernel_halt(void)
{
	BUG();
}

void kernel_restart(char *cmd)
{
	BUG();
}

static int __init run_borrowed(void)
{
	return kunit_run_all_tests();
}
late_initcall_sync(run_borrowed);
