/* SPDX-License-Identifier: MIT */
/* Wait queues, and the table of them for bits and variables. */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/wait.h>

#include "sync.h"

#define VAR_QUEUES 256u

void __init_waitqueue_head(struct wait_queue_head *wq, const char *name, struct lock_class_key *key)
{
	(void)name, (void)key;
	spin_lock_init(&wq->lock);
	INIT_LIST_HEAD(&wq->head);
}

void init_wait_entry(struct wait_queue_entry *e, int flags)
{
	e->flags = (unsigned int)flags;
	e->private = current;
	e->func = autoremove_wake_function;
	INIT_LIST_HEAD(&e->entry);
}

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	(void)flags, (void)key;
	return wake_up_state(entry->private, mode);
}

int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

int woken_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	__atomic_fetch_or(&entry->flags, WQ_FLAG_WOKEN, __ATOMIC_SEQ_CST);
	return default_wake_function(entry, mode, flags, key);
}

long wait_woken(struct wait_queue_entry *e, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(__atomic_load_n(&e->flags, __ATOMIC_SEQ_CST) & WQ_FLAG_WOKEN) &&
	    !(current->flags & PF_KTHREAD && kthread_should_stop()))
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	__atomic_fetch_and(&e->flags, ~WQ_FLAG_WOKEN, __ATOMIC_SEQ_CST);
	return timeout;
}

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	e->flags &= ~WQ_FLAG_EXCLUSIVE;
	__add_wait_queue(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	__add_wait_queue_entry_tail_exclusive(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	e->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	__add_wait_queue(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	__remove_wait_queue(wq, e);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *e, int state)
{
	unsigned long flags;

	e->flags &= ~WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&e->entry))
		__add_wait_queue(wq, e);
	set_current_state((unsigned int)state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *e, int state)
{
	unsigned long flags;
	bool first = false;

	e->flags |= WQ_FLAG_EXCLUSIVE;
	spin_lock_irqsave(&wq->lock, flags);
	if (list_empty(&e->entry)) {
		first = list_empty(&wq->head);
		__add_wait_queue_entry_tail(wq, e);
	}
	set_current_state((unsigned int)state);
	spin_unlock_irqrestore(&wq->lock, flags);
	return first;
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *e, int state)
{
	if (e->flags & WQ_FLAG_EXCLUSIVE)
		prepare_to_wait_exclusive(wq, e, state);
	else
		prepare_to_wait(wq, e, state);
	return 0;
}

/* Always under the lock: only then no waker still looks at the entry, which is on our stack. */
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&e->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

static void queue_intr(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	if (list_empty(&e->entry))
		__add_wait_queue_entry_tail(wq, e);
	set_current_state(TASK_INTERRUPTIBLE);
}

int do_wait_intr(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	queue_intr(wq, e);
	spin_unlock(&wq->lock);
	schedule();
	spin_lock(&wq->lock);
	return 0;
}

int do_wait_intr_irq(struct wait_queue_head *wq, struct wait_queue_entry *e)
{
	queue_intr(wq, e);
	spin_unlock_irq(&wq->lock);
	schedule();
	spin_lock_irq(&wq->lock);
	return 0;
}

static int wake_locked(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	struct wait_queue_entry *e, *next;
	int woken = 0;

	list_for_each_entry_safe(e, next, &wq->head, entry) {
		unsigned int flags = e->flags;
		int ret = e->func(e, mode, 0, key);

		if (ret < 0)
			break;
		woken += ret > 0;
		if (ret && (flags & WQ_FLAG_EXCLUSIVE) && --nr == 0)
			break;
	}
	return woken;
}

int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&wq->lock, flags);
	woken = wake_locked(wq, mode, nr, key);
	spin_unlock_irqrestore(&wq->lock, flags);
	return woken;
}

void __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr)
{
	wake_locked(wq, mode, nr, NULL);
}

void __wake_up_locked_key(struct wait_queue_head *wq, unsigned int mode, void *key)
{
	wake_locked(wq, mode, 1, key);
}

struct wait_queue_head *__var_waitqueue(void *p)
{
	static struct wait_queue_head queues[VAR_QUEUES];
	static struct kmk_lock init_lock = KMK_LOCK_INIT(KMK_RANK_WAIT);
	struct wait_queue_head *wq = &queues[((uintptr_t)p * 0x9e3779b97f4a7c15ull) >> 56];

	if (__builtin_expect(!__atomic_load_n(&wq->head.next, __ATOMIC_ACQUIRE), 0)) {
		kmk_lock(&init_lock);
		if (!wq->head.next) {
			wq->head.prev = &wq->head;
			__atomic_store_n(&wq->head.next, &wq->head, __ATOMIC_RELEASE);
		}
		kmk_unlock(&init_lock);
	}
	return wq;
}

/* Other variables share the queue; they look at their condition and sleep again. */
void wake_up_var(void *var)
{
	wake_up_all(__var_waitqueue(var));
}

void wake_up_bit(void *word, int bit)
{
	(void)bit;
	wake_up_all(__var_waitqueue(word));
}

int bit_wait(struct wait_bit_key *key, int mode)
{
	(void)key, (void)mode;
	schedule();
	return 0;
}

int bit_wait_io(struct wait_bit_key *key, int mode)
{
	return bit_wait(key, mode);
}
