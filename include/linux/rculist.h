/* SPDX-License-Identifier: MIT */
/*
 * Lists read without a lock. A writer publishes an entry by one release store of the pointer that
 * leads to it; an entry taken out keeps its next pointer, so that a reader standing on it can go on.
 */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_next_rcu(list)	((list)->next)
#define list_tail_rcu(head)	((head)->prev)
#define hlist_first_rcu(head)	((head)->first)
#define hlist_next_rcu(node)	((node)->next)
#define hlist_pprev_rcu(node)	(*((node)->pprev))
#define KMK_RCU_READ(p)		READ_ONCE(p)
#define KMK_RCU_STORE(p, v)	__atomic_store_n(&(p), (v), __ATOMIC_RELEASE)

static inline void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	INIT_LIST_HEAD(list);
}

static inline void __list_add_rcu(struct list_head *entry, struct list_head *prev, struct list_head *next)
{
	entry->next = next;
	entry->prev = prev;
	KMK_RCU_STORE(prev->next, entry);
	next->prev = entry;
}

static inline void list_add_rcu(struct list_head *entry, struct list_head *head)
{
	__list_add_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *entry, struct list_head *head)
{
	__list_add_rcu(entry, head->prev, head);
}

static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_bidir_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *entry)
{
	entry->next = old->next;
	entry->prev = old->prev;
	KMK_RCU_STORE(entry->prev->next, entry);
	entry->next->prev = entry;
	old->prev = LIST_POISON2;
}

/* @sync waits until no reader is left on @list, before its entries lead elsewhere. */
static inline void __list_splice_init_rcu(struct list_head *list, struct list_head *prev,
					  struct list_head *next, void (*sync)(void))
{
	struct list_head *first = list->next, *last = list->prev;

	INIT_LIST_HEAD(list);
	sync();
	last->next = next;
	KMK_RCU_STORE(prev->next, first);
	first->prev = prev;
	next->prev = last;
}

static inline void list_splice_init_rcu(struct list_head *list, struct list_head *head, void (*sync)(void))
{
	if (!list_empty(list))
		__list_splice_init_rcu(list, head, head->next, sync);
}

static inline void list_splice_tail_init_rcu(struct list_head *list, struct list_head *head,
					     void (*sync)(void))
{
	if (!list_empty(list))
		__list_splice_init_rcu(list, head->prev, head, sync);
}

#define list_entry_rcu(ptr, type, member)	container_of(READ_ONCE(ptr), type, member)
#define list_entry_lockless(ptr, type, member)	list_entry_rcu(ptr, type, member)
#define list_first_or_null_rcu(ptr, type, member) ({				\
	struct list_head *kmk_head_ = (ptr);					\
	struct list_head *kmk_next_ = READ_ONCE(kmk_head_->next);		\
	kmk_next_ != kmk_head_ ? container_of(kmk_next_, type, member) : NULL; })
#define list_next_or_null_rcu(head, ptr, type, member) ({			\
	struct list_head *kmk_head_ = (head);					\
	struct list_head *kmk_next_ = READ_ONCE((ptr)->next);			\
	kmk_next_ != kmk_head_ ? container_of(kmk_next_, type, member) : NULL; })
#define list_for_each_entry_rcu(pos, head, member, cond...)			\
	for (pos = list_entry_rcu((head)->next, __typeof__(*pos), member);	\
	     &pos->member != (head);						\
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_srcu(pos, head, member, cond)			\
	list_for_each_entry_rcu(pos, head, member)
#define list_for_each_entry_lockless(pos, head, member)				\
	list_for_each_entry_rcu(pos, head, member)
#define list_for_each_entry_continue_rcu(pos, head, member)			\
	for (pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member);	\
	     &pos->member != (head);						\
	     pos = list_entry_rcu(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_from_rcu(pos, head, member)				\
	for (; &(pos)->member != (head);					\
	     pos = list_entry_rcu(pos->member.next, __typeof__(*(pos)), member))

static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	WRITE_ONCE(n->pprev, LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (!hlist_unhashed(n)) {
		__hlist_del(n);
		WRITE_ONCE(n->pprev, NULL);
	}
}

/* The chains of two heads change places; readers of either may end up on the other's. */
static inline void hlists_swap_heads_rcu(struct hlist_head *left, struct hlist_head *right)
{
	struct hlist_node *l = left->first, *r = right->first;

	KMK_RCU_STORE(right->first, l);
	KMK_RCU_STORE(left->first, r);
	if (l)
		WRITE_ONCE(l->pprev, &right->first);
	if (r)
		WRITE_ONCE(r->pprev, &left->first);
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *node)
{
	node->next = old->next;
	WRITE_ONCE(node->pprev, old->pprev);
	KMK_RCU_STORE(*node->pprev, node);
	if (node->next)
		WRITE_ONCE(node->next->pprev, &node->next);
	WRITE_ONCE(old->pprev, LIST_POISON2);
}

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *first = h->first;

	n->next = first;
	WRITE_ONCE(n->pprev, &h->first);
	KMK_RCU_STORE(h->first, n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}

static inline void hlist_add_before_rcu(struct hlist_node *n, struct hlist_node *next)
{
	WRITE_ONCE(n->pprev, next->pprev);
	n->next = next;
	KMK_RCU_STORE(*n->pprev, n);
	WRITE_ONCE(next->pprev, &n->next);
}

static inline void hlist_add_behind_rcu(struct hlist_node *n, struct hlist_node *prev)
{
	n->next = prev->next;
	WRITE_ONCE(n->pprev, &prev->next);
	KMK_RCU_STORE(prev->next, n);
	if (n->next)
		WRITE_ONCE(n->next->pprev, &n->next);
}

static inline void hlist_add_tail_rcu(struct hlist_node *n, struct hlist_head *h)
{
	struct hlist_node *last = h->first;

	if (!last) {
		hlist_add_head_rcu(n, h);
		return;
	}
	while (last->next)
		last = last->next;
	hlist_add_behind_rcu(n, last);
}

#define KMK_HLIST_RCU(ptr, type, member) ({					\
	struct hlist_node *kmk_ptr_ = READ_ONCE(ptr);				\
	kmk_ptr_ ? container_of(kmk_ptr_, type, member) : NULL; })
#define __hlist_for_each_rcu(pos, head)	\
	for (pos = READ_ONCE((head)->first); pos; pos = READ_ONCE(pos->next))
#define hlist_for_each_entry_rcu(pos, head, member, cond...)			\
	for (pos = KMK_HLIST_RCU((head)->first, __typeof__(*(pos)), member);	\
	     pos;								\
	     pos = KMK_HLIST_RCU((pos)->member.next, __typeof__(*(pos)), member))
#define hlist_for_each_entry_srcu(pos, head, member, cond) hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_rcu_notrace(pos, head, member) hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_rcu_bh(pos, head, member) hlist_for_each_entry_rcu(pos, head, member)
#define hlist_for_each_entry_continue_rcu(pos, member)				\
	for (pos = KMK_HLIST_RCU((pos)->member.next, __typeof__(*(pos)), member); \
	     pos;								\
	     pos = KMK_HLIST_RCU((pos)->member.next, __typeof__(*(pos)), member))
#define hlist_for_each_entry_continue_rcu_bh(pos, member) hlist_for_each_entry_continue_rcu(pos, member)
#define hlist_for_each_entry_from_rcu(pos, member)				\
	for (; pos; pos = KMK_HLIST_RCU((pos)->member.next, __typeof__(*(pos)), member))

#endif
