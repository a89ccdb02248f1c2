/* SPDX-License-Identifier: MIT */
/* Timers run in softirq context on the event thread; del_timer_sync() waits for a running one. */
#ifndef _LINUX_TIMER_H
#define _LINUX_TIMER_H

#include <linux/list.h>
#include <linux/ktime.h>
#include <linux/stddef.h>
#include <linux/container_of.h>
#include <linux/stringify.h>
#include <kmemkit/event.h>

struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
	u32 flags;
	struct kmk_event kmk_event;
};

#define TIMER_CPUMASK		0x0003FFFF
#define TIMER_MIGRATING		0x00040000
#define TIMER_DEFERRABLE	0x00080000
#define TIMER_PINNED		0x00100000
#define TIMER_IRQSAFE		0x00200000

void kmk_timer_fire(struct kmk_event *e);

#define __TIMER_INITIALIZER(cb, fl)	\
	{ .function = (cb), .flags = (fl), .kmk_event = { .fn = kmk_timer_fire } }
#define TIMER_INITIALIZER(fn)	__TIMER_INITIALIZER(fn, 0)
#define DEFINE_TIMER(name, fn)	struct timer_list name = __TIMER_INITIALIZER(fn, 0)
#define timer_setup(t, fn, fl)	\
	do { *(t) = (struct timer_list)__TIMER_INITIALIZER(fn, fl); } while (0)
#define __timer_setup(t, fn, fl)	timer_setup(t, fn, fl)
#define timer_setup_on_stack(t, fn, fl)	timer_setup(t, fn, fl)
#define __init_timer(t, fn, fl)		timer_setup(t, fn, fl)
#define destroy_timer_on_stack(t)	((void)(t))
#define from_timer(var, cb, field)	container_of(cb, __typeof__(*var), field)
#define timer_container_of(var, cb, field)	container_of(cb, __typeof__(*var), field)

int mod_timer(struct timer_list *t, unsigned long expires);
int mod_timer_pending(struct timer_list *t, unsigned long expires);
int timer_reduce(struct timer_list *t, unsigned long expires);
void add_timer(struct timer_list *t);
int del_timer(struct timer_list *t);
int del_timer_sync(struct timer_list *t);
int try_to_del_timer_sync(struct timer_list *t);
int timer_shutdown(struct timer_list *t);
int timer_shutdown_sync(struct timer_list *t);

static inline int timer_pending(const struct timer_list *t)
{
	return kmk_event_queued(&t->kmk_event);
}

#define add_timer_on(t, cpu)	((void)(cpu), add_timer(t))
#define timer_delete_sync(t)	del_timer_sync(t)
#define del_singleshot_timer_sync(t)	del_timer_sync(t)
#ifdef __KERNEL__
#define timer_delete(t)		del_timer(t)
#endif

#endif
