/* SPDX-License-Identifier: MIT */
/* Sizes as text; escapes, there and back. */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string_helpers.h>
#include <linux/stringhash.h>

/* ---- sizes ---- */

#define UNITS	11

struct wide { u64 hi, lo; };

/* Divides in place, 32 bits at a time; returns the remainder. */
static u32 divide(struct wide *w, u32 by)
{
	u32 limb[4] = { (u32)(w->hi >> 32), (u32)w->hi, (u32)(w->lo >> 32), (u32)w->lo };
	u64 rest = 0;

	for (int i = 0; i < 4; i++) {
		rest = rest << 32 | limb[i];
		limb[i] = (u32)(rest / by);
		rest %= by;
	}
	w->hi = (u64)limb[0] << 32 | limb[1];
	w->lo = (u64)limb[2] << 32 | limb[3];
	return (u32)rest;
}

void string_get_size(u64 size, u64 blk_size, enum string_size_units units, char *buf, int len)
{
	static const char *const names[2][UNITS] = {
		{ "B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB", "RB", "QB" },
		{ "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB", "RiB", "QiB" },
	};
	static const unsigned int halves[] = { 500, 50, 5 }, powers[] = { 1000, 100, 10 };
	unsigned __int128 product = (unsigned __int128)size * blk_size;
	struct wide w = { (u64)(product >> 64), (u64)product };
	u32 unit = units == STRING_UNITS_2 ? 1024 : 1000, thousandths = 0;
	const char *name;
	int power = 0, places;

	for (; w.hi || w.lo >= unit; power++)
		thousandths = divide(&w, unit) * 1000 / unit;
	if (!w.lo && !power) {
		snprintf(buf, (size_t)len, "0 %s", names[units == STRING_UNITS_2][0]);
		return;
	}
	name = power < UNITS ? names[units == STRING_UNITS_2][power] : "UNK";
	places = w.lo < 10 ? 2 : w.lo < 100 ? 1 : 0;
	thousandths += halves[places];
	w.lo += thousandths / 1000;
	thousandths %= 1000;
	if (places)
		snprintf(buf, (size_t)len, "%llu.%0*u %s", w.lo, places, thousandths / powers[places],
			 name);
	else
		snprintf(buf, (size_t)len, "%llu %s", w.lo, name);
}

/* ---- from escapes ---- */

static const char space_letters[] = "fnrtv", space_chars[] = "\f\n\r\t\v";
static const char special_letters[] = "\"\\ae", special_chars[] = "\"\\\a\033";

static bool by_letter(const char **s, char **d, const char *letters, const char *chars)
{
	const char *at = **s ? strchr(letters, **s) : NULL;

	if (!at)
		return false;
	*(*d)++ = chars[at - letters];
	(*s)++;
	return true;
}

static bool by_octal(const char **s, char **d)
{
	unsigned int v = 0;
	int n = 0;

	/* A third digit that would make more than a byte is text. */
	while (n < 3 && (*s)[n] >= '0' && (*s)[n] <= '7' && v < 32)
		v = v * 8 + (unsigned int)((*s)[n++] - '0');
	if (!n)
		return false;
	*(*d)++ = (char)v;
	*s += n;
	return true;
}

static int hex_digit(char c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static bool by_hex(const char **s, char **d)
{
	int n = 1, v = 0, digit;

	if (**s != 'x')
		return false;
	while (n < 3 && (digit = hex_digit((*s)[n])) >= 0) {
		v = v * 16 + digit;
		n++;
	}
	if (n == 1)
		return false;
	*(*d)++ = (char)v;
	*s += n;
	return true;
}

static bool unescape_one(const char **s, char **d, unsigned int flags)
{
	return (flags & UNESCAPE_SPACE && by_letter(s, d, space_letters, space_chars)) ||
	       (flags & UNESCAPE_OCTAL && by_octal(s, d)) || (flags & UNESCAPE_HEX && by_hex(s, d)) ||
	       (flags & UNESCAPE_SPECIAL && by_letter(s, d, special_letters, special_chars));
}

int string_unescape(char *src, char *dst, size_t size, unsigned int flags)
{
	char *d = dst;
	const char *s = src;

	/* An escape costs the room of two, whatever becomes of it; an unknown one keeps its backslash. Size 0: no end. */
	while (*s && --size) {
		if (s[0] == '\\' && s[1] && size > 1) {
			s++;
			size--;
			if (unescape_one(&s, &d, flags))
				continue;
			*d++ = '\\';
		}
		*d++ = *s++;
	}
	*d = 0;
	return (int)(d - dst);
}

/* ---- to escapes ---- */

static const char digits[] = "0123456789abcdef";

struct out { char *p, *end; };

static void put(struct out *o, char c)
{
	if (o->p < o->end)
		*o->p = c;
	o->p++;
}

static bool to_letter(struct out *o, char c, const char *letters, const char *chars)
{
	const char *at = c ? strchr(chars, c) : NULL;

	if (!at)
		return false;
	put(o, '\\');
	put(o, letters[at - chars]);
	return true;
}

static void to_digits(struct out *o, unsigned char c, bool octal)
{
	put(o, '\\');
	if (octal) {
		put(o, (char)('0' + (c >> 6)));
		put(o, (char)('0' + (c >> 3 & 7)));
		put(o, (char)('0' + (c & 7)));
	} else {
		put(o, 'x');
		put(o, digits[c >> 4]);
		put(o, digits[c & 15]);
	}
}

static void escape_one(struct out *o, char c, unsigned int flags)
{
	if (flags & ESCAPE_SPACE && to_letter(o, c, space_letters, space_chars))
		return;
	if (flags & ESCAPE_SPECIAL && to_letter(o, c, special_letters, special_chars))
		return;
	if (flags & ESCAPE_NULL && !c) {
		put(o, '\\');
		put(o, '0');
	} else if (flags & (ESCAPE_OCTAL | ESCAPE_HEX)) {
		to_digits(o, (unsigned char)c, flags & ESCAPE_OCTAL);
	} else {
		put(o, c);
	}
}

/* Does the character go through as it is? `only` limits the escapes, or adds to them with ESCAPE_APPEND. */
static bool passes(char c, unsigned int flags, const char *only)
{
	bool named = only && *only && strchr(only, c), append = flags & ESCAPE_APPEND;
	unsigned char u = (unsigned char)c;

	if (only && *only && !append && !named)
		return true;
	if (append && named)
		return false;
	return (flags & ESCAPE_NAP && isascii(u) && isprint(u)) || (flags & ESCAPE_NP && isprint(u)) ||
	       (flags & ESCAPE_NA && isascii(u));
}

int string_escape_mem(const char *src, size_t isz, char *dst, size_t osz, unsigned int flags, const char *only)
{
	struct out o = { dst, dst + osz };

	while (isz--) {
		char c = *src++;

		if (passes(c, flags, only))
			put(&o, c);
		else
			escape_one(&o, c, flags);
	}
	return (int)(o.p - dst);
}

int num_to_str(char *buf, int size, unsigned long long num, unsigned int width)
{
	char text[20];
	int n = 0, at = 0, blanks;

	do
		text[n++] = (char)('0' + num % 10);
	while (num /= 10);
	blanks = width > (unsigned int)n ? (int)width - n : 0;
	if (size < n + blanks)
		return 0;
	while (at < blanks)
		buf[at++] = ' ';
	while (n)
		buf[at++] = text[--n];
	return at;
}

bool mac_pton(const char *s, u8 *mac)
{
	u8 bytes[6];

	for (int i = 0; i < 6; i++, s += 3) {
		if (!isxdigit(s[0]) || !isxdigit(s[1]) || (i < 5 && s[2] != ':'))
			return false;
		bytes[i] = (u8)(hex_to_bin((unsigned char)s[0]) << 4 | hex_to_bin((unsigned char)s[1]));
	}
	memcpy(mac, bytes, sizeof(bytes));
	return true;
}

unsigned int full_name_hash(const void *salt, const char *name, unsigned int len)
{
	unsigned long hash = init_name_hash(salt);

	while (len--)
		hash = partial_name_hash((unsigned char)*name++, hash);
	return end_name_hash(hash);
}

u64 hashlen_string(const void *salt, const char *name)
{
	unsigned int len = (unsigned int)strlen(name);

	return hashlen_create(full_name_hash(salt, name, len), len);
}
