/* SPDX-License-Identifier: MIT */
/*
 * Events: one thread, one pairing heap ordered by time. An event's function runs in interrupt
 * context on a virtual CPU of its own; the thread is started by the first event armed.
 *
 * The thread takes its CPU before it takes an event off the heap. So an event that is running, and is
 * waited for by somebody with a CPU, has one, too: with one CPU in all, no such waiter finds it running.
 */
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/timer.h>

#include "base/report.h"
#include "sync.h"

#define CHECKED	1000u	/* events looked at, at most, when an object is freed */

struct kmk_lock kmk_event_lock = KMK_LOCK_INIT(KMK_RANK_TIMER);
static struct kmk_event *event_root, *event_current;
static uint32_t event_kick;		/* changes when the thread should look again */
static uint32_t event_ends;		/* changes when a function has returned */
static uint32_t event_started;
static uint32_t event_order;		/* given out last */

static bool comes_before(const struct kmk_event *a, const struct kmk_event *b)
{
	return a->when < b->when || (a->when == b->when && (int32_t)(a->order - b->order) < 0);
}

/* Join two heaps; the root that comes first takes the other as its newest child. */
static struct kmk_event *heap_join(struct kmk_event *a, struct kmk_event *b)
{
	if (!a || !b)
		return a ? a : b;
	if (comes_before(b, a)) {
		struct kmk_event *t = a;

		a = b;
		b = t;
	}
	b->prev = a;
	b->next = a->child;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	return a;
}

/* Join a list of siblings: in pairs left to right, then all pairs right to left. */
static struct kmk_event *heap_join_list(struct kmk_event *list)
{
	struct kmk_event *pairs = NULL, *root = NULL;

	while (list) {
		struct kmk_event *a = list, *b = a->next, *pair;

		list = b ? b->next : NULL;
		a->next = a->prev = NULL;
		if (b)
			b->next = b->prev = NULL;
		pair = heap_join(a, b);
		pair->next = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct kmk_event *pair = pairs;

		pairs = pair->next;
		pair->next = NULL;
		root = heap_join(root, pair);
	}
	return root;
}

/* Looked at without the lock, before it is worth taking. */
static void root_set(struct kmk_event *e)
{
	__atomic_store_n(&event_root, e, __ATOMIC_RELAXED);
}

static void heap_remove(struct kmk_event *e)
{
	struct kmk_event *rest = heap_join_list(e->child);

	if (e == event_root) {
		root_set(rest);
	} else {
		if (e->prev->child == e)
			e->prev->child = e->next;
		else
			e->prev->next = e->next;
		if (e->next)
			e->next->prev = e->prev;
		root_set(heap_join(event_root, rest));
	}
	e->child = e->next = e->prev = NULL;
	__atomic_fetch_and(&e->flags, ~KMK_EVENT_QUEUED, __ATOMIC_RELAXED);
}

/* The context that the first event wants, if it is due; else 0, and how long to sleep. */
static uint32_t due_context(uint64_t *sleep)
{
	uint64_t now = port_now();
	uint32_t what = 0;

	*sleep = UINT64_MAX;
	kmk_lock(&kmk_event_lock);
	if (event_root && event_root->when > now)
		*sleep = event_root->when - now;
	else if (event_root)
		what = event_root->flags & KMK_EVENT_HARDIRQ ? KMK_CTX_HARDIRQ : KMK_CTX_SOFTIRQ;
	kmk_unlock(&kmk_event_lock);
	return what;
}

/* Take the first event, which may be another one by now, or none that is due in this context. */
static struct kmk_event *take_due(uint32_t what)
{
	uint64_t now = port_now();
	struct kmk_event *e;

	kmk_lock(&kmk_event_lock);
	e = event_root;
	if (e && e->when <= now && !(e->flags & KMK_EVENT_HARDIRQ) == (what == KMK_CTX_SOFTIRQ)) {
		heap_remove(e);
		__atomic_store_n(&event_current, e, __ATOMIC_RELEASE);
	} else {
		e = NULL;
	}
	kmk_unlock(&kmk_event_lock);
	return e;
}

static void event_ended(void)
{
	__atomic_store_n(&event_current, NULL, __ATOMIC_RELEASE);
	__atomic_fetch_add(&event_ends, 1, __ATOMIC_SEQ_CST);
	port_wake(&event_ends, ~0u >> 1);
}

/* The event may be gone once its function has returned. */
static void run_event(uint32_t what)
{
	unsigned long irq = KMK_IRQ_ENABLED;
	struct kmk_event *e;

	kmk_ctx_add(what);
	if (what == KMK_CTX_HARDIRQ)
		irq = kmk_irq_save();
	e = take_due(what);
	if (e) {
		void (*fn)(struct kmk_event *) = e->fn;

		fn(e);
		WARN_ONCE((kmk_ctx() & KMK_CTX_COUNT_MASK) != what, "event %pS leaves preempt_count %#x\n",
			  (void *)fn, kmk_ctx());
	}
	kmk_irq_restore(irq);
	kmk_ctx_reset(0);
	if (e)
		event_ended();
}

static void event_thread(void *arg)
{
	struct task_struct *t = kmk_current();

	(void)arg;
	kmk_self()->flags |= KMK_T_CORE;
	kmk_set_comm(t, "ksoftirqd");
	t->flags |= PF_KTHREAD;
	for (;;) {
		uint32_t seen = __atomic_load_n(&event_kick, __ATOMIC_ACQUIRE), what;
		uint64_t sleep;

		what = due_context(&sleep);
		if (what)
			run_event(what);
		else
			port_wait(&event_kick, seen, sleep);
	}
}

static void event_start(void)
{
	if (__atomic_exchange_n(&event_started, 1, __ATOMIC_ACQ_REL))
		return;
	if (kmemkit_start() || port_thread_start(event_thread, NULL, "ksoftirqd"))
		__atomic_store_n(&event_started, 0, __ATOMIC_RELEASE);
}

/* With the lock held; whether it is the first now. */
static bool heap_arm(struct kmk_event *e, u64 when)
{
	if (e->flags & KMK_EVENT_QUEUED)
		heap_remove(e);
	e->when = when;
	e->order = ++event_order;
	__atomic_fetch_or(&e->flags, KMK_EVENT_QUEUED, __ATOMIC_RELAXED);
	root_set(heap_join(event_root, e));
	return event_root == e;
}

/* After an arming, without the lock. */
static void event_look(bool first)
{
	if (__builtin_expect(!__atomic_load_n(&event_started, __ATOMIC_ACQUIRE), 0))
		event_start();
	if (first) {
		__atomic_fetch_add(&event_kick, 1, __ATOMIC_RELEASE);
		port_wake(&event_kick, 1);
	}
}

bool kmk_event_arm(struct kmk_event *e, u64 when)
{
	bool was, first;

	kmk_lock(&kmk_event_lock);
	was = e->flags & KMK_EVENT_QUEUED;
	first = heap_arm(e, when);
	kmk_unlock(&kmk_event_lock);
	event_look(first);
	return was;
}

bool kmk_event_arm_once(struct kmk_event *e)
{
	bool was, first = false;
	u64 now = port_now();

	kmk_lock(&kmk_event_lock);
	was = e->flags & (KMK_EVENT_QUEUED | KMK_EVENT_CLOSED);
	if (!was)
		first = heap_arm(e, now);
	kmk_unlock(&kmk_event_lock);
	if (!was)
		event_look(first);
	return was;
}

bool kmk_event_cancel(struct kmk_event *e)
{
	bool was;

	kmk_lock(&kmk_event_lock);
	was = e->flags & KMK_EVENT_QUEUED;
	if (was)
		heap_remove(e);
	kmk_unlock(&kmk_event_lock);
	return was;
}

bool kmk_event_queued(const struct kmk_event *e)
{
	return __atomic_load_n(&e->flags, __ATOMIC_ACQUIRE) & KMK_EVENT_QUEUED;
}

bool kmk_event_running(const struct kmk_event *e)
{
	return __atomic_load_n(&event_current, __ATOMIC_ACQUIRE) == e;
}

/* Under the lock, from which it is taken to run: so it has not been running since. -1 while it does. */
static int event_try_cancel(struct kmk_event *e)
{
	int was;

	kmk_lock(&kmk_event_lock);
	was = (e->flags & KMK_EVENT_QUEUED) != 0;
	if (kmk_event_running(e))
		was = -1;
	else if (was)
		heap_remove(e);
	kmk_unlock(&kmk_event_lock);
	return was;
}

bool kmk_event_cancel_sync(struct kmk_event *e)
{
	bool was = kmk_event_cancel(e);

	for (;;) {
		uint32_t ends = __atomic_load_n(&event_ends, __ATOMIC_SEQ_CST);
		int now = event_try_cancel(e);

		if (now >= 0)
			return was || now;
		was |= kmk_event_cancel(e);
		port_wait(&event_ends, ends, 10000000);
	}
}

void kmk_event_wait_idle(struct kmk_event *e)
{
	for (;;) {
		uint32_t ends = __atomic_load_n(&event_ends, __ATOMIC_SEQ_CST);
		bool busy;

		kmk_lock(&kmk_event_lock);
		busy = (e->flags & KMK_EVENT_QUEUED) || kmk_event_running(e);
		kmk_unlock(&kmk_event_lock);
		if (!busy)
			return;
		event_look(false);	/* a fork's child has no thread yet */
		port_wait(&event_ends, ends, 10000000);
	}
}

struct irq_call {
	struct kmk_event event;
	void (*fn)(void *);
	void *arg;
	struct completion done;
};

static void irq_call_fire(struct kmk_event *e)
{
	struct irq_call *call = container_of(e, struct irq_call, event);

	call->fn(call->arg);
	complete(&call->done);
}

void kmk_run_in_irq(void (*fn)(void *), void *arg)
{
	struct irq_call call = {
		.event = { .fn = irq_call_fire, .flags = KMK_EVENT_HARDIRQ }, .fn = fn, .arg = arg,
	};

	KMK_CHECK_SLEEP();
	kmk_event_arm(&call.event, 0);
	wait_for_completion(&call.done);
	kmk_event_cancel_sync(&call.event);
}

/* The host's time at which a jiffy begins. The clock is read once: a timer armed across a tick is no later than others. */
static u64 jiffy_ns(unsigned long when)
{
	u64 now = port_now() / KMK_NS_PER_JIFFY;
	long left = (long)(when - (INITIAL_JIFFIES + now));

	if (left <= 0)
		return 0;
	left = min(left, (long)(LONG_MAX / KMK_NS_PER_JIFFY / 2));
	return (now + (unsigned long)left) * KMK_NS_PER_JIFFY;
}

void kmk_timer_fire(struct kmk_event *e)
{
	struct timer_list *t = container_of(e, struct timer_list, kmk_event);

	void (*function)(struct timer_list *) = READ_ONCE(t->function);

	if (function)
		function(t);
}

/* The event behind e: its child, its sibling, or that of whoever stands above. */
static struct kmk_event *heap_next(struct kmk_event *e)
{
	if (e->child)
		return e->child;
	while (e != event_root && !e->next) {
		while (e->prev->child != e)
			e = e->prev;
		e = e->prev;
	}
	return e == event_root ? NULL : e->next;
}

static void hrtimer_fire(struct kmk_event *e);

static const void *program_function(const struct kmk_event *e)
{
	if (e->fn == kmk_timer_fire)
		return (void *)container_of(e, struct timer_list, kmk_event)->function;
	if (e->fn == hrtimer_fire)
		return (void *)container_of(e, struct hrtimer, kmk_event)->function;
	return (void *)e->fn;
}

static struct kmk_event *heap_within(const void *start, size_t size)
{
	unsigned int n = 0;

	for (struct kmk_event *e = event_root; e && n < CHECKED; e = heap_next(e), n++)
		if ((uintptr_t)e - (uintptr_t)start < size)
			return e;
	return NULL;
}

void kmk_event_check_free(const void *start, size_t size, unsigned long caller)
{
	const void *fn = NULL;
	struct kmk_event *e;

	if (!__atomic_load_n(&event_root, __ATOMIC_RELAXED))
		return;
	kmk_lock(&kmk_event_lock);
	e = heap_within(start, size);
	if (e) {
		heap_remove(e);
		fn = program_function(e);
	}
	kmk_unlock(&kmk_event_lock);
	if (!e)
		return;
	kmk_report_begin("BUG: an object at 0x%px is freed in which a timer is pending\n", start);
	kmk_report_line("its function is %ps; it was taken back\n", fn);
	kmk_report_line("called from %pSR\n", (void *)caller);
	kmk_report_end(KMK_POLICY_BUG);
}

enum arm { ARM_ALWAYS, ARM_PENDING, ARM_EARLIER };

/* A timer without a function has been shut down: it is never armed again. */
static int timer_arm(struct timer_list *t, unsigned long expires, enum arm how)
{
	u64 when = jiffy_ns(expires);
	bool was, arm, first = false;

	kmk_lock(&kmk_event_lock);
	was = t->kmk_event.flags & KMK_EVENT_QUEUED;
	arm = t->function && (how == ARM_ALWAYS || (how == ARM_PENDING && was) ||
			      (how == ARM_EARLIER && !(was && time_before_eq(t->expires, expires))));
	if (arm) {
		t->expires = expires;
		first = heap_arm(&t->kmk_event, when);
	}
	kmk_unlock(&kmk_event_lock);
	if (arm)
		event_look(first);
	return was;
}

int mod_timer(struct timer_list *t, unsigned long expires)
{
	return timer_arm(t, expires, ARM_ALWAYS);
}

int mod_timer_pending(struct timer_list *t, unsigned long expires)
{
	return timer_arm(t, expires, ARM_PENDING);
}

int timer_reduce(struct timer_list *t, unsigned long expires)
{
	return timer_arm(t, expires, ARM_EARLIER);
}

void add_timer(struct timer_list *t)
{
	WARN_ONCE(timer_pending(t), "add_timer() on a pending timer %pS\n", (void *)t->function);
	mod_timer(t, t->expires);
}

int del_timer(struct timer_list *t)
{
	return kmk_event_cancel(&t->kmk_event);
}

int del_timer_sync(struct timer_list *t)
{
	WARN_ONCE(in_hardirq() && !(t->flags & TIMER_IRQSAFE), "del_timer_sync() in an interrupt\n");
	return kmk_event_cancel_sync(&t->kmk_event);
}

int try_to_del_timer_sync(struct timer_list *t)
{
	return event_try_cancel(&t->kmk_event);
}

int timer_shutdown(struct timer_list *t)
{
	WRITE_ONCE(t->function, NULL);
	return del_timer(t);
}

int timer_shutdown_sync(struct timer_list *t)
{
	int was = del_timer_sync(t);

	WRITE_ONCE(t->function, NULL);
	return kmk_event_cancel_sync(&t->kmk_event) || was;
}

static u64 hrtimer_when(const struct hrtimer *t)
{
	return t->kmk_expires > 0 ? (u64)t->kmk_expires : 0;
}

static void hrtimer_fire(struct kmk_event *e)
{
	struct hrtimer *t = container_of(e, struct hrtimer, kmk_event);

	if (t->function(t) == HRTIMER_RESTART)
		kmk_event_arm(e, hrtimer_when(t));
}

void hrtimer_init(struct hrtimer *t, int clock, enum hrtimer_mode mode)
{
	(void)clock;
	*t = (struct hrtimer){ .kmk_event = {
		.fn = hrtimer_fire, .flags = mode & HRTIMER_MODE_SOFT ? 0 : KMK_EVENT_HARDIRQ } };
}

void hrtimer_start(struct hrtimer *t, ktime_t when, enum hrtimer_mode mode)
{
	t->kmk_expires = mode & HRTIMER_MODE_REL ? ktime_add_safe(ktime_get(), when) : when;
	kmk_event_arm(&t->kmk_event, hrtimer_when(t));
}

int hrtimer_cancel(struct hrtimer *t)
{
	return kmk_event_cancel_sync(&t->kmk_event);
}

int hrtimer_try_to_cancel(struct hrtimer *t)
{
	return event_try_cancel(&t->kmk_event);
}

u64 hrtimer_forward(struct hrtimer *t, ktime_t now, ktime_t interval)
{
	u64 steps;

	if (now < t->kmk_expires || interval <= 0)
		return 0;
	steps = (u64)(now - t->kmk_expires) / (u64)interval + 1;
	t->kmk_expires += (ktime_t)steps * interval;
	return steps;
}

static enum hrtimer_restart sleeper_fire(struct hrtimer *t)
{
	struct hrtimer_sleeper *s = container_of(t, struct hrtimer_sleeper, timer);
	struct task_struct *task = READ_ONCE(s->task);

	WRITE_ONCE(s->task, NULL);
	if (task)
		wake_up_process(task);
	return HRTIMER_NORESTART;
}

void hrtimer_init_sleeper(struct hrtimer_sleeper *s, int clock, enum hrtimer_mode mode)
{
	hrtimer_init(&s->timer, clock, mode);
	s->timer.function = sleeper_fire;
	s->task = kmk_current();
}

int schedule_hrtimeout(ktime_t *expires, enum hrtimer_mode mode)
{
	ktime_t left;

	if (!expires) {
		schedule();
		return -EINTR;
	}
	left = mode & HRTIMER_MODE_REL ? *expires : *expires - ktime_get();
	if (left <= 0) {
		__set_current_state(TASK_RUNNING);
		return 0;
	}
	return schedule_timeout((long)(left / KMK_NS_PER_JIFFY) + 1) ? -EINTR : 0;
}

void kmk_tasklet_fire(struct kmk_event *e)
{
	struct tasklet_struct *t = container_of(e, struct tasklet_struct, kmk_event);

	if (atomic_read(&t->count))
		kmk_event_arm(e, port_now() + 100000);
	else if (t->use_callback)
		t->callback(t);
	else
		t->func(t->data);
}

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	*t = (struct tasklet_struct){ .func = func, .data = data, .kmk_event = { .fn = kmk_tasklet_fire } };
}

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	*t = (struct tasklet_struct){ .use_callback = true, .callback = callback,
				      .kmk_event = { .fn = kmk_tasklet_fire } };
}

void tasklet_schedule(struct tasklet_struct *t)
{
	kmk_event_arm_once(&t->kmk_event);
}

static void event_close(struct kmk_event *e, bool close)
{
	kmk_lock(&kmk_event_lock);
	if (close)
		__atomic_fetch_or(&e->flags, KMK_EVENT_CLOSED, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&e->flags, ~KMK_EVENT_CLOSED, __ATOMIC_RELAXED);
	kmk_unlock(&kmk_event_lock);
}

/* What is scheduled still runs, and does not schedule itself again. */
void tasklet_kill(struct tasklet_struct *t)
{
	event_close(&t->kmk_event, true);
	kmk_event_wait_idle(&t->kmk_event);
	event_close(&t->kmk_event, false);
}

void tasklet_disable(struct tasklet_struct *t)
{
	atomic_inc(&t->count);
	while (kmk_event_running(&t->kmk_event))
		port_yield();
}

void tasklet_enable(struct tasklet_struct *t)
{
	atomic_dec(&t->count);
}

void kmk_irq_work_fire(struct kmk_event *e)
{
	struct irq_work *w = container_of(e, struct irq_work, kmk_event);

	w->func(w);
}

bool irq_work_queue(struct irq_work *w)
{
	return !kmk_event_arm_once(&w->kmk_event);
}

void irq_work_sync(struct irq_work *w)
{
	kmk_event_wait_idle(&w->kmk_event);
}

/* Events armed in the parent stay armed; the thread comes back with the next one. */
void kmk_event_fork_child(void)
{
	event_started = 0;
	event_current = NULL;
}
