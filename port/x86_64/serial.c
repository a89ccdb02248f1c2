/* SPDX-License-Identifier: MIT */
/*
 * COM1, polled, and a small formatter for the host's own reports. Started by `kmemkit boot`, the log and
 * the events have a port of their own each (an emulator's debug console takes a byte a write), and
 * COM1 shows test output alone.
 */
#include <stdarg.h>
#include "port/x86_64/bare.h"

#define COM1 0x3f8

void bare_serial_init(void)
{
	bare_out8(COM1 + 1, 0);		/* no interrupts */
	bare_out8(COM1 + 3, 0x80);	/* divisor: 115200 baud */
	bare_out8(COM1 + 0, 1);
	bare_out8(COM1 + 1, 0);
	bare_out8(COM1 + 3, 3);		/* 8n1 */
	bare_out8(COM1 + 2, 7);		/* FIFO on and empty */
	bare_out8(COM1 + 4, 3);
}

static void put(char c)
{
	/* Bounded: a machine without a COM1 must not hang in its own reports. */
	for (int spin = 0; spin < 100000 && !(bare_in8(COM1 + 5) & 0x20); spin++)
		;
	bare_out8(COM1, (uint8_t)c);
}

unsigned bare_log_port, bare_event_port;
static struct bare_lock console;
static bool broken;		/* a report is coming out: nobody waits for the lock any more */

void bare_console_break(void)
{
	__atomic_store_n(&broken, true, __ATOMIC_RELAXED);
	console.word = 0;
}

static void write_port(unsigned port, const char *text, size_t len)
{
	while (len--)
		bare_out8((uint16_t)port, (uint8_t)*text++);
}

/* Each call's text stays in one piece. */
static void write_out(unsigned port, const char *text, size_t len)
{
	bool locked = !__atomic_load_n(&broken, __ATOMIC_RELAXED);
	unsigned long flags = locked ? bare_lock(&console) : bare_irq_save();

	if (port)
		write_port(port, text, len);
	else
		while (len--)
			put(*text++);
	if (locked)
		bare_unlock(&console, flags);
	else
		bare_irq_restore(flags);
}

void port_console(enum port_stream stream, const char *text, size_t len)
{
	write_out(stream == PORT_LOG ? bare_log_port : 0, text, len);
}

void bare_send_event(const char *line, size_t len)
{
	if (bare_event_port)
		write_out(bare_event_port, line, len);
}

struct sink {
	char *at, *end;
};

static void emit(struct sink *s, char c)
{
	if (s->at < s->end)
		*s->at++ = c;
}

static void emit_number(struct sink *s, uint64_t v, unsigned base, int width, char pad)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (width-- > n)
		emit(s, pad);
	while (n)
		emit(s, digits[--n]);
}

/* One conversion, behind its '%' and width. */
static void emit_one(struct sink *s, char conv, va_list *ap, int longs, int width, char pad)
{
	uint64_t v;

	switch (conv) {
	case 's':
		for (const char *t = va_arg(*ap, const char *); *t; t++, width--)
			emit(s, *t);
		while (width-- > 0)
			emit(s, ' ');
		return;
	case 'c':
		emit(s, (char)va_arg(*ap, int));
		return;
	case 'p':
		emit(s, '0');
		emit(s, 'x');
		emit_number(s, va_arg(*ap, uint64_t), 16, 0, '0');
		return;
	}
	v = longs ? va_arg(*ap, uint64_t) : va_arg(*ap, unsigned);
	if (conv == 'd' && !longs)
		v = (uint64_t)(int64_t)(int)v;
	if (conv == 'd' && (int64_t)v < 0) {
		emit(s, '-');
		v = -v;
	}
	emit_number(s, v, conv == 'x' ? 16 : 10, width, pad);
}

static void format(struct sink *s, const char *fmt, va_list *ap)
{
	for (; *fmt; fmt++) {
		int width = 0, longs = 0;
		char pad = ' ';

		if (*fmt != '%') {
			emit(s, *fmt);
			continue;
		}
		if (*++fmt == '0')
			pad = '0';
		for (; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + (*fmt - '0');
		for (; *fmt == 'l'; fmt++)
			longs++;
		if (!*fmt)
			return;
		emit_one(s, *fmt, ap, longs, width, pad);
	}
}

void bare_format(char *buf, size_t size, const char *fmt, ...)
{
	struct sink s = { buf, buf + (size ? size - 1 : 0) };
	va_list ap;

	va_start(ap, fmt);
	format(&s, fmt, &ap);
	va_end(ap);
	if (size)
		*s.at = 0;
}

void bare_printf(const char *fmt, ...)
{
	char buf[256];
	struct sink s = { buf, buf + sizeof(buf) };
	va_list ap;

	va_start(ap, fmt);
	format(&s, fmt, &ap);
	va_end(ap);
	port_console(PORT_LOG, buf, (size_t)(s.at - buf));
}
