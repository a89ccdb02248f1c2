/* SPDX-License-Identifier: MIT */
/* Sets of bits as text: lists of numbers and ranges, or hexadecimal words. */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/string.h>

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

/* Behind it perhaps ":used/group": of every group of bits the first few. */
static const char *one_region(const char *s, unsigned long *map, unsigned int nbits, int *err)
{
	struct region r = { .used = 1, .group = 1 };

	s = extent(s, &r, nbits, err);
	if (s && *s == ':') {
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
	return s;
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

/* Make room for the next 32 bits below; -EOVERFLOW when that pushes a bit out. */
static int shift_in(unsigned long *map, unsigned int nbits, u32 value)
{
	unsigned int kept = nbits > 32 ? nbits - 32 : 0;

	if (find_next_bit(map, nbits, kept) < nbits || (nbits < 32 && value >> nbits))
		return -EOVERFLOW;
	for (unsigned int i = BITS_TO_LONGS(nbits); i-- > 0; )
		map[i] = map[i] << 32 | (i ? map[i - 1] >> 32 : value);
	return 0;
}

/* Ends at a newline, a NUL or after buflen characters. Empty words do not count. */
int bitmap_parse(const char *buf, unsigned int buflen, unsigned long *map, int nbits)
{
	const char *end = buf + strnlen(buf, buflen);

	bitmap_zero(map, (unsigned int)nbits);
	while (buf < end && *buf != '\n') {
		unsigned int digits = 0;
		u32 word = 0;
		int err;

		for (; buf < end && isxdigit(*buf); buf++, digits++) {
			if (word >> 28)
				return -EOVERFLOW;
			word = word << 4 | (u32)hex_to_bin((unsigned char)*buf);
		}
		if (buf < end && *buf != ',' && !isspace(*buf))
			return -EINVAL;
		err = digits ? shift_in(map, (unsigned int)nbits, word) : 0;
		if (err)
			return err;
		if (buf < end && *buf != '\n')
			buf++;
	}
	return 0;
}

int bitmap_parse_user(const char *buf, unsigned int len, unsigned long *map, int nbits)
{
	return bitmap_parse(buf, len, map, nbits);
}

/* @buf is a page. The text ends with a newline. */
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits)
{
	return scnprintf(buf, 4096, list ? "%*pbl\n" : "%*pb\n", nbits, map);
}
