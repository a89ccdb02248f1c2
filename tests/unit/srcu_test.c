// SPDX-License-Identifier: MIT
/* Sleepable RCU's callbacks, and per-CPU reference counts through both their forms. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu-refcount.h>
#include <linux/slab.h>
#include <linux/srcu.h>

DEFINE_STATIC_SRCU(fixed);

static struct item { struct rcu_head rcu; int number; } items[64];
static int order[64], seen;

static void note(struct rcu_head *head)
{
	order[seen++] = container_of(head, struct item, rcu)->number;
}

/* call_srcu() does not wait for the reader, its callbacks do; and the other domain's do not. */
static void a_reader_holds_its_own_domain_only(struct kunit *test)
{
	struct srcu_struct other;
	int i;

	KUNIT_ASSERT_EQ(test, init_srcu_struct(&other), 0);
	seen = 0;
	i = srcu_read_lock(&fixed);
	items[0].number = 0;
	call_srcu(&fixed, &items[0].rcu, note);
	items[1].number = 1;
	call_srcu(&other, &items[1].rcu, note);
	srcu_barrier(&other);
	KUNIT_EXPECT_EQ(test, READ_ONCE(seen), 1);
	KUNIT_EXPECT_EQ(test, order[0], 1);
	srcu_read_unlock(&fixed, i);
	srcu_barrier(&fixed);
	KUNIT_EXPECT_EQ(test, READ_ONCE(seen), 2);
	cleanup_srcu_struct(&other);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void callbacks_keep_their_order(struct kunit *test)
{
	for (int round = 0; round < 50; round++) {
		seen = 0;
		for (int n = 0; n < 64; n++) {
			items[n].number = n;
			call_srcu(&fixed, &items[n].rcu, note);
		}
		srcu_barrier(&fixed);
		KUNIT_ASSERT_EQ(test, seen, 64);
		for (int n = 0; n < 64; n++)
			KUNIT_ASSERT_EQ(test, order[n], n);
	}
}

/* The domain is freed as soon as cleanup returns. */
static void domains_come_and_go(struct kunit *test)
{
	for (int n = 0; n < 200; n++) {
		struct srcu_struct *s = kmalloc(sizeof(*s), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, s);
		init_srcu_struct(s);
		seen = 0;
		call_srcu(s, &items[0].rcu, note);
		srcu_barrier(s);
		cleanup_srcu_struct(s);
		KUNIT_ASSERT_EQ(test, seen, 1);
		memset(s, 0x5a, sizeof(*s));
		kfree(s);
	}
}

static DECLARE_COMPLETION(gone);
static int released, confirmed;

static void release(struct percpu_ref *ref)
{
	released++;
	complete(&gone);
}

static void confirm(struct percpu_ref *ref) { confirmed++; }

static void a_kill_waits_for_the_last_put(struct kunit *test)
{
	struct percpu_ref ref;

	released = confirmed = 0;
	reinit_completion(&gone);
	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, release, 0, GFP_KERNEL), 0);
	percpu_ref_get_many(&ref, 3);
	percpu_ref_put(&ref);
	KUNIT_EXPECT_FALSE(test, percpu_ref_is_zero(&ref));
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget_live(&ref));
	percpu_ref_kill_and_confirm(&ref, confirm);
	KUNIT_EXPECT_TRUE(test, percpu_ref_is_dying(&ref));
	KUNIT_EXPECT_FALSE(test, percpu_ref_tryget_live(&ref));
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget(&ref));
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, confirmed, 1);
	percpu_ref_put_many(&ref, 3);
	KUNIT_EXPECT_EQ(test, released, 0);
	percpu_ref_put(&ref);
	wait_for_completion(&gone);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_TRUE(test, percpu_ref_is_zero(&ref));
	KUNIT_EXPECT_FALSE(test, percpu_ref_tryget(&ref));
	percpu_ref_exit(&ref);
}

static void both_forms_and_a_second_life(struct kunit *test)
{
	struct percpu_ref ref;

	released = 0;
	reinit_completion(&gone);
	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL), 0);
	percpu_ref_get(&ref);
	percpu_ref_switch_to_atomic_sync(&ref);
	percpu_ref_put(&ref);
	percpu_ref_get(&ref);
	percpu_ref_switch_to_percpu(&ref);
	percpu_ref_put(&ref);
	percpu_ref_kill(&ref);
	wait_for_completion(&gone);
	percpu_ref_reinit(&ref);
	KUNIT_EXPECT_FALSE(test, percpu_ref_is_dying(&ref));
	KUNIT_EXPECT_TRUE(test, percpu_ref_tryget_live(&ref));
	percpu_ref_put(&ref);
	reinit_completion(&gone);
	percpu_ref_kill(&ref);
	wait_for_completion(&gone);
	KUNIT_EXPECT_EQ(test, released, 2);
	percpu_ref_kill(&ref);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	percpu_ref_exit(&ref);
	KUNIT_ASSERT_EQ(test, percpu_ref_init(&ref, release, PERCPU_REF_INIT_DEAD, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, percpu_ref_tryget_live(&ref));
	percpu_ref_exit(&ref);
}

static struct percpu_ref shared;
static unsigned long taken;

static int taker(void *arg)
{
	unsigned long n = 0;

	while (percpu_ref_tryget_live(&shared)) {
		n++;
		if (n % 3)
			percpu_ref_put(&shared);
		else
			__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
	}
	complete((struct completion *)arg);
	return 0;
}

/* Threads take and keep references while the count changes its form under them: none is lost. */
static void switches_lose_no_reference(struct kunit *test)
{
	struct completion done[3];

	for (int round = 0; round < 5; round++) {
		released = 0;
		taken = 0;
		reinit_completion(&gone);
		KUNIT_ASSERT_EQ(test, percpu_ref_init(&shared, release, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL), 0);
		for (int i = 0; i < 3; i++) {
			init_completion(&done[i]);
			KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(taker, &done[i], "taker%d", i)));
		}
		for (int i = 0; i < 10; i++) {
			percpu_ref_switch_to_atomic_sync(&shared);
			percpu_ref_switch_to_percpu(&shared);
		}
		percpu_ref_kill(&shared);
		for (int i = 0; i < 3; i++)
			wait_for_completion(&done[i]);
		rcu_barrier();
		KUNIT_ASSERT_EQ(test, released, taken ? 0 : 1);
		if (taken)
			percpu_ref_put_many(&shared, taken);
		wait_for_completion(&gone);
		KUNIT_EXPECT_EQ(test, released, 1);
		percpu_ref_exit(&shared);
	}
}

static struct kunit_case srcu_cases[] = {
	KUNIT_CASE(a_reader_holds_its_own_domain_only),
	KUNIT_CASE(callbacks_keep_their_order),
	KUNIT_CASE(domains_come_and_go),
	KUNIT_CASE(a_kill_waits_for_the_last_put),
	KUNIT_CASE(both_forms_and_a_second_life),
	KUNIT_CASE(switches_lose_no_reference),
	{}
};

static struct kunit_suite srcu_suite = { .name = "srcu", .test_cases = srcu_cases };
kunit_test_suite(srcu_suite);
MODULE_LICENSE("GPL");
