/* SPDX-License-Identifier: MIT */
#ifndef KMK_ASM_TYPES_H
#define KMK_ASM_TYPES_H

#include <kmemkit/profile.h>

#if KMK_MIXED && __has_include_next(<asm/types.h>)
#include_next <asm/types.h>
#else
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
__extension__ typedef long long __s64;
__extension__ typedef unsigned long long __u64;
#endif

#include <asm/bitsperlong.h>

#endif
