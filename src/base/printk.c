/* SPDX-License-Identifier: MIT */
/* The kernel log: level prefix off, text to the host. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include "option.h"
#include "port.h"

#define LINE_MAX_BYTES 1024

int console_loglevel = 7;

/* Levels at or above console_loglevel stay silent; loglevel= and quiet set it. */
void kmk_printk_start(void)
{
	const char *v = kmk_option("loglevel");

	if (v && *v >= '0' && *v <= '9')
		console_loglevel = *v - '0' + (v[1] >= '0' && v[1] <= '9' ? 10 : 0);
	else if (kmk_option("quiet"))
		console_loglevel = 4;
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

int vprintk(const char *fmt, va_list args)
{
	char line[LINE_MAX_BYTES], *text = line;
	int n = vscnprintf(line, sizeof(line), fmt, args), level = 4;
	bool cont = line[0] == KERN_SOH_ASCII && line[1] == 'c';

	/* The level may also have come as an argument: printk("%s...", KERN_ERR, ...). */
	if (line[0] == KERN_SOH_ASCII && line[1]) {
		if (line[1] >= '0' && line[1] <= '7')
			level = line[1] - '0';
		text += 2;
		n -= 2;
	}
	if (level >= console_loglevel)
		return 0;
	say(text, (size_t)n, cont);
	return n;
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

/* An interval is counted in jiffies of a millisecond. A lost race prints one line more or less. */
int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	unsigned long long now = port_now();

	(void)func;
	if (!rs->interval)
		return 1;
	if (!rs->begin || now - rs->begin > (unsigned long long)rs->interval * 1000000ull) {
		rs->begin = now;
		rs->printed = rs->missed = 0;
	}
	if (__atomic_fetch_add(&rs->printed, 1, __ATOMIC_RELAXED) < rs->burst)
		return 1;
	rs->missed++;
	return 0;
}

int __printk_ratelimit(const char *func)
{
	static DEFINE_RATELIMIT_STATE(state, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

	return ___ratelimit(&state, func);
}
