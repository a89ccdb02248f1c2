/* SPDX-License-Identifier: MIT */
/*
 * The command `kmemkit`: a compiler driver and a test runner.
 *
 * Vocabulary. *Home*: where our headers and libraries lie, beside the command in the build tree or
 * after `make install`. *Program*: what the given files become after compiling and linking against
 * kmk_crt.o and libkmemkit; it knows its suites and modules and speaks docs/protocol.md. *Job*: one
 * suite or one module of the program, run in a process and process group of its own.
 *
 *	FILE.c ... --compile.c--> objects --compile.c--> program --plan.c--> jobs
 *	                                                           |
 *	       KTAP on stdout, summary on stderr <--ktap.c/job.c <-+ stdout pipe, control pipe
 *
 * Invariants. The program's text is never trusted for the verdict: a job passes only if its control
 * events end with `done 0` and its process ended by itself with status 0. Whatever a job does (crash,
 * loop, exit), exactly one top-level result line is printed for it and the next job runs. Nothing is
 * left behind: the scratch folder and the process groups go away on every path, signals included.
 *
 * Exit status of the command: the enum below.
 */
#ifndef KMK_CMD_H
#define KMK_CMD_H

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

enum cmd_status { CMD_OK = 0, CMD_FAILED = 1, CMD_USAGE = 2, CMD_COMPILE = 3 };

#define CMD_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* util.c: "kmemkit: text" on stderr. */
void cmd_error(const char *fmt, ...) CMD_PRINTF(1, 2);
char *cmd_strdup(const char *s);
char *cmd_format(const char *fmt, ...) CMD_PRINTF(1, 2);
void *cmd_zalloc(size_t size);

/* A growing vector of owned strings, NULL terminated: fit for argv and environ. */
struct args {
	char **v;
	size_t n, cap;
};
void args_add(struct args *a, const char *s);
void args_addf(struct args *a, const char *fmt, ...) CMD_PRINTF(2, 3);
void args_add_words(struct args *a, const char *text);	/* split at blanks */
void args_free(struct args *a);

/* A growing byte buffer; data is kept NUL terminated. */
struct buffer {
	char *data;
	size_t len, cap;
};
void buffer_add(struct buffer *b, const char *data, size_t len);
void buffer_addf(struct buffer *b, const char *fmt, ...) CMD_PRINTF(2, 3);
void buffer_free(struct buffer *b);
/* The next whole line, its newline cut off, or NULL. Valid until the next call; *pos starts at 0. */
char *buffer_line(struct buffer *b, size_t *pos);
void buffer_drop(struct buffer *b, size_t len);	/* forget the first len bytes */

/* home.c: where our files are. Returns 0, or CMD_FAILED after saying what is missing. */
struct home {
	char *include;		/* linux/, asm/, kunit/ lie in it */
	char *lib;		/* libkmemkit.so */
	char *crt;		/* kmk_crt.o, libkmemkit_main.a */
	char *bare;		/* kmemkit_boot.o, image.ld, if the flavour has them */
	char *cc;		/* compiler: CC, or the one that built the library; may be several words */
	char *cflags, *ldflags;	/* what the library's flavour asks of its users */
};
int home_find(struct home *h);
int home_need_bare(struct home *h);	/* the same for what `kmemkit boot` needs besides */
void home_free(struct home *h);

/*
 * spawn.c. Start argv (looked up in PATH). env NULL: ours. fds: pairs {ours, the child's number},
 * ended by ours < 0; all our other descriptors are close-on-exec. Returns the pid or -errno.
 */
struct spawn_fd {
	int ours, child;
};
pid_t spawn_start(char *const argv[], char *const env[], const struct spawn_fd *fds, bool own_group);
int spawn_wait(pid_t pid);			/* the wait status */
int spawn_read(char *const argv[], struct buffer *out);	/* run, gather stdout; 0 or -1 */

/*
 * interrupt.c: Ctrl-C, hangup and termination only set a flag, so that the folder and the groups
 * are cleaned up on one path; interrupt_end() then ends us by the same signal.
 */
void interrupt_begin(void);
int interrupt_pending(void);			/* signal number or 0 */
const sigset_t *interrupt_mask(void);		/* for ppoll: our signals arrive only inside it */
void interrupt_end(void);

/* compile.c */
struct run_options;
int compile_program(const struct run_options *o, const struct home *h, const char *dir, char **program);
/* Our libraries, to stand behind the objects; program: also what gives it a main. */
void link_words(struct args *a, const struct home *h, bool program);
char *source_stem(const char *file, bool module);	/* module: '-' and '.' become '_' */

/* The machine that an image runs on. */
struct machine {
	unsigned cpus;
	const char *memory;		/* as QEMU's -m takes it */
	struct args qemu;		/* further words for it */
	const char *image;		/* keep the image under this name, or NULL */
	bool count;			/* one instruction is a nanosecond */
};

/* run.c: what `kmemkit run` or `kmemkit boot` was asked. */
struct run_options {
	struct machine *machine;	/* NULL: a process */
	struct args cflags;		/* -I, -D, -U, -include in order */
	struct args borrow, borrow_first;
	struct args params;		/* name=value */
	struct args files, program_args;
	char *boot;			/* slub_debug=U, KMEMKIT_BOOT and --boot */
	char *proc;			/* --proc list or NULL */
	const char *level;		/* optimisation: "0" .. "3", "s", "g" */
	unsigned timeout;		/* seconds a job may take */
	unsigned jobs;			/* 0: not given */
	char *source;			/* kernel source to borrow from by need, or NULL */
	bool keep;			/* leave the scratch folder */
};

/* boot.c. What a compiler and a linker of bare metal code are told besides; the image as it starts, once linked. */
extern const char *const machine_flags[];
void machine_link_words(struct args *a, const struct home *h);
int machine_prepare(const struct run_options *o, const char *dir, const char *image);
struct job;
/* argv for a job whose request is these NAME=value words. 0 or a negative errno. */
int machine_command(struct args *argv, const struct run_options *o, const char *dir, const char *image,
		    const struct job *j, const struct args *request);
int machine_status(int status);		/* a wait status of QEMU's, as a process's own */

int compile_and_run(struct run_options *o);	/* the command's exit status */

/* pressure.c: what is wrong with a script of --pressure, for the caller to free; NULL: nothing. */
char *pressure_fault(const char *script);

/* options.c: fills o (m: and the machine), or ends the command with status 2. */
void options_parse(int argc, char **argv, struct run_options *o, struct machine *m);
void options_free(struct run_options *o);

/* One row for each subcommand. argv[0] is the subcommand's name. */
int cmd_boot(int argc, char **argv);
int cmd_cc(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_classes(int argc, char **argv);

#endif
