// SPDX-License-Identifier: MIT
/* Timers and tasklets that are far away, cancelled while they run, or arm themselves. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#define PATIENCE	(30 * HZ)	/* only a hang takes that long */

static int inside, runs;

static void slow_fn(struct timer_list *t)
{
	WRITE_ONCE(inside, 1);
	udelay(15);
	WRITE_ONCE(inside, 0);
}

static void a_try_that_succeeds_finds_it_idle(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 500);
	DEFINE_TIMER(t, slow_fn);
	int bad = 0;

	for (int i = 0; ktime_before(ktime_get(), end) && !bad; i++) {
		mod_timer(&t, jiffies);
		ndelay(i % 64 * 500);
		if (try_to_del_timer_sync(&t) >= 0)
			for (int k = 0; k < 40; k++)
				bad |= READ_ONCE(inside);
		del_timer_sync(&t);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static void rearming_fn(struct timer_list *t)
{
	WRITE_ONCE(runs, runs + 1);
	udelay(2);
	mod_timer(t, jiffies);
}

static void cancelling_ends_what_arms_itself(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 300);
	DEFINE_TIMER(t, rearming_fn);
	int bad = 0;

	for (int n = 0; ktime_before(ktime_get(), end) && !bad; n++) {
		int before;

		mod_timer(&t, jiffies);
		udelay(n % 50);
		del_timer_sync(&t);
		before = READ_ONCE(runs);
		udelay(20);
		bad = READ_ONCE(runs) != before || timer_pending(&t);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
	while (del_timer_sync(&t))
		;
}

static enum hrtimer_restart restarting_fn(struct hrtimer *t)
{
	WRITE_ONCE(runs, runs + 1);
	hrtimer_forward_now(t, ns_to_ktime(1000));
	return HRTIMER_RESTART;
}

static void cancelling_ends_what_restarts(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 300);
	struct hrtimer t;
	int bad = 0;

	hrtimer_init(&t, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	t.function = restarting_fn;
	for (int n = 0; ktime_before(ktime_get(), end) && !bad; n++) {
		int before;

		hrtimer_start(&t, 0, HRTIMER_MODE_REL);
		udelay(n % 50);
		hrtimer_cancel(&t);
		before = READ_ONCE(runs);
		udelay(20);
		bad = READ_ONCE(runs) != before || hrtimer_active(&t);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
	hrtimer_cancel(&t);
}

static void count_fn(struct timer_list *t)
{
	WRITE_ONCE(runs, runs + 1);
}

static void count_work(struct work_struct *w)
{
	WRITE_ONCE(runs, runs + 1);
}

static enum hrtimer_restart count_hr(struct hrtimer *t)
{
	WRITE_ONCE(runs, runs + 1);
	return HRTIMER_NORESTART;
}

static void far_away_is_not_now(struct kunit *test)
{
	static const unsigned long far[] = { MAX_JIFFY_OFFSET, 20000000000000ul, LONG_MAX };
	static DECLARE_DELAYED_WORK(work, count_work);
	DEFINE_TIMER(t, count_fn);
	struct hrtimer hr;

	runs = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(far); i++) {
		mod_timer(&t, jiffies + far[i]);
		schedule_delayed_work(&work, far[i]);
		msleep(10);
		KUNIT_EXPECT_TRUE(test, del_timer_sync(&t));
		KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&work));
	}
	hrtimer_init(&hr, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hr.function = count_hr;
	hrtimer_start(&hr, KTIME_MAX, HRTIMER_MODE_REL);
	msleep(5);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&hr), 1);
	KUNIT_EXPECT_EQ(test, runs, 0);
	hrtimer_start(&hr, -5, HRTIMER_MODE_ABS);
	for (unsigned long end = jiffies + PATIENCE; !READ_ONCE(runs) && time_before(jiffies, end); )
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(runs), 1);
	KUNIT_EXPECT_EQ(test, hrtimer_cancel(&hr), 0);
}

/* When a timer fires depends on its expiry only, not on when it was armed: so an earlier one fires before a later one. */
static void an_expiry_is_one_moment(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 200);
	unsigned long far = jiffies + 1000 * HZ;
	DEFINE_TIMER(t, count_fn);
	u64 when, first = 0;

	do {
		mod_timer(&t, far);
		when = t.kmk_event.when;
		first = first ?: when;
	} while (when == first && ktime_before(ktime_get(), end));
	KUNIT_EXPECT_EQ(test, when, first);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&t), 1);
}

static void pending_only_and_earlier_only(struct kunit *test)
{
	DEFINE_TIMER(t, count_fn);
	unsigned long far = jiffies + 1000 * HZ;	/* none fires meanwhile */

	KUNIT_EXPECT_EQ(test, mod_timer_pending(&t, far + 1000), 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&t));
	KUNIT_EXPECT_EQ(test, timer_reduce(&t, far + 2000), 0);
	KUNIT_EXPECT_EQ(test, timer_reduce(&t, far + 3000), 1);
	KUNIT_EXPECT_EQ(test, t.expires, far + 2000);
	KUNIT_EXPECT_EQ(test, timer_reduce(&t, far + 1000), 1);
	KUNIT_EXPECT_EQ(test, t.expires, far + 1000);
	KUNIT_EXPECT_EQ(test, mod_timer_pending(&t, far + 4000), 1);
	KUNIT_EXPECT_EQ(test, t.expires, far + 4000);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&t), 1);
}

/* ---- tasklets: what keeps the event thread busy lets them queue up ---- */

static char order[8];
static int nr;

static void letter(struct tasklet_struct *t);
static DECLARE_TASKLET(a, letter);
static DECLARE_TASKLET(b, letter);
static DECLARE_TASKLET(c, letter);
static DECLARE_TASKLET(d, letter);

static void letter(struct tasklet_struct *t)
{
	order[nr++ % 7] = t == &a ? 'A' : t == &b ? 'B' : t == &c ? 'C' : 'D';
}

static bool is_busy, may_end;

/* Until it may end, and a while longer: who waits for what comes behind it begins to wait before that. */
static void busy_fn(struct timer_list *t)
{
	WRITE_ONCE(is_busy, true);
	for (int ms = 0; ms < 20000 && !READ_ONCE(may_end); ms++)
		mdelay(1);
	mdelay(30);
}

static void keep_busy(struct kunit *test, struct timer_list *t)
{
	memset(order, 0, sizeof(order));
	nr = 0;
	WRITE_ONCE(may_end, false);
	WRITE_ONCE(is_busy, false);
	mod_timer(t, jiffies);
	for (unsigned long end = jiffies + PATIENCE; !READ_ONCE(is_busy) && time_before(jiffies, end); )
		msleep(1);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(is_busy));
}

static void tasklets_run_in_order(struct kunit *test)
{
	DEFINE_TIMER(t, busy_fn);

	keep_busy(test, &t);
	tasklet_schedule(&a);
	tasklet_schedule(&b);
	tasklet_schedule(&c);
	tasklet_schedule(&d);
	tasklet_schedule(&a);
	WRITE_ONCE(may_end, true);
	tasklet_kill(&d);
	KUNIT_EXPECT_STREQ(test, order, "ABCD");
	del_timer_sync(&t);
}

static void a_killed_tasklet_runs_first(struct kunit *test)
{
	DEFINE_TIMER(t, busy_fn);

	keep_busy(test, &t);
	tasklet_schedule(&a);
	WRITE_ONCE(may_end, true);
	tasklet_kill(&a);
	KUNIT_EXPECT_STREQ(test, order, "A");
	del_timer_sync(&t);
}

static void eternal(struct tasklet_struct *t)
{
	tasklet_schedule(t);
}

static DECLARE_TASKLET(forever, eternal);

static void kill_ends_one_that_schedules_itself(struct kunit *test)
{
	tasklet_schedule(&forever);
	msleep(5);
	tasklet_kill(&forever);
	msleep(5);
	KUNIT_EXPECT_FALSE(test, kmk_event_queued(&forever.kmk_event));
}

/* ---- sleeping with a limit in nanoseconds ---- */

static bool about_to_sleep;

static int waker(void *task)
{
	while (!READ_ONCE(about_to_sleep))
		msleep(1);
	msleep(10);
	wake_up_process(task);
	return 0;
}

static void sleeping_without_a_limit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, schedule_hrtimeout(NULL, HRTIMER_MODE_REL), -EINTR);
	kthread_run(waker, current, "waker");
	set_current_state(TASK_INTERRUPTIBLE);
	WRITE_ONCE(about_to_sleep, true);	/* not before: what wakes a running thread is lost */
	KUNIT_EXPECT_EQ(test, schedule_hrtimeout(NULL, HRTIMER_MODE_REL), -EINTR);
}

static void a_sleeper_is_woken(struct kunit *test)
{
	struct hrtimer_sleeper s;

	hrtimer_init_sleeper(&s, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	hrtimer_set_expires(&s.timer, ktime_add_ms(ktime_get(), 5));
	hrtimer_sleeper_start_expires(&s, HRTIMER_MODE_ABS);
	while (set_current_state(TASK_INTERRUPTIBLE), READ_ONCE(s.task))
		schedule();
	__set_current_state(TASK_RUNNING);
	KUNIT_EXPECT_LE(test, hrtimer_expires_remaining(&s.timer), 0);
	hrtimer_cancel(&s.timer);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_try_that_succeeds_finds_it_idle),
	KUNIT_CASE(cancelling_ends_what_arms_itself),
	KUNIT_CASE(cancelling_ends_what_restarts),
	KUNIT_CASE(far_away_is_not_now),
	KUNIT_CASE(an_expiry_is_one_moment),
	KUNIT_CASE(pending_only_and_earlier_only),
	KUNIT_CASE(tasklets_run_in_order),
	KUNIT_CASE(a_killed_tasklet_runs_first),
	KUNIT_CASE(kill_ends_one_that_schedules_itself),
	KUNIT_CASE(sleeping_without_a_limit),
	KUNIT_CASE(a_sleeper_is_woken),
	{}
};

static struct kunit_suite suite = { .name = "timer_edge", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
