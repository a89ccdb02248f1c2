/* SPDX-License-Identifier: MIT */
/*
 * `kmemkit cc`: the compiler with our folders and libraries added, in the mixed profile: libc's
 * headers stay reachable and libc's types win. Nothing of the user's words is interpreted beyond
 * what decides which of our words are needed.
 */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A call through the linkage table costs a pair of kmalloc() and kfree() a tenth (docs/performance.md). */
static const char *const mixed_flags[] = {
	"-std=gnu11", "-fno-strict-aliasing", "-fno-common", "-fno-strict-overflow",
	"-fno-delete-null-pointer-checks", "-fno-omit-frame-pointer", "-fno-plt", NULL
};

/* Options whose next word is their value: it must not be taken for an input file. */
static const char *const with_value[] = {
	"-o", "-I", "-D", "-U", "-L", "-l", "-x", "-include", "-imacros", "-iquote", "-isystem", "-idirafter",
	"-MF", "-MT", "-MQ", "-Xlinker", "-Xpreprocessor", "-Xassembler", "-T", "-u", "-z", "-aux-info",
	"-arch", "-target", "-isysroot", "-B", "-specs", "--param", "-iprefix", "-iwithprefix", "-dumpdir",
	"-dumpbase", "-mllvm", "-Xclang", NULL
};

struct request {
	bool links;		/* the linker will run */
	bool program;		/* and it makes a program, not a library or an object */
	bool show;		/* -show: print the command only */
	size_t sources, inputs;
	const char *source;
};

static bool is_one_of(const char *word, const char *const *set)
{
	while (*set && strcmp(word, *set))
		set++;
	return *set != NULL;
}

static bool is_source(const char *word)
{
	const char *dot = strrchr(word, '.');

	return dot && (!strcmp(dot, ".c") || !strcmp(dot, ".i") || !strcmp(dot, ".S") || !strcmp(dot, ".s"));
}

static void note_input(struct request *r, const char *word)
{
	r->inputs++;
	if (is_source(word)) {
		r->sources++;
		r->source = word;
	}
}

static void note_option(struct request *r, const char *word)
{
	static const char *const no_link[] = {
		"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-###", "--help", "--version", "-dumpversion",
		"-dumpmachine", NULL
	};
	static const char *const no_program[] = { "-shared", "-r", "-nostdlib", "-nostartfiles", NULL };

	if (is_one_of(word, no_link))
		r->links = false;
	if (is_one_of(word, no_program))
		r->program = false;
	if (!strcmp(word, "-show"))
		r->show = true;
}

static struct request examine(int argc, char **argv)
{
	struct request r = { .links = true, .program = true };

	for (int i = 1; i < argc; i++) {
		if (is_one_of(argv[i], with_value))
			i++;
		else if (argv[i][0] == '-' && argv[i][1])
			note_option(&r, argv[i]);
		else
			note_input(&r, argv[i]);
	}
	r.links &= r.inputs > 0;
	return r;
}

static void add_compile_words(struct args *a, const struct request *r, const struct home *h)
{
	for (size_t i = 0; mixed_flags[i]; i++)
		args_add(a, mixed_flags[i]);
	args_add_words(a, h->cflags);
	args_addf(a, "-isystem%s", h->include);
	args_addf(a, "-iquote%s/mm", h->include);
	if (r->sources == 1) {
		char *name = source_stem(r->source, true);

		args_addf(a, "-DKBUILD_MODNAME=\"%s\"", name);
		args_addf(a, "-DKBUILD_BASENAME=\"%s\"", name);
		free(name);
	}
}

/* For a shell: what is more than a plain word stands in single quotes. */
static void show_word(const char *word)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+./,:@%";

	if (*word && !word[strspn(word, plain)]) {
		printf("%s ", word);
		return;
	}
	putchar('\'');
	for (; *word; word++)
		if (*word == '\'')
			printf("'\\''");
		else
			putchar(*word);
	printf("' ");
}

static void show_words(const struct args *a)
{
	for (size_t i = 0; i < a->n; i++)
		show_word(a->v[i]);
	putchar('\n');
}

/* Becomes the compiler; comes back only if it cannot. */
static int run_compiler(struct args *a)
{
	execvp(a->v[0], a->v);
	cmd_error("cannot run the compiler '%s': %s", a->v[0], strerror(errno));
	return CMD_COMPILE;
}

int cmd_cc(int argc, char **argv)
{
	struct request r = examine(argc, argv);
	struct args a = { 0 };
	struct home h;
	int status = CMD_OK;

	if (home_find(&h))
		return CMD_FAILED;
	args_add_words(&a, h.cc);
	add_compile_words(&a, &r, &h);
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-show"))
			args_add(&a, argv[i]);
	if (r.links)
		link_words(&a, &h, r.program);
	if (r.show)
		show_words(&a);
	else
		status = run_compiler(&a);
	args_free(&a);
	home_free(&h);
	return status;
}
