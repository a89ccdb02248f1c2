/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_UNALIGNED_H
#define _LINUX_UNALIGNED_H

#include <linux/types.h>
#include <asm/byteorder.h>

#define KMK_UNALIGNED(ptr)	(((struct { __typeof__(*(ptr)) x; } __packed *)(ptr))->x)
#define get_unaligned(ptr)	KMK_UNALIGNED(ptr)
#define put_unaligned(val, ptr)	do { KMK_UNALIGNED(ptr) = (val); } while (0)

#define KMK_UNALIGNED_WORD(bits, end)						\
static __always_inline u##bits get_unaligned_##end##bits(const void *p)	\
{										\
	u##bits v;								\
										\
	__builtin_memcpy(&v, p, sizeof(v));					\
	return end##bits##_to_cpu(v);						\
}										\
static __always_inline void put_unaligned_##end##bits(u##bits val, void *p)	\
{										\
	u##bits v = cpu_to_##end##bits(val);					\
										\
	__builtin_memcpy(p, &v, sizeof(v));					\
}
KMK_UNALIGNED_WORD(16, le)
KMK_UNALIGNED_WORD(32, le)
KMK_UNALIGNED_WORD(64, le)
KMK_UNALIGNED_WORD(16, be)
KMK_UNALIGNED_WORD(32, be)
KMK_UNALIGNED_WORD(64, be)

#endif
