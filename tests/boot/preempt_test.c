/* SPDX-License-Identifier: MIT */
/*
 * What only real processors show: who is taken off and who is not, CPUs that are really different, per-CPU
 * arrays edited by threads that the tick takes off in between.
 */
#include <kunit/test.h>
#include <kmemkit/kmemkit.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#define NR	4
#define ROUNDS	100000

static unsigned long spins[NR];
static int quit;

static int spinner(void *data)
{
	unsigned long *count = data;

	while (!READ_ONCE(quit))
		WRITE_ONCE(*count, *count + 1);
	return 0;
}

static void start_spinners(struct task_struct **t)
{
	quit = 0;
	for (int i = 0; i < NR; i++) {
		spins[i] = 0;
		t[i] = get_task_struct(kthread_run(spinner, &spins[i], "spinner%d", i));
	}
}

static void stop_spinners(struct task_struct **t)
{
	WRITE_ONCE(quit, 1);
	for (int i = 0; i < NR; i++) {
		kthread_stop(t[i]);
		put_task_struct(t[i]);
	}
}

/* Threads that never sleep and never call anything share the processors: only the tick can do that. */
static void everybody_runs(struct kunit *test)
{
	struct task_struct *t[NR];

	start_spinners(t);
	for (int i = 0; i < NR; i++)
		for (int wait = 0; wait < 5000 && !READ_ONCE(spins[i]); wait++)
			msleep(1);
	for (int i = 0; i < NR; i++)
		KUNIT_EXPECT_NE(test, READ_ONCE(spins[i]), 0UL);
	stop_spinners(t);
}

/* With one processor nobody else makes progress while preemption is disabled, and somebody does afterwards. */
static void nobody_else_runs(struct kunit *test)
{
	struct task_struct *t[NR];
	unsigned long before, after;
	int same = 0;

	if (num_online_cpus() > 1)
		kunit_skip(test, "others have processors of their own");
	start_spinners(t);
	msleep(20);
	for (int i = 0; i < 10; i++) {
		preempt_disable();
		before = READ_ONCE(spins[0]) + READ_ONCE(spins[1]) + READ_ONCE(spins[2]) + READ_ONCE(spins[3]);
		mdelay(5);
		after = READ_ONCE(spins[0]) + READ_ONCE(spins[1]) + READ_ONCE(spins[2]) + READ_ONCE(spins[3]);
		preempt_enable();
		same += before == after;
	}
	KUNIT_EXPECT_EQ(test, same, 10);
	before = READ_ONCE(spins[0]);
	for (int wait = 0; wait < 5000 && READ_ONCE(spins[0]) == before; wait++)
		msleep(1);
	KUNIT_EXPECT_NE(test, READ_ONCE(spins[0]), before);
	stop_spinners(t);
}

static struct completion met;
static atomic_t here, seen;
static int meeting(void *unused)
{
	get_cpu();
	atomic_or(1 << smp_processor_id(), &seen);
	atomic_inc(&here);
	while (atomic_read(&here) < (int)num_online_cpus())
		cpu_relax();
	put_cpu();
	complete(&met);
	return 0;
}

/* As many threads as processors meet with preemption disabled: each on a processor of its own. */
static void processors_are_real(struct kunit *test)
{
	int n = (int)num_online_cpus();

	init_completion(&met);
	atomic_set(&here, 0);
	atomic_set(&seen, 0);
	for (int i = 0; i < n; i++)
		kthread_run(meeting, NULL, "meeting%d", i);
	for (int i = 0; i < n; i++)
		wait_for_completion(&met);
	KUNIT_EXPECT_EQ(test, atomic_read(&seen), (1 << n) - 1);
}

static void *mailbox[64];
static atomic_t wrong;

/* Objects are marked, handed to whoever comes next, checked and freed there. */
static int churner(void *data)
{
	unsigned long mark = (unsigned long)data << 32;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned long *p = kmalloc(16 + i % 200, GFP_KERNEL);

		if (!p)
			continue;
		p[0] = mark + i;
		p[1] = ~p[0];
		p = xchg(&mailbox[i % ARRAY_SIZE(mailbox)], p);
		if (!p)
			continue;
		if (p[1] != ~p[0])
			atomic_inc(&wrong);
		p[1] = 0;
		kfree(p);
	}
	complete(&met);
	return 0;
}

static void objects_are_never_shared(struct kunit *test)
{
	init_completion(&met);
	atomic_set(&wrong, 0);
	for (long i = 0; i < 2 * NR; i++)
		kthread_run(churner, (void *)i, "churn%ld", i);
	for (int i = 0; i < 2 * NR; i++)
		wait_for_completion(&met);
	for (unsigned int i = 0; i < ARRAY_SIZE(mailbox); i++)
		kfree(xchg(&mailbox[i], NULL));
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, kmemkit_validate(), 0U);
}

static struct kunit_case preempt_cases[] = {
	KUNIT_CASE(everybody_runs),
	KUNIT_CASE(nobody_else_runs),
	KUNIT_CASE(processors_are_real),
	KUNIT_CASE(objects_are_never_shared),
	{}
};

static struct kunit_suite preempt_suite = {
	.name = "preempt",
	.test_cases = preempt_cases,
};
kunit_test_suite(preempt_suite);

MODULE_LICENSE("GPL");
