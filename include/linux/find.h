/* SPDX-License-Identifier: MIT */
/*
 * Searching bit arrays of @size bits. Not found is @size. The next-searches start at @offset
 * itself. Bits beyond @size are never reported, whatever they hold.
 */
#ifndef _LINUX_FIND_H
#define _LINUX_FIND_H

#include <linux/types.h>
#include <linux/bits.h>

unsigned long kmk_find_next(const unsigned long *a, const unsigned long *b, unsigned long size,
			    unsigned long offset, unsigned long flip_a, unsigned long flip_b);
unsigned long kmk_find_last(const unsigned long *addr, unsigned long size);
unsigned long kmk_find_nth(const unsigned long *a, const unsigned long *b, unsigned long size, unsigned long n,
			   unsigned long flip_b);

static __always_inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
						   unsigned long offset)
{
	return kmk_find_next(addr, NULL, size, offset, 0, 0);
}

static __always_inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return kmk_find_next(addr, NULL, size, 0, 0, 0);
}

static __always_inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
							unsigned long offset)
{
	return kmk_find_next(addr, NULL, size, offset, ~0UL, 0);
}

static __always_inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return kmk_find_next(addr, NULL, size, 0, ~0UL, 0);
}

static __always_inline unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b,
						       unsigned long size, unsigned long offset)
{
	return kmk_find_next(a, b, size, offset, 0, 0);
}

static __always_inline unsigned long find_first_and_bit(const unsigned long *a, const unsigned long *b,
							unsigned long size)
{
	return kmk_find_next(a, b, size, 0, 0, 0);
}

static __always_inline unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b,
							  unsigned long size, unsigned long offset)
{
	return kmk_find_next(a, b, size, offset, 0, ~0UL);
}

static __always_inline unsigned long find_last_bit(const unsigned long *addr, unsigned long size)
{
	return kmk_find_last(addr, size);
}

static __always_inline unsigned long find_nth_bit(const unsigned long *addr, unsigned long size, unsigned long n)
{
	return kmk_find_nth(addr, NULL, size, n, 0);
}

static __always_inline unsigned long find_nth_and_bit(const unsigned long *a, const unsigned long *b,
						      unsigned long size, unsigned long n)
{
	return kmk_find_nth(a, b, size, n, 0);
}

static __always_inline unsigned long find_nth_andnot_bit(const unsigned long *a, const unsigned long *b,
							 unsigned long size, unsigned long n)
{
	return kmk_find_nth(a, b, size, n, ~0UL);
}

/* From @offset to the end, then from the start: the first set bit either way. */
static inline unsigned long find_next_bit_wrap(const unsigned long *addr, unsigned long size, unsigned long offset)
{
	unsigned long bit = find_next_bit(addr, size, offset);

	if (bit < size)
		return bit;
	bit = find_first_bit(addr, offset);
	return bit < offset ? bit : size;
}

static inline unsigned long find_next_and_bit_wrap(const unsigned long *a, const unsigned long *b,
						   unsigned long size, unsigned long offset)
{
	unsigned long bit = find_next_and_bit(a, b, size, offset);

	if (bit < size)
		return bit;
	bit = find_first_and_bit(a, b, offset);
	return bit < offset ? bit : size;
}

static inline unsigned long kmk_for_each_wrap(const unsigned long *addr, unsigned long size, unsigned long start,
					      unsigned long n)
{
	unsigned long bit;

	if (n > start) {
		bit = find_next_bit(addr, size, n);
		if (bit < size)
			return bit;
		n = 0;
	}
	bit = find_next_bit(addr, start, n);
	return bit < start ? bit : size;
}

/* Eight bits at a time. Returns @size when nothing more is set. */
static inline unsigned long find_next_clump8(unsigned long *clump, const unsigned long *addr, unsigned long size,
					     unsigned long offset)
{
	offset = find_next_bit(addr, size, offset);
	if (offset == size)
		return size;
	offset &= ~7UL;
	*clump = (addr[BIT_WORD(offset)] >> (offset % BITS_PER_LONG)) & 0xff;
	return offset;
}
#define find_first_clump8(clump, bits, size) find_next_clump8((clump), (bits), (size), 0)

#define find_next_bit_le(addr, size, offset)	find_next_bit((const unsigned long *)(addr), size, offset)
#define find_next_zero_bit_le(addr, size, offset) find_next_zero_bit((const unsigned long *)(addr), size, offset)
#define find_first_zero_bit_le(addr, size)	find_first_zero_bit((const unsigned long *)(addr), size)

#define for_each_set_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_and_bit(bit, a, b, size) \
	for ((bit) = 0; (bit) = find_next_and_bit((a), (b), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_andnot_bit(bit, a, b, size) \
	for ((bit) = 0; (bit) = find_next_andnot_bit((a), (b), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bit_from(bit, addr, size) \
	for (; (bit) = find_next_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit(bit, addr, size) \
	for ((bit) = 0; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_clear_bit_from(bit, addr, size) \
	for (; (bit) = find_next_zero_bit((addr), (size), (bit)), (bit) < (size); (bit)++)
#define for_each_set_bitrange(b, e, addr, size)				\
	for ((b) = 0;							\
	     (b) = find_next_bit((addr), (size), (b)),			\
	     (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_clear_bitrange(b, e, addr, size)			\
	for ((b) = 0;							\
	     (b) = find_next_zero_bit((addr), (size), (b)),		\
	     (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_set_bitrange_from(b, e, addr, size)			\
	for (;								\
	     (b) = find_next_bit((addr), (size), (b)),			\
	     (e) = find_next_zero_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_clear_bitrange_from(b, e, addr, size)			\
	for (;								\
	     (b) = find_next_zero_bit((addr), (size), (b)),		\
	     (e) = find_next_bit((addr), (size), (b) + 1), (b) < (size); \
	     (b) = (e) + 1)
#define for_each_set_bit_wrap(bit, addr, size, start)			\
	for ((bit) = find_next_bit_wrap((addr), (size), (start));	\
	     (bit) < (size);						\
	     (bit) = kmk_for_each_wrap((addr), (size), (start), (bit) + 1))
#define for_each_set_clump8(start, clump, bits, size)			\
	for ((start) = find_first_clump8(&(clump), (bits), (size));	\
	     (start) < (size);						\
	     (start) = find_next_clump8(&(clump), (bits), (size), (start) + 8))

#endif
