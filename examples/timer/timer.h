/* SPDX-License-Identifier: MIT */
/*
 * A driver for a small countdown timer with five 32-bit registers and an interrupt line.
 *
 *	0x00 CTRL	bit 0 runs it, bit 1 lets it interrupt, bit 2 starts it over when it expires
 *	0x04 LOAD	where it starts, microseconds; taken when bit 0 of CTRL goes from 0 to 1
 *	0x08 VALUE	what is left, microseconds (read only)
 *	0x0c STATUS	bit 0: it has expired; writing 1 clears it and lets the line down
 *	0x10 ID		0x54494d31 (read only)
 */
#ifndef EXAMPLES_TIMER_H
#define EXAMPLES_TIMER_H

#include <linux/types.h>

#define TIMER_CTRL		0x00
#define TIMER_LOAD		0x04
#define TIMER_VALUE		0x08
#define TIMER_STATUS		0x0c
#define TIMER_ID		0x10
#define TIMER_SIZE		0x14

#define TIMER_CTRL_RUN		0x1
#define TIMER_CTRL_IRQ		0x2
#define TIMER_CTRL_PERIODIC	0x4
#define TIMER_STATUS_EXPIRED	0x1
#define TIMER_ID_VALUE		0x54494d31

struct timer_dev;

/* Take the device at phys into use. ERR_PTR: -EBUSY, -ENOMEM, -ENODEV (something else is there), -EINVAL. */
struct timer_dev *timer_probe(phys_addr_t phys, unsigned int irq);
void timer_remove(struct timer_dev *t);

/* Call expired(data), in interrupt context, in us microseconds, or every us. A running timer is set anew. */
void timer_start(struct timer_dev *t, u32 us, bool periodic, void (*expired)(void *data), void *data);
void timer_stop(struct timer_dev *t);

u32 timer_left(struct timer_dev *t);		/* microseconds */
unsigned long timer_expirations(struct timer_dev *t);
/* Sleep until it has expired since it was started last; 0, or -ETIMEDOUT after ms milliseconds. */
int timer_wait(struct timer_dev *t, unsigned int ms);
#endif
