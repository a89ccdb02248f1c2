/* SPDX-License-Identifier: MIT */
/* Boot options. Values are handed out as copies in a static area, one slot after the other. */
#include <linux/kernel.h>
#include <linux/string.h>
#include "option.h"

#define AREA_BYTES 4096

static const char *all_options = "";
static char area[AREA_BYTES];
static size_t area_used;

void kmk_option_set(const char *all)
{
	all_options = all ? all : "";
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }
static char fold(char c) { return c == '-' ? '_' : c; }

/* Does the word at p name this option? Then its value's start, else NULL. */
static const char *value_of(const char *p, const char *name)
{
	for (; *name; name++, p++)
		if (fold(*p) != fold(*name))
			return NULL;
	if (*p == '=')
		return p + 1;
	return !*p || is_space(*p) ? p : NULL;
}

static size_t word_length(const char *p)
{
	size_t n = 0;

	while (p[n] && !is_space(p[n]))
		n++;
	return n;
}

static const char *keep(const char *start, size_t n)
{
	char *copy;

	if (area_used + n + 1 > AREA_BYTES)
		area_used = 0;
	if (n >= AREA_BYTES)
		n = AREA_BYTES - 1;
	copy = area + area_used;
	memcpy(copy, start, n);
	copy[n] = '\0';
	area_used += n + 1;
	return copy;
}

const char *kmk_option_next(const char *name, const char **place, size_t *len)
{
	const char *p = *place ? *place : all_options, *value;

	for (;;) {
		while (is_space(*p))
			p++;
		if (!*p)
			return NULL;
		value = value_of(p, name);
		p += word_length(p);
		if (!value)
			continue;
		*place = p;
		*len = word_length(value);
		return value;
	}
}

const char *kmk_option(const char *name)
{
	const char *place = NULL, *found = NULL, *value;
	size_t n, len = 0;

	while ((value = kmk_option_next(name, &place, &n))) {
		found = value;
		len = n;
	}
	return found ? keep(found, len) : NULL;
}

unsigned long long memparse(const char *ptr, char **retptr)
{
	char *end;
	unsigned long long v = simple_strtoull(ptr, &end, 0);

	switch (*end) {
	case 'E': case 'e': v <<= 60; end++; break;
	case 'P': case 'p': v <<= 50; end++; break;
	case 'T': case 't': v <<= 40; end++; break;
	case 'G': case 'g': v <<= 30; end++; break;
	case 'M': case 'm': v <<= 20; end++; break;
	case 'K': case 'k': v <<= 10; end++; break;
	}
	if (retptr)
		*retptr = end;
	return v;
}

bool kmk_parse_flag(const char *v, size_t n, bool *on)
{
	static const char *const words[] = { "0", "off", "n", "N", "", "1", "on", "y", "Y" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == n && !strncmp(words[i], v, n)) {
			*on = i >= 4;
			return true;
		}
	return false;
}

bool kmk_parse_number(const char *v, size_t n, unsigned long long *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++)
		if (v[i] < '0' || v[i] > '9' || __builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, v[i] - '0', value))
			return false;
	return n;
}

bool kmk_parse_size(const char *v, size_t n, unsigned long long *bytes)
{
	static const char units[] = "kmgtKMGT";
	const char *unit = n && v[n - 1] ? strchr(units, v[n - 1]) : NULL;
	unsigned int shift = unit ? 10 * ((unit - units) % 4 + 1) : 0;

	if (!kmk_parse_number(v, n - !!unit, bytes) || *bytes << shift >> shift != *bytes)
		return false;
	*bytes <<= shift;
	return true;
}

bool kmk_option_flag(const char *name, bool preset)
{
	const char *v = kmk_option(name);
	bool on;

	return v && kmk_parse_flag(v, strlen(v), &on) ? on : preset;
}

bool kmk_option_number(const char *name, unsigned long long *value)
{
	const char *v = kmk_option(name);

	return v && kmk_parse_number(v, strlen(v), value);
}

bool kmk_option_size(const char *name, unsigned long long *bytes)
{
	const char *v = kmk_option(name);

	return v && kmk_parse_size(v, strlen(v), bytes);
}

/* One integer and what follows: 0 none, 1 the last, 2 a comma, 3 a range's dash. pint may be NULL. */
int get_option(char **str, int *pint)
{
	char *digits, *end;
	int value;

	if (!*str || !**str)
		return 0;
	digits = *str + (**str == '-');
	value = (int)simple_strtoull(digits, &end, 0);
	if (pint)
		*pint = digits == *str ? value : -value;
	*str = end;
	if (end == digits)
		return 0;
	if (*end == ',') {
		(*str)++;
		return 2;
	}
	return *end == '-' ? 3 : 1;
}
