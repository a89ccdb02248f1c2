/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RWLOCK_TYPES_H
#define _LINUX_RWLOCK_TYPES_H

#include <linux/types.h>

/* Readers in the low bits of state, the writer in its top bit; waiters counts who sleeps. */
struct kmk_rw {
	u32 state;
	u32 waiters;
};

typedef struct rwlock {
	struct kmk_rw rw;
} rwlock_t;

#define __RW_LOCK_UNLOCKED(name)	(rwlock_t){ .rw = { 0, 0 } }
#define DEFINE_RWLOCK(name)		rwlock_t name = __RW_LOCK_UNLOCKED(name)

#endif
