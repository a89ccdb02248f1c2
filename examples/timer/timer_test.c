// SPDX-License-Identifier: MIT
/*
 * KUnit suite of the timer driver, on the simulated device. Cases that must not depend on the machine's
 * speed freeze the device's time and let it expire by hand.
 */
#include <kmemkit/irq.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/ioport.h>
#include <linux/ktime.h>
#include <linux/preempt.h>

#include "timer.h"
#include "timer_sim.h"

#define PHYS	0xfed10000
#define IRQ	5

static struct timer_sim sim;
static struct timer_dev *timer;
static atomic_t calls;
static bool in_irq;

static void expired(void *data)
{
	in_irq = in_hardirq();
	atomic_inc(data);
}

static int timer_test_init(struct kunit *test)
{
	atomic_set(&calls, 0);
	KUNIT_ASSERT_EQ(test, timer_sim_plug(&sim, PHYS, IRQ), 0);
	timer = timer_probe(PHYS, IRQ);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, timer);
	return 0;
}

static void timer_test_exit(struct kunit *test)
{
	if (!IS_ERR_OR_NULL(timer))
		timer_remove(timer);
	timer = NULL;
	KUNIT_EXPECT_EQ(test, timer_sim_unplug(&sim), 0);
}

static void one_shot(struct kunit *test, bool late)
{
	u64 t0 = ktime_get_ns();

	timer_start(timer, 2000, false, expired, &calls);
	if (late)
		msleep(10);
	KUNIT_EXPECT_EQ(test, timer_wait(timer, 30000), 0);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - t0, 2000000ULL);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
	KUNIT_EXPECT_TRUE(test, in_irq);
	KUNIT_EXPECT_EQ(test, timer_expirations(timer), 1UL);
	KUNIT_EXPECT_EQ(test, timer_left(timer), 0U);
}

static void timer_test_one_shot(struct kunit *test)
{
	one_shot(test, false);
}

/* Whoever begins to wait after the interrupt does not wait for another. */
static void timer_test_late_wait(struct kunit *test)
{
	one_shot(test, true);
}

static void timer_test_periodic(struct kunit *test)
{
	int i;

	sim.frozen = true;
	timer_start(timer, 1000, true, expired, &calls);
	for (i = 1; i <= 10; i++) {
		timer_sim_expire(&sim);
		kmk_irq_settle(IRQ);
		KUNIT_EXPECT_EQ(test, atomic_read(&calls), i);
	}
	timer_stop(timer);
	timer_sim_expire(&sim);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 10);
}

static void timer_test_runs_down(struct kunit *test)
{
	u32 first, then;

	timer_start(timer, 60000000, false, NULL, NULL);
	first = timer_left(timer);
	KUNIT_EXPECT_LE(test, first, 60000000U);
	KUNIT_EXPECT_GT(test, first, 0U);
	do
		then = timer_left(timer);
	while (then == first);
	KUNIT_EXPECT_LT(test, then, first);
	timer_stop(timer);
	KUNIT_EXPECT_EQ(test, timer_left(timer), 0U);
	KUNIT_EXPECT_EQ(test, timer_wait(timer, 1), -ETIMEDOUT);
}

/* Stopped between its expiry and the interrupt: the driver sees a line that is none of its own. */
static void timer_test_stop_wins(struct kunit *test)
{
	sim.frozen = true;
	timer_start(timer, 1000, false, expired, &calls);
	timer_stop(timer);
	kmk_irq_raise(IRQ);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 0);
	KUNIT_EXPECT_EQ(test, timer_expirations(timer), 0UL);
}

static void timer_test_probe_fails(struct kunit *test)
{
	struct timer_sim other;

	KUNIT_EXPECT_EQ(test, PTR_ERR(timer_probe(PHYS, IRQ)), (long)-EBUSY);
	KUNIT_EXPECT_EQ(test, PTR_ERR(timer_probe(PHYS + 0x10000, IRQ)), (long)-ENOMEM);
	KUNIT_ASSERT_EQ(test, timer_sim_plug(&other, PHYS + 0x10000, IRQ), 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(timer_probe(PHYS + 0x10000, KMK_NR_IRQS)), (long)-EINVAL);
	other.id = 0;
	KUNIT_EXPECT_EQ(test, PTR_ERR(timer_probe(PHYS + 0x10000, IRQ)), (long)-ENODEV);
	KUNIT_EXPECT_EQ(test, timer_sim_unplug(&other), 0);
}

/* Two devices on one line: each handler finds out whether it was meant. */
static void timer_test_shared_line(struct kunit *test)
{
	static atomic_t other_calls;
	struct timer_sim other_sim;
	struct timer_dev *other;

	atomic_set(&other_calls, 0);
	KUNIT_ASSERT_EQ(test, timer_sim_plug(&other_sim, PHYS + 0x10000, IRQ), 0);
	other = timer_probe(PHYS + 0x10000, IRQ);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	sim.frozen = other_sim.frozen = true;
	timer_start(timer, 1000, false, expired, &calls);
	timer_start(other, 1000, false, expired, &other_calls);
	timer_sim_expire(&other_sim);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&other_calls), 1);
	timer_remove(other);
	KUNIT_EXPECT_EQ(test, timer_sim_unplug(&other_sim), 0);
	timer_sim_expire(&sim);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
}

/* One expires; the other is started, and unplugged, while the line is off: the first one's interrupt still comes. */
static void timer_test_shared_level(struct kunit *test)
{
	struct timer_sim other_sim;
	struct timer_dev *other;

	KUNIT_ASSERT_EQ(test, timer_sim_plug(&other_sim, PHYS + 0x10000, IRQ), 0);
	other = timer_probe(PHYS + 0x10000, IRQ);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	sim.frozen = other_sim.frozen = true;
	timer_start(timer, 1000, false, expired, &calls);
	disable_irq(IRQ);
	timer_sim_expire(&sim);
	timer_start(other, 1000, false, NULL, NULL);
	timer_stop(other);
	enable_irq(IRQ);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 1);
	timer_start(timer, 1000, false, expired, &calls);
	disable_irq(IRQ);
	timer_sim_expire(&sim);
	enable_irq(IRQ);
	timer_remove(other);
	KUNIT_EXPECT_EQ(test, timer_sim_unplug(&other_sim), 0);
	kmk_irq_settle(IRQ);
	KUNIT_EXPECT_EQ(test, atomic_read(&calls), 2);
}

static struct kunit_case timer_test_cases[] = {
	KUNIT_CASE(timer_test_one_shot),
	KUNIT_CASE(timer_test_late_wait),
	KUNIT_CASE(timer_test_periodic),
	KUNIT_CASE(timer_test_runs_down),
	KUNIT_CASE(timer_test_stop_wins),
	KUNIT_CASE(timer_test_probe_fails),
	KUNIT_CASE(timer_test_shared_line),
	KUNIT_CASE(timer_test_shared_level),
	{}
};

static struct kunit_suite timer_test_suite = {
	.name = "timer",
	.init = timer_test_init,
	.exit = timer_test_exit,
	.test_cases = timer_test_cases,
};
kunit_test_suite(timer_test_suite);
