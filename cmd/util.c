/* SPDX-License-Identifier: MIT */
/* Messages, vectors of strings, byte buffers. Out of memory ends the command: nothing is worth saving. */
#include "cmd.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *check(void *p)
{
	if (!p) {
		fputs("kmemkit: out of memory\n", stderr);
		exit(CMD_FAILED);
	}
	return p;
}

void cmd_error(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("kmemkit: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

char *cmd_strdup(const char *s)
{
	return check(strdup(s));
}

void *cmd_zalloc(size_t size)
{
	return check(calloc(1, size));
}

static char *format_list(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	return check(s);
}

char *cmd_format(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format_list(fmt, ap);
	va_end(ap);
	return s;
}

static void args_take(struct args *a, char *s)
{
	if (a->n + 2 > a->cap) {
		a->cap = a->cap ? 2 * a->cap : 16;
		a->v = check(realloc(a->v, a->cap * sizeof(*a->v)));
	}
	a->v[a->n++] = s;
	a->v[a->n] = NULL;
}

void args_add(struct args *a, const char *s)
{
	args_take(a, cmd_strdup(s));
}

void args_addf(struct args *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	args_take(a, format_list(fmt, ap));
	va_end(ap);
}

void args_add_words(struct args *a, const char *text)
{
	char *copy = cmd_strdup(text), *save = NULL, *word;

	for (word = strtok_r(copy, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save))
		args_add(a, word);
	free(copy);
}

void args_free(struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i]);
	free(a->v);
	*a = (struct args){ 0 };
}

void buffer_add(struct buffer *b, const char *data, size_t len)
{
	if (b->len + len + 1 > b->cap) {
		b->cap = 2 * (b->len + len + 1) + 256;
		b->data = check(realloc(b->data, b->cap));
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buffer_addf(struct buffer *b, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = format_list(fmt, ap);
	va_end(ap);
	buffer_add(b, s, strlen(s));
	free(s);
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ 0 };
}

char *buffer_line(struct buffer *b, size_t *pos)
{
	char *line = b->data + *pos, *end;

	if (*pos >= b->len)
		return NULL;
	end = memchr(line, '\n', b->len - *pos);
	if (!end)
		return NULL;
	*end = '\0';
	*pos = (size_t)(end - b->data) + 1;
	return line;
}

void buffer_drop(struct buffer *b, size_t len)
{
	if (!len)
		return;
	b->len -= len;
	memmove(b->data, b->data + len, b->len);
	b->data[b->len] = '\0';
}
