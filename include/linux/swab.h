/* SPDX-License-Identifier: MIT */
#ifndef KMK_LINUX_SWAB_H
#define KMK_LINUX_SWAB_H

#include <linux/types.h>

#if KMK_MIXED && __has_include_next(<linux/swab.h>)
#include_next <linux/swab.h>
#endif

#define swab16(x)	__builtin_bswap16(x)
#define swab32(x)	__builtin_bswap32(x)
#define swab64(x)	__builtin_bswap64(x)
#define swab16p(p)	__builtin_bswap16(*(p))
#define swab32p(p)	__builtin_bswap32(*(p))
#define swab64p(p)	__builtin_bswap64(*(p))
#define swab16s(p)	(*(p) = __builtin_bswap16(*(p)))
#define swab32s(p)	(*(p) = __builtin_bswap32(*(p)))
#define swab64s(p)	(*(p) = __builtin_bswap64(*(p)))

#endif
