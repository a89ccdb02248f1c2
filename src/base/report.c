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

static void report_lock(void)
{
	void *me = port_self(), *free = NULL;

	if (__atomic_load_n(&holder, __ATOMIC_RELAXED) != me)
		while (!__atomic_compare_exchange_n(&holder, &free, me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
			free = NULL;
			port_yield();
		}
	depth++;
}

static void report_unlock(void)
{
	if (!--depth)
		__atomic_store_n(&holder, NULL, __ATOMIC_RELEASE);
}

void kmk_print_stack(unsigned int skip)
{
	uintptr_t pc[STACK_DEPTH];
	unsigned int n = port_backtrace(pc, STACK_DEPTH, skip + 1);
	char name[256];

	printk(KERN_ERR "Call Trace:\n");
	for (unsigned int i = 0; i < n; i++) {
		port_symbol(pc[i], name, sizeof(name));
		printk(KERN_ERR " %s\n", name);
	}
}

static void count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void kmk_report_begin(const char *fmt, ...)
{
	va_list args;

	report_lock();
	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
}

void kmk_report_line(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
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

	report_lock();
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
	report_lock();
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
	va_list args;

	report_lock();
	printk(KERN_EMERG "Kernel panic - not syncing: ");
	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	printk(KERN_CONT "\n");
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
	(void)level;
	kmk_print_stack(1);
}
