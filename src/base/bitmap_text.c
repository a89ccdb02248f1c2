/* SPDX-License-Identifier: MIT */
/* Sets of bits as text: lists of numbers and ranges, or hexadecimal words. */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/page.h>

/* A decimal number, or N for the last bit. NULL with *err: not a number, or too large for one. */
static const char *number(const char *s, unsigned int nbits, unsigned int *out, int *err)
{
	u64 n = 0;

	*err = -EINVAL;
	if (*s == 'N') {
		*out = nbits - 1;
		return s + 1;
	}
	if (!isdigit(*s))
		return NULL;
	for (; isdigit(*s); s++) {
		n = n * 10 + (u64)(*s - '0');
		if (n > INT_MAX) {
			*err = -EOVERFLOW;
			return NULL;
		}
	}
	*out = (unsigned int)n;
	return s;
}

struct region { unsigned int first, last, used, group; };

/* "a", "a-b" or "all". */
static const char *extent(const char *s, struct region *r, unsigned int nbits, int *err)
{
	if (!strncasecmp(s, "all", 3)) {
		r->first = 0;
		r->last = nbits - 1;
		return s + 3;
	}
	s = number(s, nbits, &r->first, err);
	r->last = r->first;
	return s && *s == '-' ? number(s + 1, nbits, &r->last, err) : s;
}

/*
 * Behind it perhaps ":used/group": of every group of bits the first few. A newline right behind a region without
 * such a group ends the whole text; elsewhere it is a blank.
 */
static const char *one_region(const char *s, unsigned long *map, unsigned int nbits, int *err)
{
	struct region r = { .used = 1, .group = 1 };
	bool plain;

	s = extent(s, &r, nbits, err);
	plain = !s || *s != ':';
	if (!plain) {
		s = number(s + 1, nbits, &r.used, err);
		if (s && *s != '/')
			*err = -EINVAL;
		s = s && *s == '/' ? number(s + 1, nbits, &r.group, err) : NULL;
	}
	if (!s)
		return NULL;
	*err = -EINVAL;
	if (r.first > r.last || !r.group || r.used > r.group)
		return NULL;
	*err = -ERANGE;
	if (r.last >= nbits)
		return NULL;
	for (unsigned int i = r.first; i <= r.last; i++)
		if ((i - r.first) % r.group < r.used)
			__set_bit(i, map);
	*err = 0;
	return *s == '\n' && plain ? s + strlen(s) : s;
}

int bitmap_parselist(const char *buf, unsigned long *map, int nbits)
{
	int err = 0;

	bitmap_zero(map, (unsigned int)nbits);
	while (!err) {
		while (isspace(*buf) || *buf == ',')
			buf++;
		if (!*buf)
			return 0;
		buf = one_region(buf, map, (unsigned int)nbits, &err);
		if (!err && *buf && *buf != ',' && !isspace(*buf))
			return -EINVAL;
	}
	return err;
}

static bool between_words(char c)
{
	return isspace(c) || c == ',';
}

/* The word of up to 8 digits that ends before end, and begins at *begin; or an error. */
static int word_before(const char *start, const char *end, u32 *word, const char **begin)
{
	*word = 0;
	for (unsigned int shift = 0; shift < 32; shift += 4) {
		int digit = hex_to_bin((unsigned char)*--end);

		if (digit < 0)
			return -EINVAL;
		*word |= (u32)digit << shift;
		*begin = end;
		if (end == start || between_words(end[-1]))
			return 0;
	}
	/* Whatever else stands before eight digits is passed over. */
	*begin = --end;
	return hex_to_bin((unsigned char)*end) >= 0 ? -EOVERFLOW : 0;
}

/*
 * Ends at a newline, a NUL or after buflen characters. Read from the end, where the lowest bits stand. Blanks and
 * commas in a row are one; there may not be more words than the bits need.
 */
int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *map, int nbits)
{
	unsigned int words = 0, room = DIV_ROUND_UP((unsigned int)nbits, 32);
	const char *end = buf;

	while ((unsigned int)(end - buf) < buflen && *end && *end != '\n')
		end++;
	bitmap_zero(map, (unsigned int)nbits);
	for (;;) {
		u32 word;
		int err;

		while (end > buf && between_words(end[-1]))
			end--;
		if (end == buf)
			break;
		if (words == room)
			return -EOVERFLOW;
		err = word_before(buf, end, &word, &end);
		if (err)
			return err;
		map[words / 2] |= (unsigned long)word << words % 2 * 32;
		words++;
	}
	if (words * 32 <= (unsigned int)nbits)
		return 0;
	return map[(words - 1) / 2] >> (words - 1) % 2 * 32 >> nbits % 32 ? -EOVERFLOW : 0;
}

int bitmap_parse_user(const char *buf, unsigned int len, unsigned long *map, int nbits)
{
	return bitmap_parse(buf, len, map, nbits);
}

/* As far as @buf's page goes. The text ends with a newline. */
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits)
{
	return scnprintf(buf, PAGE_SIZE - ((unsigned long)buf & ~PAGE_MASK), list ? "%*pbl\n" : "%*pb\n", nbits, map);
}
