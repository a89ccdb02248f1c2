// SPDX-License-Identifier: MIT
/*
 * The runner tested with itself. Inner suites are run with their output captured, and the text is
 * compared: what a failed case does must not make this suite fail.
 */
#include <kmemkit/kunit.h>
#include <kunit/static_stub.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

static char output[8192];
static char trace[256];

static void note(const char *word)
{
	strlcat(trace, word, sizeof(trace));
	strlcat(trace, " ", sizeof(trace));
}

/* Run an inner suite; its text is in output, what it noted in trace. */
static void run_inner(struct kunit_suite *suite)
{
	trace[0] = '\0';
	kmk_kunit_capture(output, sizeof(output));
	kunit_run_tests(suite);
	kmk_kunit_capture(NULL, 0);
}

#define EXPECT_OUTPUT(test, text)	KUNIT_EXPECT_PTR_NE_MSG(test, strstr(output, text), NULL, "%s", output)
#define EXPECT_NO_OUTPUT(test, text)	KUNIT_EXPECT_PTR_EQ_MSG(test, strstr(output, text), NULL, "%s", output)

/* ---- results --------------------------------------------------------------------------- */

static void inner_passes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 2, 1 + 1);
	KUNIT_SUCCEED(test);
}

static void fail_deeply(struct kunit *test, int depth)
{
	if (depth)
		fail_deeply(test, depth - 1);
	else
		KUNIT_ASSERT_EQ(test, depth, 1);
	note("returned");
}

static void inner_asserts(struct kunit *test)
{
	note("asserting");
	fail_deeply(test, 20);
	note("after");
}

static void inner_expects(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, false);
	note("went-on");
}

static void inner_skips(struct kunit *test)
{
	kunit_skip(test, "not on day %d", 3);
	note("after-skip");
}

static void inner_marks(struct kunit *test)
{
	kunit_mark_skipped(test, "marked");
	note("after-mark");
}

static struct kunit_case result_cases[] = {
	KUNIT_CASE(inner_passes), KUNIT_CASE(inner_asserts), KUNIT_CASE(inner_expects),
	KUNIT_CASE(inner_skips), KUNIT_CASE(inner_marks), {}
};
static struct kunit_suite result_suite = { .name = "results", .test_cases = result_cases };

static void results_are_ktap(struct kunit *test)
{
	run_inner(&result_suite);
	EXPECT_OUTPUT(test, "    KTAP version 1\n    # Subtest: results\n    1..5\n    ok 1 inner_passes\n");
	EXPECT_OUTPUT(test, "\n    not ok 2 inner_asserts\n");
	EXPECT_OUTPUT(test, "\n    not ok 3 inner_expects\n");
	EXPECT_OUTPUT(test, "\n    ok 4 inner_skips # SKIP not on day 3\n");
	EXPECT_OUTPUT(test, "\n    ok 5 inner_marks # SKIP marked\n");
	EXPECT_OUTPUT(test, "\n# results: pass:1 fail:2 skip:2 total:5\n# Totals: pass:1 fail:2 skip:2 total:5\n"
		      "not ok 1 results\n");
}

static void assertion_ends_only_its_case(struct kunit *test)
{
	run_inner(&result_suite);
	KUNIT_EXPECT_STREQ(test, trace, "asserting went-on after-mark ");
	KUNIT_EXPECT_PTR_EQ(test, kunit_get_current_test(), test);
	KUNIT_EXPECT_EQ(test, test->status, KUNIT_SUCCESS);
}

/* ---- messages -------------------------------------------------------------------------- */

static void inner_messages(struct kunit *test)
{
	int three = 3;
	void *null = NULL, *err = ERR_PTR(-ENOMEM);
	const char *word = "word";

	KUNIT_EXPECT_EQ(test, three, 4);
	KUNIT_EXPECT_GT_MSG(test, three, three + 1, "three is %d", three);
	KUNIT_EXPECT_FALSE(test, three == 3);
	KUNIT_EXPECT_STREQ(test, word, "sword");
	KUNIT_EXPECT_NOT_NULL(test, null);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, null);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, err);
	KUNIT_EXPECT_MEMEQ(test, word, "worm", 4);
	KUNIT_EXPECT_EQ(test, -1, three);
	KUNIT_FAIL(test, "no luck: %s", word);
}

static struct kunit_case message_cases[] = { KUNIT_CASE(inner_messages), {} };
static struct kunit_suite message_suite = { .name = "messages", .test_cases = message_cases };

static void messages_have_the_kernels_form(struct kunit *test)
{
	run_inner(&message_suite);
	EXPECT_OUTPUT(test, "    # inner_messages: EXPECTATION FAILED at ");
	EXPECT_OUTPUT(test, "    Expected three == 4, but\n        three == 3 (0x3)\n    #");
	EXPECT_OUTPUT(test, "    Expected three > three + 1, but\n        three == 3 (0x3)\n"
		      "        three + 1 == 4 (0x4)\n    three is 3\n");
	EXPECT_OUTPUT(test, "    Expected three == 3 to be false, but is true\n");
	EXPECT_OUTPUT(test, "    Expected word == \"sword\", but\n        word == \"word\"\n    #");
	EXPECT_OUTPUT(test, "    Expected null != NULL, but\n        null == 0000000000000000\n    #");
	EXPECT_OUTPUT(test, "    Expected null is not null, but is\n");
	EXPECT_OUTPUT(test, "    Expected err is not error, but is: -12\n");
	EXPECT_OUTPUT(test, "        word ==\n        0000: 77  6f  72 <64>\n"
		      "        \"worm\" ==\n        0000: 77  6f  72 <6d>\n");
	EXPECT_OUTPUT(test, "    Expected -1 == three, but\n        three == 3 (0x3)\n");
	EXPECT_OUTPUT(test, "    no luck: word\n");
}

static void log_keeps_a_copy(struct kunit *test)
{
	struct kunit fake = { .priv = NULL };
	char *log = kunit_kzalloc(test, KUNIT_LOG_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, log);
	kunit_init_test(&fake, "fake", log);
	kmk_kunit_capture(output, sizeof(output));
	kunit_info(&fake, "number %d", 5);
	kmk_claim_failed(&fake, &(struct kmk_claim){ .loc = { 7, "a.c" }, .type = KUNIT_EXPECTATION },
			 0, 0, 0, "why");
	kmk_kunit_capture(NULL, 0);
	KUNIT_EXPECT_STREQ(test, log,
			   "    # fake: number 5\n    # fake: EXPECTATION FAILED at a.c:7\n    why\n");
	KUNIT_EXPECT_STREQ(test, log, output);
	KUNIT_EXPECT_EQ(test, fake.status, KUNIT_FAILURE);
}

static int evaluations;

static int evaluate(void)
{
	return ++evaluations;
}

static void arguments_are_evaluated_once(struct kunit *test)
{
	evaluations = 0;
	KUNIT_EXPECT_EQ(test, evaluate(), 1);
	KUNIT_EXPECT_TRUE(test, evaluate() == 2);
	KUNIT_EXPECT_LT(test, 2, evaluate());
	KUNIT_EXPECT_EQ(test, evaluations, 3);
}

static void comparisons(struct kunit *test)
{
	u8 a[3] = { 1, 2, 3 }, b[3] = { 1, 2, 4 };

	KUNIT_EXPECT_EQ(test, (u64)-1, U64_MAX);
	KUNIT_EXPECT_NE(test, 1, 2);
	KUNIT_EXPECT_LE(test, 2, 2);
	KUNIT_EXPECT_GE(test, 2, 2);
	KUNIT_EXPECT_GT(test, 3u, 2u);
	KUNIT_EXPECT_STRNEQ(test, "a", "b");
	KUNIT_EXPECT_MEMEQ(test, a, b, 2);
	KUNIT_EXPECT_MEMNEQ(test, a, b, 3);
	KUNIT_EXPECT_NULL(test, (void *)NULL);
	KUNIT_EXPECT_NOT_NULL(test, test);
	KUNIT_EXPECT_PTR_EQ(test, &a[0], a + 0);
	KUNIT_ASSERT_EQ_MSG(test, 1, 1, "never %s", "shown");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, test);
}

/* ---- parameters ------------------------------------------------------------------------ */

struct number {
	int value;
	const char *name;
};
static const struct number numbers[] = { { 1, "one" }, { 2, "two" }, { 3, NULL } };

static void describe(const struct number *n, char *desc)
{
	if (n->name)
		strscpy(desc, n->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(number, numbers, describe);

static void inner_params(struct kunit *test)
{
	const struct number *n = test->param_value;

	if (n->value == 1)
		kunit_skip(test, "one is none");
	KUNIT_EXPECT_NE(test, n->value, 3);
}

static struct kunit_case param_cases[] = { KUNIT_CASE_PARAM(inner_params, number_gen_params), {} };
static struct kunit_suite param_suite = { .name = "params", .test_cases = param_cases };

static void parameters_are_subtests(struct kunit *test)
{
	run_inner(&param_suite);
	EXPECT_OUTPUT(test, "\n        KTAP version 1\n        # Subtest: inner_params\n"
		      "        ok 1 one # SKIP one is none\n        ok 2 two\n");
	EXPECT_OUTPUT(test, "\n        not ok 3 param-2\n"
		      "    # inner_params: pass:1 fail:1 skip:1 total:3\n    not ok 1 inner_params\n"
		      "# Totals: pass:1 fail:1 skip:1 total:3\nnot ok 1 params\n");
}

/* ---- fixtures -------------------------------------------------------------------------- */

static int fixture_suite_init(struct kunit_suite *suite)
{
	note("suite-init");
	return 0;
}

static void fixture_suite_exit(struct kunit_suite *suite)
{
	note("suite-exit");
}

static int fixture_init(struct kunit *test)
{
	note("init");
	test->priv = trace;
	return 0;
}

static void fixture_exit(struct kunit *test)
{
	note("exit");
}

static void fixture_case(struct kunit *test)
{
	note(test->priv == trace ? "case" : "priv-lost");
	KUNIT_ASSERT_TRUE(test, false);
}

static struct kunit_case fixture_cases[] = { KUNIT_CASE(fixture_case), KUNIT_CASE(inner_passes), {} };
static struct kunit_suite fixture_suite = {
	.name = "fixtures", .suite_init = fixture_suite_init, .suite_exit = fixture_suite_exit,
	.init = fixture_init, .exit = fixture_exit, .test_cases = fixture_cases,
};

static void fixtures_run_around_cases(struct kunit *test)
{
	run_inner(&fixture_suite);
	KUNIT_EXPECT_STREQ(test, trace, "suite-init init case exit init exit suite-exit ");
}

static int failing_init(struct kunit *test)
{
	return -EBUSY;
}

static int failing_suite_init(struct kunit_suite *suite)
{
	return -EBUSY;
}

static struct kunit_suite no_init_suite = {
	.name = "no_init", .init = failing_init, .test_cases = fixture_cases,
};
static struct kunit_suite no_suite_init_suite = {
	.name = "no_suite_init", .suite_init = failing_suite_init, .test_cases = fixture_cases,
};

static void failed_init_fails_the_case(struct kunit *test)
{
	run_inner(&no_init_suite);
	EXPECT_OUTPUT(test, "    # fixture_case: failed to initialize: -16\n    not ok 1 fixture_case\n");
	KUNIT_EXPECT_STREQ(test, trace, "");
	run_inner(&no_suite_init_suite);
	KUNIT_EXPECT_STREQ(test, output, "    # failed to initialize (-16)\nnot ok 1 no_suite_init\n");
}

/* ---- resources ------------------------------------------------------------------------- */

static int res_init(struct kunit_resource *res, void *context)
{
	res->data = context;
	return 0;
}

static void res_free(struct kunit_resource *res)
{
	note(res->data);
}

static void note_action(void *ctx)
{
	note(ctx);
}

static void inner_resources(struct kunit *test)
{
	static struct kunit_resource fixed;

	KUNIT_EXPECT_STREQ(test, kunit_alloc_resource(test, res_init, res_free, GFP_KERNEL, "first"), "first");
	kunit_add_resource(test, res_init, res_free, &fixed, "second");
	kunit_add_action(test, note_action, "third");
	kunit_add_action(test, note_action, "removed");
	kunit_add_action(test, note_action, "released");
	kunit_remove_action(test, note_action, "removed");
	kunit_release_action(test, note_action, "released");
	kunit_kmalloc(test, 100, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, false);
}

static void throwing_action(void *ctx)
{
	note("throwing");
	KUNIT_ASSERT_TRUE((struct kunit *)ctx, false);
}

static void inner_throwing_release(struct kunit *test)
{
	kunit_add_action(test, note_action, "older");
	kunit_add_action(test, throwing_action, test);
}

static struct kunit_case resource_cases[] = {
	KUNIT_CASE(inner_resources), KUNIT_CASE(inner_throwing_release), {}
};
static struct kunit_suite resource_suite = { .name = "resources", .test_cases = resource_cases };

static void resources_go_last_in_first_out(struct kunit *test)
{
	run_inner(&resource_suite);
	KUNIT_EXPECT_STREQ(test, trace, "released third second first throwing older ");
}

static void named_resources(struct kunit *test)
{
	struct kunit_resource a, b, *found;

	trace[0] = '\0';
	KUNIT_EXPECT_EQ(test, kunit_add_named_resource(test, NULL, res_free, &a, "a", "data-a"), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_named_resource(test, NULL, res_free, &b, "b", "data-b"), 0);
	KUNIT_EXPECT_EQ(test, kunit_add_named_resource(test, NULL, NULL, &b, "a", NULL), -EEXIST);
	KUNIT_EXPECT_EQ(test, kunit_add_named_resource(test, NULL, NULL, &b, NULL, NULL), -EINVAL);
	found = kunit_find_named_resource(current->kunit_test, "a");
	KUNIT_ASSERT_PTR_EQ(test, found, &a);
	KUNIT_EXPECT_EQ(test, kunit_destroy_named_resource(test, "a"), 0);
	KUNIT_EXPECT_STREQ(test, trace, "");		/* found still holds it */
	kunit_put_resource(found);
	KUNIT_EXPECT_STREQ(test, trace, "data-a ");
	KUNIT_EXPECT_EQ(test, kunit_destroy_named_resource(test, "a"), -ENOENT);
	KUNIT_EXPECT_EQ(test, kunit_destroy_named_resource(test, "b"), 0);
	KUNIT_EXPECT_STREQ(test, trace, "data-a data-b ");
}

static void memory_is_managed(struct kunit *test)
{
	u8 *p = kunit_kzalloc(test, 64, GFP_KERNEL);
	char *copy = kunit_kstrdup(test, "text", GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, !memchr_inv(p, 0, 64));
	KUNIT_EXPECT_STREQ(test, copy, "text");
	KUNIT_EXPECT_NULL(test, kunit_kmalloc_array(test, SIZE_MAX, 2, GFP_KERNEL));
	kunit_kfree(test, p);
	KUNIT_EXPECT_NOT_NULL(test, kunit_kcalloc(test, 3, 5, GFP_KERNEL));
}

static void inner_bad_kfree(struct kunit *test)
{
	int own = 0;

	kunit_kfree(test, &own);
}

static struct kunit_case bad_kfree_cases[] = { KUNIT_CASE(inner_bad_kfree), {} };
static struct kunit_suite bad_kfree_suite = { .name = "bad_kfree", .test_cases = bad_kfree_cases };

static void foreign_kfree_is_a_failure(struct kunit *test)
{
	run_inner(&bad_kfree_suite);
	EXPECT_OUTPUT(test, "already freed or not allocated by kunit\n    not ok 1 inner_bad_kfree\n");
}

/* ---- reports, other threads, stubs ----------------------------------------------------- */

static void inner_warns(struct kunit *test)
{
	WARN(1, "expected by kunit_test: this WARN is part of the test\n");
}

static void inner_bugs(struct kunit *test)
{
	pr_info("expected by kunit_test: the next BUG is part of the test\n");
	BUG();
}

static struct kunit_case report_cases[] = { KUNIT_CASE(inner_warns), KUNIT_CASE(inner_bugs), {} };
static struct kunit_suite report_suite = { .name = "reports", .test_cases = report_cases };

static void reports_are_shown(struct kunit *test)
{
	run_inner(&report_suite);
	EXPECT_OUTPUT(test, "    # inner_warns: 1 WARN report\n    ok 1 inner_warns\n");
	EXPECT_OUTPUT(test, "    # inner_bugs: BUG\n");
	EXPECT_OUTPUT(test, "    not ok 2 inner_bugs\n");
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 2);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0);
}

static DECLARE_COMPLETION(helper_done);

static int helper_thread(void *data)
{
	struct kunit *test = data;

	complete(&helper_done);
	KUNIT_ASSERT_TRUE_MSG(test, false, "in a helper");
	note("helper-went-on");
	return 0;
}

static void inner_helper(struct kunit *test)
{
	struct task_struct *t = kthread_create(helper_thread, test, "kunit_helper");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, t);
	get_task_struct(t);
	wake_up_process(t);
	wait_for_completion(&helper_done);
	kthread_stop(t);
	put_task_struct(t);
	note("case-went-on");
}

static void inner_current(struct kunit *test)
{
	kunit_fail_current_test("code under test says %d", 7);
}

static struct kunit_case helper_cases[] = { KUNIT_CASE(inner_helper), KUNIT_CASE(inner_current), {} };
static struct kunit_suite helper_suite = { .name = "helpers", .test_cases = helper_cases };

static void other_threads_may_fail_a_case(struct kunit *test)
{
	reinit_completion(&helper_done);
	run_inner(&helper_suite);
	KUNIT_EXPECT_STREQ(test, trace, "case-went-on ");
	EXPECT_OUTPUT(test, "    in a helper\n    not ok 1 inner_helper\n");
	EXPECT_OUTPUT(test, ": code under test says 7\n    not ok 2 inner_current\n");
}

static int stubbed(int x)
{
	KUNIT_STATIC_STUB_REDIRECT(stubbed, x);
	return x;
}

static int replacement(int x)
{
	return -x;
}

static void static_stubs(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, stubbed(5), 5);
	kunit_activate_static_stub(test, stubbed, replacement);
	KUNIT_EXPECT_EQ(test, stubbed(5), -5);
	kunit_deactivate_static_stub(test, stubbed);
	KUNIT_EXPECT_EQ(test, stubbed(5), 5);
}

/* ---- module parameters and initcalls --------------------------------------------------- */

static int values[4] = { 9, 9, 9, 9 };
static unsigned int nr_values;
module_param_array(values, int, &nr_values, 0444);
static bool flag;
module_param(flag, bool, 0444);
static char *text = "default";
module_param(text, charp, 0444);
static char fixed_text[8] = "short";
module_param_string(fixed, fixed_text, sizeof(fixed_text), 0444);
static ushort small;
module_param_named(tiny, small, ushort, 0444);

static int set(const struct kernel_param *kp, const char *value)
{
	char copy[32];

	strscpy(copy, value, sizeof(copy));
	return kp->ops->set(copy, kp);
}

static void parameters_parse(struct kunit *test)
{
	char page[256];

	KUNIT_EXPECT_EQ(test, set(&kmk_param_values, "1,-2,0x10"), 0);
	KUNIT_EXPECT_EQ(test, nr_values, 3);
	KUNIT_EXPECT_EQ(test, values[1], -2);
	KUNIT_EXPECT_EQ(test, values[2], 16);
	KUNIT_EXPECT_EQ(test, values[3], 9);
	KUNIT_EXPECT_EQ(test, param_array_ops.get(page, &kmk_param_values), 8);
	KUNIT_EXPECT_STREQ(test, page, "1,-2,16\n");
	KUNIT_EXPECT_EQ(test, set(&kmk_param_values, "1,2,3,4,5"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(&kmk_param_values, "1,x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, param_set_bool(NULL, &kmk_param_flag), 0);
	KUNIT_EXPECT_TRUE(test, flag);
	KUNIT_EXPECT_EQ(test, set(&kmk_param_flag, "n"), 0);
	KUNIT_EXPECT_FALSE(test, flag);
	KUNIT_EXPECT_EQ(test, set(&kmk_param_flag, "maybe"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(&kmk_param_tiny, "65536"), -ERANGE);
	KUNIT_EXPECT_EQ(test, set(&kmk_param_tiny, "65535"), 0);
	KUNIT_EXPECT_EQ(test, small, 65535);
	KUNIT_EXPECT_EQ(test, set(&kmk_param_fixed, "much too long"), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, fixed_text, "short");
	KUNIT_EXPECT_STREQ(test, text, "default");
}

static char order[64];

#define ORDERED(level, word)						\
	static int __init init_##level(void)				\
	{								\
		strlcat(order, word, sizeof(order));			\
		return 0;						\
	}								\
	level##_initcall(init_##level)

ORDERED(late, "late ");
ORDERED(core, "core ");
ORDERED(subsys, "subsys ");
ORDERED(early, "early ");
ORDERED(fs, "fs ");

static int __init init_module_level(void)
{
	strlcat(order, "module ", sizeof(order));
	return 0;
}
module_init(init_module_level);

static void __exit exit_module_level(void)
{
}
module_exit(exit_module_level);

static void initcalls_ran_in_order(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, order, "early core subsys fs module late ");
	KUNIT_EXPECT_STREQ(test, THIS_MODULE->name, KBUILD_MODNAME);
}

static struct kunit_case kunit_cases[] = {
	KUNIT_CASE(results_are_ktap),
	KUNIT_CASE(assertion_ends_only_its_case),
	KUNIT_CASE(messages_have_the_kernels_form),
	KUNIT_CASE(log_keeps_a_copy),
	KUNIT_CASE(arguments_are_evaluated_once),
	KUNIT_CASE(comparisons),
	KUNIT_CASE(parameters_are_subtests),
	KUNIT_CASE(fixtures_run_around_cases),
	KUNIT_CASE(failed_init_fails_the_case),
	KUNIT_CASE(resources_go_last_in_first_out),
	KUNIT_CASE(named_resources),
	KUNIT_CASE(memory_is_managed),
	KUNIT_CASE(foreign_kfree_is_a_failure),
	KUNIT_CASE(reports_are_shown),
	KUNIT_CASE(other_threads_may_fail_a_case),
	KUNIT_CASE(static_stubs),
	KUNIT_CASE(parameters_parse),
	KUNIT_CASE(initcalls_ran_in_order),
	{}
};

static struct kunit_suite kunit_suite_of_kunit = { .name = "kunit", .test_cases = kunit_cases };
kunit_test_suite(kunit_suite_of_kunit);
MODULE_LICENSE("MIT");
