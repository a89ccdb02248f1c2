/* SPDX-License-Identifier: MIT */
/* Threads, execution context, sleeping and spinning, RCU, timers, per-CPU memory. */
#include <kunit/test.h>
#include <kmemkit/event.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define NR_THREADS	8
#define ROUNDS		150000
#define PATIENCE	(30 * HZ)	/* only a hang takes that long */

extern unsigned long kmk_bug_count;
bool kmk_percpu_validate(void);

static DEFINE_PER_CPU(unsigned long, plain_count);
static DEFINE_PER_CPU(unsigned long, op_count);
static DEFINE_PER_CPU(int, initial) = 42;
static unsigned long spin_count, mutex_count;
static DEFINE_SPINLOCK(count_spin);
static DEFINE_MUTEX(count_mutex);
static atomic_t in_section[NR_CPUS];
static atomic_t clashes;

static int (*thread_work)(void *);
static struct completion thread_ended;

static int working_thread(void *data)
{
	int ret = thread_work(data);

	complete(&thread_ended);
	return ret;
}

/* Run fn in NR_THREADS kthreads and wait for all. */
static void run_threads(struct kunit *test, int (*fn)(void *))
{
	struct task_struct *t[NR_THREADS];
	int i;

	thread_work = fn;
	init_completion(&thread_ended);
	for (i = 0; i < NR_THREADS; i++) {
		t[i] = kthread_create(working_thread, test, "sync_test/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
	}
	for (i = 0; i < NR_THREADS; i++)
		wake_up_process(t[i]);
	for (i = 0; i < NR_THREADS; i++)
		wait_for_completion(&thread_ended);
	for (i = 0; i < NR_THREADS; i++) {
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
		put_task_struct(t[i]);
	}
}

static int percpu_thread(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		preempt_disable();
		(*this_cpu_ptr(&plain_count))++;
		preempt_enable();
		this_cpu_inc(plain_count);
		this_cpu_add(op_count, 2);
	}
	return 0;
}

static void percpu_increments(struct kunit *test)
{
	unsigned long plain = 0, op = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(plain_count, cpu) = per_cpu(op_count, cpu) = 0;
	run_threads(test, percpu_thread);
	for_each_possible_cpu(cpu) {
		plain += per_cpu(plain_count, cpu);
		op += per_cpu(op_count, cpu);
	}
	KUNIT_EXPECT_EQ(test, plain, 2ul * NR_THREADS * ROUNDS);
	KUNIT_EXPECT_EQ(test, op, 2ul * NR_THREADS * ROUNDS);
}

static int exclusive_thread(void *unused)
{
	int i, cpu;

	for (i = 0; i < ROUNDS / 4; i++) {
		unsigned long flags;

		local_irq_save(flags);
		cpu = smp_processor_id();
		if (atomic_inc_return(&in_section[cpu]) != 1)
			atomic_inc(&clashes);
		atomic_dec(&in_section[cpu]);
		local_irq_restore(flags);
	}
	return 0;
}

static void cpu_is_exclusive(struct kunit *test)
{
	atomic_set(&clashes, 0);
	run_threads(test, exclusive_thread);
	KUNIT_EXPECT_EQ(test, atomic_read(&clashes), 0);
}

static int counting_thread(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS / 10; i++) {
		spin_lock(&count_spin);
		spin_count++;
		spin_unlock(&count_spin);
		mutex_lock(&count_mutex);
		mutex_count++;
		mutex_unlock(&count_mutex);
	}
	return 0;
}

static void locks_exclude(struct kunit *test)
{
	spin_count = mutex_count = 0;
	run_threads(test, counting_thread);
	KUNIT_EXPECT_EQ(test, spin_count, (unsigned long)NR_THREADS * (ROUNDS / 10));
	KUNIT_EXPECT_EQ(test, mutex_count, (unsigned long)NR_THREADS * (ROUNDS / 10));
}

static void context_depths(struct kunit *test)
{
	unsigned long flags;
	DEFINE_SPINLOCK(lock);

	KUNIT_EXPECT_FALSE(test, in_atomic());
	preempt_disable();
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, in_softirq());
	KUNIT_EXPECT_FALSE(test, in_serving_softirq());
	local_irq_save(flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, irqs_disabled_flags(flags));
	local_irq_restore(flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	local_bh_enable();
	preempt_enable();
	KUNIT_EXPECT_TRUE(test, preemptible());

	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_TRUE(test, in_atomic());
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	lockdep_assert_held(&lock);
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_TRUE(test, preemptible());
}

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int queue_flag;
static DECLARE_COMPLETION(step);

static int waker_thread(void *unused)
{
	msleep(5);
	WRITE_ONCE(queue_flag, 1);
	wake_up(&queue);
	msleep(5);
	complete(&step);
	/* The state before the test: between the two a stop would be slept through. */
	for (set_current_state(TASK_INTERRUPTIBLE); !kthread_should_stop(); set_current_state(TASK_INTERRUPTIBLE))
		schedule_timeout(PATIENCE + 10 * HZ);
	__set_current_state(TASK_RUNNING);
	return 17;
}

static void waits_and_limits(struct kunit *test)
{
	struct task_struct *t;
	unsigned long start;
	long left;

	queue_flag = 0;
	reinit_completion(&step);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, wait_event_timeout(queue, queue_flag, 2), 0);
	KUNIT_EXPECT_GE(test, jiffies - start, 2ul);
	KUNIT_EXPECT_EQ(test, wait_for_completion_timeout(&step, 2), 0ul);

	t = kthread_run(waker_thread, NULL, "waker");
	left = wait_event_timeout(queue, READ_ONCE(queue_flag), PATIENCE);
	KUNIT_EXPECT_GT(test, left, 0L);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&step, PATIENCE), 0ul);
	KUNIT_EXPECT_EQ(test, wait_event_interruptible(queue, READ_ONCE(queue_flag)), 0);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, kthread_stop(t), 17);
	KUNIT_EXPECT_LT(test, jiffies - start, (unsigned long)PATIENCE);	/* woken: its own sleep is longer */
}

static int unused_thread(void *data)
{
	*(int *)data = 1;
	return 0;
}

static void stop_before_start(struct kunit *test)
{
	int ran = 0;
	struct task_struct *t = kthread_create(unused_thread, &ran, "never");

	KUNIT_EXPECT_EQ(test, kthread_stop(t), -EINTR);
	KUNIT_EXPECT_EQ(test, ran, 0);
}

static DECLARE_RWSEM(sem);
static int sem_stage;

static int sem_writer(void *unused)
{
	down_write(&sem);
	WRITE_ONCE(sem_stage, 1);
	up_write(&sem);
	return 0;
}

static void rwsem_and_semaphore(struct kunit *test)
{
	struct task_struct *t;
	struct semaphore two;

	sem_stage = 0;
	down_read(&sem);
	KUNIT_EXPECT_TRUE(test, down_read_trylock(&sem));
	KUNIT_EXPECT_FALSE(test, down_write_trylock(&sem));
	t = kthread_create(sem_writer, NULL, "writer");
	get_task_struct(t);
	wake_up_process(t);
	while (!rwsem_is_contended(&sem))
		msleep(1);
	KUNIT_EXPECT_FALSE(test, down_read_trylock(&sem));
	KUNIT_EXPECT_EQ(test, READ_ONCE(sem_stage), 0);
	up_read(&sem);
	up_read(&sem);
	down_read(&sem);
	KUNIT_EXPECT_TRUE(test, rwsem_is_locked(&sem));
	up_read(&sem);
	kthread_stop(t);
	KUNIT_EXPECT_EQ(test, READ_ONCE(sem_stage), 1);
	put_task_struct(t);

	down_write(&sem);
	lockdep_assert_held_write(&sem);
	downgrade_write(&sem);
	KUNIT_EXPECT_TRUE(test, down_read_trylock(&sem));
	up_read(&sem);
	up_read(&sem);

	sema_init(&two, 2);
	down(&two);
	KUNIT_EXPECT_EQ(test, down_interruptible(&two), 0);
	KUNIT_EXPECT_NE(test, down_trylock(&two), 0);
	KUNIT_EXPECT_EQ(test, down_timeout(&two, 2), -ETIME);
	up(&two);
	KUNIT_EXPECT_EQ(test, down_trylock(&two), 0);
}

static struct completion reader_in, reader_go;
static int reader_out, grace_begun, grace_over;

static int reader_thread(void *unused)
{
	rcu_read_lock();
	rcu_read_lock();
	complete(&reader_in);
	rcu_read_unlock();
	while (!try_wait_for_completion(&reader_go))
		cpu_relax();
	WRITE_ONCE(reader_out, 1);
	rcu_read_unlock();
	return 0;
}

static int grace_thread(void *unused)
{
	WRITE_ONCE(grace_begun, 1);
	synchronize_rcu();
	WRITE_ONCE(grace_over, 1 + READ_ONCE(reader_out));
	return 0;
}

/* Held from before it runs: it may end at any time. */
static struct task_struct *run_held(struct kunit *test, int (*fn)(void *), const char *name)
{
	struct task_struct *t = kthread_create(fn, NULL, "%s", name);

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	get_task_struct(t);
	wake_up_process(t);
	return t;
}

static void grace_period_waits(struct kunit *test)
{
	struct task_struct *r, *g;

	init_completion(&reader_in);
	init_completion(&reader_go);
	reader_out = grace_begun = grace_over = 0;
	r = run_held(test, reader_thread, "reader");
	wait_for_completion(&reader_in);
	g = run_held(test, grace_thread, "grace");
	while (!READ_ONCE(grace_begun))
		msleep(1);
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(grace_over), 0);
	complete(&reader_go);
	while (!READ_ONCE(grace_over))
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(grace_over), 2);
	kthread_stop(r);
	kthread_stop(g);
	put_task_struct(r);
	put_task_struct(g);
}

static int section_thread(void *unused)
{
	spin_lock(&count_spin);
	complete(&reader_in);
	for (int ms = 0; ms < 1000 && !READ_ONCE(grace_begun); ms++)	/* with one CPU it cannot begin meanwhile */
		mdelay(1);
	mdelay(20);
	WRITE_ONCE(reader_out, 1);
	spin_unlock(&count_spin);
	return 0;
}

/* As in a kernel: who has disabled preemption, by whatever means, is a reader. */
static void grace_period_waits_for_sections(struct kunit *test)
{
	struct task_struct *s, *g;

	init_completion(&reader_in);
	reader_out = grace_begun = grace_over = 0;
	s = run_held(test, section_thread, "section");
	wait_for_completion(&reader_in);
	g = run_held(test, grace_thread, "grace");
	while (!READ_ONCE(grace_over))
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(grace_over), 2);
	kthread_stop(s);
	kthread_stop(g);
	put_task_struct(s);
	put_task_struct(g);
}

struct counted { struct rcu_head rcu; };
static struct counted objects[100];
static int called, called_outside;

static void count_call(struct rcu_head *head)
{
	called++;
	if (!in_serving_softirq())
		called_outside++;
}

struct freed { int x; struct rcu_head rcu; };

static void callbacks_and_barrier(struct kunit *test)
{
	struct freed *a = kmalloc(sizeof(*a), GFP_KERNEL), *b = kmalloc(sizeof(*b), GFP_KERNEL);
	int i;

	called = called_outside = 0;
	rcu_read_lock();
	for (i = 0; i < 100; i++)
		call_rcu(&objects[i].rcu, count_call);
	kfree_rcu(a, rcu);
	mdelay(3);
	KUNIT_EXPECT_EQ(test, READ_ONCE(called), 0);
	rcu_read_unlock();
	kvfree_rcu(b);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, called, 100);
	KUNIT_EXPECT_EQ(test, called_outside, 0);
}

DEFINE_STATIC_SRCU(sleepable);

static void sleepable_readers(struct kunit *test)
{
	int i = srcu_read_lock(&sleepable);

	msleep(1);
	srcu_read_unlock(&sleepable, i);
	synchronize_srcu(&sleepable);
	KUNIT_SUCCEED(test);
}

struct fired {
	struct timer_list timer;
	struct hrtimer hr;
	struct completion done;
	unsigned long at;
	int in_irq, in_soft, runs;
};

static void timer_fn(struct timer_list *t)
{
	struct fired *f = from_timer(f, t, timer);

	f->at = jiffies;
	f->in_irq = !!in_interrupt();
	f->in_soft = !!in_serving_softirq();
	complete(&f->done);
}

static enum hrtimer_restart hrtimer_fn(struct hrtimer *t)
{
	struct fired *f = container_of(t, struct fired, hr);

	if (++f->runs == 3) {
		f->in_irq = in_hardirq() && irqs_disabled();
		complete(&f->done);
		return HRTIMER_NORESTART;
	}
	hrtimer_forward_now(t, ms_to_ktime(1));
	return HRTIMER_RESTART;
}

static void timers_fire(struct kunit *test)
{
	struct fired f = { .runs = 0 };
	unsigned long due;

	init_completion(&f.done);
	timer_setup(&f.timer, timer_fn, 0);
	KUNIT_EXPECT_EQ(test, mod_timer(&f.timer, jiffies + 100 * HZ), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&f.timer));
	due = jiffies + 2;
	KUNIT_EXPECT_EQ(test, mod_timer(&f.timer, due), 1);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&f.done, PATIENCE), 0ul);
	KUNIT_EXPECT_TRUE(test, time_after_eq(f.at, due));
	KUNIT_EXPECT_EQ(test, f.in_irq, 1);
	KUNIT_EXPECT_EQ(test, f.in_soft, 1);
	del_timer_sync(&f.timer);

	KUNIT_EXPECT_EQ(test, mod_timer(&f.timer, jiffies + 100 * HZ), 0);
	KUNIT_EXPECT_EQ(test, mod_timer(&f.timer, jiffies + 50 * HZ), 1);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&f.timer), 1);
	KUNIT_EXPECT_EQ(test, del_timer_sync(&f.timer), 0);

	hrtimer_init(&f.hr, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	f.hr.function = hrtimer_fn;
	hrtimer_start(&f.hr, ms_to_ktime(1), HRTIMER_MODE_REL);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&f.done, PATIENCE), 0ul);
	hrtimer_cancel(&f.hr);
	KUNIT_EXPECT_EQ(test, f.runs, 3);
	KUNIT_EXPECT_EQ(test, f.in_irq, 1);
}

#define NR_TIMERS 200
static struct timer_list many[NR_TIMERS];
static unsigned long last_expiry;
static int order_errors, many_left;

static void many_fn(struct timer_list *t)
{
	if (time_before(t->expires, last_expiry))
		order_errors++;
	last_expiry = t->expires;
	WRITE_ONCE(many_left, many_left - 1);
}

static DECLARE_COMPLETION(all_armed);

/* A timer itself, so that none of them fires meanwhile; again, if time reached the first one all the same. */
static void arm_fn(struct timer_list *t)
{
	unsigned long base;

	do {
		base = jiffies + HZ / 10;
		for (int i = 0; i < NR_TIMERS; i++)
			mod_timer(&many[i], base + 2 + (unsigned long)(i * 7919 % 13));
	} while (time_after_eq(jiffies, base));
	last_expiry = base;
	complete(&all_armed);
}

static void timers_fire_in_order(struct kunit *test)
{
	DEFINE_TIMER(arm, arm_fn);
	unsigned long end;
	int i, cancelled = 0;

	order_errors = 0;
	many_left = NR_TIMERS;
	for (i = 0; i < NR_TIMERS; i++)
		timer_setup(&many[i], many_fn, 0);
	mod_timer(&arm, jiffies);
	wait_for_completion(&all_armed);
	for (i = 0; i < NR_TIMERS; i += 3)
		cancelled += del_timer_sync(&many[i]);
	for (end = jiffies + PATIENCE; READ_ONCE(many_left) > cancelled && time_before(jiffies, end); )
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(many_left), cancelled);
	KUNIT_EXPECT_EQ(test, order_errors, 0);
	del_timer_sync(&arm);
}

static void irq_fn(void *arg)
{
	*(int *)arg = in_hardirq() && irqs_disabled() && !in_task();
}

static atomic_t calls[NR_CPUS];

static void ipi_fn(void *arg)
{
	atomic_inc(&calls[smp_processor_id()]);
}

static struct tasklet_struct tasklet;
static DECLARE_COMPLETION(tasklet_done);

static void tasklet_fn(struct tasklet_struct *t)
{
	if (in_serving_softirq())
		complete(&tasklet_done);
}

static void interrupts(struct kunit *test)
{
	int ok = 0, cpu;

	kmk_run_in_irq(irq_fn, &ok);
	KUNIT_EXPECT_EQ(test, ok, 1);
	preempt_disable();
	on_each_cpu(ipi_fn, NULL, 1);
	preempt_enable();
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, atomic_xchg(&calls[cpu], 0), 1);
	tasklet_setup(&tasklet, tasklet_fn);
	tasklet_schedule(&tasklet);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&tasklet_done, PATIENCE), 0ul);
	tasklet_kill(&tasklet);
}

static void sleeping_is_reported(struct kunit *test)
{
	unsigned long before = kmk_bug_count;
	DEFINE_SPINLOCK(lock);
	int i;

	for (i = 0; i < 2; i++) {
		spin_lock(&lock);
		might_sleep();
		spin_unlock(&lock);
	}
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before + 1);
	rcu_read_lock();
	might_sleep();
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before + 2);
	spin_lock(&lock);
	mutex_lock(&count_mutex);
	mutex_unlock(&count_mutex);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before + 3);
	might_sleep();
	kmk_bug_count = before;
}

#define NR_PERCPU 10000
static u64 __percpu *percpu_objects[NR_PERCPU];

static void percpu_dynamic(struct kunit *test)
{
	struct percpu_counter counter;
	int i, cpu, bad = 0;

	for (i = 0; i < NR_PERCPU; i++) {
		percpu_objects[i] = __alloc_percpu(8 + (size_t)i % 200, 1u << (3 + i % 5));
		KUNIT_ASSERT_NOT_NULL(test, percpu_objects[i]);
		bad += (unsigned long)percpu_objects[i] % (1u << (3 + i % 5)) != 0;
		for_each_possible_cpu(cpu) {
			u64 *p = per_cpu_ptr(percpu_objects[i], cpu);

			bad += *p != 0;
			*p = (u64)i << 8 | (u64)cpu;
		}
	}
	for (i = 0; i < NR_PERCPU; i++) {
		for_each_possible_cpu(cpu)
			bad += *per_cpu_ptr(percpu_objects[i], cpu) != ((u64)i << 8 | (u64)cpu);
		free_percpu(percpu_objects[i]);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
	for_each_possible_cpu(cpu)
		KUNIT_EXPECT_EQ(test, per_cpu(initial, cpu), 42);

	KUNIT_ASSERT_EQ(test, percpu_counter_init(&counter, 5, GFP_KERNEL), 0);
	for (i = 0; i < 1000; i++)
		percpu_counter_add(&counter, 3);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&counter), 3005ll);
	percpu_counter_destroy(&counter);

	KUNIT_EXPECT_TRUE(test, kmk_percpu_validate());
}

/* The link of a freed object lies in its own memory: damage there must not go unnoticed. */
static void percpu_validator_sees_damage(struct kunit *test)
{
	unsigned long *a = alloc_percpu(unsigned long), *b = alloc_percpu(unsigned long), link;
	unsigned long before = kmk_bug_count;

	free_percpu(a);
	free_percpu(b);
	link = *b;
	*b = 1;
	KUNIT_EXPECT_FALSE(test, kmk_percpu_validate());
	*b = link;
	KUNIT_EXPECT_TRUE(test, kmk_percpu_validate());
	free_percpu(a);
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before + 1);
	free_percpu((char *)b + 1);
	KUNIT_EXPECT_EQ(test, kmk_bug_count, before + 2);
	kmk_bug_count = before;
}

static int work_runs;
static DECLARE_COMPLETION(work_gate);

static void work_fn(struct work_struct *w)
{
	__atomic_fetch_add(&work_runs, 1, __ATOMIC_SEQ_CST);
}

static void blocking_fn(struct work_struct *w)
{
	wait_for_completion(&work_gate);
	work_fn(w);
}

static DECLARE_WORK(blocker, blocking_fn);
static DECLARE_DELAYED_WORK(delayed, work_fn);

static void work_queues(struct kunit *test)
{
	struct workqueue_struct *wq = alloc_workqueue("sync_test", 0, 1);
	struct work_struct w[10];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, wq);
	work_runs = 0;
	reinit_completion(&work_gate);
	KUNIT_EXPECT_TRUE(test, schedule_work(&blocker));
	for (i = 0; i < 10; i++) {
		INIT_WORK(&w[i], work_fn);
		KUNIT_EXPECT_TRUE(test, queue_work(wq, &w[i]));
	}
	flush_workqueue(wq);
	KUNIT_EXPECT_EQ(test, READ_ONCE(work_runs), 10);
	complete(&work_gate);
	flush_work(&blocker);
	KUNIT_EXPECT_EQ(test, READ_ONCE(work_runs), 11);

	KUNIT_EXPECT_TRUE(test, schedule_delayed_work(&delayed, 20 * HZ));
	KUNIT_EXPECT_FALSE(test, schedule_delayed_work(&delayed, 20 * HZ));
	flush_delayed_work(&delayed);		/* true only where it had to wait */
	KUNIT_EXPECT_EQ(test, READ_ONCE(work_runs), 12);
	schedule_delayed_work(&delayed, 100 * HZ);
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&delayed));
	KUNIT_EXPECT_EQ(test, READ_ONCE(work_runs), 12);
	destroy_workqueue(wq);
}

static int parking_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		schedule_timeout_interruptible(1);
	}
	kthread_complete_and_exit(&step, 3);
}

static void parking_and_exit(struct kunit *test)
{
	struct task_struct *t = kthread_run(parking_thread, NULL, "parker");

	reinit_completion(&step);
	KUNIT_EXPECT_EQ(test, kthread_park(t), 0);
	kthread_unpark(t);
	KUNIT_EXPECT_EQ(test, kthread_stop(t), 3);
	KUNIT_EXPECT_TRUE(test, completion_done(&step));
}

static struct kunit_case sync_cases[] = {
	KUNIT_CASE(percpu_increments),
	KUNIT_CASE(cpu_is_exclusive),
	KUNIT_CASE(locks_exclude),
	KUNIT_CASE(context_depths),
	KUNIT_CASE(waits_and_limits),
	KUNIT_CASE(stop_before_start),
	KUNIT_CASE(parking_and_exit),
	KUNIT_CASE(rwsem_and_semaphore),
	KUNIT_CASE(grace_period_waits),
	KUNIT_CASE(grace_period_waits_for_sections),
	KUNIT_CASE(callbacks_and_barrier),
	KUNIT_CASE(sleepable_readers),
	KUNIT_CASE(timers_fire),
	KUNIT_CASE(timers_fire_in_order),
	KUNIT_CASE(interrupts),
	KUNIT_CASE(sleeping_is_reported),
	KUNIT_CASE(percpu_dynamic),
	KUNIT_CASE(percpu_validator_sees_damage),
	KUNIT_CASE(work_queues),
	{}
};

static struct kunit_suite sync_suite = {
	.name = "sync",
	.test_cases = sync_cases,
};
kunit_test_suite(sync_suite);

MODULE_LICENSE("MIT");
