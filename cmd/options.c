/* SPDX-License-Identifier: MIT */
/*
 * The options of `kmemkit run`, by glibc's argp. Every mistake names the token and ends with status 2
 * before anything is compiled.
 */
#include "cmd.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT 60
#define MACHINE_TIMEOUT 180		/* an emulator is slower, by ten times and more */
#define MAX_TIMEOUT 1000000
#define PROC_TEXTS "buddyinfo, pagetypeinfo, slabinfo, zoneinfo, meminfo, vmstat, vmallocinfo, iomem, layout, slab/CACHE/ATTRIBUTE"

enum {
	KEY_BORROW = 0x100, KEY_FIRST, KEY_SOURCE, KEY_PARAM, KEY_BOOT, KEY_PRESSURE, KEY_PROC, KEY_TIMEOUT, KEY_KEEP,
	KEY_CPUS, KEY_MEMORY, KEY_QEMU, KEY_IMAGE, KEY_COUNT
};

static const struct argp_option option_rows[] = {
	{ "include", 'I', "DIR", 0, "search DIR for headers, behind kmemkit's own", 1 },
	{ "define", 'D', "X[=V]", 0, "define a macro", 1 },
	{ NULL, 'O', "LEVEL", 0, "optimise: 0, 1, 2, 3, s or g", 1 },
	{ "borrow", KEY_BORROW, "DIR", 0, "headers of borrowed kernel code, searched behind all others", 1 },
	{ "borrow-first", KEY_FIRST, "DIR", 0, "the same, but searched in front of kmemkit's own", 1 },
	{ "kernel-source", KEY_SOURCE, "DIR", 0, "take the headers and lib/ files that are missing from this kernel "
	  "source, and say which; `auto': Debian's linux-source-6.1, unpacked once into ~/.cache/kmemkit", 1 },
	{ "param", KEY_PARAM, "NAME=VALUE", 0, "module parameter; NAME may be MODULE.NAME", 2 },
	{ "boot", KEY_BOOT, "OPTIONS", 0, "boot options in the kernel's spelling, added to KMEMKIT_BOOT", 2 },
	{ "pressure", KEY_PRESSURE, "SCRIPT", 0, "make memory short at given requests: steps low, min, high, N%, SIZE, "
	  "wait:N, storm:N, none, repeat, separated by commas", 2 },
	{ "proc", KEY_PROC, "LIST", 0, "print these texts at the end: " PROC_TEXTS, 2 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0, "time limit of one case or module (default 60; boot: 180)", 3 },
	{ "jobs", 'j', "N", 0, "compile N files and run N suites at a time (default: as many files as "
	  "processors, one suite)", 3 },
	{ 0 }
};

static const struct argp_option run_rows[] = {
	{ "keep", KEY_KEEP, NULL, 0, "keep the program and say where it is, for a debugger", 3 },
	{ 0 }
};

static const struct argp_option machine_rows[] = {
	{ "cpus", KEY_CPUS, "N", 0, "processors of the machine, 1 to 16 (default 1)", 4 },
	{ "memory", KEY_MEMORY, "SIZE", 0, "its memory, as QEMU's -m takes it (default 512M)", 4 },
	{ "qemu-args", KEY_QEMU, "WORDS", 0, "further words for QEMU, split at blanks; what is given twice counts as "
	  "given last", 4 },
	{ "keep", KEY_IMAGE, "IMAGE", 0, "keep the image under this name; QEMU's -kernel starts it, too", 4 },
	{ "count", KEY_COUNT, NULL, 0, "let each instruction take a nanosecond (QEMU's -icount): runs repeat exactly", 4 },
	{ 0 }
};

static const char doc[] =
	"Compile kernel-style C files unmodified, link them into one program, and run each KUnit suite and "
	"each module of it in a process of its own. KTAP is printed on standard output, the kernel log and a "
	"summary on standard error.\v"
	"Exit status: 0 if everything passed and nothing was reported, 1 for a failure or a report (WARN, "
	"BUG, leak), 2 for wrong usage, 3 for a compile error.\n\n"
	"Allocations are tracked (slub_debug=U), so that leaks can be named, unless slub_debug is given with "
	"--boot; `slub_debug=-' turns it off.\n\n"
	"Environment: CC is the compiler (default: the one that built kmemkit); KMEMKIT_MEM is the memory "
	"map, such as dma=16M,normal=384M,highmem=64M; KMEMKIT_BOOT holds boot options.";

static const char machine_doc[] =
	"Compile kernel-style C files unmodified, link them with the freestanding library into an image, and run "
	"each KUnit suite and each module of it on an x86-64 machine of its own, emulated by QEMU. KTAP is "
	"printed on standard output as by `kmemkit run', the kernel log and a summary on standard error.\v"
	"Exit status: as of `kmemkit run'.\n\n"
	"Allocations are tracked (slub_debug=U) unless slub_debug is given with --boot.\n\n"
	"Environment: CC is the compiler (default: the one that built kmemkit); KMEMKIT_BOOT holds boot options. "
	"KMEMKIT_MEM is not looked at: the memory map is the machine's.";

static unsigned parse_number(struct argp_state *state, const char *name, const char *text, unsigned max)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || v < 1 || v > max)
		argp_error(state, "--%s: '%s' is not a number from 1 to %u", name, text, max);
	return (unsigned)v;
}

static void check_level(struct argp_state *state, const char *level)
{
	static const char *const levels[] = { "0", "1", "2", "3", "s", "g", NULL };

	for (size_t i = 0; levels[i]; i++)
		if (!strcmp(levels[i], level))
			return;
	argp_error(state, "-O: '%s' is not an optimisation level (0, 1, 2, 3, s, g)", level);
}

static void check_dir(struct argp_state *state, const char *option, const char *dir)
{
	struct stat st;

	if (stat(dir, &st))
		argp_error(state, "%s: '%s': %s", option, dir, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		argp_error(state, "%s: '%s' is not a directory", option, dir);
}

/* NAME or MODULE.NAME, where either may hold '-', then '=' and any value on one line. */
static void check_param(struct argp_state *state, const char *param)
{
	size_t name = strspn(param, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

	if (name == 0 || param[name] != '=' || param[0] == '.' || param[name - 1] == '.')
		argp_error(state, "--param: '%s' is not of the form name=value", param);
	if (strchr(param, '\n'))
		argp_error(state, "--param: the value of '%.*s' holds a newline", (int)name, param);
}

static void check_pressure(struct argp_state *state, const char *script)
{
	char *fault = pressure_fault(script);

	if (fault)
		argp_error(state, "--pressure: %s", fault);
	free(fault);
}

/* "slab/CACHE/ATTRIBUTE": whether there is such a cache is known at the end of the run. */
static bool is_slab_text(const char *word)
{
	const char *name = word + strlen("slab/"), *slash;

	if (strncmp(word, "slab/", strlen("slab/")))
		return false;
	slash = strchr(name, '/');
	return slash && slash > name && slash[1];
}

static void check_proc(struct argp_state *state, const char *list)
{
	static const char *const known[] = {
		"buddyinfo", "pagetypeinfo", "slabinfo", "zoneinfo", "meminfo", "vmstat", "vmallocinfo", "iomem",
		"layout", NULL
	};
	char *copy = cmd_strdup(list), *rest = copy, *word;

	while ((word = strsep(&rest, ","))) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], word))
			i++;
		if (!known[i] && !is_slab_text(word))
			argp_error(state, "--proc: '%s' is not one of: %s", word, PROC_TEXTS);
	}
	free(copy);
}

static void check_file(struct argp_state *state, const char *file)
{
	const char *dot = strrchr(file, '.');
	struct stat st;

	if (stat(file, &st))
		argp_error(state, "'%s': %s", file, strerror(errno));
	else if (!S_ISREG(st.st_mode) || access(file, R_OK))
		argp_error(state, "'%s' is not a readable file", file);
	else if (!dot || (strcmp(dot, ".c") && strcmp(dot, ".S")))
		argp_error(state, "'%s' is not a C file (.c or .S)", file);
}

/* The two lists may come in several pieces; each option adds to what was there. */
static void append(char **list, const char *more, char separator)
{
	char *joined = *list && **list ? cmd_format("%s%c%s", *list, separator, more) : cmd_strdup(more);

	free(*list);
	*list = joined;
}

static error_t parse_compile(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	switch (key) {
	case 'I':
		check_dir(state, "-I", arg);
		args_addf(&o->cflags, "-I%s", arg);
		return 0;
	case 'D':
		args_addf(&o->cflags, "-D%s", arg);
		return 0;
	case 'O':
		check_level(state, arg);
		o->level = arg;
		return 0;
	case KEY_BORROW:
		check_dir(state, "--borrow", arg);
		args_add(&o->borrow, arg);
		return 0;
	case KEY_FIRST:
		check_dir(state, "--borrow-first", arg);
		args_add(&o->borrow_first, arg);
		return 0;
	case KEY_SOURCE:
		if (strcmp(arg, "auto"))
			check_dir(state, "--kernel-source", arg);
		free(o->source);
		o->source = cmd_strdup(arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The program reads it as a boot option. */
static void append_pressure(struct run_options *o, const char *script)
{
	char *option = cmd_format("pressure=%s", script);

	append(&o->boot, option, ' ');
	free(option);
}

static error_t parse_rest(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	switch (key) {
	case KEY_PARAM:
		check_param(state, arg);
		args_add(&o->params, arg);
		return 0;
	case KEY_BOOT:
		append(&o->boot, arg, ' ');
		return 0;
	case KEY_PRESSURE:
		check_pressure(state, arg);
		append_pressure(o, arg);
		return 0;
	case KEY_PROC:
		check_proc(state, arg);
		append(&o->proc, arg, ',');
		return 0;
	case KEY_TIMEOUT:
		o->timeout = parse_number(state, "timeout", arg, MAX_TIMEOUT);
		return 0;
	case 'j':
		o->jobs = parse_number(state, "jobs", arg, 1024);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* As QEMU reads it: megabytes, or with a unit. */
static void check_memory(struct argp_state *state, const char *size)
{
	size_t digits = strspn(size, "0123456789");

	if (!digits || (size[digits] && (!strchr("MmGg", size[digits]) || size[digits + 1])))
		argp_error(state, "--memory: '%s' is not a size such as 512M or 6G", size);
}

/* What only one of the two commands has. */
static error_t parse_machine(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	switch (key) {
	case KEY_KEEP:
		o->keep = true;
		return 0;
	case KEY_CPUS:
		o->machine->cpus = parse_number(state, "cpus", arg, 16);
		return 0;
	case KEY_MEMORY:
		check_memory(state, arg);
		o->machine->memory = arg;
		return 0;
	case KEY_QEMU:
		args_add_words(&o->machine->qemu, arg);
		return 0;
	case KEY_IMAGE:
		o->machine->image = arg;
		return 0;
	case KEY_COUNT:
		o->machine->count = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	return parse_compile(key, arg, state) == 0 ? 0 : parse_rest(key, arg, state);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = o;
		return 0;
	case ARGP_KEY_ARG:
		check_file(state, arg);
		args_add(&o->files, arg);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no file given");
		return 0;
	default:
		return parse_machine(key, arg, state);
	}
}

/* What follows "--" goes to the program: argp never sees it, since it would take it for files. */
static int split_arguments(int argc, char **argv, struct args *rest)
{
	int end = 1;

	while (end < argc && strcmp(argv[end], "--"))
		end++;
	for (int i = end + 1; i < argc; i++)
		args_add(rest, argv[i]);
	return end;
}

/*
 * A run tracks who allocated what, without which no leak could be named. The user's own slub_debug,
 * "slub_debug=-" too, takes its place. Ours goes behind his words, so that his stand at the places where he
 * wrote them.
 */
static void track_owners(struct run_options *o)
{
	struct args words = { 0 };
	bool given = false;
	char *boot;

	args_add_words(&words, o->boot ? o->boot : "");
	for (size_t i = 0; i < words.n; i++)
		given |= !strncmp(words.v[i], "slub_debug", strlen("slub_debug")) ||
			 !strncmp(words.v[i], "slub-debug", strlen("slub-debug"));
	args_free(&words);
	if (given)
		return;
	boot = cmd_format("%s%sslub_debug=U", o->boot ? o->boot : "", o->boot ? " " : "");
	free(o->boot);
	o->boot = boot;
}

void options_parse(int argc, char **argv, struct run_options *o, struct machine *m)
{
	static const struct argp common = { .options = option_rows, .parser = parse_common };
	static const struct argp_child children[] = { { &common, 0, NULL, 0 }, { 0 } };
	static const struct argp run_argp = {
		.options = run_rows, .parser = parse_option, .args_doc = "FILE.c... [-- ARGS...]",
		.doc = doc, .children = children
	};
	static const struct argp boot_argp = {
		.options = machine_rows, .parser = parse_option, .args_doc = "FILE.c...", .doc = machine_doc,
		.children = children
	};
	static char run_name[] = "kmemkit run", boot_name[] = "kmemkit boot";
	int n;

	*o = (struct run_options){ .level = "1", .timeout = m ? MACHINE_TIMEOUT : DEFAULT_TIMEOUT, .machine = m };
	n = split_arguments(argc, argv, &o->program_args);
	if (getenv("KMEMKIT_BOOT"))
		o->boot = cmd_strdup(getenv("KMEMKIT_BOOT"));
	argv[0] = m ? boot_name : run_name;
	if (argp_parse(m ? &boot_argp : &run_argp, n, argv, 0, NULL, o))
		exit(CMD_USAGE);
	track_owners(o);
}

void options_free(struct run_options *o)
{
	args_free(&o->cflags);
	args_free(&o->borrow);
	args_free(&o->borrow_first);
	args_free(&o->params);
	args_free(&o->files);
	args_free(&o->program_args);
	free(o->boot);
	free(o->proc);
	free(o->source);
}
