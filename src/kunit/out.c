/* SPDX-License-Identifier: MIT */
/* Text to the test output, its capture for tests, and events to the parent process. */
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "kunit.h"
#include "port.h"

static const struct kmk_run_config *out_config;
static unsigned long leaks_seen;

static struct {
	spinlock_t lock;
	char *buf;
	size_t size, len;
	unsigned outer_number;
} capture = { .lock = __SPIN_LOCK_UNLOCKED(capture.lock) };

void kmk_text_addv(struct kmk_text *text, const char *fmt, va_list args)
{
	size_t room = sizeof(text->buf) - text->len;

	text->len += (size_t)vscnprintf(text->buf + text->len, room, fmt, args);
}

void kmk_text_add(struct kmk_text *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	kmk_text_addv(text, fmt, args);
	va_end(args);
}

static void append(char *to, size_t *len, size_t size, const char *text, size_t n)
{
	n = min(n, size - 1 - *len);
	memcpy(to + *len, text, n);
	*len += n;
	to[*len] = '\0';
}

static bool captured(const char *text, size_t len)
{
	unsigned long flags;
	bool yes;

	spin_lock_irqsave(&capture.lock, flags);
	yes = capture.buf;
	if (yes)
		append(capture.buf, &capture.len, capture.size, text, len);
	spin_unlock_irqrestore(&capture.lock, flags);
	return yes;
}

static void log_copy(char *log, const char *text, size_t len)
{
	unsigned long flags;
	size_t used;

	spin_lock_irqsave(&capture.lock, flags);
	used = strnlen(log, KUNIT_LOG_SIZE - 1);
	append(log, &used, KUNIT_LOG_SIZE, text, len);
	spin_unlock_irqrestore(&capture.lock, flags);
}

void kmk_text_print(struct kmk_text *text, char *log)
{
	if (!text->len || text->buf[text->len - 1] != '\n') {
		if (text->len == sizeof(text->buf) - 1)
			text->len--;
		text->buf[text->len++] = '\n';
		text->buf[text->len] = '\0';
	}
	if (!captured(text->buf, text->len))
		port_console(PORT_OUT, text->buf, text->len);
	if (log)
		log_copy(log, text->buf, text->len);
}

void kmk_out(const char *fmt, ...)
{
	struct kmk_text text = { .len = 0 };
	va_list args;

	va_start(args, fmt);
	kmk_text_addv(&text, fmt, args);
	va_end(args);
	kmk_text_print(&text, NULL);
}

void kmk_kunit_print(char *log, const char *fmt, ...)
{
	struct kmk_text text = { .len = 0 };
	va_list args;

	va_start(args, fmt);
	kmk_text_addv(&text, fmt, args);
	va_end(args);
	kmk_text_print(&text, log);
}

void kunit_log_append(char *log, const char *fmt, ...)
{
	struct kmk_text text = { .len = 0 };
	va_list args;

	if (!log)
		return;
	va_start(args, fmt);
	kmk_text_addv(&text, fmt, args);
	va_end(args);
	log_copy(log, text.buf, text.len);
}

void kmk_complain(const char *fmt, ...)
{
	struct kmk_text text = { .len = 0 };
	va_list args;

	va_start(args, fmt);
	kmk_text_addv(&text, fmt, args);
	va_end(args);
	kmk_text_add(&text, "\n");
	if (out_config && out_config->complain)
		out_config->complain(text.buf, text.len);
	else
		port_console(PORT_LOG, text.buf, text.len);
}

void kmk_kunit_capture(char *buf, size_t size)
{
	unsigned long flags;

	spin_lock_irqsave(&capture.lock, flags);
	if (buf) {
		capture.outer_number = kmk_suite_number;
		kmk_suite_number = 1;
		buf[0] = '\0';
	} else {
		kmk_suite_number = capture.outer_number;
	}
	capture.buf = buf;
	capture.size = size;
	capture.len = 0;
	spin_unlock_irqrestore(&capture.lock, flags);
}

bool kmk_out_captured(void)
{
	return READ_ONCE(capture.buf);
}

void kmk_out_setup(const struct kmk_run_config *config)
{
	out_config = config;
}

bool kmk_have_events(void)
{
	return out_config && out_config->event;
}

void kmk_run_event(const char *fmt, ...)
{
	char line[KMK_EVENT_MAX];
	va_list args;
	size_t len;

	if (!kmk_have_events() || kmk_out_captured())
		return;
	va_start(args, fmt);
	len = (size_t)vscnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[len++] = '\n';
	out_config->event(line, len);
}

void kmk_event_leak(size_t size, const char *cache, const char *caller)
{
	leaks_seen++;
	kmk_run_event("leak\t%zu\t%s\t%s", size, cache, caller);
}

void kmk_event_reachable(unsigned long count, unsigned long bytes)
{
	kmk_run_event("reachable\t%lu\t%lu", count, bytes);
}

unsigned long kmk_leaks_seen(void)
{
	return leaks_seen;
}
