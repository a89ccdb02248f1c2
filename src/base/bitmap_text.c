/* SPDX-License-Identifier: MIT */
/* Sets of bits as text: lists of numbers and ranges, or hexadecimal words. */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>

static const char *number(const char *s, unsigned int *out)
{
	u64 n = 0;

	if (!isdigit(*s))
		return NULL;
	for (; isdigit(*s); s++) {
		n = n * 10 + (u64)(*s - '0');
		if (n > INT_MAX)
			return NULL;
	}
	*out = (unsigned int)n;
	return s;
}

/* "a", "a-b" or "a-b:used/group": of every group of bits the first few. */
static const char *one_region(const char *s, unsigned long *map, unsigned int nbits, int *err)
{
	unsigned int first, last, used = 1, group = 1;

	*err = -EINVAL;
	s = number(s, &first);
	last = first;
	if (s && *s == '-')
		s = number(s + 1, &last);
	if (s && *s == ':') {
		s = number(s + 1, &used);
		s = s && *s == '/' ? number(s + 1, &group) : NULL;
	}
	if (!s || first > last || !group || used > group)
		return NULL;
	*err = -ERANGE;
	if (last >= nbits)
		return NULL;
	for (unsigned int i = first; i <= last; i++)
		if ((i - first) % group < used)
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
		if (strstarts(buf, "all")) {
			bitmap_fill(map, (unsigned int)nbits);
			buf += 3;
			continue;
		}
		buf = one_region(buf, map, (unsigned int)nbits, &err);
		if (!err && *buf && *buf != ',' && !isspace(*buf))
			return -EINVAL;
	}
	return err;
}

/* @buf is a page. The text ends with a newline. */
int bitmap_print_to_pagebuf(bool list, char *buf, const unsigned long *map, int nbits)
{
	return scnprintf(buf, 4096, list ? "%*pbl\n" : "%*pb\n", nbits, map);
}
