/* SPDX-License-Identifier: MIT */
/* Notifier chains: sorted single lists. */
#include <linux/errno.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>

static int chain_add(struct notifier_block **at, struct notifier_block *nb)
{
	for (struct notifier_block *n = *at; n; n = n->next)
		if (n == nb)
			return -EEXIST;
	while (*at && (*at)->priority >= nb->priority)
		at = &(*at)->next;
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

static int chain_call(struct notifier_block **head, unsigned long action, void *data)
{
	struct notifier_block *nb = rcu_dereference_raw(*head), *next;
	int ret = NOTIFY_DONE;

	for (; nb && !(ret & NOTIFY_STOP_MASK); nb = next) {
		next = rcu_dereference_raw(nb->next);
		ret = nb->notifier_call(nb, action, data);
	}
	return ret;
}

int raw_notifier_chain_register(struct raw_notifier_head *h, struct notifier_block *nb)
{
	return chain_add(&h->head, nb);
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
	ret = chain_add(&h->head, nb);
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
	ret = chain_add(&h->head, nb);
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
