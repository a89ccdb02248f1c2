// SPDX-License-Identifier: MIT
/* The driver. It knows nothing of who plays the device. */
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "timer.h"

struct timer_dev {
	void __iomem *regs;
	phys_addr_t phys;
	unsigned int irq;
	spinlock_t lock;		/* registers and what to call */
	void (*expired)(void *data);
	void *data;
	unsigned long expirations, at_start;
	struct wait_queue_head wait;
};

static irqreturn_t timer_irq(int irq, void *data)
{
	struct timer_dev *t = data;
	void (*expired)(void *);
	void *arg;

	spin_lock(&t->lock);
	if (!(readl(t->regs + TIMER_STATUS) & TIMER_STATUS_EXPIRED)) {
		spin_unlock(&t->lock);
		return IRQ_NONE;
	}
	writel(TIMER_STATUS_EXPIRED, t->regs + TIMER_STATUS);
	WRITE_ONCE(t->expirations, t->expirations + 1);
	expired = t->expired;
	arg = t->data;
	spin_unlock(&t->lock);
	if (expired)
		expired(arg);
	wake_up(&t->wait);
	return IRQ_HANDLED;
}

static void quiet(struct timer_dev *t)
{
	writel(0, t->regs + TIMER_CTRL);
	writel(TIMER_STATUS_EXPIRED, t->regs + TIMER_STATUS);
}

struct timer_dev *timer_probe(phys_addr_t phys, unsigned int irq)
{
	struct timer_dev *t = kzalloc(sizeof(*t), GFP_KERNEL);
	int err = -EBUSY;

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->phys = phys;
	t->irq = irq;
	spin_lock_init(&t->lock);
	init_waitqueue_head(&t->wait);
	if (!request_mem_region(phys, TIMER_SIZE, "timer"))
		goto free;
	err = -ENOMEM;
	t->regs = ioremap(phys, TIMER_SIZE);
	if (!t->regs)
		goto release;
	err = -ENODEV;
	if (readl(t->regs + TIMER_ID) != TIMER_ID_VALUE)
		goto unmap;
	quiet(t);
	err = request_irq(irq, timer_irq, IRQF_SHARED, "timer", t);
	if (!err)
		return t;
unmap:
	iounmap(t->regs);
release:
	release_mem_region(phys, TIMER_SIZE);
free:
	kfree(t);
	return ERR_PTR(err);
}

void timer_remove(struct timer_dev *t)
{
	timer_stop(t);
	free_irq(t->irq, t);
	iounmap(t->regs);
	release_mem_region(t->phys, TIMER_SIZE);
	kfree(t);
}

void timer_start(struct timer_dev *t, u32 us, bool periodic, void (*expired)(void *data), void *data)
{
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	quiet(t);
	t->expired = expired;
	t->data = data;
	t->at_start = t->expirations;
	writel(us, t->regs + TIMER_LOAD);
	writel(TIMER_CTRL_RUN | TIMER_CTRL_IRQ | (periodic ? TIMER_CTRL_PERIODIC : 0), t->regs + TIMER_CTRL);
	spin_unlock_irqrestore(&t->lock, flags);
}

void timer_stop(struct timer_dev *t)
{
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	quiet(t);
	spin_unlock_irqrestore(&t->lock, flags);
	synchronize_irq(t->irq);
}

u32 timer_left(struct timer_dev *t)
{
	return readl(t->regs + TIMER_VALUE);
}

unsigned long timer_expirations(struct timer_dev *t)
{
	return READ_ONCE(t->expirations);
}

int timer_wait(struct timer_dev *t, unsigned int ms)
{
	return wait_event_timeout(t->wait, timer_expirations(t) != READ_ONCE(t->at_start), msecs_to_jiffies(ms)) ? 0 : -ETIMEDOUT;
}

MODULE_DESCRIPTION("A countdown timer");
MODULE_LICENSE("Dual MIT/GPL");
