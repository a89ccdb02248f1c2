/* SPDX-License-Identifier: MIT */
/* Option strings in the kernel's forms: "4,1,5-7", "a,b,c", 'name=value other="with spaces"'. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>

/* Takes values as they come: stores those that have room, or, without any room asked for, counts all. */
struct values { int *ints, room, n; };

static bool full(const struct values *v)
{
	return v->room && v->n + 1 >= v->room;
}

static void take(struct values *v, int value)
{
	v->n++;
	if (v->n < v->room)
		v->ints[v->n] = value;
}

/* The rest of "first-last", s standing on the dash: what lies before last. The last one is read as any other. */
static bool take_range(struct values *v, const char **s, int first)
{
	char *rest = (char *)*s + 1;
	int last;

	if (!get_option(&rest, &last) || last < first)
		return false;
	for (; first < last && !full(v); first++)
		take(v, first);
	v->n += last - first;		/* what had no room is counted too */
	(*s)++;
	return true;
}

/* Fills ints[1...], counts them in ints[0]; nints 0: counts only. Returns the place where it stopped. */
char *get_options(const char *s, int nints, int *ints)
{
	struct values v = { ints, nints, 0 };

	while (!full(&v)) {
		int value, kind = get_option((char **)&s, &value);

		if (!kind)
			break;
		if (kind == 3) {
			/* Of a broken range the first value stays in its place, uncounted. */
			if (v.room)
				v.ints[v.n + 1] = value;
			if (!take_range(&v, &s, value))
				break;
			continue;
		}
		take(&v, value);
		if (kind == 1)
			break;
	}
	ints[0] = v.n;
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
	eq = *args ? strchr(args + 1, '=') : NULL;	/* a name has a letter at least */
	*val = NULL;
	if (eq) {
		*eq = 0;
		*val = quoted ? eq + 1 : unquote(eq + 1);
	}
	return skip_spaces(end);
}
