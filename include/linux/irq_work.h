/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_IRQ_WORK_H
#define _LINUX_IRQ_WORK_H

#include <kmemkit/event.h>

struct irq_work {
	struct kmk_event kmk_event;
	void (*func)(struct irq_work *work);
};

void kmk_irq_work_fire(struct kmk_event *e);
bool irq_work_queue(struct irq_work *w);
void irq_work_sync(struct irq_work *w);

#define IRQ_WORK_INIT(f)	\
	(struct irq_work){ .kmk_event = { .fn = kmk_irq_work_fire, .flags = KMK_EVENT_HARDIRQ }, .func = (f) }
#define DEFINE_IRQ_WORK(name, f)	struct irq_work name = IRQ_WORK_INIT(f)
#define init_irq_work(w, f)	do { *(w) = IRQ_WORK_INIT(f); } while (0)
#define irq_work_queue_on(w, cpu)	((void)(cpu), irq_work_queue(w))
#define irq_work_is_pending(w)	kmk_event_queued(&(w)->kmk_event)
#define irq_work_is_busy(w)	(irq_work_is_pending(w) || kmk_event_running(&(w)->kmk_event))

#endif
