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
#include "report.h"


static void out_hex(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	s.base = 16;
	if (!s.width) {
		s.width = 16;
		s.flags |= F_ZERO;
	}
	kmk_out_number(o, (unsigned long)p, s);
}

/* Set by the boot option of that name, at the first address that is printed. */
bool no_hash_pointers;

static unsigned long hash_key(void)
{
	static unsigned long key;

	while (!key) {
		no_hash_pointers |= kmk_option("no_hash_pointers") != NULL;
		port_entropy(&key, sizeof(key));
	}
	return key;
}

/* Plain %p never shows an address: a keyed mix of it, stable within a run. Errors are no addresses. */
static void out_hashed(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	unsigned long key = hash_key(), v = ((unsigned long)p ^ key) * 0x9e3779b97f4a7c15ul;

	if (!p || IS_ERR(p) || no_hash_pointers)
		out_hex(o, p, s);
	else
		out_hex(o, (void *)((v ^ v >> 29) & 0xffffffffu), s);
}

/* What does not return may be called by a function's last instruction: the address behind it is another's, or nobody's. */
void kmk_symbol_of_call(uintptr_t pc, char *buf, size_t size)
{
	port_symbol(pc, buf, size);
	if (strstr(buf, "+0x0/") || !strncmp(buf, "0x", 2))
		port_symbol(pc - 1, buf, size);
}

/* %ps the name, %pS with the offset, %pSR (a return address) with the line of its call, too. */
static void out_symbol(struct kmk_out *o, const char *kind, const void *p, struct kmk_spec s)
{
	char name[256];
	char *cut;

	if (!p) {
		kmk_out_string(o, "0x0", s);
		return;
	}
	if (kind[0] == 'S' && kind[1] == 'R') {
		kmk_symbol_of_call((uintptr_t)p, name, sizeof(name));
		cut = NULL;
	} else {
		port_symbol((uintptr_t)p, name, sizeof(name));
		cut = strchr(name, kind[0] == 's' ? '+' : ' ');
	}
	if (cut)
		*cut = '\0';
	kmk_out_string(o, name, s);
}

static void out_error(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	const char *name = IS_ERR(p) ? kmk_errname((int)PTR_ERR(p)) : NULL;
	char text[32] = "-";

	if (name) {
		strlcat(text, name, sizeof(text));
		kmk_out_string(o, text, s);
	} else if (IS_ERR(p)) {
		s.base = 10;
		s.flags |= F_SIGNED;
		kmk_out_number(o, (unsigned long)p, s);
	} else {
		out_hashed(o, p, s);
	}
}

/* %*ph: up to 64 bytes, separated by a space, or C ':', D '-', N nothing. */
static void out_bytes(struct kmk_out *o, const char *fmt, const unsigned char *p, struct kmk_spec s)
{
	char sep = fmt[1] == 'C' ? ':' : fmt[1] == 'D' ? '-' : fmt[1] == 'N' ? 0 : ' ';
	struct kmk_spec two = { .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 };
	int n = s.width > 64 ? 64 : s.width > 0 ? s.width : 1;

	for (int i = 0; i < n; i++) {
		if (i && sep)
			kmk_out_char(o, sep);
		kmk_out_number(o, p[i], two);
	}
}

static void out_bitmap(struct kmk_out *o, const char *fmt, const unsigned long *map, struct kmk_spec s)
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
		return;
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
}

/* Canonical 8-4-4-4-12; b and B big endian, l and L little endian in the first three fields. */
static void out_uuid(struct kmk_out *o, const char *fmt, const unsigned char *p, struct kmk_spec s)
{
	static const u8 big[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const u8 little[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	const u8 *order = fmt[1] == 'l' || fmt[1] == 'L' ? little : big;
	struct kmk_spec two = { .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 };
	char text[40];
	struct kmk_out t = kmk_piece(text, sizeof(text));

	if (fmt[1] == 'L' || fmt[1] == 'B')
		two.flags |= F_UPPER;
	for (int i = 0; i < 16; i++) {
		kmk_out_number(&t, p[order[i]], two);
		if (i == 3 || i == 5 || i == 7 || i == 9)
			kmk_out_char(&t, '-');
	}
	kmk_out_piece(o, &t, s);
}

static void out_mac(struct kmk_out *o, const char *fmt, const unsigned char *p, struct kmk_spec s)
{
	struct kmk_spec two = { .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 };
	bool plain = fmt[0] == 'm', reversed = fmt[1] == 'R';
	char sep = fmt[1] == 'F' ? '-' : ':', text[20];
	struct kmk_out t = kmk_piece(text, sizeof(text));

	for (int i = 0; i < 6; i++) {
		if (i && !plain)
			kmk_out_char(&t, sep);
		kmk_out_number(&t, p[reversed ? 5 - i : i], two);
	}
	kmk_out_piece(o, &t, s);
}

static void out_address(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	s.flags |= F_ALT | F_ZERO;
	s.width = 18;
	s.base = 16;
	kmk_out_number(o, *(const phys_addr_t *)p, s);
}

static void out_flags(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	if (fmt[1] == 'g')
		kmk_out_gfp(o, *(const gfp_t *)p, s);
	else if (fmt[1] == 'p')
		kmk_out_page_flags(o, *(const unsigned long *)p, s);
	else if (fmt[1] == 'v')
		kmk_out_vm_flags(o, *(const unsigned long *)p);
	else
		kmk_out_string(o, "(%pG?)", s);
}

static void out_va_format(struct kmk_out *o, const struct va_format *v)
{
	va_list copy;
	size_t room = o->at < o->size ? o->size - o->at : 0;

	va_copy(copy, *v->va);
	o->at += (size_t)vsnprintf(room ? o->buf + o->at : NULL, room, v->fmt, copy);
	va_end(copy);
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

/* All letters and digits behind the p belong to the extension, whatever becomes of them. */
static int letters(const char *fmt)
{
	int n = 0;

	while (isalnum(fmt[n]))
		n++;
	return n;
}

/* Extensions that do not look behind the pointer. */
static bool out_value(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	switch (fmt[0]) {
	case 'x': case 'X':
		s.flags |= fmt[0] == 'X' ? F_UPPER : 0;
		out_hex(o, p, s);
		return true;
	case 'S': case 's': case 'B': case 'F': case 'f':
		if (fmt[1] == 'w')
			return false;
		out_symbol(o, fmt, p, s);
		return true;
	case 'e':
		out_error(o, p, s);
		return true;
	}
	return false;
}

static void out_behind(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	switch (fmt[0]) {
	case 'h': out_bytes(o, fmt, p, s); return;
	case 'b': out_bitmap(o, fmt, p, s); return;
	case 'U': out_uuid(o, fmt, p, s); return;
	case 'M': case 'm': out_mac(o, fmt, p, s); return;
	case 'a': out_address(o, p, s); return;
	case 'G': out_flags(o, fmt, p, s); return;
	case 'V': out_va_format(o, p); return;
	case 'R': case 'r': kmk_out_resource(o, fmt, p, s); return;
	case 'E': kmk_out_escaped(o, fmt, p, s); return;
	case 't': kmk_out_time(o, fmt, p, s); return;
	case 'd': case 'D': kmk_out_dentry(o, fmt, p, s); return;
	case 'f': kmk_out_fwnode(o, fmt, p, s); return;
	case '4': kmk_out_fourcc(o, p, s); return;
	case 'I': case 'i':
		if (kmk_out_ip(o, fmt, p, s))
			return;
	}
	out_hashed(o, p, s);
}

int kmk_out_pointer(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	if (!out_value(o, fmt, p, s)) {
		bool none = (s.flags & F_WIDTH) && !s.width && (fmt[0] == 'h' || fmt[0] == 'E');

		if (!fmt[0] || !strchr("hbUMmaGVRrEtdDf4Ii", fmt[0]))
			out_hashed(o, p, s);
		else if (none)
			;	/* no bytes are asked for, so the pointer does not matter */
		else if (!unreadable(o, p, s))
			out_behind(o, fmt, p, s);
	}
	return letters(fmt);
}
