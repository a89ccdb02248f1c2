// SPDX-License-Identifier: MIT
/*
 * Readers under RCU compare keys that somebody is just changing: lib/rhashtable.c does. What memcmp() says of such
 * bytes may be out of date, but it must be true of something that was there: a comparison that looks at a byte
 * twice finds a difference, and then none.
 */
#include <kunit/test.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#define ROUNDS	3000000

struct key { u32 id, owner; };

static struct key shared;

/* Never equal to the key, though each byte of it is now and then. */
static int changes(void *arg)
{
	for (u32 i = 0; !kthread_should_stop(); i++) {
		WRITE_ONCE(shared.id, i);
		for (u32 k = i % 64; k; k--)
			cpu_relax();		/* each of both is there for a while */
		WRITE_ONCE(shared.id, 0x7fffffff);
	}
	return 0;
}

static void no_byte_is_read_twice(struct kunit *test)
{
	struct key key = { 0x23ff, 5 };
	struct task_struct *t;
	unsigned long equal = 0, less = 0;
	size_t size = sizeof(key);
	int got;

	shared = (struct key){ 0, 6 };
	OPTIMIZER_HIDE_VAR(size);		/* as lib/rhashtable.c: known at run time only */
	t = kthread_run(changes, NULL, "changes");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	while (!READ_ONCE(shared.id))
		cond_resched();
	for (unsigned int i = 0; i < ROUNDS; i++) {
		got = memcmp(&shared, &key, size);
		equal += !got;
		less += got < 0;
		barrier();		/* the compiler may take memcmp() for a function of its arguments */
	}
	kthread_stop(t);
	KUNIT_EXPECT_EQ(test, equal, 0ul);
	kunit_info(test, "%lu of %u less\n", less, ROUNDS);
}

static void order_of_bytes(struct kunit *test)
{
	unsigned char a[40], b[40];

	for (size_t n = 0; n <= sizeof(a); n++)
		for (size_t at = 0; at < n; at++) {
			memset(a, 0x80, sizeof(a));
			memset(b, 0x80, sizeof(b));
			KUNIT_EXPECT_EQ(test, memcmp(a, b, n), 0);
			b[at]++;
			a[n - 1] += n - 1 > at;		/* later bytes do not count */
			KUNIT_EXPECT_LT(test, memcmp(a, b, n), 0);
			KUNIT_EXPECT_GT(test, memcmp(b, a, n), 0);
			KUNIT_EXPECT_EQ(test, memcmp(a, b, at), 0);
		}
}

static struct kunit_case memcmp_race_cases[] = {
	KUNIT_CASE(no_byte_is_read_twice), KUNIT_CASE(order_of_bytes), {}
};

static struct kunit_suite memcmp_race_suite = { .name = "memcmp_race", .test_cases = memcmp_race_cases };

kunit_test_suite(memcmp_race_suite);
MODULE_LICENSE("Dual MIT/GPL");
