/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_UTIL_MACROS_H
#define _LINUX_UTIL_MACROS_H

#include <linux/math.h>

/* The index of the element of a rising array that lies nearest to @x; of equal ones the lower. */
#define find_closest(x, a, as) ({					\
	__typeof__(as) kmk_i_, kmk_as_ = (as) - 1;			\
	__typeof__(x) kmk_x_ = (x);					\
	for (kmk_i_ = 0; kmk_i_ < kmk_as_; kmk_i_++)			\
		if (kmk_x_ - (a)[kmk_i_] <= (a)[kmk_i_ + 1] - kmk_x_)	\
			break;						\
	kmk_i_; })

#endif
