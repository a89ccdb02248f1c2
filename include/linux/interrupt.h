/* SPDX-License-Identifier: MIT */
/* Interrupts in a process are events run in interrupt context; there are no lines to request. */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/kernel.h>
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>
#include <linux/container_of.h>
#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/workqueue.h>
#include <linux/irqreturn.h>
#include <kmemkit/event.h>

typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);

#define IRQF_SHARED	0x00000080
#define IRQF_ONESHOT	0x00002000
#define IRQF_TRIGGER_NONE	0

struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state;
	atomic_t count;			/* disabled while not 0 */
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
	struct kmk_event kmk_event;
};

#define DECLARE_TASKLET(name, cb)	\
	struct tasklet_struct name = { .use_callback = true, .callback = (cb), \
				       .kmk_event = { .fn = kmk_tasklet_fire } }
#define DECLARE_TASKLET_OLD(name, f)	\
	struct tasklet_struct name = { .func = (f), .kmk_event = { .fn = kmk_tasklet_fire } }
#define from_tasklet(var, cb, field)	container_of(cb, __typeof__(*var), field)

void kmk_tasklet_fire(struct kmk_event *e);
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);
void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));
void tasklet_schedule(struct tasklet_struct *t);
void tasklet_kill(struct tasklet_struct *t);
void tasklet_disable(struct tasklet_struct *t);
void tasklet_enable(struct tasklet_struct *t);
#define tasklet_hi_schedule(t)	tasklet_schedule(t)
#define tasklet_disable_nosync(t)	((void)__atomic_fetch_add(&(t)->count.counter, 1, __ATOMIC_SEQ_CST))
#define tasklet_unlock_wait(t)	do { while (kmk_event_running(&(t)->kmk_event)) cpu_relax(); } while (0)

#define request_irq(irq, h, f, name, dev)	((void)(h), (void)(dev), -EINVAL)
#define request_threaded_irq(irq, h, t, f, name, dev)	((void)(h), (void)(t), (void)(dev), -EINVAL)
#define free_irq(irq, dev)	((void)(irq), (void)(dev))
#define disable_irq(irq)	((void)(irq))
#define disable_irq_nosync(irq)	((void)(irq))
#define enable_irq(irq)		((void)(irq))

#endif
