/* SPDX-License-Identifier: MIT */
/* Bit searches: one loop over words, with up to two maps, each possibly inverted. */
#include <linux/bitops.h>
#include <linux/find.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

static unsigned long word_of(const unsigned long *a, const unsigned long *b, unsigned long i, unsigned long flip_a,
			     unsigned long flip_b)
{
	return (a[i] ^ flip_a) & (b ? b[i] ^ flip_b : ~0UL);
}

/* First bit set at or behind offset, else size. */
unsigned long kmk_find_next(const unsigned long *a, const unsigned long *b, unsigned long size,
			    unsigned long offset, unsigned long flip_a, unsigned long flip_b)
{
	unsigned long i = offset / BITS_PER_LONG, w;

	if (offset >= size)
		return size;
	w = word_of(a, b, i, flip_a, flip_b) & (~0UL << offset % BITS_PER_LONG);
	while (!w) {
		if (++i * BITS_PER_LONG >= size)
			return size;
		w = word_of(a, b, i, flip_a, flip_b);
	}
	return min(i * BITS_PER_LONG + (unsigned long)__builtin_ctzl(w), size);
}

unsigned long kmk_find_last(const unsigned long *addr, unsigned long size)
{
	unsigned long i = (size + BITS_PER_LONG - 1) / BITS_PER_LONG, tail = size % BITS_PER_LONG;

	while (i-- > 0) {
		unsigned long w = addr[i];

		if (tail) {
			w &= (1UL << tail) - 1;
			tail = 0;
		}
		if (w)
			return i * BITS_PER_LONG + (BITS_PER_LONG - 1 - (unsigned long)__builtin_clzl(w));
	}
	return size;
}

/* The n-th set bit, counted from 0, else size. */
unsigned long kmk_find_nth(const unsigned long *a, const unsigned long *b, unsigned long size, unsigned long n,
			   unsigned long flip_b)
{
	unsigned long bit = kmk_find_next(a, b, size, 0, 0, flip_b);

	while (bit < size && n--)
		bit = kmk_find_next(a, b, size, bit + 1, 0, flip_b);
	return bit;
}
