/* SPDX-License-Identifier: MIT */
/*
 * Preemption. The outermost preempt_disable() takes a virtual CPU for this thread alone; the
 * matching enable gives it back. Depths are counted per thread and survive a move by the host.
 */
#ifndef _LINUX_PREEMPT_H
#define _LINUX_PREEMPT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define PREEMPT_BITS	8
#define SOFTIRQ_BITS	8
#define HARDIRQ_BITS	4
#define NMI_BITS	4

#define PREEMPT_SHIFT	0
#define SOFTIRQ_SHIFT	8
#define HARDIRQ_SHIFT	16
#define NMI_SHIFT	20

#define PREEMPT_MASK	0x000000ffU
#define SOFTIRQ_MASK	0x0000ff00U
#define HARDIRQ_MASK	0x000f0000U
#define NMI_MASK	0x00f00000U

#define PREEMPT_OFFSET	(1U << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET	(1U << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET	(1U << HARDIRQ_SHIFT)
#define NMI_OFFSET	(1U << NMI_SHIFT)
#define SOFTIRQ_DISABLE_OFFSET	(2 * SOFTIRQ_OFFSET)
#define PREEMPT_DISABLE_OFFSET	PREEMPT_OFFSET
#define PREEMPT_ENABLED		0

/* The thread's context word: the fields above, bit 31 is set while interrupts are off. */
unsigned int kmk_ctx(void);
/* Enter or leave a piece of context; the first and the last one take and release a virtual CPU. */
void kmk_ctx_add(unsigned int what);
void kmk_ctx_sub(unsigned int what);
void kmk_preempt_disable(void);
void kmk_preempt_enable(void);

static __always_inline int preempt_count(void)
{
	return (int)(kmk_ctx() & 0x7fffffffU);
}

#define preempt_count_add(v)	kmk_ctx_add(v)
#define preempt_count_sub(v)	kmk_ctx_sub(v)
#define preempt_count_inc()	kmk_ctx_add(1)
#define preempt_count_dec()	kmk_ctx_sub(1)

#define preempt_disable()		kmk_preempt_disable()
#define preempt_enable()		kmk_preempt_enable()
#define preempt_disable_notrace()	kmk_preempt_disable()
#define preempt_enable_notrace()	kmk_preempt_enable()
#define preempt_enable_no_resched()	kmk_preempt_enable()
#define preempt_enable_no_resched_notrace() kmk_preempt_enable()
#define sched_preempt_enable_no_resched() kmk_preempt_enable()
#define preempt_check_resched()		do { } while (0)
#define preemptible()			(kmk_ctx() == 0)
#define preempt_disable_nested()	do { } while (0)
#define preempt_enable_nested()		do { } while (0)
#define migrate_disable()		kmk_preempt_disable()
#define migrate_enable()		kmk_preempt_enable()

#define nmi_count()	(kmk_ctx() & NMI_MASK)
#define hardirq_count()	(kmk_ctx() & HARDIRQ_MASK)
#define softirq_count()	(kmk_ctx() & SOFTIRQ_MASK)
#define irq_count()	(kmk_ctx() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))

#define in_nmi()		(nmi_count())
#define in_hardirq()		(hardirq_count())
#define in_irq()		(hardirq_count())
#define in_serving_softirq()	(softirq_count() & SOFTIRQ_OFFSET)
#define in_softirq()		(softirq_count())
#define in_interrupt()		(irq_count())
#define in_task()		(!(kmk_ctx() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic()		(preempt_count() != 0)
#define in_atomic_preempt_off()	(preempt_count() != PREEMPT_DISABLE_OFFSET)

#define interrupt_context_level()	\
	((unsigned char)(!!in_nmi() + !!(kmk_ctx() & (NMI_MASK | HARDIRQ_MASK)) + \
			 !!(kmk_ctx() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET))))

#include <linux/cleanup.h>
DEFINE_LOCK_GUARD_0(preempt, preempt_disable(), preempt_enable())
DEFINE_LOCK_GUARD_0(preempt_notrace, preempt_disable_notrace(), preempt_enable_notrace())
DEFINE_LOCK_GUARD_0(migrate, migrate_disable(), migrate_enable())
#endif
