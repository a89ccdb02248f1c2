/* SPDX-License-Identifier: MIT */
/*
 * Linked into every program (and module of one): tells the library where this object's tables are.
 *
 * The linker makes __start_ and __stop_ symbols for sections whose name is a C name; they are weak
 * here, since a program need not have every table, and hidden, so that a shared library registers
 * its own. Nothing is run: the library may not have been started yet.
 */
#include <kmemkit/run.h>
#include "kmk_headers_id.h"

#define BOUNDS(type, section)									\
	extern type __start_##section[] __attribute__((weak, visibility("hidden")));		\
	extern type __stop_##section[] __attribute__((weak, visibility("hidden")))

BOUNDS(struct kmk_initcall *, kmk_initcalls);
BOUNDS(struct kmk_exitcall *, kmk_exitcalls);
BOUNDS(struct kernel_param *, kmk_params);
BOUNDS(struct kmk_bootopt *, kmk_bootopts);
BOUNDS(struct kunit_suite *, kmk_suites);
BOUNDS(char, kmk_percpu);

/* What the kernel's start-up calls by name before any initcall, if it was linked in. */
void radix_tree_init(void) __attribute__((weak));
void maple_tree_init(void) __attribute__((weak));

void kmk_percpu_register(void *start, void *stop);

static void (*hooks[2])(void);
static struct kmk_sections sections;

/* Behind the host's own constructor (101), before those of user code. */
static void __attribute__((constructor(150))) register_tables(void)
{
	if (kmk_headers_check)
		kmk_headers_check(KMK_HEADERS_ID);
	hooks[0] = radix_tree_init;
	hooks[1] = maple_tree_init;
	sections = (struct kmk_sections){
		.initcalls = __start_kmk_initcalls, .initcalls_end = __stop_kmk_initcalls,
		.exitcalls = __start_kmk_exitcalls, .exitcalls_end = __stop_kmk_exitcalls,
		.params = __start_kmk_params, .params_end = __stop_kmk_params,
		.bootopts = __start_kmk_bootopts, .bootopts_end = __stop_kmk_bootopts,
		.suites = __start_kmk_suites, .suites_end = __stop_kmk_suites,
		.hooks = hooks, .nr_hooks = 2,
	};
	if (__start_kmk_percpu)
		kmk_percpu_register(__start_kmk_percpu, __stop_kmk_percpu);
	kmk_sections_register(&sections);
}
