/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_SEMAPHORE_H
#define _LINUX_SEMAPHORE_H

#include <linux/types.h>
#include <linux/list.h>
#include <linux/spinlock.h>

struct semaphore {
	u32 count;
	u32 waiters;
};

#define __SEMAPHORE_INITIALIZER(name, n)	{ .count = (n) }
#define DEFINE_SEMAPHORE(name)		struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)
#define sema_init(s, n)	do { *(s) = (struct semaphore)__SEMAPHORE_INITIALIZER(s, (u32)(n)); } while (0)

void down(struct semaphore *sem);
int __must_check down_interruptible(struct semaphore *sem);
int __must_check down_killable(struct semaphore *sem);
int __must_check down_trylock(struct semaphore *sem);
int __must_check down_timeout(struct semaphore *sem, long jiffies_limit);
void up(struct semaphore *sem);

#endif
