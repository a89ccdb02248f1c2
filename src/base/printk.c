/* SPDX-License-Identifier: MIT */
/* The kernel log: level prefix off, text to the host. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include "option.h"
#include "port.h"
#include "port_inline.h"
#include "report.h"

#define LINE_MAX_BYTES 1024

int console_loglevel = 7;

/* Levels at or above console_loglevel stay silent; loglevel= and quiet set it. */
void kmk_printk_start(void)
{
	unsigned long long level;

	if (kmk_option_number("loglevel", &level))
		console_loglevel = (int)min(level, 15ull);
	else if (kmk_option("quiet"))
		console_loglevel = LOGLEVEL_WARNING;
}

/* A message that does not continue the one before ends that one's line. */
static void say(const char *text, size_t n, bool cont)
{
	static bool unfinished;
	bool was = __atomic_exchange_n(&unfinished, n && text[n - 1] != '\n', __ATOMIC_RELAXED);

	if (was && !cont)
		port_console(PORT_LOG, "\n", 1);
	port_console(PORT_LOG, text, n);
}

/*
 * The level of this line. What continues a line has that line's level, if the line is the caller's and the
 * last one begun, shown or not; its owner and its level are kept in one word.
 */
static int line_level(int level, bool cont, bool ends)
{
	static uintptr_t open_line;
	uintptr_t me = (uintptr_t)port_self(), was = __atomic_load_n(&open_line, __ATOMIC_RELAXED);

	if (cont && (was & ~7ul) == me)
		level = was & 7;
	__atomic_store_n(&open_line, ends ? 0 : me | (uintptr_t)level, __ATOMIC_RELAXED);
	return level;
}

int kmk_vprintk(int level, const char *fmt, va_list args)
{
	char line[LINE_MAX_BYTES], *text = line;
	int n = vscnprintf(line, sizeof(line), fmt, args);
	bool cont = line[0] == KERN_SOH_ASCII && line[1] == 'c';

	/* The level may also have come as an argument: printk("%s...", KERN_ERR, ...). */
	if (line[0] == KERN_SOH_ASCII && line[1]) {
		if (line[1] >= '0' && line[1] <= '7')
			level = line[1] - '0';
		text += 2;
		n -= 2;
	}
	if (cont && !n)
		return 0;
	if (line_level(level, cont, n && text[n - 1] == '\n') >= console_loglevel)
		return 0;
	say(text, (size_t)n, cont);
	return n;
}

int vprintk(const char *fmt, va_list args)
{
	return kmk_vprintk(LOGLEVEL_WARNING, fmt, args);
}

int _printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

/* What was held back in the interval that is over; without a name to give, ratelimit_state_exit() says it. */
static void say_missed(struct ratelimit_state *rs, const char *func)
{
	int missed;

	if (rs->flags & RATELIMIT_MSG_ON_RELEASE)
		return;
	missed = __atomic_exchange_n(&rs->missed, 0, __ATOMIC_RELAXED);
	if (missed)
		printk(KERN_WARNING "%s: %d callbacks suppressed\n", func, missed);
}

/* An interval is counted in jiffies of a millisecond. A lost race prints one line more or less. */
int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	unsigned long long now = port_now();

	if (!rs->interval)
		return 1;
	if (!rs->begin || now - rs->begin > (unsigned long long)rs->interval * 1000000ull) {
		rs->begin = now;
		__atomic_store_n(&rs->printed, 0, __ATOMIC_RELAXED);
		say_missed(rs, func);
	}
	if (READ_ONCE(rs->printed) < rs->burst &&
	    __atomic_fetch_add(&rs->printed, 1, __ATOMIC_RELAXED) < rs->burst)
		return 1;
	__atomic_fetch_add(&rs->missed, 1, __ATOMIC_RELAXED);
	return 0;
}

int __printk_ratelimit(const char *func)
{
	static DEFINE_RATELIMIT_STATE(state, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	return ___ratelimit(&state, func);
}
