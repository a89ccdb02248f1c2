// SPDX-License-Identifier: MIT
/*
 * A thread may end in a call-back (a failed assertion ends it): whatever the library counts for it is given back, so
 * that no fork waits at a gate, and no request for hands, that nobody will ever leave or empty.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

#define NR_GATES	2

void kmk_gate_enter(unsigned int gate);			/* src/sync/gate.h */
bool kmk_gate_close(unsigned int gate, u64 limit_ns);
void kmk_gate_open(unsigned int gate);
void kmk_hands_fill(void);				/* src/page/page.h */
bool kmk_hands_full(void);

static struct completion is_inside;

static int ends_inside(void *unused)
{
	for (unsigned int gate = 0; gate < NR_GATES; gate++) {
		kmk_gate_enter(gate);
		kmk_gate_enter(gate);
	}
	kmk_hands_fill();
	kmk_hands_fill();
	complete(&is_inside);
	kthread_exit(0);
}

/* Others are behind it, or have full hands, for a moment at a time. */
static bool gets_empty(unsigned int gate)
{
	bool empty = false;

	for (int i = 0; i < 6000 && !empty; i++) {
		empty = kmk_gate_close(gate, 1000000);
		kmk_gate_open(gate);
		if (!empty)
			msleep(5);
	}
	return empty;
}

static void leaves_nothing_behind(struct kunit *test)
{
	struct task_struct *thread = kthread_create(ends_inside, NULL, "ends-inside");

	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	init_completion(&is_inside);
	get_task_struct(thread);
	wake_up_process(thread);
	wait_for_completion(&is_inside);
	kthread_stop(thread);
	put_task_struct(thread);
	for (unsigned int gate = 0; gate < NR_GATES; gate++)
		KUNIT_EXPECT_TRUE(test, gets_empty(gate));
	for (int i = 0; i < 6000 && kmk_hands_full(); i++)
		msleep(5);
	KUNIT_EXPECT_FALSE(test, kmk_hands_full());
}

static struct kunit_case cases[] = {
	KUNIT_CASE(leaves_nothing_behind),
	{}
};

static struct kunit_suite suite = { .name = "thread_end", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("MIT");
