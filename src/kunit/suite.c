/* SPDX-License-Identifier: MIT */
/* Running a suite: its cases one after another, each in its own thread, and the result lines. */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "kunit.h"

unsigned kmk_suite_number = 1;
unsigned long kmk_warns_taken, kmk_bugs_taken;

#define CLEANUP_TRIES 64	/* releases that end in a throw before the rest is given up */

/* A case under way. A step that throws is not repeated; the next thread goes on behind it. */
struct case_run {
	struct kunit_suite *suite;
	struct kunit_case *c;
	struct kunit *test;
	unsigned step;
};

static void step_run(struct case_run *run)
{
	struct kunit *test = run->test;
	int err = run->suite->init ? run->suite->init(test) : 0;

	if (err) {
		kunit_err(test, "failed to initialize: %d", err);
		kunit_set_failure(test);
		return;
	}
	run->c->run_case(test);
}

static void step_exit(struct case_run *run)
{
	if (run->suite->exit)
		run->suite->exit(run->test);
}

static void step_cleanup(struct case_run *run)
{
	kunit_cleanup(run->test);
}

static void (*const steps[])(struct case_run *run) = { step_run, step_exit, step_cleanup };

static void case_body(void *data)
{
	struct case_run *run = data;

	current->kunit_test = run->test;
	while (run->step < ARRAY_SIZE(steps))
		steps[run->step++](run);
	current->kunit_test = NULL;
}

static void case_finish(struct case_run *run)
{
	for (int i = 0; i < CLEANUP_TRIES; i++) {
		if (run->step >= ARRAY_SIZE(steps) && list_empty(&run->test->resources))
			return;
		run->step = min_t(unsigned, run->step, ARRAY_SIZE(steps) - 1);
		if (kmk_attempt(case_body, run, run->c->name))
			return;
	}
	kunit_err(run->test, "resources could not be released");
	kunit_set_failure(run->test);
}

static unsigned long warns_now(void)
{
	return kmk_warn_count - kmk_warns_taken;
}

static unsigned long bugs_now(void)
{
	return kmk_bug_count - kmk_bugs_taken;
}

unsigned long kmk_kunit_take_reports(struct kunit *test)
{
	unsigned long warns = warns_now() - test->warns, bugs = bugs_now() - test->bugs;

	kmk_warns_taken += warns;
	kmk_bugs_taken += bugs;
	return warns + bugs;
}

/* A WARN is a remark; a BUG, or a misuse the allocators found, fails the case. */
static void report_reports(struct kunit *test)
{
	unsigned long warns = warns_now() - test->warns, bugs = bugs_now() - test->bugs;

	if (warns)
		kunit_warn(test, "%lu WARN report%s", warns, warns == 1 ? "" : "s");
	if (!bugs)
		return;
	kunit_err(test, "%lu BUG report%s", bugs, bugs == 1 ? "" : "s");
	kunit_set_failure(test);
}

static void run_once(struct kunit_suite *suite, struct kunit_case *c, struct kunit *test)
{
	struct case_run run = { .suite = suite, .c = c, .test = test };

	kunit_init_test(test, c->name, c->log);
	test->warns = warns_now();
	test->bugs = bugs_now();
	if (kmk_attempt(case_body, &run, c->name))
		kunit_set_failure(test);
	case_finish(&run);
	report_reports(test);
	if (test->status == KUNIT_FAILURE)
		c->status = KUNIT_FAILURE;
	else if (c->status != KUNIT_FAILURE && test->status == KUNIT_SUCCESS)
		c->status = KUNIT_SUCCESS;
}

static void count(struct kmk_stats *stats, enum kunit_status status)
{
	stats->passed += status == KUNIT_SUCCESS;
	stats->failed += status == KUNIT_FAILURE;
	stats->skipped += status == KUNIT_SKIPPED;
	stats->total++;
}

static void add_stats(struct kmk_stats *to, const struct kmk_stats *more)
{
	to->passed += more->passed;
	to->failed += more->failed;
	to->skipped += more->skipped;
	to->total += more->total;
}

/* As in the kernel's default: only where there is more than one result to count. */
void kmk_stats_print(char *log, const char *indent, const char *name, const struct kmk_stats *stats)
{
	if (stats->total > 1)
		kmk_kunit_print(log, "%s# %s: pass:%lu fail:%lu skip:%lu total:%lu", indent, name,
				stats->passed, stats->failed, stats->skipped, stats->total);
}

static void print_result(char *log, const char *indent, enum kunit_status status, unsigned number,
			 const char *name, const char *comment)
{
	bool skipped = status == KUNIT_SKIPPED;

	kmk_kunit_print(log, "%s%s %u %s%s%s", indent, kunit_status_to_ok_not_ok(status), number, name,
			skipped ? " # SKIP " : "", skipped ? comment : "");
}

static const char *event_word(enum kunit_status status)
{
	static const char *const words[] = {
		[KUNIT_SUCCESS] = "ok", [KUNIT_FAILURE] = "not-ok", [KUNIT_SKIPPED] = "skip",
	};

	return words[status];
}

/* A description stands on one line, and '#' would start a directive. */
static void clean_desc(char *desc, int index)
{
	desc[KUNIT_PARAM_DESC_SIZE - 1] = '\0';
	for (char *c = desc; *c; c++)
		if (*c == '\n' || *c == '\t' || *c == '\r')
			*c = ' ';
	if (!desc[0])
		scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "param-%d", index);
}

static void run_params(struct kunit_suite *suite, struct kunit_case *c, unsigned number,
		       struct kunit *test, struct kmk_stats *stats)
{
	static const char indent[] = KUNIT_SUBSUBTEST_INDENT;
	char desc[KUNIT_PARAM_DESC_SIZE] = "";

	test->param_value = c->generate_params(NULL, desc);
	kmk_kunit_print(c->log, "%sKTAP version 1", indent);
	kmk_kunit_print(c->log, "%s# Subtest: %s", indent, c->name);
	while (test->param_value) {
		clean_desc(desc, test->param_index);
		kmk_run_event("param-start\t%s\t%u\t%s\t%d\t%s", suite->name, number, c->name,
			  test->param_index + 1, desc);
		run_once(suite, c, test);
		print_result(c->log, indent, test->status, (unsigned)test->param_index + 1, desc,
			     test->status_comment);
		kmk_run_event("param-end\t%s\t%u\t%s\t%d\t%s", suite->name, number, c->name,
			  test->param_index + 1, event_word(test->status));
		count(stats, test->status);
		desc[0] = '\0';
		test->param_value = c->generate_params(test->param_value, desc);
		test->param_index++;
	}
}

static void run_case(struct kunit_suite *suite, struct kunit_case *c, struct kmk_stats *cases,
		     struct kmk_stats *total)
{
	unsigned number = kunit_test_case_num(suite, c);
	struct kmk_stats stats = { 0 };
	struct kunit test = { 0 };

	c->status = KUNIT_SKIPPED;
	kmk_run_event("case-start\t%s\t%u\t%s", suite->name, number, c->name);
	if (c->generate_params) {
		run_params(suite, c, number, &test, &stats);
	} else {
		run_once(suite, c, &test);
		count(&stats, test.status);
	}
	kmk_stats_print(c->log, KUNIT_SUBTEST_INDENT, c->name, &stats);
	print_result(c->log, KUNIT_SUBTEST_INDENT, c->status, number, c->name, test.status_comment);
	kmk_run_event("case-end\t%s\t%u\t%s\t%s", suite->name, number, c->name, event_word(c->status));
	count(cases, c->status);
	add_stats(total, &stats);
}

static void suite_init_body(void *data)
{
	struct kunit_suite *suite = data;

	suite->suite_init_err = -EFAULT;	/* stands if it never returns */
	suite->suite_init_err = suite->suite_init(suite);
}

static void suite_exit_body(void *data)
{
	struct kunit_suite *suite = data;

	suite->suite_exit(suite);
}

static bool suite_init(struct kunit_suite *suite)
{
	suite->suite_init_err = 0;
	suite->status_comment[0] = '\0';
	if (!suite->suite_init)
		return true;
	if (kmk_attempt(suite_init_body, suite, suite->name))
		suite->suite_init_err = -ENOMEM;
	if (suite->suite_init_err)
		kmk_kunit_print(suite->log, KUNIT_SUBTEST_INDENT "# failed to initialize (%d)",
				suite->suite_init_err);
	return !suite->suite_init_err;
}

static void run_cases(struct kunit_suite *suite)
{
	struct kmk_stats cases = { 0 }, total = { 0 };
	struct kunit_case *c;

	kmk_out(KUNIT_SUBTEST_INDENT "KTAP version 1");
	kmk_out(KUNIT_SUBTEST_INDENT "# Subtest: %s", suite->name);
	kmk_out(KUNIT_SUBTEST_INDENT "1..%zu", kunit_suite_num_test_cases(suite));
	kmk_run_event("plan\t%s", suite->name);
	kunit_suite_for_each_test_case(suite, c)
		run_case(suite, c, &cases, &total);
	if (suite->suite_exit)
		kmk_attempt(suite_exit_body, suite, suite->name);
	kmk_stats_print(suite->log, "", suite->name, &cases);
	kmk_stats_print(suite->log, "", "Totals", &total);
}

void kmk_suite_announce(struct kunit_suite *suite)
{
	struct kunit_case *c;

	kmk_run_event("suite\t%s\t%zu", suite->name, kunit_suite_num_test_cases(suite));
	kunit_suite_for_each_test_case(suite, c)
		kmk_run_event("case\t%s\t%u\t%s", suite->name, kunit_test_case_num(suite, c), c->name);
}

int kunit_run_tests(struct kunit_suite *suite)
{
	enum kunit_status status;

	kmk_suite_announce(suite);
	if (suite_init(suite))
		run_cases(suite);
	status = kunit_suite_has_succeeded(suite);
	print_result(suite->log, "", status, kmk_suite_number++, suite->name, suite->status_comment);
	kmk_run_event("suite-end\t%s\t%s", suite->name, event_word(status));
	return 0;
}

/* ---- the small calls of the API -------------------------------------------------------- */

bool kunit_enabled(void)
{
	return true;
}

void kunit_init_test(struct kunit *test, const char *name, char *log)
{
	spin_lock_init(&test->lock);
	INIT_LIST_HEAD(&test->resources);
	test->name = name;
	test->log = log;
	if (log)
		log[0] = '\0';
	test->status = KUNIT_SUCCESS;
	test->status_comment[0] = '\0';
}

size_t kunit_suite_num_test_cases(struct kunit_suite *suite)
{
	struct kunit_case *c;
	size_t n = 0;

	kunit_suite_for_each_test_case(suite, c)
		n++;
	return n;
}

unsigned int kunit_test_case_num(struct kunit_suite *suite, struct kunit_case *test_case)
{
	struct kunit_case *c;

	kunit_suite_for_each_test_case(suite, c)
		if (c == test_case)
			return (unsigned int)(c - suite->test_cases) + 1;
	return 0;
}

/* Failed if a case failed, skipped if no case did anything else. */
enum kunit_status kunit_suite_has_succeeded(struct kunit_suite *suite)
{
	enum kunit_status status = KUNIT_SKIPPED;
	struct kunit_case *c;

	if (suite->suite_init_err)
		return KUNIT_FAILURE;
	kunit_suite_for_each_test_case(suite, c) {
		if (c->status == KUNIT_FAILURE)
			return KUNIT_FAILURE;
		if (c->status == KUNIT_SUCCESS)
			status = KUNIT_SUCCESS;
	}
	return status;
}

const char *kunit_status_to_ok_not_ok(enum kunit_status status)
{
	return status == KUNIT_FAILURE ? "not ok" : "ok";
}

int __kunit_test_suites_init(struct kunit_suite * const * const suites, int num_suites)
{
	for (int i = 0; i < num_suites; i++)
		kunit_run_tests(suites[i]);
	return 0;
}

void __kunit_test_suites_exit(struct kunit_suite **suites, int num_suites)
{
	(void)suites;
	(void)num_suites;
}

void kmk_kunit_skipped(enum kunit_status *status, char *comment, const char *fmt, ...)
{
	va_list args;

	WRITE_ONCE(*status, KUNIT_SKIPPED);
	va_start(args, fmt);
	vscnprintf(comment, KUNIT_STATUS_COMMENT_SIZE, fmt, args);
	va_end(args);
}

void kmk_param_describe(char *desc, const char *text)
{
	strscpy(desc, text, KUNIT_PARAM_DESC_SIZE);
}
