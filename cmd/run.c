/* SPDX-License-Identifier: MIT */
/*
 * `kmemkit run`: scratch folder, and the order of events: compile, list, modules, suites, summary.
 * Modules run one after the other, since what became of one (KMEMKIT_SKIP) is part of the set-up of
 * those after it; suites may overlap (--jobs).
 */
#include "job.h"
#include "ksource.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *scratch_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = cmd_format("%s/kmemkit-XXXXXX", tmp && *tmp ? tmp : "/tmp");

	if (mkdtemp(dir))
		return dir;
	cmd_error("cannot make a scratch folder %s: %s", dir, strerror(errno));
	free(dir);
	return NULL;
}

/* Holds files, and folders of files. */
static void scratch_remove(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    unlinkat(dirfd(d), e->d_name, 0) && errno == EISDIR) {
			char *folder = cmd_format("%s/%s", dir, e->d_name);

			scratch_remove(folder);
			free(folder);
		}
	if (d)
		closedir(d);
	rmdir(dir);
}

struct session {
	const struct run_options *options;
	struct plan plan;
	bool failed, bad_use;
};

static bool list_done(struct job *j, void *ctx)
{
	(void)j;
	(void)ctx;
	return true;
}

static bool unit_done(struct job *j, void *ctx)
{
	struct session *s = ctx;
	char *reason;

	if (job_bad_use(j)) {
		s->bad_use = true;
		printf("Bail out! %s refused its options\n", j->name);
		fflush(stdout);
		return false;
	}
	reason = job_reason(j, s->options->timeout);
	if (reason)
		job_complete(j, reason);
	free(reason);
	s->failed |= !job_passed(j);
	return fflush(stdout) == 0;
}

/* What a kernel would not have kept loaded is not part of the set-up of those that follow. */
static char *skip_list(void *ctx)
{
	const struct session *s = ctx;
	struct buffer b = { 0 };

	for (size_t i = 0; i < s->plan.nr_modules; i++) {
		const struct job *j = &s->plan.jobs[i];

		if (j->finished && (j->verdict != V_OK || j->result == JOB_EAGAIN || !j->done))
			buffer_addf(&b, "%s%s", b.len ? "\n" : "", j->name);
	}
	return b.data;
}

/* Why the program did not list its suites to the end, or did not even begin to. */
static int program_failed(const struct job *list, unsigned timeout)
{
	char *reason = job_reason(list, timeout);

	cmd_error("the program %s: %s", list->hello ? "ended before its tests" : "failed",
		  reason ? reason : "no reason given");
	free(reason);
	return CMD_FAILED;
}

/* Without a hello it has a main() of its own: it has run already, and its end is the verdict. A machine's may be a crash. */
static int list_status(const struct job *list, const struct session *s)
{
	bool ended = WIFEXITED(list->status) && !list->timed_out && !list->crash;

	if (ended && !list->hello && !(s->options->machine && list->status))
		return WEXITSTATUS(list->status) ? CMD_FAILED : CMD_OK;
	if (job_bad_use(list))
		return CMD_USAGE;
	if (!ended || list->status || !list->done)
		return program_failed(list, s->options->timeout);
	if (s->plan.n)
		return -1;
	cmd_error("nothing to run: no KUnit suite and no module_init in the given files");
	return CMD_FAILED;
}

/* Fills s->plan. Returns -1 to go on, else the exit status. */
static int list_program(struct session *s, const struct job_setup *setup)
{
	struct job list = { .kind = JOB_LIST, .plan = &s->plan, .pidfd = -1, .out = -1, .ctl = -1,
			    .log = -1 };
	struct job_setup list_setup = *setup;
	int status = CMD_FAILED;

	list_setup.done = list_done;
	if (jobs_run(&list, 1, 1, &list_setup))
		status = list_status(&list, s);
	job_free(&list);
	return status;
}

static int run_program(const struct run_options *o, const char *dir, const char *program)
{
	struct session s = { .options = o };
	struct job_setup setup = { program, dir, o, skip_list, unit_done, &s };
	int status = list_program(&s, &setup);
	bool all;

	if (status < 0) {
		struct plan *p = &s.plan;

		printf("KTAP version 1\n1..%zu\n", p->n);
		all = jobs_run(p->jobs, p->nr_modules, 1, &setup) &&
		      jobs_run(p->jobs + p->nr_modules, p->n - p->nr_modules, o->jobs, &setup);
		status = s.bad_use ? CMD_USAGE : s.failed || !all ? CMD_FAILED : CMD_OK;
		if (!s.bad_use && !interrupt_pending())
			print_summary(p);
	}
	plan_free(&s.plan);
	return status;
}

/* From here on o->source is the folder itself. */
static int find_source(struct run_options *o)
{
	char *dir = o->source ? ksource_open(o->source) : NULL;

	if (o->source && !dir)
		return CMD_FAILED;
	free(o->source);
	o->source = dir;
	return 0;
}

int compile_and_run(struct run_options *o)
{
	struct home h;
	char *dir, *program = NULL;
	int status;

	if (find_source(o) || home_find(&h))
		return CMD_FAILED;
	dir = o->machine && home_need_bare(&h) ? NULL : scratch_make();
	status = dir ? compile_program(o, &h, dir, &program) : CMD_FAILED;
	if (!status && o->machine)
		status = machine_prepare(o, dir, program);
	if (!status && !interrupt_pending())
		status = run_program(o, dir, program);
	if (dir && o->keep)
		cmd_error("kept %s", dir);
	else if (dir)
		scratch_remove(dir);
	free(program);
	free(dir);
	home_free(&h);
	return status;
}

int cmd_run(int argc, char **argv)
{
	struct run_options o;
	int status;

	options_parse(argc, argv, &o, NULL);
	interrupt_begin();
	signal(SIGPIPE, SIG_IGN);
	status = compile_and_run(&o);
	options_free(&o);
	interrupt_end();
	return status;
}
