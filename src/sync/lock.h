/* SPDX-License-Identifier: MIT */
/*
 * Internal locks of the core: short, ranked, never visible to users as spinlocks. They take no
 * virtual CPU. A contended lock spins about KMK_LOCK_SPINS rounds, then sleeps in the host. A
 * host may keep interrupts off while a lock is held (port_irq_save); ours do not need to. All-zero is a free, unranked lock.
 *
 * KMK_DEBUG builds check the rank order, recursion and the owner.
 */
#ifndef KMK_SYNC_LOCK_H
#define KMK_SYNC_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "port_inline.h"
#include "ranks.h"

#ifdef KMK_DEBUG
#define KMK_LOCK_CHECKS 1
#else
#define KMK_LOCK_CHECKS 0
#endif

#define KMK_LOCK_SPINS 100

enum { KMK_LOCK_FREE, KMK_LOCK_HELD, KMK_LOCK_WAITED };

struct kmk_lock {
	uint32_t state;
	uint32_t rank;		/* enum kmk_rank */
	unsigned long irq;	/* the holder's interrupt state */
	void *owner;		/* debug builds: the holder's thread block */
};

#define KMK_LOCK_INIT(r) { .state = KMK_LOCK_FREE, .rank = (r) }

static inline void kmk_lock_init(struct kmk_lock *l, enum kmk_rank rank)
{
	*l = (struct kmk_lock)KMK_LOCK_INIT((uint32_t)rank);
}

void kmk_lock_slow(struct kmk_lock *l);
void kmk_unlock_slow(struct kmk_lock *l);
/* Debug builds: before taking (stops on a wrong order), after taking, before releasing. */
void kmk_lock_check(const struct kmk_lock *l, bool nested);
void kmk_lock_taken(struct kmk_lock *l);
void kmk_lock_release(struct kmk_lock *l);

static inline bool kmk_lock_is_held(const struct kmk_lock *l)
{
	return __atomic_load_n(&l->state, __ATOMIC_RELAXED) != KMK_LOCK_FREE;
}

static inline bool kmk_lock_try_state(uint32_t *state)
{
	uint32_t old = KMK_LOCK_FREE;

	return __atomic_compare_exchange_n(state, &old, KMK_LOCK_HELD, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static inline void kmk_lock_acquire(struct kmk_lock *l, bool nested)
{
	unsigned long irq = port_irq_save();

	if (KMK_LOCK_CHECKS)
		kmk_lock_check(l, nested);
	if (__builtin_expect(!kmk_lock_try_state(&l->state), 0))
		kmk_lock_slow(l);
	l->irq = irq;
	if (KMK_LOCK_CHECKS)
		kmk_lock_taken(l);
}

/* Take the lock. No lock of its rank or a later one is held. */
static inline void kmk_lock(struct kmk_lock *l)
{
	kmk_lock_acquire(l, false);
}

/* Take a second lock of a rank already held; the caller orders them (by address). */
static inline void kmk_lock_nested(struct kmk_lock *l)
{
	kmk_lock_acquire(l, true);
}

/* Take the lock if it is free now; any order. */
static inline bool kmk_trylock(struct kmk_lock *l)
{
	unsigned long irq = port_irq_save();

	if (!kmk_lock_try_state(&l->state)) {
		port_irq_restore(irq);
		return false;
	}
	l->irq = irq;
	if (KMK_LOCK_CHECKS)
		kmk_lock_taken(l);
	return true;
}

static inline void kmk_unlock(struct kmk_lock *l)
{
	unsigned long irq = l->irq;

	if (KMK_LOCK_CHECKS)
		kmk_lock_release(l);
	if (__builtin_expect(__atomic_exchange_n(&l->state, KMK_LOCK_FREE, __ATOMIC_RELEASE) ==
			     KMK_LOCK_WAITED, 0))
		kmk_unlock_slow(l);
	port_irq_restore(irq);
}

/* The same three states on a bare word, for locks that users see (spinlock_t and friends). */
void kmk_word_lock_slow(uint32_t *state);
void kmk_word_unlock_slow(uint32_t *state);

static inline void kmk_word_lock(uint32_t *state)
{
	if (__builtin_expect(!kmk_lock_try_state(state), 0))
		kmk_word_lock_slow(state);
}

static inline void kmk_word_unlock(uint32_t *state)
{
	if (__builtin_expect(__atomic_exchange_n(state, KMK_LOCK_FREE, __ATOMIC_RELEASE) ==
			     KMK_LOCK_WAITED, 0))
		kmk_word_unlock_slow(state);
}

#endif
