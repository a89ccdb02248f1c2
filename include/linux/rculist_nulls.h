/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RCULIST_NULLS_H
#define _LINUX_RCULIST_NULLS_H

#include <linux/list_nulls.h>
#include <linux/rculist.h>

#define hlist_nulls_first_rcu(head)	((head)->first)
#define hlist_nulls_next_rcu(node)	((node)->next)
#define hlist_nulls_pprev_rcu(node)	(*((node)->pprev))

static inline void hlist_nulls_del_rcu(struct hlist_nulls_node *n)
{
	hlist_nulls_del(n);
}

static inline void hlist_nulls_del_init_rcu(struct hlist_nulls_node *n)
{
	if (!hlist_nulls_unhashed(n)) {
		__hlist_nulls_del(n);
		WRITE_ONCE(n->pprev, NULL);
	}
}

static inline void hlist_nulls_add_head_rcu(struct hlist_nulls_node *n, struct hlist_nulls_head *h)
{
	struct hlist_nulls_node *first = h->first;

	WRITE_ONCE(n->next, first);
	WRITE_ONCE(n->pprev, &h->first);
	KMK_RCU_STORE(h->first, n);
	if (!is_a_nulls(first))
		WRITE_ONCE(first->pprev, &n->next);
}

static inline void hlist_nulls_add_tail_rcu(struct hlist_nulls_node *n, struct hlist_nulls_head *h)
{
	struct hlist_nulls_node *last = h->first;

	if (is_a_nulls(last)) {
		hlist_nulls_add_head_rcu(n, h);
		return;
	}
	while (!is_a_nulls(last->next))
		last = last->next;
	n->next = last->next;
	n->pprev = &last->next;
	KMK_RCU_STORE(last->next, n);
}

static inline void hlist_nulls_add_fake(struct hlist_nulls_node *n)
{
	n->pprev = &n->next;
	n->next = (struct hlist_nulls_node *)NULLS_MARKER(NULL);
}

#define hlist_nulls_for_each_entry_rcu(tpos, pos, head, member)			\
	for (pos = READ_ONCE((head)->first);					\
	     !is_a_nulls(pos) &&						\
	     ({ tpos = hlist_nulls_entry(pos, __typeof__(*tpos), member); 1; });	\
	     pos = READ_ONCE(pos->next))
#define hlist_nulls_for_each_entry_safe(tpos, pos, head, member)		\
	for (pos = READ_ONCE((head)->first);					\
	     !is_a_nulls(pos) &&						\
	     ({ tpos = hlist_nulls_entry(pos, __typeof__(*tpos), member);	\
		pos = READ_ONCE(pos->next); 1; });)

/* Readers find the old node or the new one; the old one still leads on. */
static inline void hlist_nulls_replace_rcu(struct hlist_nulls_node *old, struct hlist_nulls_node *node)
{
	struct hlist_nulls_node *next = old->next;

	WRITE_ONCE(node->next, next);
	WRITE_ONCE(node->pprev, old->pprev);
	KMK_RCU_STORE(*node->pprev, node);
	if (!is_a_nulls(next))
		WRITE_ONCE(next->pprev, &node->next);
}

static inline void hlist_nulls_replace_init_rcu(struct hlist_nulls_node *old, struct hlist_nulls_node *node)
{
	hlist_nulls_replace_rcu(old, node);
	WRITE_ONCE(old->pprev, NULL);
}

#endif
