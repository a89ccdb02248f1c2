/* SPDX-License-Identifier: MIT */
/* Control lines: one word, then fields, separated by tabs. Unknown words are ignored (docs/protocol.md). */
#include "job.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FIELDS 6

/* f[0] is the word; missing fields are empty strings. */
typedef void (*event_fn)(struct job *j, char **f);

static enum verdict verdict_of(const char *word)
{
	if (!strcmp(word, "ok"))
		return V_OK;
	return strcmp(word, "skip") ? V_NOT_OK : V_SKIP;
}

static struct test_case *case_at(struct job *j, const char *index)
{
	size_t i = strtoul(index, NULL, 10);

	return i >= 1 && i <= j->nr_cases ? &j->cases[i - 1] : NULL;
}

static struct job *plan_add(struct plan *p, enum job_kind kind, const char *name)
{
	struct job *jobs = realloc(p->jobs, (p->n + 1) * sizeof(*jobs)), *j;

	if (!jobs) {
		cmd_error("out of memory");
		exit(CMD_FAILED);
	}
	p->jobs = jobs;
	j = &jobs[p->n++];
	*j = (struct job){ .kind = kind, .name = cmd_strdup(name), .index = (unsigned)p->n };
	j->pidfd = j->out = j->ctl = j->log = -1;
	return j;
}

static void on_hello(struct job *j, char **f)
{
	(void)f;
	j->hello = true;
}

static void on_module(struct job *j, char **f)
{
	if (!j->plan)
		return;
	plan_add(j->plan, JOB_MODULE, f[1]);
	j->plan->nr_modules++;
}

static void on_suite(struct job *j, char **f)
{
	struct job *suite;

	j->started = true;
	if (!j->plan)
		return;
	suite = plan_add(j->plan, JOB_SUITE, f[1]);
	suite->nr_cases = strtoul(f[2], NULL, 10);
	if (suite->nr_cases > 1000000)
		suite->nr_cases = 0;
	suite->cases = cmd_zalloc((suite->nr_cases + 1) * sizeof(*suite->cases));
}

/* While listing, cases follow their suite. */
static void on_case(struct job *j, char **f)
{
	struct test_case *c = j->plan && j->plan->n ? case_at(&j->plan->jobs[j->plan->n - 1], f[2]) : NULL;

	if (c && !c->name)
		c->name = cmd_strdup(f[3]);
}

static void on_plan(struct job *j, char **f)
{
	(void)f;
	j->planned = true;
}

static void on_case_start(struct job *j, char **f)
{
	struct test_case *c = case_at(j, f[2]);

	if (!c)
		return;
	c->started = true;
	j->current = (size_t)(c - j->cases) + 1;
}

static void on_case_end(struct job *j, char **f)
{
	struct test_case *c = case_at(j, f[2]);

	if (c)
		c->verdict = verdict_of(f[4]);
	j->current = 0;
}

static void on_param_start(struct job *j, char **f)
{
	free(j->param);
	j->param = cmd_format("%s %s", f[4], f[5]);
}

static void on_param_end(struct job *j, char **f)
{
	(void)f;
	free(j->param);
	j->param = NULL;
}

static void on_suite_end(struct job *j, char **f)
{
	j->verdict = verdict_of(f[2]);
}

static void on_module_start(struct job *j, char **f)
{
	(void)f;
	j->started = true;
}

static void on_module_end(struct job *j, char **f)
{
	j->result = strtol(f[2], NULL, 10);
	j->verdict = verdict_of(f[3]);
}

/* The first one is the cause; a second thread may crash on the way down. */
static void on_crash(struct job *j, char **f)
{
	if (!j->crash)
		j->crash = cmd_strdup(f[1]);
}

static void on_param_error(struct job *j, char **f)
{
	(void)f;
	j->bad_use = true;
}

static void on_warn(struct job *j, char **f)
{
	j->warns = strtoul(f[1], NULL, 10);
}

static void on_bug(struct job *j, char **f)
{
	j->bugs = strtoul(f[1], NULL, 10);
}

static void on_leak(struct job *j, char **f)
{
	j->leaked_bytes += strtoul(f[1], NULL, 10);
	args_addf(&j->leaks, "%s bytes of %s, allocated by %s", f[1], f[2], f[3]);
}

static void on_reachable(struct job *j, char **f)
{
	j->reachable = strtoul(f[1], NULL, 10);
	j->reachable_bytes = strtoul(f[2], NULL, 10);
}

static void on_done(struct job *j, char **f)
{
	(void)f;
	j->done = true;
}

static const struct {
	const char *word;
	event_fn fn;
} handlers[] = {
	{ "hello", on_hello }, { "module", on_module }, { "suite", on_suite }, { "case", on_case },
	{ "plan", on_plan }, { "case-start", on_case_start }, { "case-end", on_case_end },
	{ "param-start", on_param_start }, { "param-end", on_param_end }, { "suite-end", on_suite_end },
	{ "module-start", on_module_start }, { "module-end", on_module_end }, { "crash", on_crash },
	{ "param-error", on_param_error }, { "warn", on_warn }, { "bug", on_bug }, { "leak", on_leak },
	{ "reachable", on_reachable }, { "done", on_done },
};

static void dispatch(struct job *j, char *line)
{
	static char empty[] = "";
	char *f[MAX_FIELDS];

	for (int i = 0; i < MAX_FIELDS; i++) {
		char *field = strsep(&line, "\t");

		f[i] = field ? field : empty;
	}
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (!strcmp(f[0], handlers[i].word))
			handlers[i].fn(j, f);
}

bool event_read(struct job *j)
{
	size_t pos = 0;
	char *line;
	bool any = false;

	while ((line = buffer_line(&j->events, &pos))) {
		dispatch(j, line);
		any = true;
	}
	buffer_drop(&j->events, pos);
	return any;
}

void job_free(struct job *j)
{
	for (size_t i = 0; i < j->nr_cases; i++)
		free(j->cases[i].name);
	free(j->cases);
	free(j->name);
	free(j->param);
	free(j->crash);
	args_free(&j->leaks);
	buffer_free(&j->text);
	buffer_free(&j->events);
	buffer_free(&j->log_text);
}

void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		job_free(&p->jobs[i]);
	free(p->jobs);
	*p = (struct plan){ 0 };
}
