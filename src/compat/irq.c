/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines: an event of the sync room each, with the handlers that asked for it.
 *
 * One lock over all lines. Handlers are called without it: an action is appended whole, and one taken out is
 * freed only when the line is known not to be in a handler. A line is delivered while depth is 0: disable_irq()
 * counts in it, and so does a one-shot handler's thread until it has run.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <kmemkit/irq.h>

struct action {
	struct action *next;
	unsigned int irq;
	irq_handler_t handler, thread_fn;
	unsigned long flags;
	const char *name;
	void *dev;
	struct task_struct *thread;
	struct wait_queue_head wait;
	bool woken, busy;		/* the thread is to run; it runs */
};

struct line {
	struct kmk_event event;
	struct action *actions;
	unsigned int depth;
	bool pending, off;		/* off: nobody wanted it */
	unsigned int level;		/* devices that hold it up */
	bool active;			/* its event is queued or runs */
	unsigned int unwanted;
	unsigned long count;
};

static void fire(struct kmk_event *e);

static DEFINE_SPINLOCK(lock);
static struct line lines[KMK_NR_IRQS] = {
	[0 ... KMK_NR_IRQS - 1] = { .event = { .fn = fire, .flags = KMK_EVENT_HARDIRQ } },
};

static unsigned int number(const struct line *l)
{
	return (unsigned int)(l - lines);
}

/* Something waits and may be delivered: see to it. With the lock. */
static void poke(struct line *l)
{
	if ((l->pending || l->level) && !l->depth && !l->off && l->actions) {
		l->active = true;
		kmk_event_arm(&l->event, 0);
	}
}

static void wake_thread(struct line *l, struct action *a)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	if (!a->woken && a->flags & IRQF_ONESHOT)
		l->depth++;
	__atomic_store_n(&a->woken, true, __ATOMIC_RELEASE);
	spin_unlock_irqrestore(&lock, flags);
	wake_up(&a->wait);
}

static irqreturn_t call_handlers(struct line *l)
{
	irqreturn_t all = IRQ_NONE;
	struct action *a;

	for (a = __atomic_load_n(&l->actions, __ATOMIC_ACQUIRE); a;
	     a = __atomic_load_n(&a->next, __ATOMIC_ACQUIRE)) {
		irqreturn_t one = a->handler ? a->handler((int)a->irq, a->dev) : IRQ_WAKE_THREAD;

		if (one == IRQ_WAKE_THREAD && !WARN_ON_ONCE(!a->thread))
			wake_thread(l, a);
		all |= one;
	}
	return all;
}

/* Returns whether the line has just been switched off. With the lock. */
static bool judge(struct line *l, irqreturn_t ret)
{
	__atomic_store_n(&l->count, l->count + 1, __ATOMIC_RELEASE);
	l->unwanted = ret == IRQ_NONE ? l->unwanted + 1 : 0;
	if (l->unwanted < KMK_IRQ_STORM || l->off)
		return false;
	l->off = true;
	return true;
}

static void fire(struct kmk_event *e)
{
	struct line *l = container_of(e, struct line, event);
	unsigned long flags;
	irqreturn_t ret;
	bool storm;

	spin_lock_irqsave(&lock, flags);
	l->active = false;
	if (l->depth || l->off || !l->actions) {
		spin_unlock_irqrestore(&lock, flags);
		return;
	}
	l->active = true;
	l->pending = false;
	spin_unlock_irqrestore(&lock, flags);
	ret = call_handlers(l);
	spin_lock_irqsave(&lock, flags);
	storm = judge(l, ret);
	l->active = kmk_event_queued(e);	/* raised meanwhile */
	poke(l);
	spin_unlock_irqrestore(&lock, flags);
	WARN(storm, "irq %u: no handler wanted it %u times in a row: the line is switched off\n", number(l),
	     KMK_IRQ_STORM);
}

void kmk_irq_raise(unsigned int irq)
{
	struct line *l = &lines[irq];
	unsigned long flags;

	if (WARN_ON_ONCE(irq >= KMK_NR_IRQS))
		return;
	spin_lock_irqsave(&lock, flags);
	l->pending = l->actions != NULL;
	poke(l);
	spin_unlock_irqrestore(&lock, flags);
}

void kmk_irq_level(unsigned int irq, bool up)
{
	struct line *l = &lines[irq];
	unsigned long flags;
	bool balanced;

	if (WARN_ON_ONCE(irq >= KMK_NR_IRQS))
		return;
	spin_lock_irqsave(&lock, flags);
	balanced = up || l->level;
	if (balanced)
		l->level += up ? 1 : -1;
	poke(l);
	spin_unlock_irqrestore(&lock, flags);
	WARN(!balanced, "irq %u: no device holds the line up\n", irq);
}

unsigned long kmk_irq_count(unsigned int irq)
{
	return irq < KMK_NR_IRQS ? __atomic_load_n(&lines[irq].count, __ATOMIC_ACQUIRE) : 0;
}

/* Is a thread of the line to run, or running; with delivery, also: is the line's event on its way. */
static bool busy_now(const struct line *l, bool delivery)
{
	const struct action *a;
	unsigned long flags;
	bool busy;

	spin_lock_irqsave(&lock, flags);
	busy = delivery && l->active;
	for (a = l->actions; a; a = a->next)
		busy |= a->woken || a->busy;
	spin_unlock_irqrestore(&lock, flags);
	return busy;
}

/* Wait until no handler runs. What is queued stays so. */
static void wait_for_handlers(struct line *l)
{
	if (kmk_event_cancel_sync(&l->event))
		kmk_event_arm(&l->event, 0);
}

bool synchronize_hardirq(unsigned int irq)
{
	if (irq < KMK_NR_IRQS)
		wait_for_handlers(&lines[irq]);
	return true;
}

void synchronize_irq(unsigned int irq)
{
	might_sleep();
	if (irq >= KMK_NR_IRQS)
		return;
	wait_for_handlers(&lines[irq]);
	while (busy_now(&lines[irq], false))
		schedule_timeout_uninterruptible(1);
}

void kmk_irq_settle(unsigned int irq)
{
	might_sleep();
	if (irq >= KMK_NR_IRQS)
		return;
	/* In this order: the end of a delivery comes behind its mark. */
	while (busy_now(&lines[irq], true) || kmk_event_running(&lines[irq].event))
		usleep_range(20, 50);
}

static bool thread_wanted(struct action *a)
{
	return __atomic_load_n(&a->woken, __ATOMIC_ACQUIRE) || kthread_should_stop();
}

static bool thread_begin(struct action *a)
{
	bool run;

	spin_lock_irq(&lock);
	run = a->busy = a->woken;
	__atomic_store_n(&a->woken, false, __ATOMIC_RELAXED);
	spin_unlock_irq(&lock);
	return run;
}

static void thread_end(struct line *l, struct action *a)
{
	spin_lock_irq(&lock);
	a->busy = false;
	if (a->flags & IRQF_ONESHOT)
		l->depth--;
	poke(l);
	spin_unlock_irq(&lock);
}

static int irq_thread(void *data)
{
	struct action *a = data;

	while (!kthread_should_stop()) {
		wait_event(a->wait, thread_wanted(a));
		if (!thread_begin(a))
			continue;
		a->thread_fn((int)a->irq, a->dev);
		thread_end(&lines[a->irq], a);
	}
	return 0;
}

/* Append, if the line is free or everybody on it shares. */
static int link_action(struct line *l, struct action *a)
{
	struct action **p = &l->actions;
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&lock, flags);
	if (*p && !((*p)->flags & a->flags & IRQF_SHARED)) {
		err = -EBUSY;
	} else {
		if (!*p) {
			l->depth = a->flags & IRQF_NO_AUTOEN ? 1 : 0;
			l->pending = l->off = false;
			l->unwanted = 0;
		}
		while (*p)
			p = &(*p)->next;
		__atomic_store_n(p, a, __ATOMIC_RELEASE);
		poke(l);
	}
	spin_unlock_irqrestore(&lock, flags);
	return err;
}

static struct action *unlink_action(struct line *l, void *dev)
{
	struct action **p = &l->actions, *a;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	while (*p && (*p)->dev != dev)
		p = &(*p)->next;
	a = *p;
	if (a)
		__atomic_store_n(p, a->next, __ATOMIC_RELEASE);
	spin_unlock_irqrestore(&lock, flags);
	return a;
}

static int start_thread(struct action *a)
{
	struct task_struct *t;

	if (!a->thread_fn)
		return 0;
	t = kthread_run(irq_thread, a, "irq/%u-%s", a->irq, a->name);
	if (IS_ERR(t))
		return (int)PTR_ERR(t);
	a->thread = t;
	return 0;
}

static bool fits(irq_handler_t handler, irq_handler_t thread_fn, unsigned long flags, void *dev)
{
	if (!handler && (!thread_fn || !(flags & IRQF_ONESHOT)))
		return false;
	return dev || !(flags & IRQF_SHARED);
}

static void free_action(struct action *a)
{
	if (a->thread)
		kthread_stop(a->thread);
	if (a->woken && a->flags & IRQF_ONESHOT)	/* it was stopped before it ran */
		thread_end(&lines[a->irq], a);
	kfree(a);
}

int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev)
{
	struct action *a;
	int err;

	if (irq == IRQ_NOTCONNECTED)
		return -ENOTCONN;
	if (irq >= KMK_NR_IRQS || !fits(handler, thread_fn, flags, dev))
		return -EINVAL;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	a->irq = irq;
	a->handler = handler;
	a->thread_fn = thread_fn;
	a->flags = flags;
	a->name = name;
	a->dev = dev;
	init_waitqueue_head(&a->wait);
	err = start_thread(a);
	if (!err)
		err = link_action(&lines[irq], a);
	if (err == -EBUSY)
		pr_err("irq %u: %s cannot share the line\n", irq, name);
	if (err)
		free_action(a);
	return err;
}

const void *free_irq(unsigned int irq, void *dev)
{
	struct action *a = irq < KMK_NR_IRQS ? unlink_action(&lines[irq], dev) : NULL;
	const char *name;

	if (WARN(!a, "Trying to free already-free IRQ %u\n", irq))
		return NULL;
	name = a->name;
	wait_for_handlers(&lines[irq]);
	free_action(a);
	return name;
}

void disable_irq_nosync(unsigned int irq)
{
	unsigned long flags;

	if (irq >= KMK_NR_IRQS)
		return;
	spin_lock_irqsave(&lock, flags);
	lines[irq].depth++;
	spin_unlock_irqrestore(&lock, flags);
}

void disable_irq(unsigned int irq)
{
	disable_irq_nosync(irq);
	synchronize_irq(irq);
}

void enable_irq(unsigned int irq)
{
	unsigned long flags;
	bool balanced;

	if (irq >= KMK_NR_IRQS)
		return;
	spin_lock_irqsave(&lock, flags);
	balanced = lines[irq].depth;
	if (balanced)
		lines[irq].depth--;
	poke(&lines[irq]);
	spin_unlock_irqrestore(&lock, flags);
	WARN(!balanced, "Unbalanced enable for IRQ %u\n", irq);
}
