/* SPDX-License-Identifier: MIT */
/* What is to be run, in which order, and the verdict of the whole: docs/protocol.md in code. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "kunit.h"

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

static bool any_failed;
static unsigned long setup_warns, setup_bugs;	/* reports that are not this run's */

static unsigned count_suites(void)
{
	unsigned n = 0;

	kmk_for_each_entry_of(suites, struct kunit_suite, s, slot)
		n++;
	return n;
}

static struct kunit_suite *find_suite(const char *name)
{
	kmk_for_each_entry_of(suites, struct kunit_suite, s, slot)
		if (!strcmp((*slot)->name, name))
			return *slot;
	return NULL;
}

/* ---- list ------------------------------------------------------------------------------ */

static void list_as_text(void)
{
	for (unsigned i = 0; i < kmk_nr_modules; i++)
		kmk_out("module\t%s\t%s", kmk_modules[i].name, kmk_level_name(kmk_modules[i].level));
	kmk_for_each_entry_of(suites, struct kunit_suite, s, slot) {
		struct kunit_suite *suite = *slot;
		struct kunit_case *c;

		kmk_out("suite\t%s\t%zu", suite->name, kunit_suite_num_test_cases(suite));
		kunit_suite_for_each_test_case(suite, c)
			kmk_out("case\t%s\t%u\t%s", suite->name, kunit_test_case_num(suite, c), c->name);
	}
}

static int list(char *params)
{
	if (!kmk_params_apply(params, true))
		return STATUS_USAGE;
	for (unsigned i = 0; i < kmk_nr_modules; i++)
		kmk_run_event("module\t%s\t%s", kmk_modules[i].name, kmk_level_name(kmk_modules[i].level));
	kmk_for_each_entry_of(suites, struct kunit_suite, s, slot)
		kmk_suite_announce(*slot);
	if (!kmk_have_events())
		list_as_text();
	return STATUS_OK;
}

/* ---- parts of a run -------------------------------------------------------------------- */

static void run_suite(struct kunit_suite *suite)
{
	kunit_run_tests(suite);
	if (kunit_suite_has_succeeded(suite) == KUNIT_FAILURE)
		any_failed = true;
}

/* Why a module failed, in words. */
static const char *module_reason(const struct kmk_module *module, char *buf, size_t size)
{
	if (module->stopped)
		scnprintf(buf, size, "init did not return (BUG)");
	else if (module->result && module->result != -EAGAIN)
		scnprintf(buf, size, "init returned %d", module->result);
	else
		scnprintf(buf, size, "WARN or BUG reported");
	return buf;
}

static void module_verdict(struct kmk_module *module, unsigned number, bool ktap)
{
	char reason[64];

	if (module->failed) {
		any_failed = true;
		module_reason(module, reason, sizeof(reason));
		if (ktap)
			kmk_out("# %s: %s", module->name, reason);
		else
			kmk_complain("%s: %s", module->name, reason);
	}
	if (ktap)
		kmk_out("%s %u %s", module->failed ? "not ok" : "ok", number, module->name);
	kmk_run_event("module-end\t%s\t%d\t%s", module->name, module->result,
		  module->failed ? "not-ok" : "ok");
}

static void setup_ended(unsigned long warns, unsigned long bugs)
{
	setup_warns = warns;
	setup_bugs = bugs;
}

static int run_one_suite(const struct kmk_run_config *config, const char *name)
{
	struct kunit_suite *suite = find_suite(name);

	if (!suite) {
		kmk_complain("no suite is called '%s'", name);
		return STATUS_USAGE;
	}
	kmk_initcalls_run(config->skip, NULL);
	setup_ended(kmk_warn_count, kmk_bug_count);
	kmk_suite_number = config->index;
	run_suite(suite);
	kmk_exitcalls_run();
	return STATUS_OK;
}

static int run_one_module(const struct kmk_run_config *config, const char *name)
{
	struct kmk_module *module = kmk_module_find(name);

	if (!module) {
		kmk_complain("no module is called '%s'", name);
		return STATUS_USAGE;
	}
	kmk_initcalls_run(config->skip, module);
	setup_ended(module->warns, module->bugs);
	kmk_exitcalls_run();
	module_verdict(module, config->index, true);
	return STATUS_OK;
}

static int run_all(const struct kmk_run_config *config)
{
	unsigned suites = count_suites();
	bool ktap = config->run || suites;

	kmk_initcalls_run(config->skip, NULL);
	if (ktap) {
		kmk_out("KTAP version 1");
		kmk_out("1..%u", kmk_nr_modules + suites);
	}
	for (unsigned i = 0; i < kmk_nr_modules; i++)
		module_verdict(&kmk_modules[i], i + 1, ktap);
	kmk_suite_number = kmk_nr_modules + 1;
	kmk_for_each_entry_of(suites, struct kunit_suite, s, slot)
		run_suite(*slot);
	kmk_exitcalls_run();
	return STATUS_OK;
}

/* ---- the whole ------------------------------------------------------------------------- */

static int end_report(const struct kmk_run_config *config)
{
	unsigned long warns, bugs, leaks;

	if (kmk_device_report)
		kmk_device_report();
	if (kmk_end_report)
		kmk_end_report();
	if (config->proc && kmk_proc_report)
		kmk_proc_report(config->proc);
	warns = kmk_warn_count - setup_warns - kmk_warns_taken;
	bugs = kmk_bug_count - setup_bugs - kmk_bugs_taken;
	leaks = kmk_leaks_seen();
	kmk_run_event("warn\t%lu", warns);
	kmk_run_event("bug\t%lu", bugs);
	if (!kmk_have_events() && (warns || bugs || leaks))
		kmk_complain("reports: %lu WARN, %lu BUG, %lu leaked", warns, bugs, leaks);
	return any_failed || warns || bugs || leaks ? STATUS_FAILED : STATUS_OK;
}

static int run_mode(const struct kmk_run_config *config)
{
	const char *run = config->run ? config->run : "all";

	if (!strncmp(run, "suite:", 6))
		return run_one_suite(config, run + 6);
	if (!strncmp(run, "module:", 7))
		return run_one_module(config, run + 7);
	if (!strcmp(run, "all"))
		return run_all(config);
	kmk_complain("KMEMKIT_RUN=%s: expected list, suite:NAME, module:NAME or all", run);
	return STATUS_USAGE;
}

static int start_and_run(const struct kmk_run_config *config)
{
	int status;

	if (kmemkit_start())
		return STATUS_USAGE;
	kmk_attempt_setup();
	if (!kmk_params_from_boot() || !kmk_params_apply(config->params, false))
		return STATUS_USAGE;
	kmk_hooks_run();
	status = run_mode(config);
	return status ? status : end_report(config);
}

int kmk_run(const struct kmk_run_config *config)
{
	int status = STATUS_OK;

	kmk_out_setup(config);
	kmk_run_event("hello\t1");
	kmk_modules_collect();
	if (config->run && !strcmp(config->run, "list"))
		status = list(config->params);
	else
		status = start_and_run(config);
	kmk_run_event("done\t%d", status);
	return status;
}
