/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HARDIRQ_H
#define _LINUX_HARDIRQ_H

#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>

#define irq_enter()	kmk_ctx_add(HARDIRQ_OFFSET)
#define irq_exit()	kmk_ctx_sub(HARDIRQ_OFFSET)
#define __irq_enter()	irq_enter()
#define __irq_exit()	irq_exit()
#define nmi_enter()	kmk_ctx_add(NMI_OFFSET | HARDIRQ_OFFSET)
#define nmi_exit()	kmk_ctx_sub(NMI_OFFSET | HARDIRQ_OFFSET)

/* Wait until no handler of the line runs; the first waits for its threads too. */
void synchronize_irq(unsigned int irq);
bool synchronize_hardirq(unsigned int irq);

#endif
