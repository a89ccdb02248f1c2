/* SPDX-License-Identifier: MIT */
/*
 * Bits in arrays of long and in words. set_bit, clear_bit, change_bit are atomic without order; the
 * test_and_ forms are full barriers; names with two leading underscores are plain accesses. Bit
 * numbers from fls count from 1 and from 0 in __fls, __ffs and ffz; those are undefined for words
 * without such a bit.
 */
#ifndef _LINUX_BITOPS_H
#define _LINUX_BITOPS_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bits.h>
#include <linux/typecheck.h>
#include <asm/barrier.h>

#define BITS_PER_TYPE(type)	(sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_LONGS(nr)	(((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_U64(nr)		(((nr) + 63) / 64)
#define BITS_TO_U32(nr)		(((nr) + 31) / 32)
#define BITS_TO_BYTES(nr)	(((nr) + 7) / 8)
#define BYTES_TO_BITS(nb)	((nb) * 8)
#define aligned_byte_mask(n)	((1ul << (8 * (n))) - 1)

static __always_inline void set_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline void clear_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline void change_bit(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_xor(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline bool test_and_set_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)) != 0;
}

static __always_inline bool test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)) != 0;
}

static __always_inline bool test_and_change_bit(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_xor(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_SEQ_CST) & BIT_MASK(nr)) != 0;
}

static __always_inline bool test_and_set_bit_lock(long nr, volatile unsigned long *addr)
{
	return (__atomic_fetch_or(addr + BIT_WORD(nr), BIT_MASK(nr), __ATOMIC_ACQUIRE) & BIT_MASK(nr)) != 0;
}

static __always_inline void clear_bit_unlock(long nr, volatile unsigned long *addr)
{
	__atomic_fetch_and(addr + BIT_WORD(nr), ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

static __always_inline void __clear_bit_unlock(long nr, volatile unsigned long *addr)
{
	__atomic_store_n(addr + BIT_WORD(nr), addr[BIT_WORD(nr)] & ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

static __always_inline bool clear_bit_unlock_is_negative_byte(long nr, volatile unsigned long *addr)
{
	return (__atomic_and_fetch(addr, ~BIT_MASK(nr), __ATOMIC_RELEASE) & 0x80) != 0;
}

static __always_inline void __set_bit(long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static __always_inline void __clear_bit(long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static __always_inline void __change_bit(long nr, volatile unsigned long *addr)
{
	((unsigned long *)addr)[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static __always_inline bool __test_and_set_bit(long nr, volatile unsigned long *addr)
{
	bool was = (((unsigned long *)addr)[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;

	__set_bit(nr, addr);
	return was;
}

static __always_inline bool __test_and_clear_bit(long nr, volatile unsigned long *addr)
{
	bool was = (((unsigned long *)addr)[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;

	__clear_bit(nr, addr);
	return was;
}

static __always_inline bool __test_and_change_bit(long nr, volatile unsigned long *addr)
{
	bool was = (((unsigned long *)addr)[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;

	__change_bit(nr, addr);
	return was;
}

static __always_inline bool kmk_test_bit(long nr, const volatile unsigned long *addr)
{
	return (__atomic_load_n(addr + BIT_WORD(nr), __ATOMIC_RELAXED) & BIT_MASK(nr)) != 0;
}

/* A word whose value the compiler knows is nobody else's: then the answer is a constant. */
#define test_bit(nr, addr)									\
	(__builtin_constant_p(nr) &&								\
	 __builtin_constant_p(((const unsigned long *)(addr))[BIT_WORD(nr)]) ?			\
	 (((const unsigned long *)(addr))[BIT_WORD(nr)] & BIT_MASK(nr)) != 0 : kmk_test_bit((nr), (addr)))

static __always_inline bool test_bit_acquire(long nr, const volatile unsigned long *addr)
{
	return (__atomic_load_n(addr + BIT_WORD(nr), __ATOMIC_ACQUIRE) & BIT_MASK(nr)) != 0;
}

static __always_inline void assign_bit(long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		set_bit(nr, addr);
	else
		clear_bit(nr, addr);
}

static __always_inline void __assign_bit(long nr, volatile unsigned long *addr, bool value)
{
	if (value)
		__set_bit(nr, addr);
	else
		__clear_bit(nr, addr);
}

static __always_inline __attribute_const__ unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static __always_inline __attribute_const__ unsigned long __fls(unsigned long word)
{
	return 63 - (unsigned long)__builtin_clzl(word);
}

static __always_inline __attribute_const__ unsigned long ffz(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(~word);
}

static __always_inline __attribute_const__ int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline __attribute_const__ int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static __always_inline __attribute_const__ unsigned int fls_long(unsigned long x)
{
	return (unsigned int)fls64(x);
}

static __always_inline __attribute_const__ unsigned long __ffs64(u64 word)
{
	return (unsigned long)__builtin_ctzll(word);
}

#define ffs(x)			__builtin_ffs(x)
/* Not the builtin for values that are unknown: without the instruction it calls the compiler's library. */
static inline __attribute_const__ unsigned long kmk_weight(u64 w)
{
	w -= (w >> 1) & 0x5555555555555555ull;
	w = (w & 0x3333333333333333ull) + ((w >> 2) & 0x3333333333333333ull);
	return (((w + (w >> 4)) & 0x0f0f0f0f0f0f0f0full) * 0x0101010101010101ull) >> 56;
}

#define KMK_WEIGHT(w)		\
	(__builtin_constant_p(w) ? (unsigned long)__builtin_popcountll(w) : kmk_weight(w))
#define hweight8(w)		((unsigned int)KMK_WEIGHT((u8)(w)))
#define hweight16(w)		((unsigned int)KMK_WEIGHT((u16)(w)))
#define hweight32(w)		((unsigned int)KMK_WEIGHT((u32)(w)))
#define hweight64(w)		KMK_WEIGHT((u64)(w))
#define hweight_long(w)		KMK_WEIGHT((unsigned long)(w))
#define HWEIGHT8(w)		hweight8(w)
#define HWEIGHT32(w)		hweight32(w)
#define HWEIGHT64(w)		hweight64(w)

static inline __attribute_const__ int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static inline __attribute_const__ int get_bitmask_order(unsigned int count)
{
	return fls(count);
}

static inline __attribute_const__ int get_count_order_long(unsigned long n)
{
	return n ? (int)fls_long(n - 1) : -1;
}

static inline __attribute_const__ u64 rol64(u64 word, unsigned int shift)
{
	return (word << (shift & 63)) | (word >> (-shift & 63));
}

static inline __attribute_const__ u64 ror64(u64 word, unsigned int shift)
{
	return (word >> (shift & 63)) | (word << (-shift & 63));
}

static inline __attribute_const__ u32 rol32(u32 word, unsigned int shift)
{
	return (word << (shift & 31)) | (word >> (-shift & 31));
}

static inline __attribute_const__ u32 ror32(u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << (-shift & 31));
}

static inline __attribute_const__ u16 rol16(u16 word, unsigned int shift)
{
	return (u16)((word << (shift & 15)) | (word >> (-shift & 15)));
}

static inline __attribute_const__ u16 ror16(u16 word, unsigned int shift)
{
	return (u16)((word >> (shift & 15)) | (word << (-shift & 15)));
}

static inline __attribute_const__ u8 rol8(u8 word, unsigned int shift)
{
	return (u8)((word << (shift & 7)) | (word >> (-shift & 7)));
}

static inline __attribute_const__ u8 ror8(u8 word, unsigned int shift)
{
	return (u8)((word >> (shift & 7)) | (word << (-shift & 7)));
}

static __always_inline __attribute_const__ s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static __always_inline __attribute_const__ s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

#define set_mask_bits(ptr, mask, bits) ({				\
	const __typeof__(*(ptr)) kmk_mask_ = (mask), kmk_bits_ = (bits);	\
	__unqual_scalar_typeof(*(ptr)) kmk_was_ = READ_ONCE(*(ptr));	\
	while (!__atomic_compare_exchange_n((ptr), &kmk_was_,		\
			(kmk_was_ & ~kmk_mask_) | kmk_bits_, 0,		\
			__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))		\
		;							\
	kmk_was_; })
#define bit_clear_unless(ptr, clear, test) ({				\
	const __typeof__(*(ptr)) kmk_clear_ = (clear), kmk_test_ = (test);	\
	__unqual_scalar_typeof(*(ptr)) kmk_was_ = READ_ONCE(*(ptr));	\
	while (!(kmk_was_ & kmk_test_) &&				\
	       !__atomic_compare_exchange_n((ptr), &kmk_was_,		\
			kmk_was_ & ~kmk_clear_, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))	\
		;							\
	!(kmk_was_ & kmk_test_); })

#include <linux/find.h>

#endif
