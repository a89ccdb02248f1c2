/* SPDX-License-Identifier: MIT */
#ifndef _ASM_DIV64_H
#define _ASM_DIV64_H

#include <linux/types.h>

/* Divides in place, returns the remainder. */
#define do_div(n, base) ({				\
	u32 kmk_base_ = (base);				\
	u32 kmk_rem_ = (u32)((u64)(n) % kmk_base_);	\
	(n) = (u64)(n) / kmk_base_;			\
	kmk_rem_; })

#endif
