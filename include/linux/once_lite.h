/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_ONCE_LITE_H
#define _LINUX_ONCE_LITE_H

#include <linux/types.h>

#define DO_ONCE_LITE(func, ...)	DO_ONCE_LITE_IF(true, func, ##__VA_ARGS__)
#define DO_ONCE_LITE_IF(condition, func, ...) ({				\
	static unsigned char kmk_done_;						\
	bool kmk_cond_ = !!(condition);						\
	if (__builtin_expect(kmk_cond_, 0) &&					\
	    !__atomic_exchange_n(&kmk_done_, 1, __ATOMIC_SEQ_CST))		\
		func(__VA_ARGS__);						\
	__builtin_expect(kmk_cond_, 0); })

#endif
