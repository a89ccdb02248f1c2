/* SPDX-License-Identifier: MIT */
/* Reports, WARN and BUG: text, stack, counts, policy. */
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include "option.h"
#include "port.h"
#include "port_inline.h"
#include "report.h"

#define STACK_DEPTH 24

unsigned long kmk_warn_count, kmk_bug_count;
bool kmk_panic_on_bug;
void (*kmk_die_hook)(void);

static void *holder;
static unsigned int depth;
static int report_level;	/* of the holder's lines and stack; the strongest of nested reports */

static void report_lock(int level)
{
	void *me = port_self(), *free = NULL;

	if (__atomic_load_n(&holder, __ATOMIC_RELAXED) != me)
		while (!__atomic_compare_exchange_n(&holder, &free, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			free = NULL;
			port_yield();
		}
	report_level = depth++ ? min(level, report_level) : level;
}

static void report_unlock(void)
{
	if (!--depth)
		__atomic_store_n(&holder, NULL, __ATOMIC_RELEASE);
}

static bool report_mine(void)
{
	return __atomic_load_n(&holder, __ATOMIC_RELAXED) == port_self();
}

void kmk_print_stack(unsigned int skip)
{
	uintptr_t pc[STACK_DEPTH];
	unsigned int n = port_backtrace(pc, STACK_DEPTH, skip + 1);
	char name[256];
	int level = report_mine() ? report_level : LOGLEVEL_WARNING;

	printk(KERN_SOH "%dCall Trace:\n", level);
	for (unsigned int i = 0; i < n; i++) {
		kmk_symbol_of_call(pc[i], name, sizeof(name));
		printk(KERN_SOH "%d %s\n", level, name);
	}
}

static void count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void kmk_report_begin(const char *fmt, ...)
{
	va_list args;

	report_lock(LOGLEVEL_ALERT);
	va_start(args, fmt);
	kmk_vprintk(report_level, fmt, args);
	va_end(args);
}

void kmk_report_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	kmk_vprintk(report_level, fmt, args);
	va_end(args);
}

void kmk_report_end(enum kmk_policy policy)
{
	kmk_print_stack(1);
	count(policy == KMK_POLICY_WARN ? &kmk_warn_count : &kmk_bug_count);
	report_unlock();
	if (policy == KMK_POLICY_PANIC || (policy == KMK_POLICY_BUG && kmk_panic_on_bug))
		port_halt(1);
}

void kmk_warn(const char *file, int line, const char *func, const char *fmt, ...)
{
	va_list args;

	report_lock(LOGLEVEL_WARNING);
	printk(KERN_WARNING "WARNING: at %s:%d %s()\n", file, line, func);
	if (fmt) {
		va_start(args, fmt);
		vprintk(fmt, args);
		va_end(args);
	}
	kmk_print_stack(1);
	count(&kmk_warn_count);
	report_unlock();
}

void kmk_bug(const char *file, int line, const char *func)
{
	report_lock(LOGLEVEL_CRIT);
	printk(KERN_CRIT "kernel BUG at %s:%d! (%s)\n", file, line, func);
	kmk_print_stack(1);
	count(&kmk_bug_count);
	report_unlock();
	if (kmk_die_hook && !kmk_panic_on_bug)
		kmk_die_hook();
	port_halt(1);
}

void panic(const char *fmt, ...)
{
	static char why[512];
	va_list args;
	int n;

	report_lock(LOGLEVEL_EMERG);
	va_start(args, fmt);
	n = vscnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	if (n && why[n - 1] == '\n')
		why[n - 1] = '\0';
	printk(KERN_EMERG "Kernel panic - not syncing: %s\n", why);
	kmk_print_stack(1);
	count(&kmk_bug_count);
	port_halt(1);
}

void dump_stack(void)
{
	kmk_print_stack(1);
}

void dump_stack_lvl(const char *level)
{
	report_lock(level && level[0] == KERN_SOH_ASCII && level[1] >= '0' && level[1] <= '7' ? level[1] - '0'
										     : LOGLEVEL_WARNING);
	kmk_print_stack(1);
	report_unlock();
}
