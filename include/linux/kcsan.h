/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KCSAN_H
#define _LINUX_KCSAN_H

#include <linux/kcsan-checks.h>

#define kcsan_init()	do { } while (0)

#endif
