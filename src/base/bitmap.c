/* SPDX-License-Identifier: MIT */
/* Sets of bits, a word at a time; the last word is masked where its rest must not count. */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#define WORDS(nbits)	BITS_TO_LONGS(nbits)

/* Which bits of word @i belong to a set of @nbits. */
static unsigned long valid(unsigned int i, unsigned int nbits)
{
	return i + 1 < WORDS(nbits) ? ~0UL : BITMAP_LAST_WORD_MASK(nbits);
}

bool __bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < WORDS(nbits); i++)
		any |= dst[i] = a[i] & b[i] & valid(i, nbits);
	return any != 0;
}

bool __bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < WORDS(nbits); i++)
		any |= dst[i] = a[i] & ~b[i] & valid(i, nbits);
	return any != 0;
}

void __bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < WORDS(nbits); i++)
		dst[i] = a[i] | b[i];
}

void __bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < WORDS(nbits); i++)
		dst[i] = a[i] ^ b[i];
}

void __bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	for (unsigned int i = 0; i < WORDS(nbits); i++)
		dst[i] = ~src[i];
}

void __bitmap_replace(unsigned long *dst, const unsigned long *old, const unsigned long *with,
		    const unsigned long *mask, unsigned int nbits)
{
	for (unsigned int i = 0; i < WORDS(nbits); i++)
		dst[i] = (old[i] & ~mask[i]) | (with[i] & mask[i]);
}

bool __bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long differ = 0;

	for (unsigned int i = 0; i < WORDS(nbits); i++)
		differ |= (a[i] ^ b[i]) & valid(i, nbits);
	return !differ;
}

bool __bitmap_or_equal(const unsigned long *a, const unsigned long *b, const unsigned long *c,
		     unsigned int nbits)
{
	unsigned long differ = 0;

	for (unsigned int i = 0; i < WORDS(nbits); i++)
		differ |= ((a[i] | b[i]) ^ c[i]) & valid(i, nbits);
	return !differ;
}

bool __bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_first_and_bit(a, b, nbits) < nbits;
}

bool __bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_andnot_bit(a, b, nbits, 0) >= nbits;
}

unsigned int __bitmap_weight(const unsigned long *src, unsigned int nbits)
{
	return bitmap_weight_and(src, src, nbits);
}

unsigned int bitmap_weight_and(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	unsigned long weight = 0;

	for (unsigned int i = 0; i < WORDS(nbits); i++)
		weight += hweight_long(a[i] & b[i] & valid(i, nbits));
	return (unsigned int)weight;
}

/* The part of [start, start + nbits) that lies in word @i. */
static unsigned long span(unsigned int i, unsigned int start, unsigned int nbits)
{
	unsigned int end = start + nbits;
	unsigned long mask = ~0UL;

	if (i == start / BITS_PER_LONG)
		mask &= BITMAP_FIRST_WORD_MASK(start);
	if (i == (end - 1) / BITS_PER_LONG)
		mask &= BITMAP_LAST_WORD_MASK(end);
	return mask;
}

void __bitmap_set(unsigned long *map, unsigned int start, unsigned int nbits)
{
	for (unsigned int i = start / BITS_PER_LONG; nbits && i <= (start + nbits - 1) / BITS_PER_LONG; i++)
		map[i] |= span(i, start, nbits);
}

void __bitmap_clear(unsigned long *map, unsigned int start, unsigned int nbits)
{
	for (unsigned int i = start / BITS_PER_LONG; nbits && i <= (start + nbits - 1) / BITS_PER_LONG; i++)
		map[i] &= ~span(i, start, nbits);
}

static unsigned long word_or_0(const unsigned long *src, unsigned int i, unsigned int nbits)
{
	return i < WORDS(nbits) ? src[i] & valid(i, nbits) : 0;
}

/* Upwards, so that @dst may be @src. */
void __bitmap_shift_right(unsigned long *dst, const unsigned long *src, unsigned int shift, unsigned int nbits)
{
	unsigned int skip = shift / BITS_PER_LONG, rem = shift % BITS_PER_LONG;

	for (unsigned int i = 0; i < WORDS(nbits); i++) {
		unsigned long low = word_or_0(src, i + skip, nbits) >> rem;

		dst[i] = low | (rem ? word_or_0(src, i + skip + 1, nbits) << (BITS_PER_LONG - rem) : 0);
	}
}

/* Downwards, for the same reason. */
void __bitmap_shift_left(unsigned long *dst, const unsigned long *src, unsigned int shift, unsigned int nbits)
{
	unsigned int skip = shift / BITS_PER_LONG, rem = shift % BITS_PER_LONG;

	for (unsigned int i = (unsigned int)WORDS(nbits); i-- > 0;) {
		unsigned long high = i >= skip ? src[i - skip] << rem : 0;

		dst[i] = high | (rem && i > skip ? src[i - skip - 1] >> (BITS_PER_LONG - rem) : 0);
	}
}

unsigned long bitmap_find_next_zero_area_off(unsigned long *map, unsigned long size, unsigned long start,
					     unsigned int nr, unsigned long align_mask, unsigned long align_offset)
{
	for (;;) {
		unsigned long first = find_next_zero_bit(map, size, start), taken;

		first = __ALIGN_MASK(first + align_offset, align_mask) - align_offset;
		if (first + nr > size)
			return first + nr;
		taken = find_next_bit(map, first + nr, first);
		if (taken >= first + nr)
			return first;
		start = taken + 1;
	}
}

int bitmap_allocate_region(unsigned long *map, unsigned int pos, int order)
{
	unsigned long end = pos + (1ul << order);

	if (find_next_bit(map, end, pos) < end)
		return -EBUSY;
	bitmap_set(map, pos, 1u << order);
	return 0;
}

int bitmap_find_free_region(unsigned long *map, unsigned int bits, int order)
{
	unsigned int step = 1u << order;

	for (unsigned int pos = 0; pos + step <= bits; pos += step)
		if (!bitmap_allocate_region(map, pos, order))
			return (int)pos;
	return -ENOMEM;
}

void bitmap_release_region(unsigned long *map, unsigned int pos, int order)
{
	bitmap_clear(map, pos, 1u << order);
}

void bitmap_from_arr32(unsigned long *map, const u32 *buf, unsigned int nbits)
{
	bitmap_zero(map, nbits);
	for (unsigned int i = 0; i < BITS_TO_U32(nbits); i++)
		map[i / 2] |= (unsigned long)buf[i] << (i % 2 * 32);
	if (nbits)
		map[WORDS(nbits) - 1] &= BITMAP_LAST_WORD_MASK(nbits);
}

void bitmap_to_arr32(u32 *buf, const unsigned long *map, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_U32(nbits); i++)
		buf[i] = (u32)((map[i / 2] & valid(i / 2, nbits)) >> (i % 2 * 32));
}

void bitmap_from_arr64(unsigned long *map, const u64 *buf, unsigned int nbits)
{
	memcpy(map, buf, WORDS(nbits) * sizeof(long));
	if (nbits)
		map[WORDS(nbits) - 1] &= BITMAP_LAST_WORD_MASK(nbits);
}

void bitmap_to_arr64(u64 *buf, const unsigned long *map, unsigned int nbits)
{
	bitmap_from_arr64((unsigned long *)buf, (const u64 *)map, nbits);
}

void bitmap_cut(unsigned long *dst, const unsigned long *src, unsigned int first, unsigned int cut,
		unsigned int nbits)
{
	unsigned int bits = WORDS(nbits) * BITS_PER_LONG;	/* the last word moves down whole */

	memmove(dst, src, WORDS(nbits) * sizeof(long));
	for (unsigned int i = first; i < bits; i++)
		__assign_bit(i, dst, i + cut < bits && test_bit((long)(i + cut), dst));
}

/* How many bits are set below pos, of which there is one itself. */
static unsigned int rank_of(const unsigned long *map, unsigned int pos)
{
	return bitmap_weight(map, pos);
}

static unsigned int nth_set(const unsigned long *map, unsigned int n, unsigned int nbits)
{
	unsigned int bit;

	for_each_set_bit(bit, map, nbits)
		if (!n--)
			return bit;
	return nbits;
}

int bitmap_bitremap(int bit, const unsigned long *old, const unsigned long *to, int nbits)
{
	unsigned int w = bitmap_weight(to, (unsigned int)nbits);

	if (bit < 0 || bit >= nbits || !test_bit(bit, old) || !w)
		return bit;
	return (int)nth_set(to, rank_of(old, (unsigned int)bit) % w, (unsigned int)nbits);
}

void bitmap_remap(unsigned long *dst, const unsigned long *src, const unsigned long *old, const unsigned long *to,
		  unsigned int nbits)
{
	unsigned int bit;

	if (dst == src)
		return;
	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, src, nbits)
		__set_bit((unsigned int)bitmap_bitremap((int)bit, old, to, (int)nbits), dst);
}

void bitmap_onto(unsigned long *dst, const unsigned long *src, const unsigned long *rel, unsigned int nbits)
{
	unsigned int bit, m = 0;

	if (dst == src)
		return;
	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, rel, nbits) {
		if (test_bit(m, src))
			__set_bit(bit, dst);
		m++;
	}
}

void bitmap_fold(unsigned long *dst, const unsigned long *src, unsigned int sz, unsigned int nbits)
{
	unsigned int bit;

	if (dst == src)
		return;
	bitmap_zero(dst, nbits);
	for_each_set_bit(bit, src, nbits)
		__set_bit(bit % sz, dst);
}
