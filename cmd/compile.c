/* SPDX-License-Identifier: MIT */
/*
 * Kernel profile: each file becomes an object with the flags that kernel code expects and with no
 * system include folder in sight; all objects become one program. The compiler writes straight to
 * our stderr, so its words stay as they are.
 *
 * Order of the include folders: --borrow-first, ours, -I, --borrow, the compiler's own. The quote
 * folder is what makes `#include "../mm/slab.h"` in borrowed code find the header that we ship.
 */
#include "cmd.h"

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

static int common_words(struct args *a, const struct run_options *o, const struct home *h)
{
	args_add_words(a, h->cc);
	for (size_t i = 0; kernel_flags[i]; i++)
		args_add(a, kernel_flags[i]);
	args_addf(a, "-O%s", o->level);
	args_add(a, "-g1");
	args_add_words(a, h->cflags);
	add_folders(a, &o->borrow_first);
	args_addf(a, "-I%s", h->include);
	args_addf(a, "-iquote%s/mm", h->include);
	for (size_t i = 0; i < o->cflags.n; i++)
		args_add(a, o->cflags.v[i]);
	add_folders(a, &o->borrow);
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

static pid_t start_compile(const struct args *common, const char *file, const char *object)
{
	struct args a = { 0 };
	pid_t pid;

	for (size_t i = 0; i < common->n; i++)
		args_add(&a, common->v[i]);
	add_module_names(&a, file);
	args_add(&a, "-c");
	args_add(&a, "-o");
	args_add(&a, object);
	args_add(&a, file);
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

/* All files, at most `width` compilers at a time; those running are always waited for. */
static int compile_all(const struct args *common, const struct args *files, const struct args *objects,
		       size_t width)
{
	size_t running = 0, next = 0;
	bool failed = false;

	while (running || (next < files->n && !failed && !interrupt_pending())) {
		if (next < files->n && running < width && !failed) {
			pid_t pid = start_compile(common, files->v[next], objects->v[next]);

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

static int link_program(const struct args *objects, const struct home *h, const char *program)
{
	struct args a = { 0 };
	int status;
	pid_t pid;

	args_add_words(&a, h->cc);
	args_add(&a, "-o");
	args_add(&a, program);
	for (size_t i = 0; i < objects->n; i++)
		args_add(&a, objects->v[i]);
	link_words(&a, h, true);
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

int compile_program(const struct run_options *o, const struct home *h, const char *dir, char **program)
{
	struct args common = { 0 }, objects = { 0 };
	int err = common_words(&common, o, h);

	*program = cmd_format("%s/program", dir);
	for (size_t i = 0; i < o->files.n; i++) {
		char *object = object_name(dir, o->files.v[i], i);

		args_add(&objects, object);
		free(object);
	}
	if (!err)
		err = compile_all(&common, &o->files, &objects, compile_width(o));
	if (!err)
		err = link_program(&objects, h, *program);
	args_free(&common);
	args_free(&objects);
	return err;
}
