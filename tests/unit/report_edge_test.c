// SPDX-License-Identifier: MIT
/* Reports: lines in stacks, threads that end in a section, objects freed with a timer pending. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

extern unsigned long kmk_bug_count;
extern bool kmk_slab_track_all;

static noinline void print_caller(char *buf, size_t size)
{
	snprintf(buf, size, "%pSR|%pS|%ps", __builtin_return_address(0), __builtin_return_address(0),
		 __builtin_return_address(0));
}

static void return_addresses_have_lines(struct kunit *test)
{
	char text[512], *rest;

	if ((long)PAGE_OFFSET < 0)
		kunit_skip(test, "a machine of its own has names, and no debug information");
	print_caller(text, sizeof(text));
	rest = strchr(text, '|');
	KUNIT_ASSERT_NOT_NULL(test, rest);
	*rest = '\0';
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "return_addresses_have_lines+0x"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "report_edge_test.c:"));
	KUNIT_EXPECT_NULL(test, strstr(rest + 1, "report_edge_test.c:"));
}

/* How many reports the other thread makes until it has ended. */
static unsigned long reports_of(int (*fn)(void *))
{
	unsigned long before = kmk_bug_count, n;
	struct task_struct *t = kthread_create(fn, NULL, "ends");

	if (IS_ERR(t))
		return ~0ul;
	get_task_struct(t);
	wake_up_process(t);
	wait_for_completion(&t->kmk_exited);
	n = kmk_bug_count - before;
	kmk_bug_count = before;
	put_task_struct(t);
	return n;
}

static DEFINE_SPINLOCK(returned_with), exited_with;

static int returns_locked(void *data)
{
	spin_lock(&returned_with);
	return 0;
}

static int exits_locked(void *data)
{
	spin_lock_init(&exited_with);
	spin_lock(&exited_with);
	kthread_exit(0);
}

static int exits_with_irqs_off(void *data)
{
	local_irq_disable();
	kthread_complete_and_exit(NULL, 0);
}

static int dies(void *data)
{
	preempt_disable();
	make_task_dead(0);
}

static int exits(void *data)
{
	kthread_exit(0);
}

static void threads_end_outside_sections(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, reports_of(exits), 0ul);
	KUNIT_EXPECT_EQ(test, reports_of(returns_locked), 1ul);
	KUNIT_EXPECT_EQ(test, reports_of(exits_locked), 1ul);
	KUNIT_EXPECT_EQ(test, reports_of(exits_with_irqs_off), 1ul);
	KUNIT_EXPECT_EQ(test, reports_of(dies), 0ul);
	KUNIT_EXPECT_FALSE(test, in_atomic() || irqs_disabled());
}

struct timed {
	char before[40];
	struct timer_list timer;
	struct hrtimer fine;
};

static void never(struct timer_list *t)
{
}

static enum hrtimer_restart never_fine(struct hrtimer *t)
{
	return HRTIMER_NORESTART;
}

static struct timed *timed(struct kunit *test)
{
	struct timed *o = kzalloc(sizeof(*o), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, o);
	timer_setup(&o->timer, never, 0);
	hrtimer_init(&o->fine, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	o->fine.function = never_fine;
	return o;
}

static unsigned long reports_of_free(struct timed *o)
{
	unsigned long before = kmk_bug_count, n;

	kfree(o);
	n = kmk_bug_count - before;
	kmk_bug_count = before;
	return n;
}

static void freed_with_a_timer(struct kunit *test)
{
	struct timed *others[9], *o;

	if (!kmk_slab_track_all)
		kunit_skip(test, "frees are not looked at");
	for (int i = 0; i < 9; i++) {
		others[i] = timed(test);
		mod_timer(&others[i]->timer, jiffies + 100000 + (unsigned long)(i * 7 % 9));
	}
	o = timed(test);
	KUNIT_EXPECT_EQ(test, reports_of_free(o), 0ul);
	o = timed(test);
	mod_timer(&o->timer, jiffies + 100004);
	KUNIT_EXPECT_EQ(test, reports_of_free(o), 1ul);
	o = timed(test);
	hrtimer_start(&o->fine, 1000000000000ull, HRTIMER_MODE_REL);
	KUNIT_EXPECT_EQ(test, reports_of_free(o), 1ul);
	o = timed(test);
	mod_timer(&o->timer, jiffies + 100004);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&o->timer), 1);
	KUNIT_EXPECT_EQ(test, reports_of_free(o), 0ul);
	for (int i = 0; i < 9; i++) {
		KUNIT_EXPECT_EQ(test, del_timer_sync(&others[i]->timer), 1);
		KUNIT_EXPECT_EQ(test, reports_of_free(others[i]), 0ul);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(return_addresses_have_lines),
	KUNIT_CASE(threads_end_outside_sections),
	KUNIT_CASE(freed_with_a_timer),
	{}
};
static struct kunit_suite suite = { .name = "report_edge", .test_cases = cases };
kunit_test_suite(suite);
