// SPDX-License-Identifier: MIT
/* Grace periods that are polled, memory that goes right after one, references that end in a call-back. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/string.h>

#define PATIENCE	(10 * HZ)	/* only a hang takes that long */

extern unsigned long kmk_bug_count;

static void a_polled_grace_period_comes(struct kunit *test)
{
	for (int round = 0; round < 5; round++) {
		unsigned long cookie = start_poll_synchronize_rcu(), end = jiffies + PATIENCE;

		while (!poll_state_synchronize_rcu(cookie) && time_before(jiffies, end))
			usleep_range(1000, 1100);
		KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(cookie));
	}
}

static void one_whole_grace_period_is_enough(struct kunit *test)
{
	unsigned long cookie = get_state_synchronize_rcu();

	synchronize_rcu();
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(cookie));
}

static void a_reader_holds_up_the_polled_one(struct kunit *test)
{
	unsigned long cookie;

	rcu_read_lock();
	cookie = start_poll_synchronize_rcu();
	mdelay(20);
	KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(cookie));
	rcu_read_unlock();
	cond_synchronize_rcu(cookie);
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(cookie));
}

/* ---- the domain's memory goes right after the last user ---- */

static struct srcu_struct domain;
static int phase, reached;
static bool quit;
static DECLARE_COMPLETION(gone);

static void spin_until(int *word, int least)
{
	while (smp_load_acquire(word) < least && !READ_ONCE(quit))
		cpu_relax();
}

static int reader(void *data)
{
	for (int my = 1; spin_until(&phase, my), !READ_ONCE(quit); my++) {
		int i = srcu_read_lock(&domain);

		smp_store_release(&reached, 2 * my);
		for (volatile int k = 0; k < my % 97; k++)
			;
		srcu_read_unlock(&domain, i);
		smp_store_release(&reached, 2 * my + 1);
	}
	complete(&gone);
	return 0;
}

static void unlocking_ends_with_the_decrement(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 700);
	bool damaged = false;

	phase = reached = quit = 0;
	kthread_run(reader, NULL, "reader");
	for (int p = 1; ktime_before(ktime_get(), end) && !damaged; p++) {
		init_srcu_struct(&domain);
		smp_store_release(&phase, p);
		spin_until(&reached, 2 * p);
		for (volatile int k = 0; k < p / 97 % 61; k++)
			;
		synchronize_srcu(&domain);
		cleanup_srcu_struct(&domain);
		memset(&domain, 0xaa, sizeof(domain));
		spin_until(&reached, 2 * p + 1);
		damaged = memchr_inv(&domain, 0xaa, sizeof(domain));
	}
	KUNIT_EXPECT_FALSE(test, damaged);
	init_srcu_struct(&domain);
	WRITE_ONCE(quit, true);
	wait_for_completion(&gone);
}

static struct rcu_head heads[2];

static void nothing(struct rcu_head *head) { }

static int caller(void *data)
{
	for (int my = 1; spin_until(&phase, my), !READ_ONCE(quit); my++) {
		call_srcu(&domain, &heads[1], nothing);
		smp_store_release(&reached, my);
	}
	complete(&gone);
	return 0;
}

static void two_first_callers_make_one_server(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 700);
	bool damaged = false;

	phase = reached = quit = 0;
	kthread_run(caller, NULL, "caller");
	for (int p = 1; ktime_before(ktime_get(), end) && !damaged; p++) {
		init_srcu_struct(&domain);
		smp_store_release(&phase, p);
		for (volatile int k = 0; k < p % 50; k++)
			;
		call_srcu(&domain, &heads[0], nothing);
		spin_until(&reached, p);
		srcu_barrier(&domain);
		cleanup_srcu_struct(&domain);
		memset(&domain, 0, sizeof(domain));
		usleep_range(50, 60);
		damaged = memchr_inv(&domain, 0, sizeof(domain));
	}
	KUNIT_EXPECT_FALSE(test, damaged);
	WRITE_ONCE(quit, true);
	wait_for_completion(&gone);
}

/* ---- users of both ---- */

static struct percpu_ref ref;
static struct rcu_head ref_head;

static void ref_release(struct percpu_ref *r) { }

static void ref_ends(struct rcu_head *head)
{
	percpu_ref_exit(&ref);
}

static void a_percpu_ref_may_end_in_atomic_context(struct kunit *test)
{
	unsigned long before = kmk_bug_count;

	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, ref_release, 0, GFP_KERNEL), 0);
	call_rcu(&ref_head, ref_ends);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before);
}

static int called[3], nr_called;

static int note(struct notifier_block *nb, unsigned long action, void *data)
{
	called[nr_called++ % 3] = nb->priority * 10 + (int)action;
	return nb->priority == 1 && action == 1 ? NOTIFY_BAD : NOTIFY_OK;
}

SRCU_NOTIFIER_HEAD_STATIC(srcu_chain);
static RAW_NOTIFIER_HEAD(raw_chain);

static void chains_without_locks_and_with_a_way_back(struct kunit *test)
{
	struct notifier_block two = { .notifier_call = note, .priority = 2 };
	struct notifier_block one = { .notifier_call = note, .priority = 1 };
	static ATOMIC_NOTIFIER_HEAD(atomic_chain);

	KUNIT_EXPECT_EQ(test, srcu_notifier_chain_register(&srcu_chain, &two), 0);
	KUNIT_EXPECT_EQ(test, srcu_notifier_call_chain(&srcu_chain, 5, NULL), NOTIFY_OK);
	KUNIT_EXPECT_EQ(test, called[0], 25);
	KUNIT_EXPECT_EQ(test, srcu_notifier_chain_unregister(&srcu_chain, &two), 0);
	srcu_cleanup_notifier_head(&srcu_chain);
	nr_called = 0;
	raw_notifier_chain_register(&raw_chain, &one);
	raw_notifier_chain_register(&raw_chain, &two);
	KUNIT_EXPECT_EQ(test, raw_notifier_call_chain_robust(&raw_chain, 1, 2, NULL), NOTIFY_BAD);
	KUNIT_EXPECT_EQ(test, nr_called, 3);
	KUNIT_EXPECT_EQ(test, called[2], 22);	/* the one before the one that refused */
	KUNIT_EXPECT_TRUE(test, atomic_notifier_call_chain_is_empty(&atomic_chain));
	KUNIT_EXPECT_EQ(test, atomic_notifier_chain_register_unique_prio(&atomic_chain, &two), 0);
	one.priority = 2;
	KUNIT_EXPECT_EQ(test, atomic_notifier_chain_register_unique_prio(&atomic_chain, &one), -EBUSY);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_polled_grace_period_comes),
	KUNIT_CASE(one_whole_grace_period_is_enough),
	KUNIT_CASE(a_reader_holds_up_the_polled_one),
	KUNIT_CASE(two_first_callers_make_one_server),
	KUNIT_CASE(unlocking_ends_with_the_decrement),
	KUNIT_CASE(a_percpu_ref_may_end_in_atomic_context),
	KUNIT_CASE(chains_without_locks_and_with_a_way_back),
	{}
};

static struct kunit_suite suite = { .name = "rcu_edge", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
