/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>
#include <linux/lockdep_types.h>

/* 0 free, 1 held, 2 held and somebody sleeps. All-zero is an unlocked lock. */
typedef struct raw_spinlock {
	u32 state;
} raw_spinlock_t;

typedef struct spinlock {
	struct raw_spinlock rlock;
} spinlock_t;

#define __RAW_SPIN_LOCK_INITIALIZER(name)	{ .state = 0 }
#define __RAW_SPIN_LOCK_UNLOCKED(name)	(raw_spinlock_t)__RAW_SPIN_LOCK_INITIALIZER(name)
#define DEFINE_RAW_SPINLOCK(name)	raw_spinlock_t name = __RAW_SPIN_LOCK_UNLOCKED(name)
#define __SPIN_LOCK_INITIALIZER(name)	{ .rlock = __RAW_SPIN_LOCK_INITIALIZER(name) }
#define __SPIN_LOCK_UNLOCKED(name)	(spinlock_t)__SPIN_LOCK_INITIALIZER(name)
#define DEFINE_SPINLOCK(name)		spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

#include <linux/rwlock_types.h>

#endif
