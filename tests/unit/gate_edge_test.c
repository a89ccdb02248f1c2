// SPDX-License-Identifier: MIT
/* Gates (src/sync/gate.h): who closes one knows whether it is empty; who is inside may go on, whoever comes waits. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

#define VMAP	1			/* the gate that a thread in here meets least */

void kmk_gate_enter(unsigned int gate);
void kmk_gate_leave(unsigned int gate);
bool kmk_gate_close(unsigned int gate, u64 limit_ns);
void kmk_gate_open(unsigned int gate);

static struct completion is_inside, may_leave;
static int passed;

/* Others are behind it for a moment at a time. */
static bool close_empty(void)
{
	for (int i = 0; i < 6000; i++) {
		if (kmk_gate_close(VMAP, 10000000))
			return true;
		kmk_gate_open(VMAP);
		msleep(1);
	}
	return false;
}

static int insider(void *unused)
{
	kmk_gate_enter(VMAP);
	complete(&is_inside);
	wait_for_completion(&may_leave);
	kmk_gate_enter(VMAP);		/* closed by now */
	kmk_gate_leave(VMAP);
	kmk_gate_leave(VMAP);
	kmk_gate_enter(VMAP);
	WRITE_ONCE(passed, 1);
	kmk_gate_leave(VMAP);
	return 0;
}

static struct task_struct *start_insider(struct kunit *test)
{
	struct task_struct *t;

	init_completion(&is_inside);
	init_completion(&may_leave);
	passed = 0;
	t = kthread_create(insider, NULL, "insider");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	wait_for_completion(&is_inside);
	return t;
}

static void closing_says_whether_it_is_empty(struct kunit *test)
{
	struct task_struct *t = start_insider(test);

	KUNIT_EXPECT_FALSE(test, kmk_gate_close(VMAP, 1000000));
	complete(&may_leave);
	KUNIT_EXPECT_TRUE(test, close_empty());	/* a second closing; the first one holds */
	KUNIT_EXPECT_EQ(test, READ_ONCE(passed), 0);
	kmk_gate_open(VMAP);
	KUNIT_EXPECT_TRUE(test, close_empty());
	KUNIT_EXPECT_EQ(test, READ_ONCE(passed), 0);
	kmk_gate_open(VMAP);
	kmk_gate_open(VMAP);
	for (int i = 0; i < 60000 && !READ_ONCE(passed); i++)
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(passed), 1);
	kthread_stop(t);
	put_task_struct(t);
}

static void the_closer_does_not_wait_for_itself(struct kunit *test)
{
	kmk_gate_enter(VMAP);
	kmk_gate_enter(VMAP);
	KUNIT_EXPECT_TRUE(test, close_empty());
	kmk_gate_open(VMAP);
	kmk_gate_leave(VMAP);
	KUNIT_EXPECT_TRUE(test, close_empty());
	kmk_gate_leave(VMAP);
	kmk_gate_open(VMAP);
}

static struct kunit_case gate_cases[] = {
	KUNIT_CASE(closing_says_whether_it_is_empty),
	KUNIT_CASE(the_closer_does_not_wait_for_itself),
	{}
};

static struct kunit_suite gate_suite = { .name = "gate", .test_cases = gate_cases };
kunit_test_suite(gate_suite);
MODULE_LICENSE("MIT");
