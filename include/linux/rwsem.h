/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/cleanup.h>

struct rw_semaphore {
	struct kmk_rw rw;
	void *owner;		/* the writer's thread block */
};

#define __RWSEM_INITIALIZER(name)	{ .rw = { 0, 0 } }
#define DECLARE_RWSEM(name)		struct rw_semaphore name = __RWSEM_INITIALIZER(name)
#define init_rwsem(s)			do { *(s) = (struct rw_semaphore)__RWSEM_INITIALIZER(s); } while (0)
#define __init_rwsem(s, n, k)		init_rwsem(s)

void down_read(struct rw_semaphore *sem);
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
void downgrade_write(struct rw_semaphore *sem);
int rwsem_is_locked(struct rw_semaphore *sem);
int rwsem_is_contended(struct rw_semaphore *sem);

#define down_read_nested(s, c)		((void)(c), down_read(s))
#define down_read_killable_nested(s, c)	((void)(c), down_read_killable(s))
#define down_write_nested(s, c)		((void)(c), down_write(s))
#define down_write_killable_nested(s, c) ((void)(c), down_write_killable(s))
#define down_write_nest_lock(s, o)	((void)(o), down_write(s))
#define down_read_non_owner(s)		down_read(s)
#define up_read_non_owner(s)		up_read(s)
#define rwsem_assert_held(s)		lockdep_assert_held(s)
#define rwsem_assert_held_write(s)	lockdep_assert_held_write(s)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))
DEFINE_GUARD_COND(rwsem_read, _try, down_read_trylock(_T))
DEFINE_GUARD_COND(rwsem_write, _try, down_write_trylock(_T))

#endif
