/* SPDX-License-Identifier: MIT */
/* Little endian host. */
#ifndef KMK_ASM_BYTEORDER_H
#define KMK_ASM_BYTEORDER_H

#include <linux/types.h>

#if KMK_MIXED && __has_include_next(<asm/byteorder.h>)
#include_next <asm/byteorder.h>
#else
#define __LITTLE_ENDIAN		1234
#define __LITTLE_ENDIAN_BITFIELD
#define __constant_htonl(x)	((__be32)__builtin_bswap32(x))
#define __constant_htons(x)	((__be16)__builtin_bswap16(x))
#define ___constant_swab16(x)	__builtin_bswap16(x)
#define ___constant_swab32(x)	__builtin_bswap32(x)
#define ___constant_swab64(x)	__builtin_bswap64(x)
#define __swab16(x)		__builtin_bswap16(x)
#define __swab32(x)		__builtin_bswap32(x)
#define __swab64(x)		__builtin_bswap64(x)
#define htonl(x)		((__be32)__builtin_bswap32(x))
#define htons(x)		((__be16)__builtin_bswap16(x))
#define ntohl(x)		((u32)__builtin_bswap32(x))
#define ntohs(x)		((u16)__builtin_bswap16(x))
#define __cpu_to_le16(x)	((__le16)(u16)(x))
#define __cpu_to_le32(x)	((__le32)(u32)(x))
#define __cpu_to_le64(x)	((__le64)(u64)(x))
#define __le16_to_cpu(x)	((u16)(__le16)(x))
#define __le32_to_cpu(x)	((u32)(__le32)(x))
#define __le64_to_cpu(x)	((u64)(__le64)(x))
#define __cpu_to_be16(x)	((__be16)__builtin_bswap16((u16)(x)))
#define __cpu_to_be32(x)	((__be32)__builtin_bswap32((u32)(x)))
#define __cpu_to_be64(x)	((__be64)__builtin_bswap64((u64)(x)))
#define __be16_to_cpu(x)	((u16)__builtin_bswap16((__be16)(x)))
#define __be32_to_cpu(x)	((u32)__builtin_bswap32((__be32)(x)))
#define __be64_to_cpu(x)	((u64)__builtin_bswap64((__be64)(x)))
#endif
#include <linux/swab.h>

#define cpu_to_le16(x)		((__le16)(u16)(x))
#define cpu_to_le32(x)		((__le32)(u32)(x))
#define cpu_to_le64(x)		((__le64)(u64)(x))
#define le16_to_cpu(x)		((u16)(__le16)(x))
#define le32_to_cpu(x)		((u32)(__le32)(x))
#define le64_to_cpu(x)		((u64)(__le64)(x))
#define cpu_to_be16(x)		((__be16)__builtin_bswap16((u16)(x)))
#define cpu_to_be32(x)		((__be32)__builtin_bswap32((u32)(x)))
#define cpu_to_be64(x)		((__be64)__builtin_bswap64((u64)(x)))
#define be16_to_cpu(x)		((u16)__builtin_bswap16((__be16)(x)))
#define be32_to_cpu(x)		((u32)__builtin_bswap32((__be32)(x)))
#define be64_to_cpu(x)		((u64)__builtin_bswap64((__be64)(x)))
#define cpu_to_le16p(p)		cpu_to_le16(*(p))
#define cpu_to_le32p(p)		cpu_to_le32(*(p))
#define cpu_to_le64p(p)		cpu_to_le64(*(p))
#define le16_to_cpup(p)		le16_to_cpu(*(p))
#define le32_to_cpup(p)		le32_to_cpu(*(p))
#define le64_to_cpup(p)		le64_to_cpu(*(p))
#define cpu_to_be16p(p)		cpu_to_be16(*(p))
#define cpu_to_be32p(p)		cpu_to_be32(*(p))
#define cpu_to_be64p(p)		cpu_to_be64(*(p))
#define be16_to_cpup(p)		be16_to_cpu(*(p))
#define be32_to_cpup(p)		be32_to_cpu(*(p))
#define be64_to_cpup(p)		be64_to_cpu(*(p))
#define le16_to_cpus(p)		do { } while (0)
#define le32_to_cpus(p)		do { } while (0)
#define le64_to_cpus(p)		do { } while (0)
#define cpu_to_le16s(p)		do { } while (0)
#define cpu_to_le32s(p)		do { } while (0)
#define cpu_to_le64s(p)		do { } while (0)
#define be16_to_cpus(p)		(*(p) = be16_to_cpu(*(p)))
#define be32_to_cpus(p)		(*(p) = be32_to_cpu(*(p)))
#define be64_to_cpus(p)		(*(p) = be64_to_cpu(*(p)))

#endif
