/* SPDX-License-Identifier: MIT */
/*
 * Sets of @nbits bits in arrays of long. Bits of the last word beyond @nbits are ignored on input
 * and undefined on output, except where a copy says clear_tail.
 */
#ifndef _LINUX_BITMAP_H
#define _LINUX_BITMAP_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>

#define BITMAP_FIRST_WORD_MASK(start)	(~0UL << ((start) & (BITS_PER_LONG - 1)))
#define BITMAP_LAST_WORD_MASK(nbits)	(~0UL >> (-(nbits) & (BITS_PER_LONG - 1)))
#define bitmap_size(nbits)		(ALIGN(nbits, BITS_PER_LONG) / BITS_PER_BYTE)
#define small_const_nbits(nbits)	\
	(__builtin_constant_p(nbits) && (nbits) <= BITS_PER_LONG && (nbits) > 0)
#define BITMAP_FROM_U64(n)		(n)

unsigned long *bitmap_alloc(unsigned int nbits, gfp_t flags);
unsigned long *bitmap_zalloc(unsigned int nbits, gfp_t flags);
void bitmap_free(const unsigned long *bitmap);
#define bitmap_alloc_node(nbits, flags, node)	((void)(node), bitmap_alloc(nbits, flags))
#define bitmap_zalloc_node(nbits, flags, node)	((void)(node), bitmap_zalloc(nbits, flags))
/* Freed with the device's other resources. */
struct device;
unsigned long *devm_bitmap_alloc(struct device *dev, unsigned int nbits, gfp_t flags);
unsigned long *devm_bitmap_zalloc(struct device *dev, unsigned int nbits, gfp_t flags);

/*
 * The __ forms are functions; those without are below, and a constant for sets of constant bits in one word.
 * dst = a op b; and, andnot: true if anything is set.
 */
bool __bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool __bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
void __bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
void __bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits);
void __bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits);
void __bitmap_replace(unsigned long *dst, const unsigned long *old, const unsigned long *with,
		    const unsigned long *mask, unsigned int nbits);
bool __bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool __bitmap_or_equal(const unsigned long *a, const unsigned long *b, const unsigned long *c, unsigned int nbits);
bool __bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits);
bool __bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits);
unsigned int __bitmap_weight(const unsigned long *src, unsigned int nbits);
unsigned int bitmap_weight_and(const unsigned long *a, const unsigned long *b, unsigned int nbits);
void __bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits);
void __bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits);
void __bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift, unsigned int nbits);
void __bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift, unsigned int nbits);

/* The first free run of @nr bits at or after @start, aligned; @size or more if there is none. */
unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size, unsigned long start,
					     unsigned int nr, unsigned long align_mask, unsigned long align_offset);
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
						       unsigned long start, unsigned int nr,
						       unsigned long align_mask)
{
	return bitmap_find_next_zero_area_off(map, size, start, nr, align_mask, 0);
}

/* Naturally aligned runs of 2^order bits: position or -ENOMEM; -EBUSY when taken. */
int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order);
void bitmap_release_region(unsigned long *map, unsigned int pos, int order);
int bitmap_allocate_region(unsigned long *map, unsigned int pos, int order);

/*
 * Text to bits: "0-7,16-31:1/4,N,all", or words of up to 8 hexadecimal digits, the highest first. 0, -EINVAL
 * (not of that form), -ERANGE or -EOVERFLOW (more than nbits). Any context. Source: Linux 6.1, lib/bitmap.c.
 */
int bitmap_parselist(const char *buf, unsigned long *map, int nbits);
int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *map, int nbits);
int bitmap_parse_user(const char __user *buf, unsigned int len, unsigned long *map, int nbits);
/* A part of the text, for files that are read in pieces: count bytes from off. The number copied. May sleep. */
int bitmap_print_list_to_buf(char *buf, const unsigned long *map, int nbits, loff_t off, size_t count);
int bitmap_print_bitmask_to_buf(char *buf, const unsigned long *map, int nbits, loff_t off, size_t count);
/* dst = src without the cut bits from first on; what lay above moves down, zeros follow. May overlap. */
void bitmap_cut(unsigned long *dst, const unsigned long *src, unsigned int first, unsigned int cut,
		unsigned int nbits);
/*
 * Relative sets. remap: the n-th bit set in old becomes the n-th set in to, counted on from the start again
 * where to has fewer; what is not in old stays. bitremap: the same of one bit. onto: bit m becomes the m-th bit
 * set in rel, and is dropped where rel has fewer. fold: bit m becomes bit m % sz. Source of behaviour:
 * Linux 6.1, lib/bitmap.c.
 */
void bitmap_remap(unsigned long *dst, const unsigned long *src, const unsigned long *old, const unsigned long *to,
		  unsigned int nbits);
int bitmap_bitremap(int bit, const unsigned long *old, const unsigned long *to, int nbits);
void bitmap_onto(unsigned long *dst, const unsigned long *src, const unsigned long *rel, unsigned int nbits);
void bitmap_fold(unsigned long *dst, const unsigned long *src, unsigned int sz, unsigned int nbits);
#define bitmap_copy_le(dst, src, nbits)	bitmap_copy(dst, src, nbits)
/* May sleep; also -ENOMEM. */
int bitmap_parselist_user(const char __user *buf, unsigned int len, unsigned long *map, int nbits);
#define bitmap_next_set_region(map, rs, re, end)	\
	do { *(rs) = (unsigned int)find_next_bit(map, end, *(rs));			\
	     *(re) = (unsigned int)find_next_zero_bit(map, end, *(rs) + 1); } while (0)
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits);
void bitmap_from_arr32(unsigned long *map, const u32 *buf, unsigned int nbits);
void bitmap_to_arr32(u32 *buf, const unsigned long *map, unsigned int nbits);
void bitmap_from_arr64(unsigned long *map, const u64 *buf, unsigned int nbits);
void bitmap_to_arr64(u64 *buf, const unsigned long *map, unsigned int nbits);

/* One word of a size known to the compiler: the operation itself, which may then be a constant. */
#define KMK_MASK(nbits)		BITMAP_LAST_WORD_MASK(nbits)
static __always_inline bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
				       unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return (*dst = *a & *b & KMK_MASK(nbits)) != 0;
	return __bitmap_and(dst, a, b, nbits);
}

static __always_inline bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
					  unsigned int nbits)
{
	if (small_const_nbits(nbits))
		return (*dst = *a & ~*b & KMK_MASK(nbits)) != 0;
	return __bitmap_andnot(dst, a, b, nbits);
}

static __always_inline void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
				      unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = *a | *b;
	else
		__bitmap_or(dst, a, b, nbits);
}

static __always_inline void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
				       unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = *a ^ *b;
	else
		__bitmap_xor(dst, a, b, nbits);
}

static __always_inline void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = ~*src;
	else
		__bitmap_complement(dst, src, nbits);
}

static __always_inline void bitmap_replace(unsigned long *dst, const unsigned long *old, const unsigned long *with,
					   const unsigned long *mask, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = (*old & ~*mask) | (*with & *mask);
	else
		__bitmap_replace(dst, old, with, mask, nbits);
}

static __always_inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return small_const_nbits(nbits) ? !((*a ^ *b) & KMK_MASK(nbits)) : __bitmap_equal(a, b, nbits);
}

static __always_inline bool bitmap_or_equal(const unsigned long *a, const unsigned long *b, const unsigned long *c,
					    unsigned int nbits)
{
	return small_const_nbits(nbits) ? !(((*a | *b) ^ *c) & KMK_MASK(nbits)) : __bitmap_or_equal(a, b, c, nbits);
}

static __always_inline bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return small_const_nbits(nbits) ? (*a & *b & KMK_MASK(nbits)) != 0 : __bitmap_intersects(a, b, nbits);
}

static __always_inline bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return small_const_nbits(nbits) ? !(*a & ~*b & KMK_MASK(nbits)) : __bitmap_subset(a, b, nbits);
}

static __always_inline unsigned int bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	return small_const_nbits(nbits) ? (unsigned int)hweight_long(*src & KMK_MASK(nbits)) : __bitmap_weight(src, nbits);
}

static __always_inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	if (__builtin_constant_p(nbits) && nbits == 1)
		__set_bit(start, map);
	else if (small_const_nbits(start + nbits) && nbits)
		*map |= GENMASK(start + nbits - 1, start);
	else
		__bitmap_set(map, start, nbits);
}

static __always_inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	if (__builtin_constant_p(nbits) && nbits == 1)
		__clear_bit(start, map);
	else if (small_const_nbits(start + nbits) && nbits)
		*map &= ~GENMASK(start + nbits - 1, start);
	else
		__bitmap_clear(map, start, nbits);
}

static __always_inline void bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift,
					       unsigned int nbits)
{
	if (small_const_nbits(nbits) && shift < BITS_PER_LONG)
		*dst = (*src & KMK_MASK(nbits)) >> shift;
	else
		__bitmap_shift_right(dst, src, shift, nbits);
}

static __always_inline void bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift,
					      unsigned int nbits)
{
	if (small_const_nbits(nbits) && shift < BITS_PER_LONG)
		*dst = (*src << shift) & KMK_MASK(nbits);
	else
		__bitmap_shift_left(dst, src, shift, nbits);
}

static __always_inline void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = 0;
	else
		memset(dst, 0, bitmap_size(nbits));
}

static __always_inline void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	if (small_const_nbits(nbits))
		*dst = ~0UL;
	else
		memset(dst, 0xff, bitmap_size(nbits));
}

static inline void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, bitmap_size(nbits));
}

static inline void bitmap_copy_clear_tail(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	bitmap_copy(dst, src, nbits);
	if (nbits % BITS_PER_LONG)
		dst[nbits / BITS_PER_LONG] &= BITMAP_LAST_WORD_MASK(nbits);
}

static inline bool bitmap_empty(const unsigned long *src, unsigned int nbits)
{
	return find_first_bit(src, nbits) == nbits;
}

static inline bool bitmap_full(const unsigned long *src, unsigned int nbits)
{
	return find_first_zero_bit(src, nbits) == nbits;
}

static inline void bitmap_from_u64(unsigned long *dst, u64 mask)
{
	dst[0] = mask;
}

static inline unsigned long bitmap_get_value8(const unsigned long *map, unsigned long start)
{
	return (map[BIT_WORD(start)] >> (start % BITS_PER_LONG)) & 0xff;
}

static inline void bitmap_set_value8(unsigned long *map, unsigned long value, unsigned long start)
{
	map[BIT_WORD(start)] &= ~(0xffUL << (start % BITS_PER_LONG));
	map[BIT_WORD(start)] |= value << (start % BITS_PER_LONG);
}

#endif
