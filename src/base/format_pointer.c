/* SPDX-License-Identifier: MIT */
/* %p and the extensions that allocator code and its tests use. Others print as a plain pointer. */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/gfp_types.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "format.h"
#include "option.h"
#include "port.h"


static int out_hex(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	s.base = 16;
	if (!s.width) {
		s.width = 16;
		s.flags |= F_ZERO;
	}
	kmk_out_number(o, (unsigned long)p, s);
	return 0;
}

/* Plain %p never shows an address: a keyed mix of it, stable within a run. */
static int out_hashed(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	static unsigned long key;
	unsigned long v = (unsigned long)p;

	if (!p || kmk_option("no_hash_pointers"))
		return out_hex(o, p, s);
	while (!key)
		port_entropy(&key, sizeof(key));
	v = (v ^ key) * 0x9e3779b97f4a7c15ul;
	return out_hex(o, (void *)((v ^ v >> 29) & 0xffffffffu), s);
}

static void out_symbol(struct kmk_out *o, char kind, const void *p, struct kmk_spec s)
{
	char name[256];
	char *cut;

	port_symbol((uintptr_t)p, name, sizeof(name));
	cut = strchr(name, kind == 's' ? '+' : ' ');
	if (cut)
		*cut = '\0';
	kmk_out_string(o, name, s);
}

static void out_error(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	const char *name = IS_ERR(p) ? kmk_errname((int)PTR_ERR(p)) : NULL;

	if (name) {
		kmk_out_char(o, '-');
		kmk_out_string(o, name, s);
	} else {
		out_hashed(o, p, s);
	}
}

/* %*ph: up to 64 bytes, separated by a space, or C ':', D '-', N nothing. */
static int out_bytes(struct kmk_out *o, const char *fmt, const unsigned char *p, struct kmk_spec s)
{
	char sep = fmt[1] == 'C' ? ':' : fmt[1] == 'D' ? '-' : fmt[1] == 'N' ? 0 : ' ';
	struct kmk_spec two = { .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 };
	int n = s.width > 64 ? 64 : s.width > 0 ? s.width : 1;

	for (int i = 0; i < n; i++) {
		if (i && sep)
			kmk_out_char(o, sep);
		kmk_out_number(o, p[i], two);
	}
	return sep == ' ' ? 1 : 2;
}

static int out_bitmap(struct kmk_out *o, const char *fmt, const unsigned long *map, struct kmk_spec s)
{
	unsigned int bits = (unsigned int)s.width, i = 0;
	struct kmk_spec dec = { .precision = -1, .base = 10 };
	bool first = true;

	if (fmt[1] != 'l') {
		struct kmk_spec hex = { .flags = F_ZERO, .precision = -1, .base = 16 };

		for (int w = (int)(bits + 31) / 32 - 1; w >= 0; w--) {
			unsigned int left = bits - (unsigned int)w * 32, take = left > 32 ? 32 : left;
			unsigned int v = (unsigned int)(map[w / 2] >> (w % 2 * 32));

			hex.width = (int)(take + 3) / 4;
			kmk_out_number(o, v & (unsigned int)((1ull << take) - 1), hex);
			if (w)
				kmk_out_char(o, ',');
		}
		return 1;
	}
	while (i < bits) {
		unsigned int end;

		if (!(map[i / 64] >> i % 64 & 1)) {
			i++;
			continue;
		}
		for (end = i; end + 1 < bits && (map[(end + 1) / 64] >> (end + 1) % 64 & 1); )
			end++;
		if (!first)
			kmk_out_char(o, ',');
		first = false;
		kmk_out_number(o, i, dec);
		if (end > i) {
			kmk_out_char(o, '-');
			kmk_out_number(o, end, dec);
		}
		i = end + 1;
	}
	return 2;
}

/* Canonical 8-4-4-4-12; b and B big endian, l and L little endian in the first three fields. */
static int out_uuid(struct kmk_out *o, const char *fmt, const unsigned char *p)
{
	static const u8 big[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const u8 little[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	const u8 *order = fmt[1] == 'l' || fmt[1] == 'L' ? little : big;
	struct kmk_spec two = { .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 };

	if (fmt[1] == 'L' || fmt[1] == 'B')
		two.flags |= F_UPPER;
	for (int i = 0; i < 16; i++) {
		kmk_out_number(o, p[order[i]], two);
		if (i == 3 || i == 5 || i == 7 || i == 9)
			kmk_out_char(o, '-');
	}
	return fmt[1] && strchr("bBlL", fmt[1]) ? 2 : 1;
}

static int out_mac(struct kmk_out *o, const char *fmt, const unsigned char *p)
{
	struct kmk_spec two = { .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 };
	bool plain = fmt[0] == 'm', reversed = fmt[1] == 'R';
	char sep = fmt[1] == 'F' ? '-' : ':';

	for (int i = 0; i < 6; i++) {
		if (i && !plain)
			kmk_out_char(o, sep);
		kmk_out_number(o, p[reversed ? 5 - i : i], two);
	}
	return fmt[1] == 'R' || fmt[1] == 'F' ? 2 : 1;
}

static int out_ipv4(struct kmk_out *o, const unsigned char *p)
{
	struct kmk_spec dec = { .precision = -1, .base = 10 };

	for (int i = 0; i < 4; i++) {
		if (i)
			kmk_out_char(o, '.');
		kmk_out_number(o, p[i], dec);
	}
	return 2;
}

static int out_address(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	s.flags |= F_ALT | F_ZERO;
	s.width = 18;
	s.base = 16;
	kmk_out_number(o, *(const phys_addr_t *)p, s);
	return fmt[1] == 'p' || fmt[1] == 'd' ? 2 : 1;
}

static int out_flags(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	if (fmt[1] == 'g')
		kmk_out_gfp(o, *(const gfp_t *)p, s);
	else if (fmt[1] == 'p')
		kmk_out_page_flags(o, *(const unsigned long *)p, s);
	else
		out_hex(o, (const void *)*(const unsigned long *)p, s);
	return fmt[1] ? 2 : 1;
}

static int out_va_format(struct kmk_out *o, const struct va_format *v)
{
	va_list copy;
	size_t room = o->at < o->size ? o->size - o->at : 0;

	va_copy(copy, *v->va);
	o->at += (size_t)vsnprintf(room ? o->buf + o->at : NULL, room, v->fmt, copy);
	va_end(copy);
	return 1;
}

/* Extensions that read behind the pointer must not be given a NULL or error pointer. */
static bool unreadable(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	const char *text = !p ? "(null)" : (unsigned long)p < 4096 || IS_ERR(p) ? "(efault)" : NULL;

	if (!text)
		return false;
	kmk_out_string(o, text, s);
	return true;
}

static int letters(const char *fmt)
{
	int n = 0;

	while (isalnum(fmt[n]))
		n++;
	return n;
}

int kmk_out_pointer(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	switch (fmt[0]) {
	case 'x':
		s.width = s.width ? s.width : 16;
		s.flags |= F_ZERO;
		out_hex(o, p, s);
		return 1;
	case 'K':
		out_hashed(o, p, s);
		return 1;
	case 'S': case 's': case 'B': case 'F': case 'f':
		out_symbol(o, fmt[0], p, s);
		return fmt[1] == 'R' || fmt[1] == 'b' ? 2 : 1;
	case 'e':
		out_error(o, p, s);
		return 1;
	}
	if (fmt[0] && strchr("hbUMmIaGV", fmt[0]) && unreadable(o, p, s))
		return letters(fmt) > 2 ? 2 : letters(fmt);
	switch (fmt[0]) {
	case 'h': return out_bytes(o, fmt, p, s);
	case 'b': return out_bitmap(o, fmt, p, s);
	case 'U': return out_uuid(o, fmt, p);
	case 'M': case 'm': return out_mac(o, fmt, p);
	case 'a': return out_address(o, fmt, p, s);
	case 'G': return out_flags(o, fmt, p, s);
	case 'V': return out_va_format(o, p);
	case 'I': case 'i':
		if (fmt[1] == '4')
			return out_ipv4(o, p);
		break;
	}
	out_hashed(o, p, s);
	return 0;
}
