/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_LOCKDEP_TYPES_H
#define _LINUX_LOCKDEP_TYPES_H

#define MAX_LOCKDEP_SUBCLASSES 8UL

enum lockdep_wait_type {
	LD_WAIT_INV = 0,
	LD_WAIT_FREE,
	LD_WAIT_SPIN,
	LD_WAIT_CONFIG,
	LD_WAIT_SLEEP,
	LD_WAIT_MAX,
};

/* Lock classes are not tracked; the types exist so that declarations compile. */
struct lock_class_key { char kmk_unused; };
struct lockdep_map { char kmk_unused; };
struct pin_cookie { char kmk_unused; };

#endif
