// SPDX-License-Identifier: MIT
/* Calls of complete headers that few users know: latches, list heads that change places, sleeping checks. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rculist_nulls.h>
#include <linux/rwlock.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>

extern unsigned long kmk_bug_count;

/* ---- sequence counts ---- */

static seqcount_latch_t latch = SEQCNT_LATCH_ZERO(latch);
static unsigned long copies[2][2];
static bool quit;
static unsigned long torn;

static int latch_reader(void *done)
{
	while (!READ_ONCE(quit)) {
		unsigned long a, b;
		unsigned int seq;

		do {
			seq = raw_read_seqcount_latch(&latch);
			a = READ_ONCE(copies[seq & 1][0]);
			b = READ_ONCE(copies[seq & 1][1]);
		} while (raw_read_seqcount_latch_retry(&latch, seq));
		if (a != b)
			WRITE_ONCE(torn, torn + 1);
	}
	complete(done);
	return 0;
}

static void a_latch_s_reader_sees_whole_data(struct kunit *test)
{
	ktime_t end = ktime_add_ms(ktime_get(), 200);
	DECLARE_COMPLETION_ONSTACK(done);

	kthread_run(latch_reader, &done, "reader");
	for (unsigned long n = 1; ktime_before(ktime_get(), end); n++)
		for (int i = 0; i < 2; i++) {
			raw_write_seqcount_latch(&latch);
			WRITE_ONCE(copies[i][0], n);
			WRITE_ONCE(copies[i][1], n);
		}
	WRITE_ONCE(quit, true);
	wait_for_completion(&done);
	KUNIT_EXPECT_EQ(test, torn, 0ul);
}

static void a_disturbed_read_takes_the_lock(struct kunit *test)
{
	static DEFINE_SEQLOCK(lock);
	unsigned long flags;
	int seq = 0, rounds = 0;

	for (;; seq = 1) {
		read_seqbegin_or_lock(&lock, &seq);
		if (!rounds++) {
			write_seqlock(&lock);
			write_sequnlock(&lock);
		} else {
			KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock.lock));
		}
		if (!need_seqretry(&lock, seq))
			break;
	}
	done_seqretry(&lock, seq);
	KUNIT_EXPECT_EQ(test, rounds, 2);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock.lock));
	read_seqlock_excl_irqsave(&lock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	read_sequnlock_excl_irqrestore(&lock, flags);
	seq = (int)read_seqbegin(&lock);
	raw_write_seqcount_barrier(&lock.seqcount);
	KUNIT_EXPECT_TRUE(test, read_seqretry(&lock, (unsigned int)seq));
}

static void a_try_for_writing_restores_the_interrupts(struct kunit *test)
{
	static DEFINE_RWLOCK(lock);
	unsigned long flags = 0;

	read_lock(&lock);
	KUNIT_EXPECT_EQ(test, write_trylock_irqsave(&lock, flags), 0);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	read_unlock(&lock);
	KUNIT_EXPECT_EQ(test, write_trylock_irqsave(&lock, flags), 1);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	write_unlock_irqrestore(&lock, flags);
}

/* ---- lists ---- */

struct thing {
	struct hlist_node node;
	struct hlist_nulls_node nulls;
	int number;
};

static void heads_and_nodes_change_places(struct kunit *test)
{
	struct thing a = { .number = 1 }, b = { .number = 2 }, *t;
	HLIST_HEAD(left);
	HLIST_HEAD(right);
	struct hlist_nulls_head nulls;
	struct hlist_nulls_node *pos;
	int seen = 0;

	hlist_add_head(&a.node, &left);
	hlists_swap_heads_rcu(&left, &right);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&left));
	KUNIT_EXPECT_PTR_EQ(test, right.first, &a.node);
	hlist_add_head(&b.node, &left);
	hlists_swap_heads_rcu(&left, &right);
	hlist_del(&a.node);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&left));
	KUNIT_EXPECT_PTR_EQ(test, right.first, &b.node);
	INIT_HLIST_NULLS_HEAD(&nulls, 3);
	hlist_nulls_add_head_rcu(&a.nulls, &nulls);
	hlist_nulls_replace_init_rcu(&a.nulls, &b.nulls);
	KUNIT_EXPECT_TRUE(test, hlist_nulls_unhashed(&a.nulls));
	hlist_nulls_for_each_entry(t, pos, &nulls, nulls)
		seen += t->number;
	KUNIT_EXPECT_EQ(test, seen, 2);
	KUNIT_EXPECT_EQ(test, get_nulls_value(pos), 3ul);
}

static void a_table_is_walked_without_traces(struct kunit *test)
{
	DEFINE_HASHTABLE(table, 3);
	struct thing a = { .number = 5 }, *t;
	int seen = 0;

	hash_add(table, &a.node, 77);
	rcu_read_lock();
	hash_for_each_possible_rcu_notrace(table, t, node, 77)
		seen += t->number;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, seen, 5);
}

/* ---- who may sleep ---- */

static void checks_of_sleeping(struct kunit *test)
{
	unsigned long before = kmk_bug_count;

	might_fault();
	preempt_disable();
	cant_sleep();
	pagefault_disable();
	might_fault();
	pagefault_enable();
	preempt_enable();
	non_block_start();
	non_block_start();
	non_block_end();
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before);
	might_sleep();
	non_block_end();
	might_sleep();
	cant_sleep();
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 2ul);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_latch_s_reader_sees_whole_data),
	KUNIT_CASE(a_disturbed_read_takes_the_lock),
	KUNIT_CASE(a_try_for_writing_restores_the_interrupts),
	KUNIT_CASE(heads_and_nodes_change_places),
	KUNIT_CASE(a_table_is_walked_without_traces),
	KUNIT_CASE(checks_of_sleeping),
	{}
};

static struct kunit_suite suite = { .name = "names", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
