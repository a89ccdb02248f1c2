/* SPDX-License-Identifier: MIT */
#include <linux/llist.h>

bool llist_add_batch(struct llist_node *first, struct llist_node *last, struct llist_head *head)
{
	struct llist_node *top = READ_ONCE(head->first);

	do {
		WRITE_ONCE(last->next, top);
	} while (!try_cmpxchg(&head->first, &top, first));
	return !top;
}

struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *top = smp_load_acquire(&head->first);

	while (top && !try_cmpxchg(&head->first, &top, READ_ONCE(top->next)))
		;
	return top;
}

struct llist_node *llist_reverse_order(struct llist_node *head)
{
	struct llist_node *reversed = NULL;

	while (head) {
		struct llist_node *next = head->next;

		head->next = reversed;
		reversed = head;
		head = next;
	}
	return reversed;
}
