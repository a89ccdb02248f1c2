// SPDX-License-Identifier: MIT
/* Work queues where items queue themselves, free themselves, and are cancelled or flushed meanwhile. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#define PATIENCE	(20 * HZ)	/* only a hang takes that long */

static bool quit;
static int runs;

/* Does fn(arg) end by itself? If not, quit is set, which lets it end. */
struct attempt {
	void (*fn)(void *arg);
	void *arg;
	struct completion done;
};

static int attempt_thread(void *data)
{
	struct attempt *a = data;

	a->fn(a->arg);
	complete(&a->done);
	return 0;
}

static bool ends(void (*fn)(void *arg), void *arg)
{
	struct attempt a = { .fn = fn, .arg = arg };
	bool in_time;

	init_completion(&a.done);
	kthread_run(attempt_thread, &a, "attempt");
	in_time = wait_for_completion_timeout(&a.done, PATIENCE);
	WRITE_ONCE(quit, true);
	if (!in_time)
		wait_for_completion(&a.done);
	return in_time;
}

static void again_fn(struct work_struct *w)
{
	WRITE_ONCE(runs, runs + 1);
	udelay(200);
	if (!READ_ONCE(quit))
		schedule_work(w);
}

static DECLARE_WORK(again, again_fn);

static void do_cancel(void *w)
{
	cancel_work_sync(w);
}

static void do_flush(void *w)
{
	flush_work(w);
}

static void cancel_ends_an_item_that_queues_itself(struct kunit *test)
{
	int after;

	for (int i = 0; i < 40; i++) {
		WRITE_ONCE(quit, false);
		schedule_work(&again);
		usleep_range(300 + i * 10, 1000);
		if (i == 0)
			KUNIT_EXPECT_TRUE(test, ends(do_cancel, &again));
		else
			cancel_work_sync(&again);
		after = READ_ONCE(runs);
		usleep_range(500, 600);
		KUNIT_EXPECT_EQ(test, READ_ONCE(runs), after);
	}
	WRITE_ONCE(quit, true);
	cancel_work_sync(&again);
}

static void flush_waits_for_one_queueing(struct kunit *test)
{
	WRITE_ONCE(quit, false);
	schedule_work(&again);
	KUNIT_EXPECT_TRUE(test, ends(do_flush, &again));
	cancel_work_sync(&again);
}

static void count_fn(struct work_struct *w)
{
	WRITE_ONCE(runs, runs + 1);
}

static void flush_does_not_wait_for_a_timer(struct kunit *test)
{
	static DECLARE_DELAYED_WORK(later, count_fn);
	unsigned long start = jiffies;

	schedule_delayed_work(&later, 2 * PATIENCE);
	KUNIT_EXPECT_FALSE(test, flush_work(&later.work));
	KUNIT_EXPECT_LT(test, jiffies - start, (unsigned long)PATIENCE);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&later));
	KUNIT_EXPECT_FALSE(test, flush_delayed_work(&later));
}

static struct delayed_work poller;

static void poll_fn(struct work_struct *w)
{
	WRITE_ONCE(runs, runs + 1);
	if (!READ_ONCE(quit))
		schedule_delayed_work(&poller, 2);
}

static void do_flush_delayed(void *w)
{
	flush_delayed_work(w);
}

static void do_cancel_delayed(void *w)
{
	cancel_delayed_work_sync(w);
}

static void a_poller_is_flushed_and_cancelled(struct kunit *test)
{
	int after;

	INIT_DELAYED_WORK(&poller, poll_fn);
	WRITE_ONCE(quit, false);
	schedule_delayed_work(&poller, 2);
	KUNIT_EXPECT_TRUE(test, ends(do_flush_delayed, &poller));
	cancel_delayed_work_sync(&poller);
	WRITE_ONCE(quit, false);
	schedule_delayed_work(&poller, 2);
	msleep(5);
	KUNIT_EXPECT_TRUE(test, ends(do_cancel_delayed, &poller));
	after = READ_ONCE(runs);
	msleep(10);
	KUNIT_EXPECT_EQ(test, READ_ONCE(runs), after);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&poller));
}

/* An item frees itself; the one that gets its memory is another item, and runs while the first one waits. */
struct job {
	struct work_struct work;
};

static struct job *second;
static bool second_ran;
static DECLARE_COMPLETION(second_done);
static DECLARE_COMPLETION(first_done);

static void second_fn(struct work_struct *w)
{
	complete(&second_done);
}

static void first_fn(struct work_struct *w)
{
	kfree(container_of(w, struct job, work));
	second = kmalloc(sizeof(*second), GFP_KERNEL);
	INIT_WORK(&second->work, second_fn);
	schedule_work(&second->work);
	second_ran = wait_for_completion_timeout(&second_done, PATIENCE);
	complete(&first_done);
}

static void an_item_at_a_freed_address_is_another(struct kunit *test)
{
	struct job *j = kmalloc(sizeof(*j), GFP_KERNEL);

	INIT_WORK(&j->work, first_fn);
	schedule_work(&j->work);
	wait_for_completion(&first_done);
	KUNIT_EXPECT_TRUE(test, second_ran);
	flush_scheduled_work();
	kfree(second);
}

static struct workqueue_struct *chain_wq;
static int chain_left, chain_ran;

static void chain_fn(struct work_struct *w)
{
	chain_ran++;
	msleep(2);
	if (--chain_left > 0)
		queue_work(chain_wq, w);
}

static DECLARE_WORK(chain, chain_fn);

static void draining_follows_a_chain(struct kunit *test)
{
	chain_wq = alloc_workqueue("chain", 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, chain_wq);
	for (int i = 0; i < 2; i++) {
		chain_left = 5;
		chain_ran = 0;
		queue_work(chain_wq, &chain);
		if (i)
			destroy_workqueue(chain_wq);
		else
			drain_workqueue(chain_wq);
		KUNIT_EXPECT_EQ(test, chain_ran, 5);
	}
}

/* Each queueing that succeeded is one run. */
static struct delayed_work wanted;
static atomic_t wanted_runs, wanted_trues;

static void wanted_fn(struct work_struct *w)
{
	atomic_inc(&wanted_runs);
}

static int queuer(void *data)
{
	struct completion *done = data;

	for (unsigned int i = 0; !READ_ONCE(quit); i++) {
		if (schedule_delayed_work(&wanted, i % 2))
			atomic_inc(&wanted_trues);
		if (i % 8 == 0)
			ndelay(500);
	}
	complete(done);
	return 0;
}

static void each_queueing_is_one_run(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);

	INIT_DELAYED_WORK(&wanted, wanted_fn);
	WRITE_ONCE(quit, false);
	kthread_run(queuer, &done, "queuer");
	kthread_run(queuer, &done, "queuer");
	msleep(400);
	WRITE_ONCE(quit, true);
	wait_for_completion(&done);
	wait_for_completion(&done);
	flush_delayed_work(&wanted);
	KUNIT_EXPECT_EQ(test, atomic_read(&wanted_runs), atomic_read(&wanted_trues));
}

static atomic_t now, most, allowed;
static unsigned long crowd_end;

/* All wait for the limit to be reached, however slowly the machine starts them, and then for one too many. */
static void crowd_fn(struct work_struct *w)
{
	int v = atomic_inc_return(&now), seen = atomic_read(&most);

	while (v > seen && !atomic_try_cmpxchg(&most, &seen, v))
		;
	while (atomic_read(&most) < atomic_read(&allowed) && time_before(jiffies, crowd_end))
		msleep(5);
	msleep(5);
	atomic_dec(&now);
}

static void the_limit_of_a_queue_can_change(struct kunit *test)
{
	static struct work_struct items[8];
	struct workqueue_struct *wq = alloc_workqueue("crowd", 0, 3);

	for (int limit = 3; limit >= 1; limit -= 2) {
		atomic_set(&most, 0);
		atomic_set(&allowed, limit);
		crowd_end = jiffies + PATIENCE;
		workqueue_set_max_active(wq, limit);
		for (int i = 0; i < 8; i++) {
			INIT_WORK(&items[i], crowd_fn);
			queue_work(wq, &items[i]);
		}
		flush_workqueue(wq);
		KUNIT_EXPECT_EQ(test, atomic_read(&most), limit);
	}
	destroy_workqueue(wq);
}

/* All run at once, each with its own CPU. */
static int cpu_hits[NR_CPUS];
static atomic_t arrived, alone, strayed;

static void each_fn(struct work_struct *w)
{
	unsigned long end = jiffies + PATIENCE;
	int cpu = get_cpu();

	cpu_hits[cpu]++;
	put_cpu();
	atomic_inc(&arrived);
	while (atomic_read(&arrived) < (int)num_online_cpus() && time_before(jiffies, end))
		usleep_range(1000, 2000);
	if (atomic_read(&arrived) < (int)num_online_cpus())
		atomic_inc(&alone);
	if (get_cpu() != cpu)		/* after it slept, too */
		atomic_inc(&strayed);
	put_cpu();
}

static long which_cpu(void *arg)
{
	long cpu = get_cpu();

	put_cpu();
	return cpu;
}

static void each_cpu_gets_its_item(struct kunit *test)
{
	int cpu;

	KUNIT_ASSERT_EQ(test, schedule_on_each_cpu(each_fn), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&arrived), (int)num_online_cpus());
	KUNIT_EXPECT_EQ(test, atomic_read(&alone), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&strayed), 0);
	for_each_online_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, cpu_hits[cpu], 1);
		KUNIT_EXPECT_EQ(test, work_on_cpu(cpu, which_cpu, NULL), (long)cpu);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancel_ends_an_item_that_queues_itself),
	KUNIT_CASE(flush_waits_for_one_queueing),
	KUNIT_CASE(flush_does_not_wait_for_a_timer),
	KUNIT_CASE(a_poller_is_flushed_and_cancelled),
	KUNIT_CASE(an_item_at_a_freed_address_is_another),
	KUNIT_CASE(draining_follows_a_chain),
	KUNIT_CASE(each_queueing_is_one_run),
	KUNIT_CASE(the_limit_of_a_queue_can_change),
	KUNIT_CASE(each_cpu_gets_its_item),
	{}
};

static struct kunit_suite suite = { .name = "workqueue_edge", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
