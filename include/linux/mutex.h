/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/spinlock_types.h>
#include <linux/cleanup.h>
#include <asm/processor.h>

struct device;

/* 0 free, 1 held, 2 held and somebody sleeps; owner names the holding thread's block. */
struct mutex {
	u32 state;
	u32 kmk_pad;
	void *owner;
};

#define __MUTEX_INITIALIZER(name)	{ .state = 0 }
#define DEFINE_MUTEX(name)		struct mutex name = __MUTEX_INITIALIZER(name)
#define mutex_init(m)			__mutex_init((m), #m, NULL)
#define __mutex_init(m, n, k)		do { *(m) = (struct mutex)__MUTEX_INITIALIZER(m); } while (0)

/* All of these may sleep, except trylock and unlock. Unlocking another thread's mutex is reported. */
void mutex_lock(struct mutex *lock);
int __must_check mutex_lock_interruptible(struct mutex *lock);
int __must_check mutex_lock_killable(struct mutex *lock);
void mutex_lock_io(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
bool mutex_is_locked(struct mutex *lock);
void mutex_destroy(struct mutex *lock);
int atomic_dec_and_mutex_lock(atomic_t *cnt, struct mutex *lock);

#define mutex_lock_nested(l, s)			((void)(s), mutex_lock(l))
#define mutex_lock_interruptible_nested(l, s)	((void)(s), mutex_lock_interruptible(l))
#define mutex_lock_killable_nested(l, s)	((void)(s), mutex_lock_killable(l))
#define mutex_lock_nest_lock(l, o)		((void)(o), mutex_lock(l))
#define mutex_lock_io_nested(l, s)		((void)(s), mutex_lock_io(l))

static inline int devm_mutex_init(struct device *dev, struct mutex *lock)
{
	(void)dev;
	mutex_init(lock);
	return 0;
}

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T), _RET == 0)

#endif
