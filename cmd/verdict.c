/* SPDX-License-Identifier: MIT */
/* What a job's end means: the lines it still owed the document, and the counts at the end. */
#include "job.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

char *job_reason(const struct job *j, unsigned timeout)
{
	if (j->timed_out)
		return cmd_format("timed out after %u s", timeout);
	if (j->crash)
		return cmd_strdup(j->crash);
	if (WIFSIGNALED(j->status))
		return cmd_format("killed by signal %d (%s)", WTERMSIG(j->status),
				  strsignal(WTERMSIG(j->status)));
	if (!j->done || j->verdict == V_NONE)
		return cmd_format("ended early with status %d", WEXITSTATUS(j->status));
	return NULL;
}

static const char *case_name(const struct job *j, size_t i)
{
	return j->cases[i].name ? j->cases[i].name : "(unnamed)";
}

/* The cases from the first without a verdict on: the running one failed, the others never ran. */
static void complete_cases(const struct job *j, const char *reason)
{
	if (!j->planned)
		printf("    KTAP version 1\n    # Subtest: %s\n    1..%zu\n", j->name, j->nr_cases);
	if (j->param)
		printf("        not ok %s\n", j->param);
	for (size_t i = 0; i < j->nr_cases; i++) {
		const char *name = case_name(j, i);

		if (j->cases[i].verdict != V_NONE)
			continue;
		if (j->cases[i].started)
			printf("    # %s: %s\n    not ok %zu %s\n", name, reason, i + 1, name);
		else
			printf("    ok %zu %s # SKIP not run\n", i + 1, name);
	}
}

/* Where it was: the running case, the one that ended last, or set-up. */
static const char *place(const struct job *j)
{
	if (j->current)
		return case_name(j, j->current - 1);
	for (size_t i = j->nr_cases; i-- > 0;)
		if (j->cases[i].started)
			return "suite_exit";
	return "suite_init";
}

void job_complete(const struct job *j, const char *reason)
{
	if (j->verdict != V_NONE) {
		printf("# %s: %s after its result\n", j->name, reason);
		cmd_error("%s: %s after its result", j->name, reason);
		return;
	}
	if (j->kind == JOB_SUITE) {
		complete_cases(j, reason);
		printf("# %s: %s in %s\n", j->name, reason, place(j));
		cmd_error("%s: %s in %s", j->name, reason, place(j));
	} else {
		printf("# %s: %s\n", j->name, reason);
		cmd_error("%s: %s", j->name, reason);
	}
	printf("not ok %u %s\n", j->index, j->name);
}

bool job_passed(const struct job *j)
{
	return j->finished && j->done && j->status == 0 && (j->verdict == V_OK || j->verdict == V_SKIP) &&
	       !j->timed_out && !j->crash && !j->warns && !j->bugs && !j->leaks.n;
}

bool job_bad_use(const struct job *j)
{
	bool refused = !j->started && !j->timed_out && WIFEXITED(j->status) && WEXITSTATUS(j->status) == 2;

	return j->bad_use || refused;
}

struct totals {
	size_t suites, modules, failed_units;
	size_t cases, passed, failed, skipped, not_run;
	unsigned long warns, bugs, leaks, leaked, reachable, reachable_bytes;
};

static void count_cases(struct totals *t, const struct job *j)
{
	for (size_t i = 0; i < j->nr_cases; i++) {
		const struct test_case *c = &j->cases[i];

		t->passed += c->verdict == V_OK;
		t->skipped += c->verdict == V_SKIP;
		t->failed += c->verdict == V_NOT_OK || (c->verdict == V_NONE && c->started);
		t->not_run += c->verdict == V_NONE && !c->started;
	}
	t->cases += j->nr_cases;
}

static void count_job(struct totals *t, const struct job *j)
{
	t->suites += j->kind == JOB_SUITE;
	t->modules += j->kind == JOB_MODULE;
	t->failed_units += j->verdict == V_NONE || j->verdict == V_NOT_OK;
	t->warns += j->warns;
	t->bugs += j->bugs;
	t->leaks += j->leaks.n;
	t->leaked += j->leaked_bytes;
	t->reachable += j->reachable;
	t->reachable_bytes += j->reachable_bytes;
	count_cases(t, j);
}

static void list_leaks(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->jobs[i].leaks.n; k++)
			cmd_error("%s: leak: %s", p->jobs[i].name, p->jobs[i].leaks.v[k]);
}

/* tools/conformance and people read the last line: keep its words. */
void print_summary(const struct plan *p)
{
	struct totals t = { 0 };

	for (size_t i = 0; i < p->n; i++)
		count_job(&t, &p->jobs[i]);
	list_leaks(p);
	if (t.reachable)
		cmd_error("still allocated but reachable: %lu objects, %lu bytes", t.reachable,
			  t.reachable_bytes);
	cmd_error("suites %zu, modules %zu, of these failed %zu; cases %zu: passed %zu, failed %zu, "
		  "skipped %zu, not run %zu; WARN %lu, BUG %lu, leaks %lu (%lu bytes)", t.suites, t.modules,
		  t.failed_units, t.cases, t.passed, t.failed, t.skipped, t.not_run, t.warns, t.bugs, t.leaks,
		  t.leaked);
}
