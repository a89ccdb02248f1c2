/* SPDX-License-Identifier: MIT */
/* Thin: a calendar time (%ptR prints it). There are no clocks to read or set. */
#ifndef KMK_LINUX_RTC_H
#define KMK_LINUX_RTC_H

#include <linux/types.h>
#include <linux/time64.h>

#if KMK_MIXED && __has_include_next(<linux/rtc.h>)
#include_next <linux/rtc.h>
#else
struct rtc_time {
	int tm_sec, tm_min, tm_hour;
	int tm_mday;		/* from 1 */
	int tm_mon;		/* from 0 */
	int tm_year;		/* since 1900 */
	int tm_wday, tm_yday, tm_isdst;
};
#endif
#endif
