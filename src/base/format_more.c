/* SPDX-License-Identifier: MIT */
/* %p extensions that look into a structure: addresses of networks, times, names, resources, escaped bytes. */
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/fwnode.h>
#include <linux/in.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/rtc.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include "format.h"

static const struct kmk_spec dec = { .precision = -1, .base = 10 };
static const struct kmk_spec hex = { .precision = -1, .base = 16 };

static void out_digits(struct kmk_out *o, unsigned long long v, int width, unsigned int base)
{
	kmk_out_number(o, v, (struct kmk_spec){ .flags = F_ZERO, .width = width, .precision = -1, .base = base });
}

/* ---- network addresses ---- */

/* kind 'i': three digits each. order 'h' (host) and 'l' (little endian) begin with the last byte. */
static void ipv4(struct kmk_out *o, const u8 *p, char kind, char order)
{
	bool back = order == 'h' || order == 'l';

	for (int i = 0; i < 4; i++) {
		if (i)
			kmk_out_char(o, '.');
		out_digits(o, p[back ? 3 - i : i], kind == 'i' ? 3 : 1, 10);
	}
}

static unsigned int group(const u8 *p, int i)
{
	return (unsigned int)p[2 * i] << 8 | p[2 * i + 1];
}

/* The longest run of zero groups among the first n, at least 2 long; its length, 0 if there is none. */
static int longest_zeros(const u8 *p, int n, int *start)
{
	int best = 1;

	for (int i = 0; i < n; i++) {
		int run = 0;

		while (i + run < n && !group(p, i + run))
			run++;
		if (run > best) {
			best = run;
			*start = i;
		}
		i += run;
	}
	return best > 1 ? best : 0;
}

static bool maps_ipv4(const u8 *p)
{
	static const u8 prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return !memcmp(p, prefix, sizeof(prefix));
}

static void ipv6_short(struct kmk_out *o, const u8 *p)
{
	int n = maps_ipv4(p) ? 6 : 8, start = 0, run = longest_zeros(p, n, &start);
	bool colon = false;

	for (int i = 0; i < n; i++) {
		if (run && i == start) {
			kmk_out_string(o, "::", dec);
			i += run - 1;
			colon = false;
			continue;
		}
		if (colon)
			kmk_out_char(o, ':');
		kmk_out_number(o, group(p, i), hex);
		colon = true;
	}
	if (n == 6) {
		if (colon)
			kmk_out_char(o, ':');
		ipv4(o, p + 12, 'I', 0);
	}
}

static void ipv6(struct kmk_out *o, const u8 *p, char kind, bool compressed)
{
	if (kind == 'I' && compressed) {
		ipv6_short(o, p);
		return;
	}
	for (int i = 0; i < 8; i++) {
		if (i && kind == 'I')
			kmk_out_char(o, ':');
		out_digits(o, group(p, i), 4, 16);
	}
}

/* Letters behind the S: c compressed, p port, f flow, s scope. */
static void socket_address(struct kmk_out *o, const char *fmt, const void *p)
{
	const struct sockaddr_in *v4 = p;
	const struct sockaddr_in6 *v6 = p;
	const u8 *port = (const u8 *)&v4->sin_port;
	bool compressed = false, with_port = false, scope = false, flow = false, six = v4->sin_family == AF_INET6;

	for (const char *f = fmt + 2; isalpha(*f); f++) {
		compressed |= *f == 'c';
		with_port |= *f == 'p';
		scope |= *f == 's';
		flow |= *f == 'f';
	}
	if (!six) {
		ipv4(o, (const u8 *)&v4->sin_addr, fmt[0], 0);
	} else {
		bool bracket = with_port || scope || flow;

		if (bracket)
			kmk_out_char(o, '[');
		ipv6(o, (const u8 *)&v6->sin6_addr, fmt[0], compressed);
		if (bracket)
			kmk_out_char(o, ']');
	}
	if (with_port) {
		kmk_out_char(o, ':');
		kmk_out_number(o, group(port, 0), dec);
	}
	if (six && flow) {
		kmk_out_char(o, '/');
		kmk_out_number(o, __builtin_bswap32(v6->sin6_flowinfo) & 0x0fffffff, dec);
	}
	if (six && scope) {
		kmk_out_char(o, '%');
		kmk_out_number(o, v6->sin6_scope_id, dec);
	}
}

bool kmk_out_ip(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	const struct sockaddr_in *sa = p;
	char text[80];
	struct kmk_out t = kmk_piece(text, sizeof(text));

	if (fmt[1] == '4')
		ipv4(&t, p, fmt[0], fmt[2]);
	else if (fmt[1] == '6')
		ipv6(&t, p, fmt[0], fmt[2] == 'c');
	else if (fmt[1] == 'S' && (sa->sin_family == AF_INET || sa->sin_family == AF_INET6))
		socket_address(&t, fmt, p);
	else if (fmt[1] == 'S')
		kmk_out_string(&t, "(einval)", dec);
	else
		return false;
	kmk_out_piece(o, &t, s);
	return true;
}

/* ---- time ---- */

/* Civil date of a day number since 1970: years run from March, so that the leap day is their last. */
static void from_seconds(long long seconds, struct rtc_time *tm)
{
	long long days = seconds / 86400, rest = seconds % 86400, era;
	int day_of_era, year_of_era, day, month;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = (int)(days - era * 146097);
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day + 2) / 153;
	tm->tm_mday = day - (153 * month + 2) / 5 + 1;
	tm->tm_mon = month < 10 ? month + 2 : month - 10;
	tm->tm_year = (int)(year_of_era + era * 400) + (tm->tm_mon < 2) - 1900;
	tm->tm_hour = (int)rest / 3600;
	tm->tm_min = (int)rest / 60 % 60;
	tm->tm_sec = (int)rest % 60;
}

static void out_date(struct kmk_out *o, const struct rtc_time *tm, bool raw)
{
	out_digits(o, (unsigned int)(tm->tm_year + (raw ? 0 : 1900)), 4, 10);
	kmk_out_char(o, '-');
	out_digits(o, (unsigned int)(tm->tm_mon + !raw), 2, 10);
	kmk_out_char(o, '-');
	out_digits(o, (unsigned int)tm->tm_mday, 2, 10);
}

static void out_clock(struct kmk_out *o, const struct rtc_time *tm)
{
	out_digits(o, (unsigned int)tm->tm_hour, 2, 10);
	kmk_out_char(o, ':');
	out_digits(o, (unsigned int)tm->tm_min, 2, 10);
	kmk_out_char(o, ':');
	out_digits(o, (unsigned int)tm->tm_sec, 2, 10);
}

/* R or T, then d (date only) or t (time only), then any of r (fields as they are) and s (a space between). */
void kmk_out_time(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	bool only_time, only_date, raw = false, space = false;
	struct rtc_time tm;
	const char *f;

	if (fmt[1] != 'R' && fmt[1] != 'T') {		/* the format may end here */
		kmk_out_string(o, "(%pt?)", s);
		return;
	}
	only_time = fmt[2] == 't';
	only_date = fmt[2] == 'd';
	for (f = fmt + 2 + (only_time || only_date); *f == 'r' || *f == 's'; f++) {
		raw |= *f == 'r';
		space |= *f == 's';
	}
	if (fmt[1] == 'T')
		from_seconds(*(const long long *)p, &tm);
	else
		tm = *(const struct rtc_time *)p;
	if (!only_time)
		out_date(o, &tm, raw);
	if (!only_time && !only_date)
		kmk_out_char(o, space ? ' ' : 'T');
	if (!only_date)
		out_clock(o, &tm);
}

/* ---- names in trees ---- */

#define DEPTH	8

static void out_path(struct kmk_out *o, const char *const *names, int n, struct kmk_spec s)
{
	char text[256];
	struct kmk_out t = kmk_piece(text, sizeof(text));

	while (n--) {
		kmk_out_string(&t, names[n], dec);
		if (n)
			kmk_out_char(&t, '/');
	}
	kmk_out_piece(o, &t, s);
}

/* The last 1 to 4 components; above the root stands nothing but its slash. */
void kmk_out_dentry(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	int depth = fmt[1] >= '2' && fmt[1] <= '4' ? fmt[1] - '0' : 1, n = 0;
	const struct dentry *d = p;
	const char *names[4];

	if (fmt[0] == 'D') {
		kmk_out_string(o, "(file)", s);		/* a thin struct file has no path */
		return;
	}
	while (n < depth) {
		const struct dentry *parent = d->d_parent;

		names[n] = parent == d && n ? "" : (const char *)d->d_name.name;
		n++;
		if (parent == d)
			break;
		d = parent;
	}
	out_path(o, names, n, s);
}

void kmk_out_fwnode(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	const struct fwnode_handle *f = p;
	const char *names[DEPTH];
	int n = 0;

	if (fmt[1] != 'w') {
		kmk_out_string(o, "(%pf?)", s);
		return;
	}
	do {
		names[n++] = f->kmk_name;
		f = f->kmk_parent;
	} while (f && n < DEPTH && fmt[2] != 'P');
	out_path(o, names, n, s);
}

/* ---- the rest ---- */

void kmk_out_fourcc(struct kmk_out *o, const void *p, struct kmk_spec s)
{
	u32 code = *(const u32 *)p;
	char text[40];
	struct kmk_out t = kmk_piece(text, sizeof(text));

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)((code & 0x7fffffff) >> 8 * i);

		kmk_out_char(&t, c < 0x80 && isprint(c) ? (char)c : '.');
	}
	kmk_out_string(&t, code >> 31 ? " big-endian (0x" : " little-endian (0x", dec);
	out_digits(&t, code, 8, 16);
	kmk_out_char(&t, ')');
	kmk_out_piece(o, &t, s);
}

static const char *kind_of(const struct resource *r, struct kmk_spec *s)
{
	*s = (struct kmk_spec){ .flags = F_ALT | F_ZERO, .precision = -1, .base = 16 };
	switch (r->flags & IORESOURCE_TYPE_BITS) {
	case IORESOURCE_IO: s->width = 6; return "io  ";
	case IORESOURCE_MEM: s->width = 10; return "mem ";
	case IORESOURCE_IRQ: *s = dec; return "irq ";
	case IORESOURCE_DMA: *s = dec; return "dma ";
	case IORESOURCE_BUS: *s = (struct kmk_spec){ .flags = F_ZERO, .width = 2, .precision = -1, .base = 16 }; return "bus ";
	default: s->width = 10; return "??? ";
	}
}

static void range(struct kmk_out *o, const struct resource *r, struct kmk_spec num, bool words)
{
	if (words && r->flags & IORESOURCE_UNSET) {
		kmk_out_string(o, "size ", dec);
		kmk_out_number(o, r->end - r->start + 1, num);
		return;
	}
	kmk_out_number(o, r->start, num);
	if (r->start == r->end)
		return;
	kmk_out_char(o, '-');
	kmk_out_number(o, r->end, num);
}

/* R: the flags that matter as words; r, and R of no kind: all flags as a number. */
void kmk_out_resource(struct kmk_out *o, const char *fmt, const void *p, struct kmk_spec s)
{
	static const struct { unsigned long flag; const char *name; } words[] = {
		{ IORESOURCE_MEM_64, " 64bit" }, { IORESOURCE_PREFETCH, " pref" },
		{ IORESOURCE_WINDOW, " window" }, { IORESOURCE_DISABLED, " disabled" },
	};
	const struct resource *r = p;
	const char *kind;
	struct kmk_spec num;
	bool decode;
	char text[96];
	struct kmk_out t = kmk_piece(text, sizeof(text));

	kmk_out_char(&t, '[');
	kind = kind_of(r, &num);
	decode = fmt[0] == 'R' && *kind != '?';
	kmk_out_string(&t, kind, dec);
	range(&t, r, num, decode);
	for (unsigned int i = 0; decode && i < ARRAY_SIZE(words); i++)
		if (r->flags & words[i].flag)
			kmk_out_string(&t, words[i].name, dec);
	if (!decode) {
		kmk_out_string(&t, " flags ", dec);
		kmk_out_number(&t, r->flags, (struct kmk_spec){ .flags = F_ALT, .precision = -1, .base = 16 });
	}
	kmk_out_char(&t, ']');
	kmk_out_piece(o, &t, s);
}

/* %*pE with letters of string_escape_mem(): a any, c special, h hex, n null, o octal, p printable, s space. */
void kmk_out_escaped(struct kmk_out *o, const char *fmt, const char *p, struct kmk_spec s)
{
	static const struct { char letter; unsigned int flag; } kinds[] = {
		{ 'a', ESCAPE_ANY }, { 'c', ESCAPE_SPECIAL }, { 'h', ESCAPE_HEX }, { 'n', ESCAPE_NULL },
		{ 'o', ESCAPE_OCTAL }, { 'p', ESCAPE_NP }, { 's', ESCAPE_SPACE },
	};
	size_t room = o->at < o->size ? o->size - o->at : 0;
	unsigned int flags = 0;

	for (const char *f = fmt + 1; isalpha(*f); f++)
		for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
			flags |= *f == kinds[i].letter ? kinds[i].flag : 0;
	o->at += (size_t)string_escape_mem(p, s.width > 0 ? (size_t)s.width : 1, room ? o->buf + o->at : NULL, room,
					   flags ? flags : ESCAPE_ANY_NP, NULL);
}
