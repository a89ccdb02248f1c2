/* SPDX-License-Identifier: MIT */
/* The timer as a simulated device: registers by call-backs, time by a high-resolution timer. */
#ifndef EXAMPLES_TIMER_SIM_H
#define EXAMPLES_TIMER_SIM_H

#include <linux/hrtimer.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct timer_sim {
	phys_addr_t phys;
	unsigned int irq;
	spinlock_t lock;
	u32 ctrl, load, status, id;
	ktime_t end;			/* when it expires */
	struct hrtimer clock;
	bool line_up;			/* it holds its interrupt line up */
	bool frozen;			/* time stands still: it expires by timer_sim_expire() only */
	unsigned int reads, writes;	/* register accesses so far */
};

/* Plug the device in; 0 or a negative errno. It must be unplugged by who plugged it, after its driver let go. */
int timer_sim_plug(struct timer_sim *s, phys_addr_t phys, unsigned int irq);
int timer_sim_unplug(struct timer_sim *s);
/* It expires now, if it runs. */
void timer_sim_expire(struct timer_sim *s);
#endif
