/* SPDX-License-Identifier: MIT */
/* The formatter: integers, strings, and the printf family. Pointers are in format_pointer.c. */
#include <linux/bug.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "format.h"

#define WIDTH_MAX	((1 << 23) - 1)
#define PRECISION_MAX	32767

void kmk_out_char(struct kmk_out *o, char c)
{
	if (o->at < o->size)
		o->buf[o->at] = c;
	o->at++;
}

static void pad(struct kmk_out *o, char c, int n)
{
	while (n-- > 0)
		kmk_out_char(o, c);
}

void kmk_out_string(struct kmk_out *o, const char *text, struct kmk_spec s)
{
	int n = 0;

	while ((s.precision < 0 || n < s.precision) && text[n])
		n++;
	if (!(s.flags & F_LEFT))
		pad(o, ' ', s.width - n);
	for (int i = 0; i < n; i++)
		kmk_out_char(o, text[i]);
	if (s.flags & F_LEFT)
		pad(o, ' ', s.width - n);
}

static int digits_of(char *digits, unsigned long long v, unsigned int base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	do {
		digits[n++] = set[v % base];
		v /= base;
	} while (v);
	return n;
}

static char sign_of(unsigned long long *v, unsigned int flags)
{
	if (!(flags & F_SIGNED))
		return 0;
	if ((long long)*v < 0) {
		*v = -*v;
		return '-';
	}
	return flags & F_PLUS ? '+' : flags & F_SPACE ? ' ' : 0;
}

void kmk_out_number(struct kmk_out *o, unsigned long long v, struct kmk_spec s)
{
	char digits[24], sign = sign_of(&v, s.flags);
	int n = digits_of(digits, v, s.base, s.flags & F_UPPER);
	int prefix = !(s.flags & F_ALT) || s.base == 10 ? 0 : s.base == 16 ? 2 : (v != 0);
	int zeros = s.precision > n ? s.precision - n : 0;
	int blank = s.width - n - zeros - prefix - (sign != 0);

	/* A precision does not take the flag's meaning away, as it does in C. */
	if ((s.flags & F_ZERO) && !(s.flags & F_LEFT) && blank > 0) {
		zeros += blank;
		blank = 0;
	}
	if (!(s.flags & F_LEFT))
		pad(o, ' ', blank);
	if (sign)
		kmk_out_char(o, sign);
	if (prefix)
		kmk_out_char(o, '0');
	if (prefix == 2)
		kmk_out_char(o, s.flags & F_UPPER ? 'X' : 'x');
	pad(o, '0', zeros);
	while (n--)
		kmk_out_char(o, digits[n]);
	if (s.flags & F_LEFT)
		pad(o, ' ', blank);
}

static const char *parse_flags(const char *f, struct kmk_spec *s)
{
	for (;; f++) {
		switch (*f) {
		case '-': s->flags |= F_LEFT; break;
		case '+': s->flags |= F_PLUS; break;
		case ' ': s->flags |= F_SPACE; break;
		case '#': s->flags |= F_ALT; break;
		case '0': s->flags |= F_ZERO; break;
		default: return f;
		}
	}
}

static const char *parse_int(const char *f, int *v)
{
	for (*v = 0; isdigit(*f); f++)
		*v = min(*v * 10 + (*f - '0'), 2 * WIDTH_MAX);
	return f;
}

/* Length modifiers as bytes: hh 1, h 2, none 4, l ll z t j 8. */
static const char *parse_length(const char *f, int *bytes)
{
	*bytes = 4;
	switch (*f) {
	case 'h':
		*bytes = f[1] == 'h' ? 1 : 2;
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		*bytes = 8;
		return f + (f[1] == 'l' ? 2 : 1);
	case 'L': case 'z': case 'Z': case 't': case 'j': case 'q':
		*bytes = 8;
		return f + 1;
	}
	return f;
}

/* Widen what was fetched to 64 bits by the length and the sign of the conversion. */
static unsigned long long narrow(unsigned long long v, int bytes, bool is_signed)
{
	switch (bytes) {
	case 1: return is_signed ? (unsigned long long)(long long)(signed char)v : (unsigned char)v;
	case 2: return is_signed ? (unsigned long long)(long long)(short)v : (unsigned short)v;
	case 4: return is_signed ? (unsigned long long)(long long)(int)v : (unsigned int)v;
	}
	return v;
}

/* A va_list passed by pointer: the conversions below take their arguments in turn. */
struct args { va_list list; };

/* Width and precision have limits: a wrong number should not make a text of gigabytes. */
static const char *parse_width(const char *f, struct kmk_spec *s, struct args *a)
{
	if (*f == '*' || isdigit(*f))
		s->flags |= F_WIDTH;
	if (*f == '*') {
		s->width = va_arg(a->list, int);
		if (s->width < 0) {
			s->flags |= F_LEFT;
			s->width = -max(s->width, -INT_MAX);
		}
		f++;
	} else {
		f = parse_int(f, &s->width);
	}
	WARN_ONCE(s->width > WIDTH_MAX, "printf: field width %d too large\n", s->width);
	s->width = min(s->width, WIDTH_MAX);
	return f;
}

/* The kernel's own rules: a negative precision is 0, a point alone is none. */
static const char *parse_precision(const char *f, struct kmk_spec *s, struct args *a)
{
	if (*f == '*') {
		s->precision = va_arg(a->list, int);
		s->precision = max(s->precision, 0);
		f++;
	} else if (isdigit(*f)) {
		f = parse_int(f, &s->precision);
	}
	WARN_ONCE(s->precision > PRECISION_MAX, "printf: precision %d too large\n", s->precision);
	s->precision = min(s->precision, PRECISION_MAX);
	return f;
}

static void out_integer(struct kmk_out *o, char conv, int bytes, struct args *a, struct kmk_spec s)
{
	unsigned long long v = bytes == 8 ? va_arg(a->list, unsigned long long) : va_arg(a->list, unsigned int);

	s.base = conv == 'o' ? 8 : conv == 'x' || conv == 'X' ? 16 : 10;
	if (conv == 'X')
		s.flags |= F_UPPER;
	if (conv == 'd' || conv == 'i')
		s.flags |= F_SIGNED;
	kmk_out_number(o, narrow(v, bytes, s.flags & F_SIGNED), s);
}

static void out_character(struct kmk_out *o, char c, struct kmk_spec s)
{
	if (!(s.flags & F_LEFT))
		pad(o, ' ', s.width - 1);
	kmk_out_char(o, c);
	if (s.flags & F_LEFT)
		pad(o, ' ', s.width - 1);
}

static const char *as_text(const char *s)
{
	if (!s)
		return "(null)";
	return (unsigned long)s < 4096 || (unsigned long)s >= -4095UL ? "(efault)" : s;
}

/* One conversion; f points behind the percent sign. Returns what is behind the conversion. */
static const char *convert(struct kmk_out *o, const char *f, struct args *a)
{
	struct kmk_spec s = { .precision = -1, .base = 10 };
	int bytes;

	f = parse_flags(f, &s);
	f = parse_width(f, &s, a);
	if (*f == '.')
		f = parse_precision(f + 1, &s, a);
	f = parse_length(f, &bytes);
	switch (*f) {
	case 'c':
		out_character(o, (char)va_arg(a->list, int), s);
		return f + 1;
	case 's':
		kmk_out_string(o, as_text(va_arg(a->list, const char *)), s);
		return f + 1;
	case 'p':
		f++;
		return f + kmk_out_pointer(o, f, va_arg(a->list, const void *), s);
	case 'd': case 'i': case 'u': case 'x': case 'X': case 'o':
		out_integer(o, *f, bytes, a, s);
		return f + 1;
	case '%':
		kmk_out_char(o, '%');
		return f + 1;
	case '\0':
		return f;
	}
	WARN_ONCE(1, "printf: conversion '%c' is not known here; the rest of the format is not printed\n", *f);
	return f + strlen(f);
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list list)
{
	struct kmk_out o = { buf, size, 0 };
	struct args a;

	if (WARN_ON_ONCE(size > INT_MAX))
		return 0;
	va_copy(a.list, list);
	while (*fmt) {
		if (*fmt == '%')
			fmt = convert(&o, fmt + 1, &a);
		else
			kmk_out_char(&o, *fmt++);
	}
	va_end(a.list);
	if (size)
		buf[o.at < size ? o.at : size - 1] = '\0';
	return (int)o.at;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n;

	if (!size)
		return 0;
	n = vsnprintf(buf, size, fmt, args);
	return (size_t)n < size ? n : (int)size - 1;
}

int vsprintf(char *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf, INT_MAX, fmt, args);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int sprintf(char *buf, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, args);
	va_end(args);
	return n;
}
