/* SPDX-License-Identifier: MIT */
/* "Interrupts off" is a state of the thread; the first one takes a virtual CPU. */
#ifndef _LINUX_IRQFLAGS_H
#define _LINUX_IRQFLAGS_H

#include <linux/types.h>
#include <linux/typecheck.h>
#include <asm/irqflags.h>

#define local_irq_save(flags)	\
	do { typecheck(unsigned long, flags); (flags) = kmk_irq_save(); } while (0)
#define local_irq_restore(flags)	\
	do { typecheck(unsigned long, flags); kmk_irq_restore(flags); } while (0)
#define local_irq_disable()	((void)kmk_irq_save())
#define local_irq_enable()	kmk_irq_restore(KMK_IRQ_ENABLED)
#define local_save_flags(flags)	\
	do { typecheck(unsigned long, flags); (flags) = kmk_irq_flags(); } while (0)
#define irqs_disabled()		(!(kmk_irq_flags() & KMK_IRQ_ENABLED))
#define irqs_disabled_flags(f)	(!((f) & KMK_IRQ_ENABLED))
#define safe_halt()		do { } while (0)

#define raw_local_irq_save(f)		local_irq_save(f)
#define raw_local_irq_restore(f)	local_irq_restore(f)
#define raw_local_irq_disable()		local_irq_disable()
#define raw_local_irq_enable()		local_irq_enable()
#define raw_local_save_flags(f)		local_save_flags(f)
#define raw_irqs_disabled()		irqs_disabled()
#define raw_irqs_disabled_flags(f)	irqs_disabled_flags(f)

#define trace_hardirqs_on()	do { } while (0)
#define trace_hardirqs_off()	do { } while (0)
#define lockdep_hardirq_enter()	do { } while (0)
#define lockdep_hardirq_exit()	do { } while (0)
#define lockdep_softirq_enter()	do { } while (0)
#define lockdep_softirq_exit()	do { } while (0)

#include <linux/cleanup.h>
DEFINE_LOCK_GUARD_0(irq, local_irq_disable(), local_irq_enable())
DEFINE_LOCK_GUARD_0(irqsave, local_irq_save(_T->flags), local_irq_restore(_T->flags), unsigned long flags)
#endif
