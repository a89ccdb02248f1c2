/* SPDX-License-Identifier: MIT */
/*
 * Spinning locks. Taking one disables preemption, so the first takes a virtual CPU. A waiter
 * spins for a short while, then sleeps in the host: the holder may not be running at all.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/spinlock_types.h>
#include <linux/typecheck.h>
#include <linux/cleanup.h>
#include <linux/atomic.h>
#include <asm/processor.h>

void kmk_spin_lock(u32 *state);
void kmk_spin_unlock(u32 *state);
int kmk_spin_trylock(u32 *state);
unsigned long kmk_spin_lock_irqsave(u32 *state);
void kmk_spin_unlock_irqrestore(u32 *state, unsigned long flags);
void kmk_spin_lock_bh(u32 *state);
void kmk_spin_unlock_bh(u32 *state);
int kmk_spin_trylock_bh(u32 *state);
int kmk_spin_trylock_irqsave(u32 *state, unsigned long *flags);

static inline int kmk_spin_is_locked(const u32 *state)
{
	return __atomic_load_n(state, __ATOMIC_ACQUIRE) != 0;
}

#define raw_spin_lock_init(l)	do { *(l) = __RAW_SPIN_LOCK_UNLOCKED(l); } while (0)
#define spin_lock_init(l)	do { *(l) = __SPIN_LOCK_UNLOCKED(l); } while (0)

static __always_inline void raw_spin_lock(raw_spinlock_t *l) { kmk_spin_lock(&l->state); }
static __always_inline void raw_spin_unlock(raw_spinlock_t *l) { kmk_spin_unlock(&l->state); }
static __always_inline int raw_spin_trylock(raw_spinlock_t *l) { return kmk_spin_trylock(&l->state); }
static __always_inline void raw_spin_lock_bh(raw_spinlock_t *l) { kmk_spin_lock_bh(&l->state); }
static __always_inline void raw_spin_unlock_bh(raw_spinlock_t *l) { kmk_spin_unlock_bh(&l->state); }
static __always_inline int raw_spin_trylock_bh(raw_spinlock_t *l) { return kmk_spin_trylock_bh(&l->state); }
static __always_inline void raw_spin_lock_irq(raw_spinlock_t *l) { kmk_spin_lock_irqsave(&l->state); }
static __always_inline void raw_spin_unlock_irq(raw_spinlock_t *l)
{
	kmk_spin_unlock_irqrestore(&l->state, KMK_IRQ_ENABLED);
}
static __always_inline int raw_spin_is_locked(const raw_spinlock_t *l) { return kmk_spin_is_locked(&l->state); }
static __always_inline int raw_spin_is_contended(raw_spinlock_t *l)
{
	return __atomic_load_n(&l->state, __ATOMIC_RELAXED) == 2;
}

#define raw_spin_lock_irqsave(l, flags)		\
	do { typecheck(unsigned long, flags); (flags) = kmk_spin_lock_irqsave(&(l)->state); } while (0)
#define raw_spin_unlock_irqrestore(l, flags)	\
	do { typecheck(unsigned long, flags); kmk_spin_unlock_irqrestore(&(l)->state, flags); } while (0)
#define raw_spin_trylock_irqsave(l, flags)	kmk_spin_trylock_irqsave(&(l)->state, &(flags))
#define raw_spin_trylock_irq(l)		\
	({ unsigned long __kmk_fl; kmk_spin_trylock_irqsave(&(l)->state, &__kmk_fl); })
#define raw_spin_lock_nested(l, sub)		((void)(sub), raw_spin_lock(l))
#define raw_spin_lock_irqsave_nested(l, flags, sub)	raw_spin_lock_irqsave(l, flags)

static __always_inline raw_spinlock_t *spinlock_check(spinlock_t *l) { return &l->rlock; }
static __always_inline void spin_lock(spinlock_t *l) { kmk_spin_lock(&l->rlock.state); }
static __always_inline void spin_unlock(spinlock_t *l) { kmk_spin_unlock(&l->rlock.state); }
static __always_inline int spin_trylock(spinlock_t *l) { return kmk_spin_trylock(&l->rlock.state); }
static __always_inline void spin_lock_bh(spinlock_t *l) { kmk_spin_lock_bh(&l->rlock.state); }
static __always_inline void spin_unlock_bh(spinlock_t *l) { kmk_spin_unlock_bh(&l->rlock.state); }
static __always_inline int spin_trylock_bh(spinlock_t *l) { return kmk_spin_trylock_bh(&l->rlock.state); }
static __always_inline void spin_lock_irq(spinlock_t *l) { kmk_spin_lock_irqsave(&l->rlock.state); }
static __always_inline void spin_unlock_irq(spinlock_t *l)
{
	kmk_spin_unlock_irqrestore(&l->rlock.state, KMK_IRQ_ENABLED);
}
static __always_inline void spin_unlock_irqrestore(spinlock_t *l, unsigned long flags)
{
	kmk_spin_unlock_irqrestore(&l->rlock.state, flags);
}
static __always_inline int spin_is_locked(const spinlock_t *l) { return kmk_spin_is_locked(&l->rlock.state); }
static __always_inline int spin_is_contended(spinlock_t *l) { return raw_spin_is_contended(&l->rlock); }

#define spin_lock_irqsave(l, flags)		raw_spin_lock_irqsave(&(l)->rlock, flags)
#define spin_trylock_irqsave(l, flags)		raw_spin_trylock_irqsave(&(l)->rlock, flags)
#define spin_trylock_irq(l)			raw_spin_trylock_irq(&(l)->rlock)
#define spin_lock_nested(l, sub)		((void)(sub), spin_lock(l))
#define spin_lock_bh_nested(l, sub)		((void)(sub), spin_lock_bh(l))
#define spin_lock_nest_lock(l, outer)		((void)(outer), spin_lock(l))
#define spin_lock_irqsave_nested(l, flags, sub)	spin_lock_irqsave(l, flags)
#define spin_needbreak(l)			spin_is_contended(l)

#define assert_spin_locked(l)		BUG_ON(!spin_is_locked(l))
#define assert_raw_spin_locked(l)	BUG_ON(!raw_spin_is_locked(l))

#define smp_mb__after_spinlock()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_mb__after_unlock_lock()	__atomic_thread_fence(__ATOMIC_SEQ_CST)

/* Take the lock only if the count drops to zero with it. */
int kmk_atomic_dec_and_lock(atomic_t *count, spinlock_t *lock);
#define atomic_dec_and_lock(count, lock)	kmk_atomic_dec_and_lock(count, lock)
int kmk_atomic_dec_and_lock_irqsave(atomic_t *count, spinlock_t *lock, unsigned long *flags);
#define atomic_dec_and_lock_irqsave(count, lock, flags)	\
	kmk_atomic_dec_and_lock_irqsave(count, lock, &(flags))

#include <linux/rwlock.h>

DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock), raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)

DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irq, raw_spinlock_t, raw_spin_lock_irq(_T->lock), raw_spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t, raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1_COND(raw_spinlock, _try, raw_spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock, _try, spin_trylock(_T->lock))
DEFINE_LOCK_GUARD_1_COND(spinlock_irqsave, _try, spin_trylock_irqsave(_T->lock, _T->flags))
DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irq, rwlock_t, read_lock_irq(_T->lock), read_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(read_lock_irqsave, rwlock_t, read_lock_irqsave(_T->lock, _T->flags),
		    read_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irq, rwlock_t, write_lock_irq(_T->lock), write_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock_irqsave, rwlock_t, write_lock_irqsave(_T->lock, _T->flags),
		    write_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
#endif
