// SPDX-License-Identifier: MIT
/* The device. One lock, taken in the driver's calls and in interrupt context. */
#include <kmemkit/iomem.h>
#include <kmemkit/irq.h>
#include <linux/ktime.h>

#include "timer.h"
#include "timer_sim.h"

static bool running(const struct timer_sim *s)
{
	return s->ctrl & TIMER_CTRL_RUN;
}

/* Others may hold the same line up: it is told of changes only. */
static void set_line(struct timer_sim *s, bool up)
{
	if (s->line_up != up)
		kmk_irq_level(s->irq, up);
	s->line_up = up;
}

static void arm(struct timer_sim *s)
{
	s->end = ktime_add_us(ktime_get(), s->load);
	if (!s->frozen)
		hrtimer_start(&s->clock, s->end, HRTIMER_MODE_ABS);
}

static void expire(struct timer_sim *s)
{
	s->status |= TIMER_STATUS_EXPIRED;
	if (s->ctrl & TIMER_CTRL_IRQ)
		set_line(s, true);
	if (s->ctrl & TIMER_CTRL_PERIODIC)
		arm(s);
	else
		s->ctrl &= ~TIMER_CTRL_RUN;
}

/* The timer may have been stopped, or set anew, on the way here. */
static enum hrtimer_restart clock_fires(struct hrtimer *clock)
{
	struct timer_sim *s = container_of(clock, struct timer_sim, clock);
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (running(s) && ktime_get() >= s->end)
		expire(s);
	spin_unlock_irqrestore(&s->lock, flags);
	return HRTIMER_NORESTART;
}

static u32 left(const struct timer_sim *s)
{
	s64 us = ktime_us_delta(s->end, ktime_get());

	return running(s) && us > 0 ? (u32)us : 0;
}

static u64 reg_read(void *ctx, u64 offset, unsigned int width)
{
	struct timer_sim *s = ctx;
	unsigned long flags;
	u32 v = 0;

	spin_lock_irqsave(&s->lock, flags);
	s->reads++;
	switch (offset) {
	case TIMER_CTRL:
		v = s->ctrl;
		break;
	case TIMER_LOAD:
		v = s->load;
		break;
	case TIMER_VALUE:
		v = left(s);
		break;
	case TIMER_STATUS:
		v = s->status;
		break;
	case TIMER_ID:
		v = s->id;
		break;
	}
	spin_unlock_irqrestore(&s->lock, flags);
	return v;
}

static void write_ctrl(struct timer_sim *s, u32 value)
{
	bool was = running(s);

	s->ctrl = value & (TIMER_CTRL_RUN | TIMER_CTRL_IRQ | TIMER_CTRL_PERIODIC);
	if (!was && running(s))
		arm(s);
}

static void write_status(struct timer_sim *s, u32 value)
{
	s->status &= ~value;
	if (!(s->status & TIMER_STATUS_EXPIRED))
		set_line(s, false);
}

static void reg_write(void *ctx, u64 offset, u64 value, unsigned int width)
{
	struct timer_sim *s = ctx;
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	s->writes++;
	if (offset == TIMER_CTRL)
		write_ctrl(s, (u32)value);
	else if (offset == TIMER_LOAD)
		s->load = (u32)value;
	else if (offset == TIMER_STATUS)
		write_status(s, (u32)value);
	spin_unlock_irqrestore(&s->lock, flags);
}

static const struct kmk_iomem_ops timer_sim_ops = {
	.read = reg_read, .write = reg_write, .widths = KMK_IO_32,
};

int timer_sim_plug(struct timer_sim *s, phys_addr_t phys, unsigned int irq)
{
	*s = (struct timer_sim){ .phys = phys, .irq = irq, .id = TIMER_ID_VALUE };
	spin_lock_init(&s->lock);
	hrtimer_init(&s->clock, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	s->clock.function = clock_fires;
	return kmemkit_iomem_register(phys, 0x1000, "timer-sim", &timer_sim_ops, s);
}

int timer_sim_unplug(struct timer_sim *s)
{
	int err = kmemkit_iomem_unregister(s->phys);

	if (err)
		return err;
	hrtimer_cancel(&s->clock);
	set_line(s, false);
	return 0;
}

void timer_sim_expire(struct timer_sim *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	if (running(s))
		expire(s);
	spin_unlock_irqrestore(&s->lock, flags);
}
