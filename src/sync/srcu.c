/* SPDX-License-Identifier: MIT */
/*
 * Sleepable RCU: a domain counts its readers by two indices, and a grace period turns the index twice.
 *
 * Callbacks wait on the domain's list. A thread serves a domain while the list is not empty and ends then, so
 * that one domain's slow reader holds up nobody else's callbacks, and idle domains cost nothing.
 */
#include <kmemkit/kmemkit.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/srcu.h>
#include "port.h"
#include "sync.h"
#include "thread.h"

/* In a fork's child the threads are gone: what they had taken on counts for nothing there. */
static u32 generation = 1;

void kmk_srcu_fork_child(void)
{
	generation++;
}

int init_srcu_struct(struct srcu_struct *s)
{
	*s = (struct srcu_struct)__SRCU_INIT(*s);
	return 0;
}

/* The list's end while a thread serves the domain: NULL is an idle domain. */
#define SERVED	((struct rcu_head *)1)

void cleanup_srcu_struct(struct srcu_struct *s)
{
	u32 never = 0;

	WARN_ONCE(s->readers[0] || s->readers[1], "srcu_struct %p is cleaned up with readers\n", (void *)s);
	WARN_ONCE(__atomic_load_n(&s->pending, __ATOMIC_ACQUIRE) > SERVED,
		  "srcu_struct %p is cleaned up with callbacks: srcu_barrier() first\n", (void *)s);
	/* The last callback may have run, and its thread still be about to leave. */
	while (__atomic_load_n(&s->pending, __ATOMIC_ACQUIRE) && s->server == generation)
		kmk_sleep_on(&never, 0, 100000);
}

/* The index may change between the load and the count; such a reader is met by the second flip. */
int srcu_read_lock(struct srcu_struct *s)
{
	unsigned int i = __atomic_load_n(&s->index, __ATOMIC_RELAXED) & 1;

	__atomic_fetch_add(&s->readers[i], 1, __ATOMIC_SEQ_CST);
	return (int)i;
}

void srcu_read_unlock(struct srcu_struct *s, int index)
{
	if (__atomic_sub_fetch(&s->readers[index & 1], 1, __ATOMIC_SEQ_CST) == 0) {
		__atomic_fetch_add(&s->wake, 1, __ATOMIC_SEQ_CST);
		port_wake(&s->wake, 1);
	}
}

static void srcu_drain(struct srcu_struct *s, unsigned int i)
{
	for (;;) {
		uint32_t seen = __atomic_load_n(&s->wake, __ATOMIC_SEQ_CST);

		if (!__atomic_fetch_add(&s->readers[i], 0, __ATOMIC_SEQ_CST))
			return;
		kmk_sleep_on(&s->wake, seen, 10000000);
	}
}

void synchronize_srcu(struct srcu_struct *s)
{
	KMK_CHECK_SLEEP();
	mutex_lock(&s->mutex);
	for (int flip = 0; flip < 2; flip++) {
		unsigned int old = s->index & 1;

		srcu_drain(s, !old);
		__atomic_fetch_xor(&s->index, 1, __ATOMIC_SEQ_CST);
		srcu_drain(s, old);
	}
	mutex_unlock(&s->mutex);
}

/* Callbacks in the order they came. */
static void run_pending(struct srcu_struct *s)
{
	struct rcu_head *head = __atomic_exchange_n(&s->pending, SERVED, __ATOMIC_ACQUIRE), *first = NULL, *next;

	synchronize_srcu(s);
	for (; head && head != SERVED; head = next) {
		next = head->next;
		head->next = first;
		first = head;
	}
	for (; first; first = next) {
		next = first->next;
		local_bh_disable();
		first->func(first);
		local_bh_enable();
	}
}

/* Once the list is NULL again the domain may be gone. */
static void serve(void *arg)
{
	struct srcu_struct *s = arg;
	struct task_struct *t = kmk_current();
	struct rcu_head *empty;

	kmk_self()->flags |= KMK_T_CORE;
	kmk_set_comm(t, "srcu");
	t->flags |= PF_KTHREAD;
	do {
		run_pending(s);
		empty = SERVED;
	} while (!__atomic_compare_exchange_n(&s->pending, &empty, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
}

/* The list was not idle, but its server stayed behind in a fork's parent. */
static bool orphaned(struct srcu_struct *s)
{
	u32 was = __atomic_load_n(&s->server, __ATOMIC_ACQUIRE);

	return was != generation && __atomic_compare_exchange_n(&s->server, &was, generation, false,
								__ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

void call_srcu(struct srcu_struct *s, struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_head *old = __atomic_load_n(&s->pending, __ATOMIC_RELAXED);

	head->func = func;
	do
		head->next = old;
	while (!__atomic_compare_exchange_n(&s->pending, &old, head, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	if (old && !orphaned(s))
		return;
	__atomic_store_n(&s->server, generation, __ATOMIC_RELEASE);
	if (kmemkit_start() || port_thread_start(serve, s, "srcu"))
		WARN_ONCE(1, "no thread for the callbacks of srcu_struct %p\n", (void *)s);
}

struct srcu_barrier {
	struct rcu_head head;
	struct completion done;
};

static void barrier_reached(struct rcu_head *head)
{
	complete(&container_of(head, struct srcu_barrier, head)->done);
}

void srcu_barrier(struct srcu_struct *s)
{
	struct srcu_barrier b;

	KMK_CHECK_SLEEP();
	init_completion(&b.done);
	call_srcu(s, &b.head, barrier_reached);
	wait_for_completion(&b.done);
}
