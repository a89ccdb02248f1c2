/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ONCE_H
#define _LINUX_ONCE_H

#include <linux/types.h>
#include <linux/once_lite.h>

/* Calls @func(args) the first time; later callers, and those who race with the first, go on at once. */
#define DO_ONCE(func, ...)	DO_ONCE_LITE(func, ##__VA_ARGS__)
#define DO_ONCE_SLEEPABLE(func, ...) DO_ONCE_LITE(func, ##__VA_ARGS__)
#define DO_ONCE_SLOW(func, ...)	DO_ONCE_LITE(func, ##__VA_ARGS__)
#define get_random_once(buf, nbytes) DO_ONCE(get_random_bytes, (buf), (nbytes))

#endif
