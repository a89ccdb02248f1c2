/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines, the device's end. The driver's end is linux/interrupt.h.
 *
 * Raising a line queues it; handlers run one after the other, in hard interrupt context, on a thread of the
 * library. An edge that comes while the line is disabled is remembered (once) and delivered when it is enabled.
 * A line that is held up keeps calling its handlers until the device lets it down; after KMK_IRQ_STORM calls
 * that no handler wanted it is reported and switched off.
 */
#ifndef _KMEMKIT_IRQ_H
#define _KMEMKIT_IRQ_H

#include <linux/types.h>

#define KMK_NR_IRQS	64
#define KMK_IRQ_STORM	1000

/* One edge. Without a handler it is lost. Any context; so is the next. */
void kmk_irq_raise(unsigned int irq);
/*
 * A device begins to hold the line up, or lets go of it: call it on changes only. Devices that share a line are
 * counted, and it stays up until the last one lets go; a let-go more is one WARN.
 */
void kmk_irq_level(unsigned int irq, bool up);
/* Wait until nothing raised so far is still on its way to a handler (a disabled line's edge excepted). May sleep. */
void kmk_irq_settle(unsigned int irq);
/* How often handlers of the line were called. */
unsigned long kmk_irq_count(unsigned int irq);
#endif
