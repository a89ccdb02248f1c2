/* SPDX-License-Identifier: MIT */
/*
 * Events: a function to be run at a time, in interrupt context, by the library's event thread.
 * Timers, high-resolution timers, tasklets and simulated interrupts are all made of these.
 */
#ifndef KMEMKIT_EVENT_H
#define KMEMKIT_EVENT_H

#include <linux/types.h>

#define KMK_EVENT_HARDIRQ	1u	/* run with interrupts off, in_hardirq() */
#define KMK_EVENT_QUEUED	0x100u
#define KMK_EVENT_CLOSED	0x200u	/* a tasklet being killed: not queued again */

/* A node of the event heap (a pairing heap, so nothing is ever allocated). All-zero is idle. */
struct kmk_event {
	struct kmk_event *child, *next, *prev;
	u64 when;			/* nanoseconds of port_now() */
	void (*fn)(struct kmk_event *e);
	unsigned int flags;
	u32 order;			/* of arming: equal times run first come, first served */
};

/* Run e->fn at `when`, or move it. Returns whether it was queued already. Any context. */
bool kmk_event_arm(struct kmk_event *e, u64 when);
/* The same now, and not if it is queued already. */
bool kmk_event_arm_once(struct kmk_event *e);
/* Take it out of the queue; it may still be running. Returns whether it was queued. Any context. */
bool kmk_event_cancel(struct kmk_event *e);
/* The same, and waits while its function runs. Not from its own function. */
bool kmk_event_cancel_sync(struct kmk_event *e);
/* Wait until it is neither queued nor running; the event thread does the rest. Not from its own function. */
void kmk_event_wait_idle(struct kmk_event *e);
bool kmk_event_queued(const struct kmk_event *e);
bool kmk_event_running(const struct kmk_event *e);

/* Run fn(arg) in hard interrupt context on another host thread, and wait for it. May sleep. */
void kmk_run_in_irq(void (*fn)(void *), void *arg);

/* A function to be called in the child of a fork, where no other thread exists. Registered once. */
struct kmk_fork_hook {
	void (*fn)(void);
	struct kmk_fork_hook *next;
};
void kmk_on_fork_child(struct kmk_fork_hook *h);
/* For such a function: a mutex that another thread held is free; one that the calling thread holds stays so. */
struct mutex;
void kmk_mutex_fork_child(struct mutex *lock);

#endif
