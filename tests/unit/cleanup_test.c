// SPDX-License-Identifier: MIT
/* linux/cleanup.h: what leaves a scope is given back, by every way out, last first. */
#include <kunit/test.h>
#include <linux/cleanup.h>
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char order[16];
static unsigned int n;

static int note(char c)
{
	order[n++] = c;
	order[n] = '\0';
	return c;
}

DEFINE_FREE(note, char *, if (_T) note(*_T))
DEFINE_CLASS(noted, char, note((char)(_T - 'a' + 'A')), (char)note(c), char c)

static int cleanup_test_init(struct kunit *test)
{
	n = 0;
	order[0] = '\0';
	return 0;
}

static void early(int how)
{
	char a = 'a', b = 'b';
	char *first __free(note) = &a;
	char *second __free(note) = &b;

	if (how == 1)
		return;
	if (how == 2)
		second = NULL;
	if (how == 3)
		(void)no_free_ptr(first);
}

static void free_at_the_end(struct kunit *test)
{
	early(1);
	KUNIT_EXPECT_STREQ(test, order, "ba");
	n = 0;
	early(2);
	KUNIT_EXPECT_STREQ(test, order, "a");
	n = 0;
	early(3);
	KUNIT_EXPECT_STREQ(test, order, "b");
}

static char *keep(char *p)
{
	char *mine __free(note) = p;

	return_ptr(mine);
}

static void returned_pointers_live(struct kunit *test)
{
	char c = 'c';

	KUNIT_EXPECT_PTR_EQ(test, keep(&c), &c);
	KUNIT_EXPECT_EQ(test, n, 0u);
}

static void classes(struct kunit *test)
{
	{
		CLASS(noted, x)('x');
		CLASS(noted, y)('y');

		KUNIT_EXPECT_EQ(test, x, 'x');
		KUNIT_EXPECT_EQ(test, y, 'y');
		KUNIT_EXPECT_STREQ(test, order, "xy");
	}
	KUNIT_EXPECT_STREQ(test, order, "xyYX");
}

/* Leaks are counted at the end of the run; a double free would be reported here. */
static void memory(struct kunit *test)
{
	void *a __free(kfree) = kmalloc(100, GFP_KERNEL);
	void *b __free(kvfree) = kvmalloc(100000, GFP_KERNEL);
	void *c __free(kfree) = NULL;
	void *d __free(kfree) = ERR_PTR(-ENOMEM);
	void *e __free(kfree_sensitive) = kmalloc(10, GFP_KERNEL);
	void *f __free(free_page) = (void *)__get_free_page(GFP_KERNEL);
	void *g __free(kfree) = kmalloc(8, GFP_KERNEL);

	KUNIT_EXPECT_TRUE(test, a && b && !c && IS_ERR(d) && e && f);
	kfree(no_free_ptr(g));
	KUNIT_EXPECT_NULL(test, g);
}

static DEFINE_MUTEX(lock);

static int guarded(bool leave)
{
	guard(mutex)(&lock);

	if (leave)
		return mutex_is_locked(&lock);
	return mutex_is_locked(&lock) + 1;
}

static void guards(struct kunit *test)
{
	int rounds = 0;

	KUNIT_EXPECT_EQ(test, guarded(true), 1);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	KUNIT_EXPECT_EQ(test, guarded(false), 2);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	scoped_guard(mutex, &lock) {
		KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
		rounds++;
	}
	KUNIT_EXPECT_EQ(test, rounds, 1);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	scoped_guard(mutex, &lock)
		break;
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
}

static int tried(struct mutex *m)
{
	scoped_cond_guard(mutex_try, return -EBUSY, m) {
		return 0;
	}
	return 1;
}

static void conditional_guards(struct kunit *test)
{
	int body = 0;

	KUNIT_EXPECT_EQ(test, tried(&lock), 0);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
	mutex_lock(&lock);
	KUNIT_EXPECT_EQ(test, tried(&lock), -EBUSY);
	KUNIT_EXPECT_TRUE(test, mutex_is_locked(&lock));
	scoped_guard(mutex_try, &lock)
		body++;
	KUNIT_EXPECT_EQ(test, body, 0);
	mutex_unlock(&lock);
	scoped_guard(mutex_try, &lock)
		body++;
	scoped_guard(mutex_intr, &lock)
		body++;
	KUNIT_EXPECT_EQ(test, body, 2);
	KUNIT_EXPECT_FALSE(test, mutex_is_locked(&lock));
}

static void spinning_guards(struct kunit *test)
{
	static DEFINE_SPINLOCK(spin);
	static DEFINE_RAW_SPINLOCK(raw);
	static DEFINE_RWLOCK(rw);
	int body = 0;

	scoped_guard(spinlock, &spin) {
		KUNIT_EXPECT_TRUE(test, spin_is_locked(&spin) && in_atomic());
		scoped_guard(spinlock_try, &spin)
			body++;
	}
	KUNIT_EXPECT_EQ(test, body, 0);
	scoped_guard(spinlock_try, &spin)
		body++;
	scoped_guard(spinlock_irqsave, &spin)
		body += irqs_disabled();
	scoped_guard(raw_spinlock_irq, &raw)
		body += irqs_disabled();
	scoped_guard(read_lock, &rw)
		body++;
	scoped_guard(write_lock_irqsave, &rw)
		body += irqs_disabled();
	KUNIT_EXPECT_EQ(test, body, 5);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&spin));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, in_atomic());
}

static void context_guards(struct kunit *test)
{
	static DECLARE_RWSEM(sem);
	int body = 0;

	scoped_guard(rcu)
		body += rcu_read_lock_held() != 0;
	scoped_guard(preempt)
		body += in_atomic();
	scoped_guard(irqsave)
		body += irqs_disabled();
	scoped_guard(rwsem_read, &sem)
		body++;
	scoped_guard(rwsem_write, &sem)
		scoped_guard(rwsem_read_try, &sem)
			body += 100;
	KUNIT_EXPECT_EQ(test, body, 4);
	KUNIT_EXPECT_FALSE(test, in_atomic());
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static struct kunit_case cleanup_cases[] = {
	KUNIT_CASE(free_at_the_end),
	KUNIT_CASE(returned_pointers_live),
	KUNIT_CASE(classes),
	KUNIT_CASE(memory),
	KUNIT_CASE(guards),
	KUNIT_CASE(conditional_guards),
	KUNIT_CASE(spinning_guards),
	KUNIT_CASE(context_guards),
	{}
};

static struct kunit_suite cleanup_suite = {
	.name = "cleanup",
	.init = cleanup_test_init,
	.test_cases = cleanup_cases,
};
kunit_test_suites(&cleanup_suite);
MODULE_LICENSE("MIT");
