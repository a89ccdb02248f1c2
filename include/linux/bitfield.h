/* SPDX-License-Identifier: MIT */
/* Fields of a register named by a constant mask. The mask must be one run of bits. */
#ifndef _LINUX_BITFIELD_H
#define _LINUX_BITFIELD_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#define __bf_shf(x)		__builtin_ctzll(x)
#define KMK_BF_CHECK(mask, limit, val) ({						\
	BUILD_BUG_ON_MSG(!__builtin_constant_p(mask) || (mask) == 0, "mask is not a constant field"); \
	BUILD_BUG_ON_MSG(__builtin_constant_p(val) &&					\
			 (~((unsigned long long)(mask) >> __bf_shf(mask)) &		\
			  (unsigned long long)(val)), "value is too large for the field");	\
	BUILD_BUG_ON_MSG((unsigned long long)(mask) > (unsigned long long)(limit),	\
			 "type of the register is too small for the mask");		\
	__BUILD_BUG_ON_NOT_POWER_OF_2((unsigned long long)(mask) + (1ULL << __bf_shf(mask))); })

#define FIELD_MAX(mask)		((__typeof__(mask))((mask) >> __bf_shf(mask)))
#define FIELD_FIT(mask, val)	(!((((__typeof__(mask))(val)) << __bf_shf(mask)) & ~(mask)))
#define FIELD_PREP(mask, val) ({							\
	KMK_BF_CHECK(mask, ~0ULL, val);							\
	((__typeof__(mask))(val) << __bf_shf(mask)) & (mask); })
#define FIELD_PREP_CONST(mask, val)	(((__typeof__(mask))(val) << __bf_shf(mask)) & (mask))
#define FIELD_GET(mask, reg) ({								\
	KMK_BF_CHECK(mask, (__typeof__(reg))~0ULL, 0U);					\
	(__typeof__(mask))(((reg) & (mask)) >> __bf_shf(mask)); })

#define KMK_BF_OPS(type)						\
static __always_inline type type##_encode_bits(type v, type field)			\
{											\
	return (type)((v * (field & -field)) & field);					\
}											\
static __always_inline type type##_replace_bits(type old, type val, type field)		\
{											\
	return (type)((old & ~field) | type##_encode_bits(val, field));			\
}											\
static __always_inline void type##p_replace_bits(type *p, type val, type field)		\
{											\
	*p = type##_replace_bits(*p, val, field);					\
}											\
static __always_inline type type##_get_bits(type v, type field)				\
{											\
	return (type)((v & field) / (field & -field));					\
}
KMK_BF_OPS(u8)
KMK_BF_OPS(u16)
KMK_BF_OPS(u32)
KMK_BF_OPS(u64)

static __always_inline __le16 le16_encode_bits(u16 v, u16 f) { return cpu_to_le16(u16_encode_bits(v, f)); }
static __always_inline __le32 le32_encode_bits(u32 v, u32 f) { return cpu_to_le32(u32_encode_bits(v, f)); }
static __always_inline __le64 le64_encode_bits(u64 v, u64 f) { return cpu_to_le64(u64_encode_bits(v, f)); }
static __always_inline __be16 be16_encode_bits(u16 v, u16 f) { return cpu_to_be16(u16_encode_bits(v, f)); }
static __always_inline __be32 be32_encode_bits(u32 v, u32 f) { return cpu_to_be32(u32_encode_bits(v, f)); }
static __always_inline __be64 be64_encode_bits(u64 v, u64 f) { return cpu_to_be64(u64_encode_bits(v, f)); }
static __always_inline u16 le16_get_bits(__le16 v, u16 f) { return u16_get_bits(le16_to_cpu(v), f); }
static __always_inline u32 le32_get_bits(__le32 v, u32 f) { return u32_get_bits(le32_to_cpu(v), f); }
static __always_inline u64 le64_get_bits(__le64 v, u64 f) { return u64_get_bits(le64_to_cpu(v), f); }
static __always_inline u16 be16_get_bits(__be16 v, u16 f) { return u16_get_bits(be16_to_cpu(v), f); }
static __always_inline u32 be32_get_bits(__be32 v, u32 f) { return u32_get_bits(be32_to_cpu(v), f); }
static __always_inline u64 be64_get_bits(__be64 v, u64 f) { return u64_get_bits(be64_to_cpu(v), f); }

#endif
