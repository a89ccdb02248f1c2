/* SPDX-License-Identifier: MIT */
/* Notifier chains: sorted single lists. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>

static int chain_add(struct notifier_block **at, struct notifier_block *nb, bool unique)
{
	for (struct notifier_block *n = *at; n; n = n->next)
		if (n == nb)
			return -EEXIST;
	for (; *at && (*at)->priority >= nb->priority; at = &(*at)->next)
		if (unique && (*at)->priority == nb->priority)
			return -EBUSY;
	nb->next = *at;
	rcu_assign_pointer(*at, nb);
	return 0;
}

static int chain_remove(struct notifier_block **at, struct notifier_block *nb)
{
	for (; *at; at = &(*at)->next)
		if (*at == nb) {
			rcu_assign_pointer(*at, nb->next);
			return 0;
		}
	return -ENOENT;
}

/* Up to n blocks; how many were called. */
static int chain_call_n(struct notifier_block **head, unsigned long action, void *data, int n, int *called)
{
	struct notifier_block *nb = rcu_dereference_raw(*head), *next;
	int ret = NOTIFY_DONE;

	for (*called = 0; nb && *called < n && !(ret & NOTIFY_STOP_MASK); nb = next) {
		next = rcu_dereference_raw(nb->next);
		ret = nb->notifier_call(nb, action, data);
		++*called;
	}
	return ret;
}

static int chain_call(struct notifier_block **head, unsigned long action, void *data)
{
	int called;

	return chain_call_n(head, action, data, INT_MAX, &called);
}

static int chain_call_robust(struct notifier_block **head, unsigned long up, unsigned long down, void *data)
{
	int called, ret = chain_call_n(head, up, data, INT_MAX, &called), again;

	if (ret & NOTIFY_STOP_MASK)
		chain_call_n(head, down, data, called - 1, &again);
	return ret;
}

int raw_notifier_chain_register(struct raw_notifier_head *h, struct notifier_block *nb)
{
	return chain_add(&h->head, nb, false);
}

int raw_notifier_chain_unregister(struct raw_notifier_head *h, struct notifier_block *nb)
{
	return chain_remove(&h->head, nb);
}

int raw_notifier_call_chain(struct raw_notifier_head *h, unsigned long action, void *data)
{
	return chain_call(&h->head, action, data);
}

int atomic_notifier_chain_register(struct atomic_notifier_head *h, struct notifier_block *nb)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&h->lock, flags);
	ret = chain_add(&h->head, nb, false);
	spin_unlock_irqrestore(&h->lock, flags);
	return ret;
}

int atomic_notifier_chain_unregister(struct atomic_notifier_head *h, struct notifier_block *nb)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&h->lock, flags);
	ret = chain_remove(&h->head, nb);
	spin_unlock_irqrestore(&h->lock, flags);
	synchronize_rcu();
	return ret;
}

int atomic_notifier_call_chain(struct atomic_notifier_head *h, unsigned long action, void *data)
{
	int ret;

	rcu_read_lock();
	ret = chain_call(&h->head, action, data);
	rcu_read_unlock();
	return ret;
}

int blocking_notifier_chain_register(struct blocking_notifier_head *h, struct notifier_block *nb)
{
	int ret;

	down_write(&h->rwsem);
	ret = chain_add(&h->head, nb, false);
	up_write(&h->rwsem);
	return ret;
}

int blocking_notifier_chain_unregister(struct blocking_notifier_head *h, struct notifier_block *nb)
{
	int ret;

	down_write(&h->rwsem);
	ret = chain_remove(&h->head, nb);
	up_write(&h->rwsem);
	return ret;
}

int blocking_notifier_call_chain(struct blocking_notifier_head *h, unsigned long action, void *data)
{
	int ret;

	down_read(&h->rwsem);
	ret = chain_call(&h->head, action, data);
	up_read(&h->rwsem);
	return ret;
}

int atomic_notifier_chain_register_unique_prio(struct atomic_notifier_head *h, struct notifier_block *nb)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&h->lock, flags);
	ret = chain_add(&h->head, nb, true);
	spin_unlock_irqrestore(&h->lock, flags);
	return ret;
}

int blocking_notifier_chain_register_unique_prio(struct blocking_notifier_head *h, struct notifier_block *nb)
{
	int ret;

	down_write(&h->rwsem);
	ret = chain_add(&h->head, nb, true);
	up_write(&h->rwsem);
	return ret;
}

int raw_notifier_call_chain_robust(struct raw_notifier_head *h, unsigned long up, unsigned long down, void *data)
{
	return chain_call_robust(&h->head, up, down, data);
}

int blocking_notifier_call_chain_robust(struct blocking_notifier_head *h, unsigned long up, unsigned long down,
					void *data)
{
	int ret;

	down_read(&h->rwsem);
	ret = chain_call_robust(&h->head, up, down, data);
	up_read(&h->rwsem);
	return ret;
}

bool atomic_notifier_call_chain_is_empty(struct atomic_notifier_head *h)
{
	return !rcu_access_pointer(h->head);
}

void srcu_init_notifier_head(struct srcu_notifier_head *h)
{
	mutex_init(&h->mutex);
	init_srcu_struct(&h->srcu);
	h->head = NULL;
}

int srcu_notifier_chain_register(struct srcu_notifier_head *h, struct notifier_block *nb)
{
	int ret;

	mutex_lock(&h->mutex);
	ret = chain_add(&h->head, nb, false);
	mutex_unlock(&h->mutex);
	return ret;
}

int srcu_notifier_chain_unregister(struct srcu_notifier_head *h, struct notifier_block *nb)
{
	int ret;

	mutex_lock(&h->mutex);
	ret = chain_remove(&h->head, nb);
	mutex_unlock(&h->mutex);
	synchronize_srcu(&h->srcu);
	return ret;
}

int srcu_notifier_call_chain(struct srcu_notifier_head *h, unsigned long action, void *data)
{
	int ret, index = srcu_read_lock(&h->srcu);

	ret = chain_call(&h->head, action, data);
	srcu_read_unlock(&h->srcu, index);
	return ret;
}
