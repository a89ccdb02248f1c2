/* SPDX-License-Identifier: MIT */
#include "cmd.h"
#include "version.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "kmemkit " KMK_VERSION;

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "boot", cmd_boot },
	{ "cc", cmd_cc },
	{ "classes", cmd_classes },
	{ "run", cmd_run },
};

static const char doc[] =
	"Compile unmodified kernel-style C and run it as a program, on memory management of its own.\v"
	"Commands:\n"
	"  cc ARGS...      the C compiler (CC) with kmemkit's headers and libraries\n"
	"  boot FILE.c...  the same as run, on a machine of QEMU's in place of a process\n"
	"  run FILE.c...   compile the files, run their suites and modules, print KTAP\n"
	"  classes         print kmalloc's size classes and what each object of them costs\n"
	"\n"
	"`kmemkit run --help' and `kmemkit boot --help' list their options.";

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	int *command = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		*command = state->next - 1;
		state->next = state->argc;	/* the rest belongs to the command */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no command given");
		return 0;
	default:
		(void)arg;
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp argp = { .parser = parse_option, .args_doc = "COMMAND ARGS...", .doc = doc };
	int at = 0;

	argp_err_exit_status = CMD_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &at))
		return CMD_USAGE;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[at], commands[i].name))
			return commands[i].run(argc - at, argv + at);
	cmd_error("unknown command '%s' (try `kmemkit --help')", argv[at]);
	return CMD_USAGE;
}
