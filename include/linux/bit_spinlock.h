/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_BIT_SPINLOCK_H
#define _LINUX_BIT_SPINLOCK_H

#include <linux/preempt.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/compiler.h>

/* One bit of a word as a spinning lock; a waiter gives the processor away after a short spin. */
void kmk_bit_spin_lock(int bit, unsigned long *addr);
int kmk_bit_spin_trylock(int bit, unsigned long *addr);
void kmk_bit_spin_unlock(int bit, unsigned long *addr);

#define bit_spin_lock(bit, addr)	kmk_bit_spin_lock(bit, (unsigned long *)(addr))
#define bit_spin_trylock(bit, addr)	kmk_bit_spin_trylock(bit, (unsigned long *)(addr))
#define bit_spin_unlock(bit, addr)	kmk_bit_spin_unlock(bit, (unsigned long *)(addr))
#define __bit_spin_unlock(bit, addr)	kmk_bit_spin_unlock(bit, (unsigned long *)(addr))

static inline int bit_spin_is_locked(int bit, unsigned long *addr)
{
	return (__atomic_load_n(&addr[bit / 64], __ATOMIC_ACQUIRE) >> (bit & 63)) & 1;
}

#endif
