/* SPDX-License-Identifier: MIT */
/* Option strings in the kernel's forms: "4,1,5-7", "a,b,c", 'name=value other="with spaces"'. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* The rest of "first-last", whose first number is in ints[n] already. Returns the new count. */
static int expand_range(const char **s, int n, int nints, int *ints)
{
	char *rest = (char *)*s + 1;
	int first = ints[n], last;

	if (!get_option(&rest, &last) || last < first)
		return -1;
	for (int v = first; v <= last && n < nints; v++)
		ints[n++] = v;
	*s = rest;
	return n;
}

/* Fills ints[1...], counts them in ints[0]. Returns the place where it stopped. */
char *get_options(const char *s, int nints, int *ints)
{
	int n = 1;

	while (n < nints) {
		int kind = get_option((char **)&s, &ints[n]);

		if (!kind)
			break;
		if (kind == 3) {
			int now = expand_range(&s, n, nints, ints);

			if (now < 0)
				break;
			n = now;
			if (s[-1] != ',')
				break;
			continue;
		}
		n++;
		if (kind == 1)
			break;
	}
	ints[0] = n - 1;
	return (char *)s;
}

/* Is @option one of the words of a list with commas? */
bool parse_option_str(const char *s, const char *option)
{
	size_t len = strlen(option);

	while (*s) {
		if (!strncmp(s, option, len) && (!s[len] || s[len] == ','))
			return true;
		s += strcspn(s, ",");
		s += *s == ',';
	}
	return false;
}

static char *end_of_word(char *s)
{
	bool quoted = false;

	for (; *s && (quoted || !isspace(*s)); s++)
		if (*s == '"')
			quoted = !quoted;
	return s;
}

/* Takes the quotes off, in place: one at the front, one at the end. */
static char *unquote(char *s)
{
	size_t len;

	if (*s != '"')
		return s;
	s++;
	len = strlen(s);
	if (len && s[len - 1] == '"')
		s[len - 1] = 0;
	return s;
}

/* Cuts the next word off @args; *val is NULL where there is no '='. Returns what is left. */
char *next_arg(char *args, char **param, char **val)
{
	char *end = end_of_word(args), *eq;
	bool quoted = *args == '"';

	if (*end)
		*end++ = 0;
	args = unquote(args);
	*param = args;
	eq = strchr(args, '=');
	*val = NULL;
	if (eq) {
		*eq = 0;
		*val = quoted ? eq + 1 : unquote(eq + 1);
	}
	return skip_spaces(end);
}
