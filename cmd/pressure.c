/* SPDX-License-Identifier: MIT */
/*
 * `kmemkit run --pressure SCRIPT`: is it one? The grammar is in docs/protocol.md; the program itself reads it
 * again, as its boot option pressure=, so only the word at fault is found out here.
 */
#include "cmd.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STEPS 64

static bool count_of(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 12 && strtoull(text, NULL, 10) > 0;
}

static bool amount(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long v = strtoull(text, NULL, 10);

	if (!digits || digits > 12 || strlen(text) != digits + 1)
		return false;
	return text[digits] == '%' ? v >= 1 && v <= 100 : strchr("kKmMgGtT", text[digits]) && v <= 1 << 20;
}

static bool is_step(const char *text, bool *waits, bool *repeats)
{
	static const char *const words[] = { "low", "min", "high", "none" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], text))
			return true;
	if (!strcmp(text, "repeat")) {
		*repeats = true;
		return true;
	}
	if (!strncmp(text, "wait:", 5) || !strncmp(text, "storm:", 6)) {
		*waits |= !*repeats;
		return count_of(strchr(text, ':') + 1);
	}
	return amount(text);
}

char *pressure_fault(const char *script)
{
	char *copy = cmd_strdup(script), *rest = copy, *word, *fault = NULL;
	bool waits = false, repeats = false;
	unsigned steps = 0;

	while (!fault && (word = strsep(&rest, ",")))
		if (!is_step(word, &waits, &repeats))
			fault = cmd_format("'%s' is not a step (low, min, high, N%%, SIZE, wait:N, storm:N, none, repeat)", word);
		else if (++steps > MAX_STEPS)
			fault = cmd_format("more than %d steps", MAX_STEPS);
	if (!fault && repeats && !waits)
		fault = cmd_strdup("a script that repeats needs a wait:N or storm:N");
	free(copy);
	return fault;
}
