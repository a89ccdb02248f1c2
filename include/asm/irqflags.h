/* SPDX-License-Identifier: MIT */
#ifndef _ASM_IRQFLAGS_H
#define _ASM_IRQFLAGS_H

#define KMK_IRQ_ENABLED	0x200UL

/* Interrupts off; returns the state before. */
unsigned long kmk_irq_save(void);
/* Back to a state from kmk_irq_save(), or on. */
void kmk_irq_restore(unsigned long flags);
unsigned long kmk_irq_flags(void);

#define arch_local_irq_save()		kmk_irq_save()
#define arch_local_irq_restore(f)	kmk_irq_restore(f)
#define arch_local_save_flags()		kmk_irq_flags()
#define arch_irqs_disabled_flags(f)	(!((f) & KMK_IRQ_ENABLED))

#endif
