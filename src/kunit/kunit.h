/* SPDX-License-Identifier: MIT */
/*
 * The kunit room: the runner of a program's modules and suites.
 *
 *	run.c		what is to be run, in which order, and the verdict of the whole
 *	initcall.c	the registered tables, initcalls and exits
 *	params.c	module parameters
 *	suite.c		a suite: cases, parameters, counts, result lines
 *	claim.c		the text of a failed expectation
 *	resource.c	what a test holds, actions, memory, static stubs
 *	thread.c	running a function in a thread that can be left from any depth
 *	out.c		text to the test output, events to the parent
 *
 * Theory. Everything foreign (a module's init, a suite's hooks, a case) runs in a kthread made for it
 * ("attempt"), and the runner waits. A failed assertion, kunit_skip() and BUG() end the thread
 * they happen in by kthread_exit() and the runner goes on, so nothing of the runner lies below the
 * foreign code on a stack. Crashes and endless loops are not caught here: the parent process sees
 * them, and completes the document from the events sent so far. Therefore each line of output is
 * written at once, and the event that says so follows it.
 *
 * This room sees include/ and the host's console, like any user of the library.
 */
#ifndef KMK_KUNIT_KUNIT_H
#define KMK_KUNIT_KUNIT_H

#include <kmemkit/kunit.h>
#include <kmemkit/report.h>
#include <kmemkit/run.h>
#include <kunit/test.h>
#include <linux/stdarg.h>
#include <linux/types.h>

#define KMK_TEXT_MAX	3072
#define KMK_EVENT_MAX	512

/* A piece of text on the stack; too much is cut. */
struct kmk_text {
	size_t len;
	char buf[KMK_TEXT_MAX];
};

struct kmk_stats {
	unsigned long passed, failed, skipped, total;
};

/* out.c */
__attribute__((format(printf, 2, 3)))
void kmk_text_add(struct kmk_text *text, const char *fmt, ...);
void kmk_text_addv(struct kmk_text *text, const char *fmt, va_list args);
/* Print with a newline if it lacks one, as one write; log gets a copy or is NULL. */
void kmk_text_print(struct kmk_text *text, char *log);
__attribute__((format(printf, 1, 2)))
void kmk_out(const char *fmt, ...);
/* An error of use: to stderr, whatever is captured. */
__attribute__((format(printf, 1, 2)))
void kmk_complain(const char *fmt, ...);
void kmk_out_setup(const struct kmk_run_config *config);
bool kmk_out_captured(void);
bool kmk_have_events(void);
unsigned long kmk_leaks_seen(void);

/* thread.c */
/* Run fn(context) in a thread of its own. 0 when it ended in any way, or a negative errno. */
int kmk_attempt(void (*fn)(void *), void *context, const char *name);
void kmk_attempt_setup(void);

/* suite.c */
extern unsigned kmk_suite_number;	/* of the next result line */
void kmk_suite_announce(struct kunit_suite *suite);
void kmk_stats_print(char *log, const char *indent, const char *name, const struct kmk_stats *stats);

/* WARN and BUG reports that tests expected. */
extern unsigned long kmk_warns_taken, kmk_bugs_taken;

/* params.c: set the values, or only look up their names; false after a complaint. Cuts the text. */
bool kmk_params_apply(char *text, bool names_only);
bool kmk_params_from_boot(void);

/* initcall.c */
extern struct kmk_sections *kmk_sections;

#define kmk_for_each_entry_of(field, type, sections, slot)				\
	for (struct kmk_sections *sections = kmk_sections; sections; sections = sections->next) \
		for (type **slot = sections->field; slot != sections->field##_end; slot++)	\
			if (*slot)

struct kmk_module {
	const char *name;
	int level;		/* of its first initcall */
	int result;		/* first non-zero value an initcall returned */
	bool ran, unloaded, failed;
	bool stopped;		/* an initcall did not return: BUG() */
	unsigned long warns, bugs;	/* counts before its first initcall */
};

#define KMK_MAX_MODULES 128

extern struct kmk_module kmk_modules[KMK_MAX_MODULES];
extern unsigned kmk_nr_modules;

/* Collect the modules, in initcall order. */
void kmk_modules_collect(void);
struct kmk_module *kmk_module_find(const char *name);
const char *kmk_level_name(int level);
/* Boot options and start hooks, then the initcalls up to the last of `until` (NULL: all). */
void kmk_hooks_run(void);
void kmk_initcalls_run(const char *skip, struct kmk_module *until);
void kmk_exitcalls_run(void);

#endif
