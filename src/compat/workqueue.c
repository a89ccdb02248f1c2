/* SPDX-License-Identifier: MIT */
/*
 * Work queues: one lock, one pool of threads for all queues.
 *
 * A worker takes the first item that may run: its queue is below its limit and the item is not
 * running elsewhere. While items wait and no worker is idle or starting, a thread is added, up to
 * MAX_WORKERS; an idle worker beyond the first leaves after IDLE_JIFFIES.
 *
 * An item's word is 0 while it may be queued, PENDING from the claim to the start of its function (on a
 * list, or its timer or grace period runs), and CANCELED in addition while somebody cancels it, which keeps
 * others from queueing it. From a claim to the list or the timer the claimer keeps its virtual CPU, so who
 * spins for an item that is neither here nor there waits for a running CPU.
 *
 * Each queueing gets a number. Flushing waits for numbers, so what is queued later holds up no flusher, and
 * an item that is freed or queued again meanwhile is not looked at.
 */
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define MAX_WORKERS	32
#define IDLE_JIFFIES	(5 * HZ)

struct workqueue_struct {
	struct list_head items;		/* pending, in order */
	struct list_head node;		/* in all_queues while it has items */
	int max_active, active;
	bool ordered;			/* its limit stays 1 */
	char name[32];
};

struct worker {
	struct work_struct *work;	/* only compared: the function may free it */
	work_func_t func;		/* an item at the address of a freed one is another */
	struct workqueue_struct *wq;
	unsigned long seq;
	bool used;
};

static DEFINE_SPINLOCK(lock);
static LIST_HEAD(all_queues);
static DECLARE_WAIT_QUEUE_HEAD(more);	/* idle workers */
static DECLARE_WAIT_QUEUE_HEAD(ended);	/* flushers */
static struct worker workers[MAX_WORKERS];
static int nr_workers, nr_idle;	/* a starting worker counts as idle */
static unsigned long nr_queued;		/* items pending */
static unsigned long nr_ever;		/* changes with new work: the idle workers' condition */
static unsigned long last_seq;		/* the number given out last */

#define PENDING		1
#define CANCELED	2

#define SYSTEM_QUEUE(wq, text) \
	{ LIST_HEAD_INIT((wq).items), LIST_HEAD_INIT((wq).node), WQ_DFL_ACTIVE, 0, false, text }

static struct workqueue_struct wq_events = SYSTEM_QUEUE(wq_events, "events");
static struct workqueue_struct wq_highpri = SYSTEM_QUEUE(wq_highpri, "events_highpri");
static struct workqueue_struct wq_long = SYSTEM_QUEUE(wq_long, "events_long");
static struct workqueue_struct wq_unbound = SYSTEM_QUEUE(wq_unbound, "events_unbound");

struct workqueue_struct *system_wq = &wq_events, *system_highpri_wq = &wq_highpri,
	*system_long_wq = &wq_long, *system_unbound_wq = &wq_unbound,
	*system_freezable_wq = &wq_events, *system_power_efficient_wq = &wq_events;

struct workqueue_struct *alloc_workqueue(const char *fmt, unsigned int flags, int max_active, ...)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	va_list args;

	if (!wq)
		return NULL;
	INIT_LIST_HEAD(&wq->items);
	INIT_LIST_HEAD(&wq->node);
	wq->max_active = max_active > 0 ? max_active : WQ_DFL_ACTIVE;
	wq->ordered = flags & __WQ_ORDERED;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	return wq;
}

static struct worker *running_on(const struct work_struct *w)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (workers[i].work == w && workers[i].func == w->func)
			return &workers[i];
	return NULL;
}

static void item_unlink(struct work_struct *w)
{
	list_del_init(&w->entry);
	if (list_empty(&w->kmk_wq->items))
		list_del_init(&w->kmk_wq->node);
	nr_queued--;
}

/* The first item that may run now, taken off its queue. */
static struct work_struct *item_take(struct worker *self)
{
	struct workqueue_struct *wq;
	struct work_struct *w;

	list_for_each_entry(wq, &all_queues, node) {
		if (wq->active >= wq->max_active)
			continue;
		list_for_each_entry(w, &wq->items, entry) {
			if (running_on(w))
				continue;
			item_unlink(w);
			wq->active++;
			self->work = w;
			self->func = w->func;
			self->wq = wq;
			self->seq = w->kmk_seq;
			/* Whoever fails to queue it from here back has done what the function is to see. */
			atomic_long_xchg(&w->data, 0);
			return w;
		}
	}
	return NULL;
}

static void item_done(struct worker *self)
{
	self->wq->active--;
	self->wq = NULL;
	self->work = NULL;
}

static int worker_thread(void *data);

/* In a fork's child: the threads are gone, the items stay for new ones. */
static void fork_child(void)
{
	spin_lock_init(&lock);
	init_waitqueue_head(&more);
	init_waitqueue_head(&ended);
	for (int i = 0; i < MAX_WORKERS; i++) {
		if (workers[i].wq)
			workers[i].wq->active--;
		workers[i] = (struct worker){ .used = false };
	}
	nr_workers = nr_idle = 0;
}

static struct kmk_fork_hook fork_hook = { .fn = fork_child };

/* Add a thread when items wait and nobody is about to look. Called with the lock, drops it. */
static void unlock_and_grow(unsigned long flags)
{
	static bool hooked;
	struct worker *w = NULL;

	if (nr_queued && !nr_idle && nr_workers < MAX_WORKERS) {
		for (w = workers; w->used; w++)
			;
		w->used = true;
		nr_workers++;
		nr_idle++;
	}
	spin_unlock_irqrestore(&lock, flags);
	if (w && !__atomic_exchange_n(&hooked, true, __ATOMIC_RELAXED))
		kmk_on_fork_child(&fork_hook);
	if (!w || !IS_ERR(kmk_kthread_run_any(worker_thread, w, "kworker/u")))
		return;
	spin_lock_irqsave(&lock, flags);
	w->used = false;
	nr_workers--;
	nr_idle--;
	spin_unlock_irqrestore(&lock, flags);
}

/* Run what can be run; entered and left with the lock held. */
static void run_items(struct worker *self)
{
	struct work_struct *w;

	while ((w = item_take(self))) {
		work_func_t func = w->func;

		unlock_and_grow(KMK_IRQ_ENABLED);
		func(w);
		WARN_ONCE(in_atomic() || irqs_disabled(), "work %pS leaves preempt_count %#x\n", (void *)func,
			  preempt_count());
		spin_lock_irq(&lock);
		item_done(self);
		wake_up_all(&ended);
	}
}

/* Sleep until something new is queued; false after IDLE_JIFFIES without. */
static bool worker_idle(unsigned long seen)
{
	DEFINE_WAIT(wait);
	long left = IDLE_JIFFIES;

	prepare_to_wait_exclusive(&more, &wait, TASK_IDLE);
	if (__atomic_load_n(&nr_ever, __ATOMIC_ACQUIRE) == seen)
		left = schedule_timeout(left);
	finish_wait(&more, &wait);
	return left > 0 || __atomic_load_n(&nr_ever, __ATOMIC_ACQUIRE) != seen;
}

static int worker_thread(void *data)
{
	struct worker *self = data;
	bool stay = true;

	current->flags |= PF_WQ_WORKER;
	spin_lock_irq(&lock);
	while (stay) {
		unsigned long seen;

		nr_idle--;
		run_items(self);
		nr_idle++;
		seen = nr_ever;
		spin_unlock_irq(&lock);
		stay = worker_idle(seen);
		spin_lock_irq(&lock);
		stay = stay || nr_idle == 1 || nr_ever != seen;
	}
	nr_idle--;
	nr_workers--;
	self->used = false;
	spin_unlock_irq(&lock);
	return 0;
}

static bool claim(struct work_struct *w)
{
	return !atomic_long_fetch_or(PENDING, &w->data);
}

/* The item is claimed, by us. */
static void insert(struct workqueue_struct *wq, struct work_struct *w)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	w->kmk_wq = wq;
	w->kmk_seq = ++last_seq;
	if (list_empty(&wq->items))
		list_add_tail(&wq->node, &all_queues);
	list_add_tail(&w->entry, &wq->items);
	nr_queued++;
	__atomic_store_n(&nr_ever, nr_ever + 1, __ATOMIC_RELEASE);
	wake_up(&more);
	unlock_and_grow(flags);
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *w)
{
	unsigned long flags;
	bool ours;

	local_irq_save(flags);
	ours = claim(w);
	if (ours)
		insert(wq, w);
	local_irq_restore(flags);
	return ours;
}

static void insert_later(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay)
{
	w->wq = wq;
	if (delay)
		mod_timer(&w->timer, jiffies + delay);
	else
		insert(wq, &w->work);
}

/* A delayed item is pending, but on no list, while its timer runs. */
void kmk_delayed_fire(struct timer_list *t)
{
	struct delayed_work *w = from_timer(w, t, timer);

	insert(w->wq, &w->work);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay)
{
	unsigned long flags;
	bool ours;

	local_irq_save(flags);
	ours = claim(&w->work);
	if (ours)
		insert_later(wq, w, delay);
	local_irq_restore(flags);
	return ours;
}

/* Take an item off its list. */
static bool item_off(struct work_struct *w)
{
	bool was;

	spin_lock(&lock);
	was = !list_empty(&w->entry);
	if (was) {
		item_unlink(w);
		wake_up_all(&ended);
	}
	spin_unlock(&lock);
	return was;
}

/*
 * Claim the item from wherever it is: 1 when it was pending, 0 when idle, both with interrupts off; -1, and
 * nothing is changed, while somebody cancels it.
 */
static int grab(struct work_struct *w, struct timer_list *t, unsigned long *flags)
{
	for (;;) {
		long old;

		local_irq_save(*flags);
		if (t && del_timer(t))
			return 1;
		old = atomic_long_fetch_or(PENDING, &w->data);
		if (!old)
			return 0;
		if (!(old & CANCELED) && item_off(w))
			return 1;
		local_irq_restore(*flags);
		if (old & CANCELED)
			return -1;
		cpu_relax();	/* on its way to its list */
	}
}

static bool cancel(struct work_struct *w, struct timer_list *t)
{
	unsigned long flags;
	int was = grab(w, t, &flags);

	if (was < 0)
		return false;
	atomic_long_xchg(&w->data, 0);
	local_irq_restore(flags);
	return was;
}

static bool item_running(struct work_struct *w)
{
	unsigned long flags;
	bool ret;

	spin_lock_irqsave(&lock, flags);
	ret = running_on(w) != NULL;
	spin_unlock_irqrestore(&lock, flags);
	return ret;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay)
{
	unsigned long flags;
	int was = grab(&w->work, &w->timer, &flags);

	if (was < 0)
		return true;	/* pending, but not for long */
	insert_later(wq, w, delay);
	local_irq_restore(flags);
	return was;
}

static bool cancel_sync(struct work_struct *w, struct timer_list *t)
{
	unsigned long flags;
	int was;

	might_sleep();
	while ((was = grab(w, t, &flags)) < 0)
		wait_event(ended, !(atomic_long_read(&w->data) & CANCELED));
	atomic_long_set(&w->data, PENDING | CANCELED);
	local_irq_restore(flags);
	wait_event(ended, !item_running(w));
	atomic_long_xchg(&w->data, 0);
	wake_up_all(&ended);
	return was;
}

bool cancel_work(struct work_struct *w)
{
	return cancel(w, NULL);
}

bool cancel_work_sync(struct work_struct *w)
{
	return cancel_sync(w, NULL);
}

bool cancel_delayed_work(struct delayed_work *w)
{
	return cancel(&w->work, &w->timer);
}

bool cancel_delayed_work_sync(struct delayed_work *w)
{
	return cancel_sync(&w->work, &w->timer);
}

/* What flush_work() waits for: one queueing of an item. */
struct instance {
	struct workqueue_struct *wq;	/* only compared */
	unsigned long seq;
};

static struct instance instance_of(struct work_struct *w)
{
	struct instance in = { NULL, 0 };
	unsigned long flags;
	struct worker *on;

	spin_lock_irqsave(&lock, flags);
	on = running_on(w);
	if (!list_empty(&w->entry))
		in = (struct instance){ w->kmk_wq, w->kmk_seq };
	else if (on)
		in = (struct instance){ on->wq, on->seq };
	spin_unlock_irqrestore(&lock, flags);
	return in;
}

/* Whether a queue has one of this number pending. Numbers rise along a list. */
static bool seq_pending(const struct instance *in)
{
	struct workqueue_struct *wq;
	struct work_struct *w;

	list_for_each_entry(wq, &all_queues, node) {
		if (wq != in->wq)
			continue;
		list_for_each_entry(w, &wq->items, entry)
			if (w->kmk_seq >= in->seq)
				return w->kmk_seq == in->seq;
	}
	return false;
}

/* The item, and its queue, may be gone already. */
static bool instance_over(const struct instance *in)
{
	unsigned long flags;
	bool busy = false;

	spin_lock_irqsave(&lock, flags);
	for (int i = 0; i < MAX_WORKERS && !busy; i++)
		busy = workers[i].wq && workers[i].seq == in->seq;
	busy = busy || seq_pending(in);
	spin_unlock_irqrestore(&lock, flags);
	return !busy;
}

bool flush_work(struct work_struct *w)
{
	struct instance in;

	might_sleep();
	in = instance_of(w);
	if (!in.wq)
		return false;
	wait_event(ended, instance_over(&in));
	return true;
}

bool flush_delayed_work(struct delayed_work *w)
{
	unsigned long flags;
	int was;

	do {
		local_irq_save(flags);
		was = try_to_del_timer_sync(&w->timer);
		if (was > 0)
			insert(w->wq, &w->work);
		local_irq_restore(flags);
	} while (was < 0);
	return flush_work(&w->work);
}

/* Whether nothing up to seq is pending or running. */
static bool queue_reached(struct workqueue_struct *wq, unsigned long seq)
{
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&lock, flags);
	busy = !list_empty(&wq->items) &&
		list_first_entry(&wq->items, struct work_struct, entry)->kmk_seq <= seq;
	for (int i = 0; i < MAX_WORKERS && !busy; i++)
		busy = workers[i].wq == wq && workers[i].seq <= seq;
	spin_unlock_irqrestore(&lock, flags);
	return !busy;
}

void kmk_flush_workqueue(struct workqueue_struct *wq)
{
	unsigned long flags, seq;

	might_sleep();
	spin_lock_irqsave(&lock, flags);
	seq = last_seq;
	spin_unlock_irqrestore(&lock, flags);
	wait_event(ended, queue_reached(wq, seq));
}

/* Items may queue others, or themselves, until the queue is empty. */
void kmk_drain_workqueue(struct workqueue_struct *wq)
{
	unsigned long flags;
	bool empty;

	do {
		kmk_flush_workqueue(wq);
		spin_lock_irqsave(&lock, flags);
		empty = list_empty(&wq->items) && !wq->active;
		spin_unlock_irqrestore(&lock, flags);
	} while (!empty);
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	kmk_drain_workqueue(wq);
	kfree(wq);
}

void workqueue_set_max_active(struct workqueue_struct *wq, int max_active)
{
	unsigned long flags;

	if (WARN_ONCE(wq->ordered, "workqueue_set_max_active() of the ordered queue %s\n", wq->name))
		return;
	spin_lock_irqsave(&lock, flags);
	wq->max_active = max_active > 0 ? min_t(int, max_active, WQ_MAX_ACTIVE) : WQ_DFL_ACTIVE;
	__atomic_store_n(&nr_ever, nr_ever + 1, __ATOMIC_RELEASE);
	wake_up_all(&more);
	unlock_and_grow(flags);
}

void kmk_rcu_work_fire(struct rcu_head *head)
{
	struct rcu_work *w = container_of(head, struct rcu_work, rcu);

	insert(w->wq, &w->work);
}

bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *w)
{
	if (!claim(&w->work))
		return false;
	w->wq = wq;
	call_rcu(&w->rcu, kmk_rcu_work_fire);
	return true;
}

bool flush_rcu_work(struct rcu_work *w)
{
	bool was = work_pending(&w->work);

	if (was)
		rcu_barrier();
	return flush_work(&w->work) || was;
}

unsigned int work_busy(struct work_struct *w)
{
	return (work_pending(w) ? WORK_BUSY_PENDING : 0) | (item_running(w) ? WORK_BUSY_RUNNING : 0);
}

bool current_is_workqueue_rescuer(void)
{
	return false;
}

struct work_struct *current_work(void)
{
	struct worker *self = kthread_data(current);

	return current->flags & PF_WQ_WORKER ? self->work : NULL;
}

struct cpu_work {
	struct work_struct work;
	work_func_t func;
	int cpu;
};

static void run_on_cpu(struct work_struct *w)
{
	struct cpu_work *cw = container_of(w, struct cpu_work, work);

	kmk_cpu_pin(cw->cpu);
	cw->func(w);
	kmk_cpu_unpin();
}

/* All are queued before one is waited for: they may wait for each other. */
int schedule_on_each_cpu(work_func_t func)
{
	struct cpu_work *works = kcalloc(nr_cpu_ids, sizeof(*works), GFP_KERNEL);
	int cpu;

	if (!works)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		works[cpu].func = func;
		works[cpu].cpu = cpu;
		INIT_WORK(&works[cpu].work, run_on_cpu);
		schedule_work(&works[cpu].work);
	}
	for_each_online_cpu(cpu)
		flush_work(&works[cpu].work);
	kfree(works);
	return 0;
}

struct cpu_call {
	struct work_struct work;
	long (*fn)(void *arg);
	void *arg;
	long ret;
	int cpu;
};

static void call_on_cpu(struct work_struct *w)
{
	struct cpu_call *c = container_of(w, struct cpu_call, work);

	kmk_cpu_pin(c->cpu);
	c->ret = c->fn(c->arg);
	kmk_cpu_unpin();
}

long work_on_cpu(int cpu, long (*fn)(void *arg), void *arg)
{
	struct cpu_call c = { .fn = fn, .arg = arg, .cpu = cpu };

	INIT_WORK_ONSTACK(&c.work, call_on_cpu);
	schedule_work(&c.work);
	flush_work(&c.work);
	return c.ret;
}
