/* SPDX-License-Identifier: MIT */
/*
 * Tasks: who a thread is, and how it sleeps and is woken.
 *
 * The state word is the whole mechanism: a thread sets it, looks at its condition, and schedule()
 * waits in the host until the word is TASK_RUNNING; a waker puts TASK_RUNNING there. Both use
 * sequentially consistent exchanges, so one of them sees the other.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "base/report.h"
#include "sync.h"

struct task_struct kmk_tasks[KMK_MAX_TASKS];
unsigned kmk_tasks_high;

struct kmk_lock kmk_task_lock = KMK_LOCK_INIT(KMK_RANK_TASK);
static unsigned task_next;
static int task_last_pid;

/* A thread beyond the pool's end shares this one: better than a crash in a report. */
static struct task_struct task_overflow = { .comm = "overflow", .pid = -1, .tgid = -1, .kmk_usage = 1 };

static void task_init(struct task_struct *t, int pid)
{
	memset(t, 0, sizeof(*t));
	t->pid = pid;
	t->tgid = pid;
	t->group_leader = t;
	t->cpus_ptr = cpu_possible_mask;
	t->nr_cpus_allowed = (int)nr_cpu_ids;
	t->prio = t->static_prio = t->normal_prio = 120;
	t->start_time = port_now();
	kmk_set_comm(t, pid == 1 ? "main" : "thread");
	__atomic_store_n(&t->kmk_usage, 1, __ATOMIC_RELEASE);
}

/* Slots are reused in turn, so that a stale pointer stays recognisable for long. */
struct task_struct *kmk_task_alloc(void)
{
	struct task_struct *t = NULL;

	kmk_lock(&kmk_task_lock);
	for (unsigned i = 0; i < KMK_MAX_TASKS && !t; i++) {
		unsigned n = (task_next + i) % KMK_MAX_TASKS;

		if (__atomic_load_n(&kmk_tasks[n].kmk_usage, __ATOMIC_ACQUIRE))
			continue;
		t = &kmk_tasks[n];
		task_init(t, ++task_last_pid);
		task_next = (n + 1) % KMK_MAX_TASKS;
		if (n >= __atomic_load_n(&kmk_tasks_high, __ATOMIC_RELAXED))
			__atomic_store_n(&kmk_tasks_high, n + 1, __ATOMIC_SEQ_CST);
	}
	kmk_unlock(&kmk_task_lock);
	return t;
}

void kmk_task_bind(struct task_struct *t)
{
	struct kmk_thread *self = kmk_self();

	t->kmk_block = self;
	self->task = t;
}

static void noinline task_make(struct kmk_thread *self)
{
	struct task_struct *t = self->flags & KMK_T_NO_TASK ? NULL : kmk_task_alloc();

	port_thread_note();	/* it gives the task back when it ends */
	kmk_task_bind(t ? t : &task_overflow);
}

struct task_struct *kmk_current(void)
{
	struct kmk_thread *self = kmk_self();

	if (__builtin_expect(!self->task, 0))
		task_make(self);
	return self->task;
}

bool kmk_task_shared(void) { return kmk_self()->task == &task_overflow; }

struct task_struct *kmk_get_task(struct task_struct *t)
{
	__atomic_fetch_add(&t->kmk_usage, 1, __ATOMIC_RELAXED);
	return t;
}

/* A free task names no memory of its thread's: a leak scan would take that for a use. */
void put_task_struct(struct task_struct *t)
{
	if (__atomic_load_n(&t->kmk_usage, __ATOMIC_ACQUIRE) == 1) {
		t->kmk_data = NULL;
		t->journal_info = NULL;
	}
	__atomic_fetch_sub(&t->kmk_usage, 1, __ATOMIC_RELEASE);
}

void kmk_task_unbind(void)
{
	struct kmk_thread *self = kmk_self();
	struct task_struct *t = self->task;

	self->task = NULL;
	if (!t || t == &task_overflow)
		return;
	__atomic_store_n(&t->kmk_rcu, 0, __ATOMIC_RELEASE);
	t->kmk_block = NULL;
	__atomic_store_n(&t->exit_state, EXIT_DEAD, __ATOMIC_RELEASE);
	__atomic_store_n(&t->__state, TASK_DEAD, __ATOMIC_RELEASE);
	put_task_struct(t);
}

void (*kmk_thread_exit_hook)(struct kmk_thread *self);
void (*kmk_thread_leave_hook)(void);

/* A thread that used the library ends; block is its own. */
void kmk_upcall_thread_exit(void *block)
{
	struct kmk_thread *self = kmk_self();

	if (block != self)
		return;
	kmk_thread_check_maps(self);
	WARN_ONCE(self->ctx, "a thread ends in atomic context: preempt_count %#x\n", self->ctx);
	kmk_ctx_reset(0);
	self->flags |= KMK_T_NO_TASK;
	kmk_task_unbind();
}

void kmk_task_fork_child(void)
{
	struct task_struct *own = kmk_self()->task;

	for (unsigned i = 0; i < __atomic_load_n(&kmk_tasks_high, __ATOMIC_RELAXED); i++) {
		struct task_struct *t = &kmk_tasks[i];

		if (t == own || !t->kmk_usage)
			continue;
		t->kmk_rcu = 0;
		t->kmk_block = NULL;
		t->__state = TASK_DEAD;
		t->exit_code = -EINTR;
		complete_all(&t->kmk_exited);
		complete_all(&t->kmk_parked);
	}
}

unsigned int kmk_task_cpu(const struct task_struct *t)
{
	const struct kmk_thread *block = t->kmk_block;

	return block ? block->cpu : 0;
}

char *kmk_get_comm(char *buf, size_t size, struct task_struct *t)
{
	strscpy(buf, t->comm, size);
	return buf;
}

void kmk_set_comm(struct task_struct *t, const char *name)
{
	strscpy(t->comm, name, sizeof(t->comm));
}

static int try_wake(struct task_struct *t, unsigned int mask)
{
	unsigned int old = __atomic_fetch_add(&t->__state, 0, __ATOMIC_SEQ_CST);

	while (old & mask)
		if (__atomic_compare_exchange_n(&t->__state, &old, TASK_RUNNING, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST)) {
			port_wake(&t->__state, 1);
			return 1;
		}
	return 0;
}

int wake_up_state(struct task_struct *t, unsigned int state)
{
	return try_wake(t, state);
}

int wake_up_process(struct task_struct *t)
{
	return try_wake(t, TASK_NORMAL);
}

static void report_atomic(const struct kmk_thread *self, const struct task_struct *t)
{
	kmk_report_begin("BUG: scheduling while atomic: %s/%d/0x%08x\n", t->comm, t->pid,
			 self->ctx & KMK_CTX_COUNT_MASK);
	kmk_report_end(KMK_POLICY_BUG);
}

/* Sleep until running or until the end (in ns of port_now; UINT64_MAX: no end). */
static void sleep_until(struct task_struct *t, uint64_t end)
{
	unsigned int state;

	while ((state = __atomic_load_n(&t->__state, __ATOMIC_ACQUIRE)) != TASK_RUNNING) {
		uint64_t now = end == UINT64_MAX ? 0 : port_now();

		if (now >= end)
			break;
		kmk_sleep_on(&t->__state, state, end == UINT64_MAX ? end : end - now);
	}
	__atomic_store_n(&t->__state, TASK_RUNNING, __ATOMIC_RELEASE);
}

static void schedule_until(uint64_t end)
{
	struct kmk_thread *self = kmk_self();
	struct task_struct *t = kmk_task();

	if (self->ctx)
		report_atomic(self, t);
	t->nvcsw++;
	if (__atomic_load_n(&t->__state, __ATOMIC_ACQUIRE) == TASK_RUNNING)
		port_yield();
	else
		sleep_until(t, end);
}

void schedule(void)
{
	schedule_until(UINT64_MAX);
}

void schedule_preempt_disabled(void)
{
	kmk_preempt_enable();
	schedule();
	kmk_preempt_disable();
}

void yield(void)
{
	schedule();
}

void io_schedule(void)
{
	schedule();
}

long schedule_timeout(long timeout)
{
	uint64_t end, now;

	if (timeout >= MAX_SCHEDULE_TIMEOUT / (long)KMK_NS_PER_JIFFY) {
		schedule();
		return timeout;
	}
	if (WARN_ONCE(timeout < 0, "schedule_timeout: wrong timeout value %lx\n", timeout))
		timeout = 0;
	end = port_now() + (uint64_t)timeout * KMK_NS_PER_JIFFY;
	schedule_until(end);
	now = port_now();
	return now >= end ? 0 : (long)((end - now + KMK_NS_PER_JIFFY - 1) / KMK_NS_PER_JIFFY);
}

long schedule_timeout_interruptible(long timeout)
{
	__set_current_state(TASK_INTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_killable(long timeout)
{
	__set_current_state(TASK_KILLABLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	return schedule_timeout(timeout);
}

long schedule_timeout_idle(long timeout)
{
	__set_current_state(TASK_IDLE);
	return schedule_timeout(timeout);
}

long io_schedule_timeout(long timeout)
{
	return schedule_timeout(timeout);
}

static void sleep_ns(uint64_t ns, unsigned int state)
{
	struct task_struct *t = kmk_task();
	uint64_t end = port_now() + ns;

	kmk_set_state(t, state);
	sleep_until(t, end);
}

void msleep(unsigned int msecs)
{
	uint64_t end = port_now() + msecs * 1000000ull, now;

	KMK_CHECK_SLEEP();
	while ((now = port_now()) < end)
		sleep_ns(end - now, TASK_UNINTERRUPTIBLE);
}

unsigned long msleep_interruptible(unsigned int msecs)
{
	uint64_t end = port_now() + msecs * 1000000ull, now;

	KMK_CHECK_SLEEP();
	sleep_ns(msecs * 1000000ull, TASK_INTERRUPTIBLE);
	now = port_now();
	return now >= end ? 0 : (unsigned long)((end - now) / 1000000u);
}

void usleep_range_state(unsigned long min, unsigned long max, unsigned int state)
{
	uint64_t end = port_now() + min * 1000ull, now;

	(void)max;
	KMK_CHECK_SLEEP();
	while ((now = port_now()) < end)
		sleep_ns(end - now, state);
}

void kmk_delay_ns(u64 ns)
{
	uint64_t end = port_now() + ns;

	while (port_now() < end)
		port_relax();
}

unsigned long kmk_jiffies(void)
{
	return INITIAL_JIFFIES + port_now() / KMK_NS_PER_JIFFY;
}

u64 kmk_time_ns(void)
{
	return port_now();
}

u64 kmk_real_ns(void)
{
	return port_realtime();
}
