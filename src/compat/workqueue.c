/* SPDX-License-Identifier: MIT */
/*
 * Work queues: one lock, one pool of threads for all queues.
 *
 * A worker takes the first item that may run: its queue is below its limit and the item is not
 * running elsewhere. While items wait and no worker is idle or starting, a thread is added, up to
 * MAX_WORKERS; an idle worker beyond the first leaves after IDLE_JIFFIES. Flushing waits by
 * sequence number, which the queue gives out in order.
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
	unsigned long seq;
	char name[32];
};

struct worker {
	struct work_struct *work;	/* only compared: the function may free it */
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
static unsigned long nr_ever;		/* items ever queued: the idle workers' condition */

#define SYSTEM_QUEUE(wq, text) \
	{ LIST_HEAD_INIT((wq).items), LIST_HEAD_INIT((wq).node), WQ_DFL_ACTIVE, 0, 0, text }

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
	(void)flags;
	INIT_LIST_HEAD(&wq->items);
	INIT_LIST_HEAD(&wq->node);
	wq->max_active = max_active > 0 ? max_active : WQ_DFL_ACTIVE;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), fmt, args);
	va_end(args);
	return wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	kmk_flush_workqueue(wq);
	WARN_ONCE(!list_empty(&wq->items), "workqueue %s is destroyed with items queued\n", wq->name);
	kfree(wq);
}

static struct worker *running_on(const struct work_struct *w)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (workers[i].work == w)
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
			atomic_long_set(&w->data, 0);
			wq->active++;
			self->work = w;
			self->wq = wq;
			self->seq = w->kmk_seq;
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

bool queue_work(struct workqueue_struct *wq, struct work_struct *w)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	if (atomic_long_read(&w->data)) {
		spin_unlock_irqrestore(&lock, flags);
		return false;
	}
	atomic_long_set(&w->data, 1);
	w->kmk_wq = wq;
	w->kmk_seq = ++wq->seq;
	if (list_empty(&wq->items))
		list_add_tail(&wq->node, &all_queues);
	list_add_tail(&w->entry, &wq->items);
	nr_queued++;
	__atomic_store_n(&nr_ever, nr_ever + 1, __ATOMIC_RELEASE);
	wake_up(&more);
	unlock_and_grow(flags);
	return true;
}

/* A delayed item is pending, but on no list, while its timer runs. */
void kmk_delayed_fire(struct timer_list *t)
{
	struct delayed_work *w = from_timer(w, t, timer);

	atomic_long_set(&w->work.data, 0);
	queue_work(w->wq, &w->work);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *w, unsigned long delay)
{
	if (!delay)
		return queue_work(wq, &w->work);
	if (atomic_long_xchg(&w->work.data, 1))
		return false;
	w->wq = wq;
	mod_timer(&w->timer, jiffies + delay);
	return true;
}

/* Take a pending item off its list. */
static bool item_cancel(struct work_struct *w)
{
	unsigned long flags;
	bool was;

	spin_lock_irqsave(&lock, flags);
	was = atomic_long_read(&w->data) && !list_empty(&w->entry);
	if (was) {
		item_unlink(w);
		atomic_long_set(&w->data, 0);
	}
	spin_unlock_irqrestore(&lock, flags);
	if (was)
		wake_up_all(&ended);
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
	bool was = cancel_delayed_work(w);

	queue_delayed_work(wq, w, delay);
	return was;
}

bool cancel_work(struct work_struct *w)
{
	return item_cancel(w);
}

bool cancel_work_sync(struct work_struct *w)
{
	bool was = item_cancel(w);

	might_sleep();
	wait_event(ended, !item_running(w));
	return item_cancel(w) || was;
}

bool cancel_delayed_work(struct delayed_work *w)
{
	if (!del_timer(&w->timer))
		return item_cancel(&w->work);
	atomic_long_set(&w->work.data, 0);
	return true;
}

bool cancel_delayed_work_sync(struct delayed_work *w)
{
	bool was = del_timer_sync(&w->timer);

	if (was)
		atomic_long_set(&w->work.data, 0);
	was |= cancel_work_sync(&w->work);
	return cancel_delayed_work(w) || was;
}

static bool item_idle(struct work_struct *w)
{
	return !atomic_long_read(&w->data) && !item_running(w);
}

bool flush_work(struct work_struct *w)
{
	might_sleep();
	if (item_idle(w))
		return false;
	wait_event(ended, item_idle(w));
	return true;
}

bool flush_delayed_work(struct delayed_work *w)
{
	bool was = del_timer_sync(&w->timer);

	if (was) {
		atomic_long_set(&w->work.data, 0);
		queue_work(w->wq, &w->work);
	}
	return flush_work(&w->work) || was;
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
	unsigned long seq = __atomic_load_n(&wq->seq, __ATOMIC_ACQUIRE);

	might_sleep();
	wait_event(ended, queue_reached(wq, seq));
}

void kmk_rcu_work_fire(struct rcu_head *head)
{
	struct rcu_work *w = container_of(head, struct rcu_work, rcu);

	atomic_long_set(&w->work.data, 0);
	queue_work(w->wq, &w->work);
}

bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *w)
{
	if (atomic_long_xchg(&w->work.data, 1))
		return false;
	w->wq = wq;
	call_rcu(&w->rcu, kmk_rcu_work_fire);
	return true;
}

bool flush_rcu_work(struct rcu_work *w)
{
	rcu_barrier();
	return flush_work(&w->work);
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

int schedule_on_each_cpu(work_func_t func)
{
	struct work_struct w;
	int cpu;

	for_each_online_cpu(cpu) {
		INIT_WORK_ONSTACK(&w, func);
		schedule_work(&w);
		flush_work(&w);
	}
	return 0;
}
