/* SPDX-License-Identifier: MIT */
#ifndef KMK_ASM_BITSPERLONG_H
#define KMK_ASM_BITSPERLONG_H

#include <kmemkit/profile.h>

#if KMK_MIXED && __has_include_next(<asm/bitsperlong.h>)
#include_next <asm/bitsperlong.h>
#endif

#ifndef BITS_PER_LONG
#define BITS_PER_LONG		64
#endif
#ifndef BITS_PER_LONG_LONG
#define BITS_PER_LONG_LONG	64
#endif

#endif
