/* SPDX-License-Identifier: MIT */
/* Spinning locks that users see. Each takes the context first, then its word. */
#include <linux/atomic.h>
#include <linux/bit_spinlock.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "sync.h"

#define RW_WRITER	0x80000000u

void kmk_spin_lock(u32 *state)
{
	kmk_preempt_disable();
	kmk_word_lock(state);
}

void kmk_spin_unlock(u32 *state)
{
	kmk_word_unlock(state);
	kmk_preempt_enable();
}

int kmk_spin_trylock(u32 *state)
{
	kmk_preempt_disable();
	if (kmk_lock_try_state(state))
		return 1;
	kmk_preempt_enable();
	return 0;
}

unsigned long kmk_spin_lock_irqsave(u32 *state)
{
	unsigned long flags = kmk_irq_save();

	kmk_spin_lock(state);
	return flags;
}

void kmk_spin_unlock_irqrestore(u32 *state, unsigned long flags)
{
	kmk_spin_unlock(state);
	kmk_irq_restore(flags);
}

int kmk_spin_trylock_irqsave(u32 *state, unsigned long *flags)
{
	*flags = kmk_irq_save();
	if (kmk_spin_trylock(state))
		return 1;
	kmk_irq_restore(*flags);
	return 0;
}

void kmk_spin_lock_bh(u32 *state)
{
	local_bh_disable();
	kmk_spin_lock(state);
}

void kmk_spin_unlock_bh(u32 *state)
{
	kmk_spin_unlock(state);
	local_bh_enable();
}

int kmk_spin_trylock_bh(u32 *state)
{
	local_bh_disable();
	if (kmk_spin_trylock(state))
		return 1;
	local_bh_enable();
	return 0;
}

int kmk_atomic_dec_and_lock(atomic_t *count, spinlock_t *lock)
{
	if (atomic_add_unless(count, -1, 1))
		return 0;
	spin_lock(lock);
	if (atomic_dec_and_test(count))
		return 1;
	spin_unlock(lock);
	return 0;
}

int kmk_atomic_dec_and_lock_irqsave(atomic_t *count, spinlock_t *lock, unsigned long *flags)
{
	*flags = kmk_irq_save();
	if (kmk_atomic_dec_and_lock(count, lock))
		return 1;
	kmk_irq_restore(*flags);
	return 0;
}

/* Wait until the lock may have changed. */
static void rw_wait(struct kmk_rw *rw, unsigned round)
{
	uint32_t seen;

	if (round < KMK_LOCK_SPINS) {
		port_relax();
		return;
	}
	__atomic_fetch_add(&rw->waiters, 1, __ATOMIC_SEQ_CST);
	seen = __atomic_load_n(&rw->state, __ATOMIC_SEQ_CST);
	if (seen)
		port_wait(&rw->state, seen, 1000000);
	__atomic_fetch_sub(&rw->waiters, 1, __ATOMIC_SEQ_CST);
}

static void rw_wake(struct kmk_rw *rw)
{
	if (__atomic_load_n(&rw->waiters, __ATOMIC_SEQ_CST))
		port_wake(&rw->state, ~0u >> 1);
}

static bool rw_try_read(struct kmk_rw *rw)
{
	uint32_t old = __atomic_load_n(&rw->state, __ATOMIC_RELAXED);

	while (!(old & RW_WRITER))
		if (__atomic_compare_exchange_n(&rw->state, &old, old + 1, true, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static bool rw_try_write(struct kmk_rw *rw)
{
	uint32_t old = 0;

	return __atomic_compare_exchange_n(&rw->state, &old, RW_WRITER, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

void kmk_rwlock_read(struct kmk_rw *rw)
{
	kmk_preempt_disable();
	for (unsigned i = 0; !rw_try_read(rw); i++)
		rw_wait(rw, i);
}

void kmk_rwlock_write(struct kmk_rw *rw)
{
	kmk_preempt_disable();
	for (unsigned i = 0; !rw_try_write(rw); i++)
		rw_wait(rw, i);
}

int kmk_rwlock_try_read(struct kmk_rw *rw)
{
	kmk_preempt_disable();
	if (rw_try_read(rw))
		return 1;
	kmk_preempt_enable();
	return 0;
}

int kmk_rwlock_try_write(struct kmk_rw *rw)
{
	kmk_preempt_disable();
	if (rw_try_write(rw))
		return 1;
	kmk_preempt_enable();
	return 0;
}

void kmk_rwlock_read_done(struct kmk_rw *rw)
{
	if (__atomic_sub_fetch(&rw->state, 1, __ATOMIC_SEQ_CST) == 0)
		rw_wake(rw);
	kmk_preempt_enable();
}

void kmk_rwlock_write_done(struct kmk_rw *rw)
{
	__atomic_exchange_n(&rw->state, 0, __ATOMIC_SEQ_CST);
	rw_wake(rw);
	kmk_preempt_enable();
}

int kmk_bit_spin_trylock(int bit, unsigned long *addr)
{
	unsigned long mask = 1UL << (bit & 63);

	kmk_preempt_disable();
	if (!(__atomic_fetch_or(&addr[bit / 64], mask, __ATOMIC_ACQUIRE) & mask))
		return 1;
	kmk_preempt_enable();
	return 0;
}

void kmk_bit_spin_lock(int bit, unsigned long *addr)
{
	unsigned long mask = 1UL << (bit & 63);

	kmk_preempt_disable();
	for (unsigned i = 0; __atomic_fetch_or(&addr[bit / 64], mask, __ATOMIC_ACQUIRE) & mask; i++) {
		if (i < KMK_LOCK_SPINS)
			port_relax();
		else
			port_yield();
	}
}

void kmk_bit_spin_unlock(int bit, unsigned long *addr)
{
	__atomic_fetch_and(&addr[bit / 64], ~(1UL << (bit & 63)), __ATOMIC_RELEASE);
	kmk_preempt_enable();
}

int kmk_held_spin(const struct spinlock *l) { return spin_is_locked(l); }
int kmk_held_raw_spin(const struct raw_spinlock *l) { return raw_spin_is_locked(l); }
int kmk_held_other(const void *l) { (void)l; return 1; }

int kmk_held_rwlock(const struct rwlock *l)
{
	return __atomic_load_n(&l->rw.state, __ATOMIC_ACQUIRE) != 0;
}

int kmk_write_held_rwlock(const struct rwlock *l)
{
	return (__atomic_load_n(&l->rw.state, __ATOMIC_ACQUIRE) & RW_WRITER) != 0;
}

int kmk_held_mutex(const struct mutex *l)
{
	return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == kmk_self();
}

int kmk_held_rwsem(const struct rw_semaphore *l)
{
	return __atomic_load_n(&l->rw.state, __ATOMIC_ACQUIRE) != 0;
}

int kmk_write_held_rwsem(const struct rw_semaphore *l)
{
	return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == kmk_self();
}
