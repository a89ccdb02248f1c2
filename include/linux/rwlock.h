/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RWLOCK_H
#define _LINUX_RWLOCK_H

#include <linux/rwlock_types.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>

void kmk_rwlock_read(struct kmk_rw *rw);
void kmk_rwlock_write(struct kmk_rw *rw);
int kmk_rwlock_try_read(struct kmk_rw *rw);
int kmk_rwlock_try_write(struct kmk_rw *rw);
void kmk_rwlock_read_done(struct kmk_rw *rw);
void kmk_rwlock_write_done(struct kmk_rw *rw);

#define rwlock_init(l)		do { *(l) = __RW_LOCK_UNLOCKED(l); } while (0)
#define read_lock(l)		kmk_rwlock_read(&(l)->rw)
#define read_unlock(l)		kmk_rwlock_read_done(&(l)->rw)
#define read_trylock(l)		kmk_rwlock_try_read(&(l)->rw)
#define write_lock(l)		kmk_rwlock_write(&(l)->rw)
#define write_lock_nested(l, s)	((void)(s), write_lock(l))
#define write_unlock(l)		kmk_rwlock_write_done(&(l)->rw)
#define write_trylock(l)	kmk_rwlock_try_write(&(l)->rw)

#define write_trylock_irqsave(l, flags)	\
	({ local_irq_save(flags); write_trylock(l) ? 1 : ({ local_irq_restore(flags); 0; }); })

#define read_lock_irqsave(l, flags)		do { local_irq_save(flags); read_lock(l); } while (0)
#define read_unlock_irqrestore(l, flags)	do { read_unlock(l); local_irq_restore(flags); } while (0)
#define write_lock_irqsave(l, flags)		do { local_irq_save(flags); write_lock(l); } while (0)
#define write_unlock_irqrestore(l, flags)	do { write_unlock(l); local_irq_restore(flags); } while (0)
#define read_lock_irq(l)	do { local_irq_disable(); read_lock(l); } while (0)
#define read_unlock_irq(l)	do { read_unlock(l); local_irq_enable(); } while (0)
#define write_lock_irq(l)	do { local_irq_disable(); write_lock(l); } while (0)
#define write_unlock_irq(l)	do { write_unlock(l); local_irq_enable(); } while (0)
#define read_lock_bh(l)		do { local_bh_disable(); read_lock(l); } while (0)
#define read_unlock_bh(l)	do { read_unlock(l); local_bh_enable(); } while (0)
#define write_lock_bh(l)	do { local_bh_disable(); write_lock(l); } while (0)
#define write_unlock_bh(l)	do { write_unlock(l); local_bh_enable(); } while (0)
#define rwlock_is_contended(l)	(READ_ONCE((l)->rw.waiters) != 0)

#endif
