/* SPDX-License-Identifier: MIT */
/*
 * Sleepable RCU: a domain counts its readers by two indices, and a grace period turns the index twice.
 *
 * Callbacks wait on the domain's list. A thread serves a domain while the list is not empty and ends then, so
 * that one domain's slow reader holds up nobody else's callbacks, and idle domains cost nothing. Who finds the
 * list NULL starts the thread; if there is none to be had, the next caller tries, or srcu_barrier() does its
 * work.
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
#define NOBODY	(~0u)		/* as a generation: no thread could be started */
/* For all domains together: a reader may not touch its domain after its decrement. */
static u32 reader_gone, reader_waiters;

void kmk_srcu_fork_child(void)
{
	generation++;
	reader_waiters = 0;
}

/* The list waits for a thread that is not there: it stayed in a fork's parent, or could not be started. */
static bool without_server(struct srcu_struct *s)
{
	u32 was = __atomic_load_n(&s->server, __ATOMIC_ACQUIRE);

	return was && was != generation;
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
	while (__atomic_load_n(&s->pending, __ATOMIC_ACQUIRE) && !without_server(s))
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
	if (__atomic_sub_fetch(&s->readers[index & 1], 1, __ATOMIC_SEQ_CST) == 0 &&
	    __atomic_fetch_add(&reader_waiters, 0, __ATOMIC_SEQ_CST)) {
		__atomic_fetch_add(&reader_gone, 1, __ATOMIC_SEQ_CST);
		port_wake(&reader_gone, ~0u >> 1);
	}
}

static void srcu_drain(struct srcu_struct *s, unsigned int i)
{
	__atomic_fetch_add(&reader_waiters, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		uint32_t seen = __atomic_load_n(&reader_gone, __ATOMIC_SEQ_CST);

		if (!__atomic_fetch_add(&s->readers[i], 0, __ATOMIC_SEQ_CST))
			break;
		kmk_sleep_on(&reader_gone, seen, 10000000);
	}
	__atomic_fetch_sub(&reader_waiters, 1, __ATOMIC_SEQ_CST);
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
static void serve(struct srcu_struct *s)
{
	struct rcu_head *empty;

	do {
		__atomic_store_n(&s->server, generation, __ATOMIC_RELEASE);
		run_pending(s);
		__atomic_store_n(&s->server, 0, __ATOMIC_RELEASE);
		empty = SERVED;
	} while (!__atomic_compare_exchange_n(&s->pending, &empty, NULL, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
}

static void serve_thread(void *arg)
{
	struct task_struct *t = kmk_current();

	kmk_self()->flags |= KMK_T_CORE;
	kmk_set_comm(t, "srcu");
	t->flags |= PF_KTHREAD;
	serve(arg);
}

/* One of the callers that see it so. */
static bool adopt(struct srcu_struct *s)
{
	u32 was = __atomic_load_n(&s->server, __ATOMIC_ACQUIRE);

	return was && was != generation && __atomic_compare_exchange_n(&s->server, &was, generation, false,
								       __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Whether it is now the caller's business that somebody serves the domain. */
static bool enqueue(struct srcu_struct *s, struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_head *old = __atomic_load_n(&s->pending, __ATOMIC_RELAXED);

	head->func = func;
	do
		head->next = old;
	while (!__atomic_compare_exchange_n(&s->pending, &old, head, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return !old || adopt(s);
}

/* The thread may be done, and the domain gone, before this returns. */
static int start_server(struct srcu_struct *s)
{
	__atomic_store_n(&s->server, generation, __ATOMIC_RELEASE);
	return kmemkit_start() || port_thread_start(serve_thread, s, "srcu") ? -ENOMEM : 0;
}

void call_srcu(struct srcu_struct *s, struct rcu_head *head, rcu_callback_t func)
{
	if (!enqueue(s, head, func) || !start_server(s))
		return;
	WARN_ONCE(1, "no thread for the callbacks of srcu_struct %p: they wait for the next call\n", (void *)s);
	__atomic_store_n(&s->server, NOBODY, __ATOMIC_RELEASE);
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
	if (enqueue(s, &b.head, barrier_reached) && start_server(s))
		serve(s);
	wait_for_completion(&b.done);
}
