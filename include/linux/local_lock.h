/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_LOCAL_LOCK_H
#define _LINUX_LOCAL_LOCK_H

#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/percpu-defs.h>
#include <linux/lockdep.h>

typedef struct { char kmk_unused; } local_lock_t;

#define INIT_LOCAL_LOCK(name)		{ 0 }
#define local_lock_init(l)		((void)(l))
#define local_lock(l)			do { (void)(l); preempt_disable(); } while (0)
#define local_unlock(l)			do { (void)(l); preempt_enable(); } while (0)
#define local_lock_irq(l)		do { (void)(l); local_irq_disable(); } while (0)
#define local_unlock_irq(l)		do { (void)(l); local_irq_enable(); } while (0)
#define local_lock_irqsave(l, flags)		do { (void)(l); local_irq_save(flags); } while (0)
#define local_unlock_irqrestore(l, flags)	do { (void)(l); local_irq_restore(flags); } while (0)
#define local_lock_nested_bh(l)		((void)(l))
#define local_unlock_nested_bh(l)	((void)(l))

#endif
