/* SPDX-License-Identifier: MIT */
/*
 * Kernel profile: each file becomes an object with the flags that kernel code expects and with no
 * system include folder in sight; all objects become one program. The compiler writes straight to
 * our stderr, so its words stay as they are.
 *
 * Order of the include folders: --borrow-first, ours, -I, --borrow, --kernel-source, the compiler's own. The quote
 * folder is what makes `#include "../mm/slab.h"` in borrowed code find the header that we ship.
 */
#include "cmd.h"
#include "ksource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kernel_flags[] = {
	"-std=gnu11", "-nostdinc", "-D__KERNEL__", "-DMODULE", "-U_FORTIFY_SOURCE", "-fno-strict-aliasing",
	"-fshort-wchar", "-fno-common", "-fno-strict-overflow", "-fno-delete-null-pointer-checks",
	"-fno-omit-frame-pointer", "-Werror=implicit-function-declaration", "-Werror=implicit-int",
	"-Werror=return-type", "-Wno-pointer-sign", NULL
};

char *source_stem(const char *file, bool module)
{
	const char *base = strrchr(file, '/');
	char *stem = cmd_strdup(base ? base + 1 : file), *dot = strrchr(stem, '.'), *p;

	if (dot && dot != stem)
		*dot = '\0';
	for (p = stem; module && *p; p++)
		if (*p == '-' || *p == '.')
			*p = '_';
	return stem;
}

/* The folder of stddef.h and stdarg.h: part of the compiler, not of the system. */
static int add_compiler_include(struct args *a, const struct home *h)
{
	struct args ask = { 0 };
	struct buffer out = { 0 };
	size_t pos = 0;
	char *dir = NULL;
	int err;

	args_add_words(&ask, h->cc);
	args_add(&ask, "-print-file-name=include");
	err = spawn_read(ask.v, &out);
	if (!err)
		dir = buffer_line(&out, &pos);
	if (dir) {
		args_add(a, "-isystem");
		args_add(a, dir);
	} else {
		cmd_error("cannot run the compiler '%s': %s", ask.v[0], err ? strerror(errno) : "no answer");
	}
	err = dir ? 0 : CMD_COMPILE;
	args_free(&ask);
	buffer_free(&out);
	return err;
}

static void add_folders(struct args *a, const struct args *dirs)
{
	for (size_t i = 0; i < dirs->n; i++)
		args_addf(a, "-I%s", dirs->v[i]);
}

static int common_words(struct args *a, const struct run_options *o, const struct home *h, const char *scratch)
{
	args_add_words(a, h->cc);
	for (size_t i = 0; kernel_flags[i]; i++)
		args_add(a, kernel_flags[i]);
	for (size_t i = 0; o->machine && machine_flags[i]; i++)
		args_add(a, machine_flags[i]);
	args_addf(a, "-O%s", o->level);
	args_add(a, "-g1");
	args_add_words(a, h->cflags);
	add_folders(a, &o->borrow_first);
	args_addf(a, "-I%s", h->include);
	args_addf(a, "-iquote%s/mm", h->include);
	for (size_t i = 0; i < o->cflags.n; i++)
		args_add(a, o->cflags.v[i]);
	add_folders(a, &o->borrow);
	if (o->source) {
		ksource_folders(a, o->source);
		ksource_generic(a, o->source, scratch);
	}
	args_add(a, "-include");
	args_add(a, "linux/kconfig.h");
	return add_compiler_include(a, h);
}

static void add_module_names(struct args *a, const char *file)
{
	char *name = source_stem(file, true);

	args_addf(a, "-DKBUILD_MODNAME=\"%s\"", name);
	args_addf(a, "-DKBUILD_BASENAME=\"%s\"", name);
	args_addf(a, "-DKBUILD_MODFILE=\"%s\"", name);
	args_addf(a, "-D__KBUILD_MODNAME=kmod_%s", name);
	free(name);
}

static char *object_name(const char *dir, const char *file, size_t i)
{
	char *stem = source_stem(file, false);
	char *object = cmd_format("%s/%zu-%s.o", dir, i, stem);

	free(stem);
	return object;
}

/* What is compiled into what, with which words. */
struct unit_set {
	const struct run_options *o;
	const struct home *h;
	const char *dir;
	struct args common, files, objects;
	struct args placed;		/* what is compiled for each file: itself, or a copy of it */
};

static pid_t start_compile(const struct unit_set *u, size_t n)
{
	const struct args *common = &u->common;
	const char *file = u->files.v[n], *placed = u->placed.v[n], *object = u->objects.v[n];
	struct args a = { 0 };
	pid_t pid;

	for (size_t i = 0; i < common->n; i++)
		args_add(&a, common->v[i]);
	add_module_names(&a, file);
	if (u->o->source) {
		ksource_words(&a, u->o->source, file, placed);
		args_add(&a, "-MMD");
	}
	args_add(&a, "-c");
	args_add(&a, "-o");
	args_add(&a, object);
	args_add(&a, placed);
	pid = spawn_start(a.v, NULL, NULL, false);
	args_free(&a);
	return pid;
}

static int wait_any(void)
{
	int status;

	while (waitpid(-1, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

/* All files from number `next` on, at most `width` compilers at a time; those running are always waited for. */
static int compile_all(const struct unit_set *u, size_t next, size_t width)
{
	size_t running = 0;
	bool failed = false;

	while (running || (next < u->files.n && !failed && !interrupt_pending())) {
		if (next < u->files.n && running < width && !failed) {
			pid_t pid = start_compile(u, next);

			next++;
			running += pid > 0;
			failed |= pid < 0;
		} else {
			failed |= wait_any() != 0;
			running--;
		}
	}
	return failed || interrupt_pending() ? CMD_COMPILE : 0;
}

void link_words(struct args *a, const struct home *h, bool program)
{
	if (program) {
		args_addf(a, "%s/kmk_crt.o", h->crt);
		args_addf(a, "-L%s", h->crt);
		args_add(a, "-lkmemkit_main");
	}
	args_addf(a, "-L%s", h->lib);
	args_add(a, "-lkmemkit");
	args_addf(a, "-Wl,-rpath,%s", h->lib);
	args_add_words(a, h->ldflags);
}

static int link_program(const struct unit_set *u, const char *program)
{
	struct args a = { 0 };
	int status;
	pid_t pid;

	args_add_words(&a, u->h->cc);
	args_add(&a, "-o");
	args_add(&a, program);
	for (size_t i = 0; i < u->objects.n; i++)
		args_add(&a, u->objects.v[i]);
	if (u->o->machine)
		machine_link_words(&a, u->h);
	else
		link_words(&a, u->h, true);
	pid = spawn_start(a.v, NULL, NULL, false);
	status = pid > 0 ? spawn_wait(pid) : -1;
	args_free(&a);
	return status || interrupt_pending() ? CMD_COMPILE : 0;
}

static size_t compile_width(const struct run_options *o)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (o->jobs)
		return o->jobs;
	return cpus > 0 ? (size_t)cpus : 1;
}

static void add_file(struct unit_set *u, const char *file)
{
	char *placed = u->o->source ? ksource_place(u->o->source, u->dir, u->files.n, file) : cmd_strdup(file);
	char *object = object_name(u->dir, file, u->files.n);

	args_add(&u->files, file);
	args_add(&u->placed, placed);
	args_add(&u->objects, object);
	free(placed);
	free(object);
}

/* The files of the kernel source that have what is undefined; adds them to both lists. */
static int add_sources(struct unit_set *u, struct args *sources)
{
	size_t before = sources->n;
	struct args names = { 0 };
	int err = ksource_undefined(&u->objects, u->h, &names);

	for (size_t i = 0; i < names.n; i++) {
		char *file = ksource_find(u->o->source, names.v[i]);

		if (file)
			ksource_add_once(sources, file);
		free(file);
	}
	for (size_t i = before; i < sources->n; i++)
		add_file(u, sources->v[i]);
	args_free(&names);
	return err;
}

/* Until nothing more is found. */
static int complete(struct unit_set *u)
{
	struct args sources = { 0 }, headers = { 0 };
	size_t compiled;
	int err;

	do {
		compiled = u->files.n;
		err = add_sources(u, &sources);
		if (!err)
			err = compile_all(u, compiled, compile_width(u->o));
	} while (!err && u->files.n > compiled);
	for (size_t i = 0; i < u->objects.n; i++) {
		char *depfile = cmd_format("%.*s.d", (int)strlen(u->objects.v[i]) - 2, u->objects.v[i]);

		ksource_headers(u->o->source, depfile, &headers);
		free(depfile);
	}
	ksource_say(u->o->source, &sources, &headers);
	args_free(&sources);
	args_free(&headers);
	return err;
}

int compile_program(const struct run_options *o, const struct home *h, const char *dir, char **program)
{
	struct unit_set u = { .o = o, .h = h, .dir = dir };
	int err = common_words(&u.common, o, h, dir);

	*program = cmd_format("%s/program", dir);
	for (size_t i = 0; i < o->files.n; i++)
		add_file(&u, o->files.v[i]);
	if (!err)
		err = compile_all(&u, 0, compile_width(o));
	if (!err && o->source)
		err = complete(&u);
	if (!err)
		err = link_program(&u, *program);
	args_free(&u.common);
	args_free(&u.files);
	args_free(&u.placed);
	args_free(&u.objects);
	return err;
}
