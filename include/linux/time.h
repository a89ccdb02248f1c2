/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#include <linux/types.h>
#include <linux/cache.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include <linux/jiffies.h>

#if KMK_MIXED && __has_include(<sys/time.h>)
#include <sys/time.h>
#endif

#define time_after32(a, b)	((s32)((u32)(b) - (u32)(a)) < 0)
#define time_before32(b, a)	time_after32(a, b)

#endif
