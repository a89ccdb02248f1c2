/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_KCONFIG_H
#define _LINUX_KCONFIG_H

#include <generated/autoconf.h>

/*
 * An option that is on is the macro 1. Pasted behind KMK_ARG_ that becomes "0," and so pushes
 * a 1 into second place; anything else pastes to a word without a comma, and 0 is second.
 */
#define KMK_ARG_1			0,
#define KMK_SECOND(ignored, val, ...)	val
#define KMK_DEFINED3(arg_or_junk)	KMK_SECOND(arg_or_junk 1, 0)
#define KMK_DEFINED2(val)		KMK_DEFINED3(KMK_ARG_##val)
#define KMK_DEFINED(x)			KMK_DEFINED2(x)
#define __is_defined(x)			KMK_DEFINED(x)

#define KMK_OR3(arg_or_junk, y)		KMK_SECOND(arg_or_junk 1, y)
#define KMK_OR2(x, y)			KMK_OR3(KMK_ARG_##x, y)
#define KMK_OR(x, y)			KMK_OR2(x, y)

#define IS_BUILTIN(option)	KMK_DEFINED(option)
#define IS_MODULE(option)	KMK_DEFINED(option##_MODULE)
#define IS_ENABLED(option)	KMK_OR(IS_BUILTIN(option), IS_MODULE(option))
#define IS_REACHABLE(option)	IS_ENABLED(option)

#endif
