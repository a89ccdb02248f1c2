/* SPDX-License-Identifier: MIT */
/*
 * Running what a program consists of: its modules' initcalls and its KUnit suites.
 *
 * A program finds its own tables by linker-made section bounds; kmk_crt.o registers them here from
 * a constructor. main() (crt/main.c, or a host without processes) then calls kmk_run() once. Both
 * worlds include this file: compiler-provided headers only. docs/protocol.md says what is printed.
 */
#ifndef _KMEMKIT_RUN_H
#define _KMEMKIT_RUN_H

#include <stdbool.h>
#include <stddef.h>

struct kernel_param;
struct kmk_bootopt;
struct kmk_exitcall;
struct kmk_initcall;
struct kunit_suite;

/* The tables of one linked object. Registered for good; pointers in the tables may be NULL. */
struct kmk_sections {
	struct kmk_initcall **initcalls, **initcalls_end;
	struct kmk_exitcall **exitcalls, **exitcalls_end;
	struct kernel_param **params, **params_end;
	struct kmk_bootopt **bootopts, **bootopts_end;
	struct kunit_suite **suites, **suites_end;
	void (**hooks)(void);		/* run before the initcalls; NULL entries are skipped */
	unsigned nr_hooks;
	struct kmk_sections *next;	/* the registry's */
};

/* Callable from a constructor, before the library has started. */
void kmk_sections_register(struct kmk_sections *sections);

/*
 * Ends the program with status 2, after a line on stderr, unless id is that of the headers (and the flavour) this
 * library was built with. Called by kmk_crt.o before anything else of the program's; a process only.
 */
void kmk_headers_check(const char *id) __attribute__((weak));

/* Does the program take this boot option (__setup, early_param)? For the check of the option string. */
bool kmk_bootopt_known(const char *name, size_t len);

struct kmk_run_config {
	const char *run;	/* "list", "suite:NAME", "module:NAME", "all"; NULL: alone */
	const char *skip;	/* modules left out, separated by newlines; may be NULL */
	char *params;		/* name=value lines, cut in place, kept for good; may be NULL */
	const char *proc;	/* names of texts to print at the end; may be NULL */
	unsigned index;		/* number of this child's result line */
	void (*event)(const char *line, size_t len);	/* whole lines, newline included; may be NULL */
	void (*complain)(const char *line, size_t len);	/* errors of use, for stderr; may be NULL */
};

/* Bring the library up; may be called again. 0 or a negative errno after saying why. */
int kmemkit_start(void);

/* Run; returns the exit status 0, 1 or 2. Call once, from a thread that may sleep. */
int kmk_run(const struct kmk_run_config *config);

/* Send an event: fields separated by TABs, the newline is added. Nothing without a receiver. */
__attribute__((format(printf, 1, 2)))
void kmk_run_event(const char *fmt, ...);

/* For the leak scan at the end: an unreachable object makes the exit status 1. */
void kmk_event_leak(size_t size, const char *cache, const char *caller);
void kmk_event_reachable(unsigned long count, unsigned long bytes);

/* Supplied by the debug room, called at the very end: leaks, and the texts named by KMEMKIT_PROC. */
void kmk_end_report(void) __attribute__((weak));
void kmk_proc_report(const char *names) __attribute__((weak));
/* Supplied by the device core: devices never released. */
void kmk_device_report(void) __attribute__((weak));

#endif
