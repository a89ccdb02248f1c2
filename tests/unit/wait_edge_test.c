// SPDX-License-Identifier: MIT
/* Sleeping and being woken: rarely used forms, parking, and semaphores without queues. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

#define PATIENCE	(20 * HZ)	/* only a hang takes that long */

static DECLARE_WAIT_QUEUE_HEAD(queue);
static DEFINE_SPINLOCK(lock);
static bool go;

static int sleep_lock_irq(void *done)
{
	spin_lock_irq(&lock);
	wait_event_interruptible_lock_irq(queue, READ_ONCE(go), lock);
	spin_unlock_irq(&lock);
	complete(done);
	return 0;
}

static int sleep_lock_irq_timeout(void *done)
{
	spin_lock_irq(&lock);
	wait_event_interruptible_lock_irq_timeout(queue, READ_ONCE(go), lock, 100 * HZ);
	spin_unlock_irq(&lock);
	complete(done);
	return 0;
}

static int sleep_hrtimeout(void *done)
{
	wait_event_interruptible_hrtimeout(queue, READ_ONCE(go), ms_to_ktime(100000));
	complete(done);
	return 0;
}

static int sleep_locked(void *done)
{
	spin_lock(&queue.lock);
	wait_event_interruptible_locked(queue, READ_ONCE(go));
	spin_unlock(&queue.lock);
	complete(done);
	return 0;
}

static int sleep_locked_irq(void *done)
{
	spin_lock_irq(&queue.lock);
	wait_event_interruptible_exclusive_locked_irq(queue, READ_ONCE(go));
	spin_unlock_irq(&queue.lock);
	complete(done);
	return 0;
}

static void interruptible_forms_are_woken_as_such(struct kunit *test)
{
	static int (*const forms[])(void *) = {
		sleep_lock_irq, sleep_lock_irq_timeout, sleep_hrtimeout, sleep_locked, sleep_locked_irq,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(forms); i++) {
		DECLARE_COMPLETION_ONSTACK(done);
		bool woken;

		WRITE_ONCE(go, false);
		kthread_run(forms[i], &done, "sleeper");
		while (!waitqueue_active(&queue))
			usleep_range(100, 200);
		msleep(5);
		spin_lock_irq(&lock);
		WRITE_ONCE(go, true);
		spin_unlock_irq(&lock);
		wake_up_interruptible(&queue);
		woken = wait_for_completion_timeout(&done, PATIENCE);
		KUNIT_EXPECT_TRUE_MSG(test, woken, "form %u", i);
		if (!woken) {
			wake_up(&queue);
			wait_for_completion(&done);
		}
	}
}

/* kthread_stop() comes between the look at the condition and the sleep, with its wake-up or right before that. */
static DECLARE_COMPLETION(looked);

static void wait_for_stop(void)
{
	for (int ms = 0; ms < 10000 && !kthread_should_stop(); ms++)
		mdelay(1);
	mdelay(5);
}

static int woken_thread(void *data)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&queue, &wait);
	while (!kthread_should_stop()) {
		complete(&looked);
		wait_for_stop();
		wait_woken(&wait, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT);
	}
	remove_wait_queue(&queue, &wait);
	return 0;
}

struct stop {
	struct task_struct *thread;
	struct completion done;
};

static int stopper(void *data)
{
	struct stop *s = data;

	kthread_stop(s->thread);
	complete(&s->done);
	return 0;
}

static void wait_woken_does_not_oversleep_a_stop(struct kunit *test)
{
	struct stop s;
	bool ended;

	init_completion(&s.done);
	s.thread = kthread_create(woken_thread, NULL, "woken");
	get_task_struct(s.thread);
	wake_up_process(s.thread);
	wait_for_completion(&looked);
	kthread_run(stopper, &s, "stopper");
	ended = wait_for_completion_timeout(&s.done, PATIENCE);
	KUNIT_EXPECT_TRUE(test, ended);
	if (!ended) {
		wake_up(&queue);
		wait_for_completion(&s.done);
	}
	put_task_struct(s.thread);
}

static int parked_thread(void *data)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		cond_resched();
	}
	return 0;
}

struct park {
	struct task_struct *thread;
	struct completion done;
	int rounds;
};

/* As often as that, or as can be in a few seconds. */
static int parker(void *data)
{
	unsigned long end = jiffies + 5 * HZ;
	struct park *p = data;

	for (int i = 0; i < 5000 && time_before(jiffies, end); i++) {
		kthread_park(p->thread);
		kthread_unpark(p->thread);
		WRITE_ONCE(p->rounds, i);
	}
	complete(&p->done);
	return 0;
}

static void parking_again_at_once(struct kunit *test)
{
	struct park p = { .rounds = 0 };
	int last = -1;
	bool done;

	init_completion(&p.done);
	p.thread = kthread_run(parked_thread, NULL, "parked");
	kthread_run(parker, &p, "parker");
	while (!(done = wait_for_completion_timeout(&p.done, PATIENCE)) && last != READ_ONCE(p.rounds))
		last = READ_ONCE(p.rounds);
	KUNIT_EXPECT_TRUE_MSG(test, done, "hangs in round %d", p.rounds);
	while (!done) {
		kthread_unpark(p.thread);
		done = wait_for_completion_timeout(&p.done, 1);
	}
	kthread_stop(p.thread);
}

/* One reader, one writer, short sections: nobody may be left asleep on a free lock. */
static DECLARE_RWSEM(sem);
static unsigned long reads, writes;
static bool quit;

static int reader(void *done)
{
	while (!READ_ONCE(quit)) {
		down_read(&sem);
		WRITE_ONCE(reads, reads + 1);
		up_read(&sem);
		if (reads % 64 == 0)
			ndelay(reads % 700);
	}
	complete(done);
	return 0;
}

static int writer(void *done)
{
	while (!READ_ONCE(quit)) {
		down_write(&sem);
		WRITE_ONCE(writes, writes + 1);
		up_write(&sem);
		ndelay(writes % 500);
	}
	complete(done);
	return 0;
}

static void nobody_sleeps_on_a_free_rwsem(struct kunit *test)
{
	DECLARE_COMPLETION_ONSTACK(done);
	enum { HANGS = 150 };		/* looks in a row that find no step, of either */
	unsigned long r = 0, w = 0;
	int stuck = 0;

	WRITE_ONCE(quit, false);
	kthread_run(reader, &done, "reader");
	kthread_run(writer, &done, "writer");
	for (int i = 0; (i < 12 || stuck) && stuck < HANGS; i++) {
		msleep(100);
		stuck = READ_ONCE(reads) == r && READ_ONCE(writes) == w ? stuck + 1 : 0;
		r = READ_ONCE(reads);
		w = READ_ONCE(writes);
	}
	KUNIT_EXPECT_LT_MSG(test, stuck, HANGS, "both asleep after %lu reads, %lu writes", r, w);
	WRITE_ONCE(quit, true);
	if (stuck == HANGS && down_write_trylock(&sem))
		up_write(&sem);
	wait_for_completion(&done);
	wait_for_completion(&done);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(interruptible_forms_are_woken_as_such),
	KUNIT_CASE(wait_woken_does_not_oversleep_a_stop),
	KUNIT_CASE(parking_again_at_once),
	KUNIT_CASE(nobody_sleeps_on_a_free_rwsem),
	{}
};

static struct kunit_suite suite = { .name = "wait_edge", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
