/* SPDX-License-Identifier: MIT */
/* Interrupts in a process are events run in interrupt context; a simulated device raises them (kmemkit/irq.h). */
#ifndef _LINUX_INTERRUPT_H
#define _LINUX_INTERRUPT_H

#include <linux/kernel.h>
#include <linux/errno.h>
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

#define IRQF_TRIGGER_NONE	0
#define IRQF_TRIGGER_RISING	0x00000001
#define IRQF_TRIGGER_FALLING	0x00000002
#define IRQF_TRIGGER_HIGH	0x00000004
#define IRQF_TRIGGER_LOW	0x00000008
#define IRQF_SHARED		0x00000080
#define IRQF_PERCPU		0x00000400
#define IRQF_NOBALANCING	0x00000800
#define IRQF_ONESHOT		0x00002000
#define IRQF_NO_SUSPEND		0x00004000
#define IRQF_NO_THREAD		0x00010000
#define IRQF_NO_AUTOEN		0x00080000

#define IRQ_NOTCONNECTED	(1U << 31)

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

/*
 * request_threaded_irq - have handler called, in hard interrupt context, when the line is raised
 *
 * thread_fn runs afterwards in a thread of its own if the handler answers IRQ_WAKE_THREAD, or if there is no
 * handler (then IRQF_ONESHOT is required: the line stays off until the thread is done). 0; -EINVAL for a line
 * that does not exist or arguments that do not fit; -EBUSY where the line is taken and not all share; -ENOMEM.
 * Lines are raised by simulated devices: kmemkit/irq.h. May sleep.
 */
int request_threaded_irq(unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			 unsigned long flags, const char *name, void *dev);

static inline int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
			      void *dev)
{
	return handler ? request_threaded_irq(irq, handler, NULL, flags, name, dev) : -EINVAL;
}

/* No call of the handler is under way when this returns. Returns the name, or NULL with a WARN. May sleep. */
const void *free_irq(unsigned int irq, void *dev);

/*
 * The same for a device: freed when its driver is unbound, its probe fails or it goes. name NULL is the device's.
 * devm_free_irq() frees it now; a line that is not the device's is a WARN.
 */
struct device;
int devm_request_threaded_irq(struct device *dev, unsigned int irq, irq_handler_t handler, irq_handler_t thread_fn,
			      unsigned long flags, const char *name, void *id);
void devm_free_irq(struct device *dev, unsigned int irq, void *id);

static inline int devm_request_irq(struct device *dev, unsigned int irq, irq_handler_t handler, unsigned long flags,
				   const char *name, void *id)
{
	return handler ? devm_request_threaded_irq(dev, irq, handler, NULL, flags, name, id) : -EINVAL;
}

/* Counted; a line raised meanwhile is delivered, once, when it is enabled. disable_irq() waits for handlers. */
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);
void enable_irq(unsigned int irq);

#endif
