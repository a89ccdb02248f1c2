/* SPDX-License-Identifier: MIT */
/* list_sort: stable merge sort of a list, bottom up, no recursion, no memory. */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/list_sort.h>

/* Merge two chains linked by next; equal elements of a come first. */
static struct list_head *merge(void *priv, list_cmp_func_t cmp, struct list_head *a, struct list_head *b)
{
	struct list_head *head, **tail = &head;

	while (a && b) {
		struct list_head **from = cmp(priv, a, b) <= 0 ? &a : &b;

		*tail = *from;
		tail = &(*from)->next;
		*from = (*from)->next;
	}
	*tail = a ? a : b;
	return head;
}

/* parts[i] holds a sorted chain of 2^i elements or nothing: adding one element is a binary increment. */
void list_sort(void *priv, struct list_head *head, list_cmp_func_t cmp)
{
	struct list_head *parts[48] = { NULL }, *rest = head->next, *prev, *all = NULL;
	unsigned int i;

	head->prev->next = NULL;
	if (rest == head)
		rest = NULL;
	while (rest) {
		struct list_head *one = rest;

		rest = rest->next;
		one->next = NULL;
		for (i = 0; parts[i]; i++) {
			one = merge(priv, cmp, parts[i], one);
			parts[i] = NULL;
		}
		parts[i] = one;
	}
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i])
			all = merge(priv, cmp, parts[i], all);
	head->next = all ? all : head;
	prev = head;
	for (; all; all = all->next) {
		all->prev = prev;
		prev = all;
	}
	prev->next = head;
	head->prev = prev;
}
