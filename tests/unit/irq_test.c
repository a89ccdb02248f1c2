// SPDX-License-Identifier: MIT
/* Interrupt lines. */
#include <kunit/test.h>
#include <kmemkit/irq.h>
#include <kmemkit/kunit.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#define LINE 9

static atomic_t calls, thread_calls;
static bool in_irq, in_thread, raised_level;
static irqreturn_t answer;

static irqreturn_t handler(int irq, void *dev)
{
	in_irq = in_hardirq() && irqs_disabled() && irq == LINE;
	atomic_inc(&calls);
	if (raised_level && atomic_read(&calls) == 3)
		kmk_irq_level(LINE, raised_level = false);
	return answer;
}

static irqreturn_t thread_fn(int irq, void *dev)
{
	in_thread = !in_interrupt() && preempt_count() == 0;
	msleep(2);
	atomic_inc(&thread_calls);
	return IRQ_HANDLED;
}

static int irq_init(struct kunit *test)
{
	atomic_set(&calls, 0);
	atomic_set(&thread_calls, 0);
	in_irq = in_thread = raised_level = false;
	answer = IRQ_HANDLED;
	return 0;
}

static void edge_calls_the_handler(struct kunit *test)
{
	unsigned long before = kmk_irq_count(LINE);

	kmk_irq_raise(LINE);		/* nobody there: lost */
	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, 0, "test", &calls), 0);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 0);
	kmk_irq_raise(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
	KUNIT_EXPECT_TRUE(test, in_irq);
	KUNIT_EXPECT_EQ(test, kmk_irq_count(LINE), before + 1);
	KUNIT_EXPECT_STREQ(test, free_irq(LINE, &calls), "test");
	kmk_irq_raise(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
}

static void level_calls_until_let_down(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, 0, "test", &calls), 0);
	raised_level = true;
	kmk_irq_level(LINE, true);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 3);
	free_irq(LINE, &calls);
}

static void disabled_lines_remember(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, 0, "test", &calls), 0);
	disable_irq(LINE);
	disable_irq_nosync(LINE);
	kmk_irq_raise(LINE);
	kmk_irq_raise(LINE);
	kmk_irq_settle(LINE);
	enable_irq(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 0);
	enable_irq(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
	enable_irq(LINE);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	free_irq(LINE, &calls);
}

static void threads_run_afterwards(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, NULL, thread_fn, IRQF_ONESHOT, "test", &calls), 0);
	kmk_irq_raise(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&thread_calls), 1);
	KUNIT_EXPECT_TRUE(test, in_thread);
	kmk_irq_raise(LINE);
	kmk_irq_raise(LINE);
	synchronize_irq(LINE);
	free_irq(LINE, &calls);

	answer = IRQ_WAKE_THREAD;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(LINE, handler, thread_fn, 0, "test", &calls), 0);
	kmk_irq_raise(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
	KUNIT_EXPECT_GE(test, atomic_read(&thread_calls), 2);
	free_irq(LINE, &calls);
}

static void lines_are_shared_by_consent(struct kunit *test)
{
	int a, b;

	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, IRQF_SHARED, "a", &a), 0);
	KUNIT_EXPECT_EQ(test, request_irq(LINE, handler, 0, "alone", &b), -EBUSY);
	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, IRQF_SHARED, "b", &b), 0);
	kmk_irq_raise(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 2);
	KUNIT_EXPECT_STREQ(test, free_irq(LINE, &a), "a");
	KUNIT_EXPECT_STREQ(test, free_irq(LINE, &b), "b");
	KUNIT_EXPECT_NULL(test, free_irq(LINE, &b));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	KUNIT_EXPECT_EQ(test, request_irq(KMK_NR_IRQS, handler, 0, "x", &a), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(LINE, NULL, 0, "x", &a), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(LINE, handler, IRQF_SHARED, "x", NULL), -EINVAL);
}

static void unwanted_line_is_switched_off(struct kunit *test)
{
	answer = IRQ_NONE;
	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, 0, "test", &calls), 0);
	kmk_irq_level(LINE, true);
	while (atomic_read(&calls) < KMK_IRQ_STORM)
		msleep(1);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), KMK_IRQ_STORM);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kmk_irq_level(LINE, false);
	free_irq(LINE, &calls);
}

/* Two devices hold it up: it stays up until both let go. */
static void level_is_counted(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, request_irq(LINE, handler, 0, "test", &calls), 0);
	disable_irq(LINE);
	kmk_irq_level(LINE, true);
	kmk_irq_level(LINE, true);
	kmk_irq_level(LINE, false);
	raised_level = true;		/* the handler lets go at its third call */
	enable_irq(LINE);
	kmk_irq_settle(LINE);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 3);
	kmk_irq_level(LINE, false);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	free_irq(LINE, &calls);
}

static struct kunit_case irq_cases[] = {
	KUNIT_CASE(edge_calls_the_handler),
	KUNIT_CASE(level_calls_until_let_down),
	KUNIT_CASE(level_is_counted),
	KUNIT_CASE(disabled_lines_remember),
	KUNIT_CASE(threads_run_afterwards),
	KUNIT_CASE(lines_are_shared_by_consent),
	KUNIT_CASE(unwanted_line_is_switched_off),
	{}
};

static struct kunit_suite irq_suite = {
	.name = "irq",
	.init = irq_init,
	.test_cases = irq_cases,
};
kunit_test_suite(irq_suite);
MODULE_LICENSE("Dual MIT/GPL");
