/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_HRTIMER_TYPES_H
#define _LINUX_HRTIMER_TYPES_H
#include <linux/hrtimer.h>
#endif
