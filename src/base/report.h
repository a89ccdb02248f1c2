/* SPDX-License-Identifier: MIT */
/*
 * One report at a time: what is wrong, in a block of lines, with the reporting thread's stack.
 *
 * begin takes the report lock (recursion by the same thread is let through), end prints the stack,
 * counts, and follows the policy. All of it has one level, which even `quiet` lets through. Any context; nothing here allocates.
 */
#ifndef KMK_BASE_REPORT_H
#define KMK_BASE_REPORT_H

#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/types.h>

enum kmk_policy {
	KMK_POLICY_WARN,	/* counts as a WARN, goes on */
	KMK_POLICY_BUG,		/* counts as a BUG, goes on unless kmemkit_panic=1 */
	KMK_POLICY_PANIC,	/* counts as a BUG and stops */
};

extern unsigned long kmk_warn_count, kmk_bug_count;
extern bool kmk_panic_on_bug;
extern void (*kmk_die_hook)(void);	/* ends the current KUnit case or kernel thread */

/* printk() at that level, unless the text begins with another. */
int kmk_vprintk(int level, const char *fmt, va_list args) __printf(2, 0);

void kmk_report_begin(const char *fmt, ...) __printf(1, 2);
void kmk_report_line(const char *fmt, ...) __printf(1, 2);
void kmk_report_end(enum kmk_policy policy);

/*
 * Lines " func+0x1/0x20 [file:line]" of the caller's stack, skipping `skip` frames. At the level of the
 * report they belong to, else as text without a level.
 */
void kmk_print_stack(unsigned int skip);

/* As port_symbol(), for a return address: the function that called, also if the call was its last instruction. */
void kmk_symbol_of_call(uintptr_t pc, char *buf, size_t size);
#endif
