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

static const char *keep(const char *start)
{
	size_t n = 0;
	char *copy;

	while (start[n] && !is_space(start[n]))
		n++;
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

const char *kmk_option(const char *name)
{
	const char *found = NULL;

	for (const char *p = all_options; *p; ) {
		const char *v;

		while (is_space(*p))
			p++;
		v = value_of(p, name);
		if (v)
			found = v;
		while (*p && !is_space(*p))
			p++;
	}
	return found ? keep(found) : NULL;
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

bool kmk_option_size(const char *name, unsigned long long *bytes)
{
	const char *v = kmk_option(name);
	char *end;

	if (!v || *v < '0' || *v > '9')
		return false;
	*bytes = memparse(v, &end);
	return !*end;
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
