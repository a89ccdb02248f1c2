/* SPDX-License-Identifier: MIT */
/*
 * `kmemkit classes`: the table comes from the library itself, asked by a program of three lines, so
 * that it is the table of this flavour with these boot options.
 */
#include "cmd.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char source[] =
	"int kmk_print_classes(int classic);\n"
	"int main(int argc, char **argv) { return kmk_print_classes(argc > 1); }\n";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key != 'c')
		return ARGP_ERR_UNKNOWN;
	*(bool *)state->input = true;
	return 0;
}

static int write_source(const char *file)
{
	FILE *f = fopen(file, "we");
	bool good = f && fputs(source, f) >= 0;

	if (f && fclose(f))
		good = false;
	if (!good)
		cmd_error("cannot write %s: %s", file, strerror(errno));
	return good ? 0 : CMD_FAILED;
}

static int run(char *const argv[])
{
	pid_t pid = spawn_start(argv, NULL, NULL, false);

	if (pid < 0)
		cmd_error("cannot run '%s': %s", argv[0], strerror(-pid));
	return pid > 0 ? spawn_wait(pid) : -1;
}

static int compile(const struct home *h, const char *file, const char *program)
{
	struct args a = { 0 };
	int status;

	args_add_words(&a, h->cc);
	args_add_words(&a, h->cflags);
	args_add(&a, "-o");
	args_add(&a, program);
	args_add(&a, file);
	link_words(&a, h, true);
	status = run(a.v);
	args_free(&a);
	return status ? CMD_COMPILE : 0;
}

static int ask(const struct home *h, const char *dir, bool classic)
{
	char *file = cmd_format("%s/classes.c", dir), *program = cmd_format("%s/classes", dir);
	char *argv[] = { program, classic ? "classic" : NULL, NULL };
	int err = write_source(file);

	if (!err)
		err = compile(h, file, program);
	if (!err && run(argv))
		err = CMD_FAILED;
	unlink(program);
	unlink(file);
	free(program);
	free(file);
	return err;
}

int cmd_classes(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "classic", 'c', NULL, 0, "the 13 classes of -DKMEMKIT_CLASSIC", 0 }, { 0 }
	};
	static const struct argp argp = { .options = options, .parser = parse_option,
		.doc = "Print the size classes of kmalloc() and what each object of them costs." };
	const char *tmp = getenv("TMPDIR");
	bool classic = false;
	struct home h;
	char *dir;
	int err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &classic))
		return CMD_USAGE;
	if (home_find(&h))
		return CMD_FAILED;
	dir = cmd_format("%s/kmemkit-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (mkdtemp(dir)) {
		err = ask(&h, dir, classic);
		rmdir(dir);
	} else {
		cmd_error("cannot make a scratch folder %s: %s", dir, strerror(errno));
		err = CMD_FAILED;
	}
	free(dir);
	home_free(&h);
	return err;
}
