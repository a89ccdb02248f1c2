/* SPDX-License-Identifier: MIT */
/* sscanf by the kernel's rules: integers, %s, %c, %[...], %n, widths, %*; no floating point. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/string.h>

/* width 0: none is given. */
struct item { int width, bytes; };

static const char *blanks(const char *s)
{
	while (isspace(*s))
		s++;
	return s;
}

static const char *parse_item(const char *f, struct item *it)
{
	*it = (struct item){ .width = 0, .bytes = 4 };
	for (; isdigit(*f); f++)
		it->width = it->width * 10 + (*f - '0');
	if (*f == 'h') {
		it->bytes = f[1] == 'h' ? 1 : 2;
		f += it->bytes == 1 ? 2 : 1;
	} else if (*f == 'l' || *f == 'L' || *f == 'z' || *f == 't' || *f == 'j') {
		it->bytes = 8;
		f += *f == 'l' && f[1] == 'l' ? 2 : 1;
	}
	return f;
}

static void store(void *p, int bytes, unsigned long long v)
{
	switch (bytes) {
	case 1: *(u8 *)p = (u8)v; break;
	case 2: *(u16 *)p = (u16)v; break;
	case 4: *(u32 *)p = (u32)v; break;
	default: *(u64 *)p = v; break;
	}
}

/* A number of at most width characters. NULL: none here. */
static const char *number(const char *s, char conv, int width, unsigned long long *v)
{
	unsigned int base = conv == 'x' || conv == 'X' ? 16 : conv == 'o' ? 8 : conv == 'i' ? 0 : 10;
	bool minus;
	char text[72], *end;
	size_t n = 0;

	s = blanks(s);
	minus = *s == '-' && (conv == 'd' || conv == 'i');
	while (s[n] && n < sizeof(text) - 1 && (!width || n < (size_t)width) && (isalnum(s[n]) || (!n && minus))) {
		text[n] = s[n];
		n++;
	}
	text[n] = '\0';
	/* A width that ends behind the prefix: what follows are digits of the next conversion. */
	if (base % 16 == 0 && !strcasecmp(text + minus, "0x") && isxdigit(s[n])) {
		*v = 0;
		return s + n;
	}
	*v = simple_strtoull(text + minus, &end, base);
	if (end == text + minus)
		return NULL;
	if (minus)
		*v = -*v;
	return s + (end - text);
}

static const char *word(const char *s, const struct item *it, char *to)
{
	s = blanks(s);
	for (int n = 0; *s && !isspace(*s) && (!it->width || n < it->width); n++)
		*to++ = *s++;
	*to = '\0';
	return s;
}

/* At least one; fewer than asked for where the text ends. */
static const char *characters(const char *s, const struct item *it, char *to)
{
	int n = it->width;

	do
		*to++ = *s++;
	while (--n > 0 && *s);
	return s;
}

static bool in_set(const char *set, const char *end, char c)
{
	bool negated = *set == '^';

	for (const char *p = set + negated; p < end; p++)
		if (*p == c)
			return !negated;
	return negated;
}

/* Without a width, or where nothing matches, nothing is stored. */
static const char *of_set(const char *s, const char *set, const char *end, const struct item *it, char *to)
{
	if (!it->width || !in_set(set, end, *s))
		return NULL;
	for (int n = 0; *s && in_set(set, end, *s) && n < it->width; n++)
		*to++ = *s++;
	*to = '\0';
	return s;
}

/* "%*": in format and text everything up to the next blank (in the format, conversion) is passed over. */
static const char *skipped(const char *fmt, const char **s)
{
	for (; *fmt && !isspace(*fmt) && *fmt != '%'; fmt++)
		if (*fmt == '[')
			return NULL;
	while (**s && !isspace(**s))
		(*s)++;
	return fmt;
}

/* The conversion at fmt, of text that is not at its end. Returns what is behind it in the text; NULL: no match. */
static const char *convert(const char **fmt, const char *s, const struct item *it, void *to)
{
	const char *next, *end = **fmt == '[' ? strchr(*fmt + 2, ']') : NULL;
	unsigned long long v = 0;

	if (**fmt == 's')
		next = word(s, it, to);
	else if (**fmt == 'c')
		next = characters(s, it, to);
	else if (end)
		next = of_set(s, *fmt + 1, end, it, to);
	else
		next = strchr("oxXidu", **fmt) ? number(s, **fmt, it->width, &v) : NULL;
	if (next && **fmt != 's' && **fmt != 'c' && !end)
		store(to, it->bytes, v);
	*fmt = (end ? end : *fmt) + 1;
	return next;
}

int vsscanf(const char *buf, const char *fmt, va_list args)
{
	const char *s = buf;
	int filled = 0;

	while (*fmt) {
		struct item it;

		if (isspace(*fmt)) {
			fmt = blanks(fmt);
			s = blanks(s);
			continue;
		}
		if (*fmt != '%' || fmt[1] == '%') {
			fmt += *fmt == '%';
			if (*fmt++ != *s++)
				return filled;
			continue;
		}
		if (fmt[1] == '*') {
			fmt = *s ? skipped(fmt + 1, &s) : NULL;
			if (!fmt)
				return filled;
			continue;
		}
		if (fmt[1] == '0')	/* a width of nothing */
			return filled;
		fmt = parse_item(fmt + 1, &it);
		if (*fmt == 'n') {
			store(va_arg(args, void *), 4, (unsigned long long)(s - buf));
			fmt++;
			continue;
		}
		if (!*s || !*fmt)
			return filled;
		s = convert(&fmt, s, &it, va_arg(args, void *));
		if (!s)
			return filled;
		filled++;
	}
	return filled;
}

int sscanf(const char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsscanf(buf, fmt, args);
	va_end(args);
	return n;
}
