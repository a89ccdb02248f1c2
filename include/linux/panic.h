/* SPDX-License-Identifier: MIT */
#ifndef _LINUX_PANIC_H
#define _LINUX_PANIC_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Print, count as a BUG, and stop the program. Any context. */
void panic(const char *fmt, ...) __printf(1, 2) __attribute__((noreturn, cold));

enum lockdep_ok { LOCKDEP_STILL_OK, LOCKDEP_NOW_UNRELIABLE };
#define TAINT_USER		6
#define TAINT_DIE		7
#define TAINT_WARN		9
#define TAINT_CRAP		10
#define TAINT_TEST		18
static inline void add_taint(unsigned int flag, enum lockdep_ok ok) { (void)flag; (void)ok; }
static inline int test_taint(unsigned int flag) { (void)flag; return 0; }
static inline unsigned long get_taint(void) { return 0; }
#endif
