/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_DEBUG_LOCKS_H
#define _LINUX_DEBUG_LOCKS_H
#include <linux/lockdep.h>
#define DEBUG_LOCKS_WARN_ON(c)	WARN_ON(c)
#define locking_selftest()	do { } while (0)
#endif
