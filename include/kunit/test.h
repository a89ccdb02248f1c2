/* SPDX-License-Identifier: MIT */
/*
 * KUnit: unit tests in the kernel's form.
 *
 * A suite is a table of cases. Each case runs in a thread of its own: suite->init, the case,
 * suite->exit, then the release of what the case holds (kunit/resource.h), last in, first out. An
 * expectation that fails is printed and the case goes on; a failed assertion ends that thread from
 * any depth, and the clean-up still runs. Results are printed as KTAP version 1.
 *
 * A suite is found through a pointer in the program's section "kmk_suites"; when and in which
 * process it runs is said in docs/protocol.md.
 */
#ifndef _KUNIT_TEST_H
#define _KUNIT_TEST_H

#include <kunit/assert.h>
#include <kunit/try-catch.h>

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/rwonce.h>

#define KUNIT_LOG_SIZE			2048
#define KUNIT_PARAM_DESC_SIZE		128
#define KUNIT_STATUS_COMMENT_SIZE	256

/* Nesting is shown by four blanks a level. */
#define KUNIT_INDENT_LEN	4
#define KUNIT_SUBTEST_INDENT	"    "
#define KUNIT_SUBSUBTEST_INDENT	"        "

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

enum kunit_speed {
	KUNIT_SPEED_UNSET,
	KUNIT_SPEED_VERY_SLOW,
	KUNIT_SPEED_SLOW,
	KUNIT_SPEED_NORMAL,
	KUNIT_SPEED_MAX = KUNIT_SPEED_NORMAL,
};

struct kunit_attributes {
	enum kunit_speed speed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	/* The parameter after prev (NULL: the first), or NULL; may write its description. */
	const void *(*generate_params)(const void *prev, char *desc);
	struct kunit_attributes attr;

	/* The runner's: */
	enum kunit_status status;
	char *module_name;
	char *log;
};

#define KUNIT_CASE(test_name)	{ .run_case = test_name, .name = #test_name, .module_name = KBUILD_MODNAME }
#define KUNIT_CASE_ATTR(test_name, attributes)						\
	{ .run_case = test_name, .name = #test_name, .attr = attributes, .module_name = KBUILD_MODNAME }
#define KUNIT_CASE_SLOW(test_name)							\
	{ .run_case = test_name, .name = #test_name, .attr.speed = KUNIT_SPEED_SLOW,	\
	  .module_name = KBUILD_MODNAME }
#define KUNIT_CASE_PARAM(test_name, gen_params)						\
	{ .run_case = test_name, .name = #test_name, .generate_params = gen_params,	\
	  .module_name = KBUILD_MODNAME }
#define KUNIT_CASE_PARAM_ATTR(test_name, gen_params, attributes)			\
	{ .run_case = test_name, .name = #test_name, .generate_params = gen_params,	\
	  .attr = attributes, .module_name = KBUILD_MODNAME }

/* A suite: init and exit around each case, suite_init and suite_exit around all of them. */
struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;		/* ended by an empty case */
	struct kunit_attributes attr;

	/* The runner's: */
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	struct dentry *debugfs;
	char *log;
	int suite_init_err;
	bool is_init;
};

/* A running case. priv is the test's own; the rest is read through the functions below. */
struct kunit {
	void *priv;

	const char *name;
	char *log;			/* KUNIT_LOG_SIZE bytes that get a copy of the text, or NULL */
	struct kunit_try_catch try_catch;
	const void *param_value;
	int param_index;
	spinlock_t lock;		/* status, resources */
	enum kunit_status status;
	struct list_head resources;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	int last_seen_line;		/* of the last failed claim */
	const char *last_seen_file;
	unsigned long warns, bugs;	/* WARN and BUG counts when it began */
};

static inline void kunit_set_failure(struct kunit *test)
{
	WRITE_ONCE(test->status, KUNIT_FAILURE);
}

bool kunit_enabled(void);
void kunit_init_test(struct kunit *test, const char *name, char *log);
/* Release everything the test holds, newest first. */
void kunit_cleanup(struct kunit *test);
/* Run a suite and print its part of the document, result line included. Always 0. May sleep. */
int kunit_run_tests(struct kunit_suite *suite);
size_t kunit_suite_num_test_cases(struct kunit_suite *suite);
/* Number of the case in its suite, from 1; 0 if it is not there. */
unsigned int kunit_test_case_num(struct kunit_suite *suite, struct kunit_case *test_case);
enum kunit_status kunit_suite_has_succeeded(struct kunit_suite *suite);
const char *kunit_status_to_ok_not_ok(enum kunit_status status);
int __kunit_test_suites_init(struct kunit_suite * const * const suites, int num_suites);
void __kunit_test_suites_exit(struct kunit_suite **suites, int num_suites);

#define kunit_suite_for_each_test_case(suite, test_case)				\
	for (test_case = (suite)->test_cases; test_case->run_case; test_case++)

/* Make suites known to the runner. */
#define kmk_kunit_suites(unique, ...)							\
	static struct kunit_suite *unique[]						\
	__attribute__((used, section("kmk_suites"), aligned(8))) = { __VA_ARGS__ }
#define kunit_test_suites(suites...)		kmk_kunit_suites(__UNIQUE_ID(kmk_suites), ##suites)
#define kunit_test_suite(suite)			kunit_test_suites(&suite)
#define kunit_test_init_section_suites(suites...)	kunit_test_suites(suites)
#define kunit_test_init_section_suite(suite)	kunit_test_suites(&suite)

/* A generator over an array; get_desc(element, desc) describes one, or is NULL. */
#define KUNIT_ARRAY_PARAM(name, array, get_desc)					\
	static const void *name##_gen_params(const void *prev, char *desc)		\
	{										\
		void (*kmk_describe)(__typeof__(&(array)[0]), char *) = get_desc;		\
		__typeof__(&(array)[0]) kmk_elem = prev ?					\
			(__typeof__(kmk_elem))(unsigned long)prev + 1 : &(array)[0];	\
											\
		if ((size_t)(kmk_elem - &(array)[0]) >= sizeof(array) / sizeof((array)[0])) \
			return NULL;							\
		if (kmk_describe)							\
			kmk_describe(kmk_elem, desc);					\
		return kmk_elem;							\
	}
/* The same, described by a member that is a string. */
#define KUNIT_ARRAY_PARAM_DESC(name, array, desc_member)				\
	static const void *name##_gen_params(const void *prev, char *desc)		\
	{										\
		__typeof__(&(array)[0]) kmk_elem = prev ?					\
			(__typeof__(kmk_elem))(unsigned long)prev + 1 : &(array)[0];	\
											\
		if ((size_t)(kmk_elem - &(array)[0]) >= sizeof(array) / sizeof((array)[0])) \
			return NULL;							\
		kmk_param_describe(desc, kmk_elem->desc_member);			\
		return kmk_elem;							\
	}
void kmk_param_describe(char *desc, const char *text);

/* Memory that is freed when the test ends. kunit_kfree: earlier; anything else is a failure. */
void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);
char *kunit_kstrdup(struct kunit *test, const char *str, gfp_t gfp);

static inline void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp);
}

static inline void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, 1, size, gfp | __GFP_ZERO);
}

static inline void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return kunit_kmalloc_array(test, n, size, gfp | __GFP_ZERO);
}

/* Text of a test or suite, to the test output; log is its copy or NULL. The newline is added. */
__attribute__((format(printf, 2, 3)))
void kmk_kunit_print(char *log, const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void kunit_log_append(char *log, const char *fmt, ...);

#define kunit_log(lvl, test_or_suite, fmt, ...)						\
	kmk_kunit_print((test_or_suite)->log, fmt, ##__VA_ARGS__)
#define kunit_printk(lvl, test, fmt, ...)						\
	kmk_kunit_print((test)->log, KUNIT_SUBTEST_INDENT "# %s: " fmt, (test)->name, ##__VA_ARGS__)
#define kunit_info(test, fmt, ...)	kunit_printk(KERN_INFO, test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...)	kunit_printk(KERN_WARNING, test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)	kunit_printk(KERN_ERR, test, fmt, ##__VA_ARGS__)

/* Mark the test as skipped, for the reason given; kunit_skip also ends it. */
__attribute__((format(printf, 3, 4)))
void kmk_kunit_skipped(enum kunit_status *status, char *comment, const char *fmt, ...);

#define kunit_mark_skipped(test_or_suite, fmt, ...)					\
	kmk_kunit_skipped(&(test_or_suite)->status, (test_or_suite)->status_comment,	\
			  fmt, ##__VA_ARGS__)
#define kunit_skip(test_or_suite, fmt, ...)						\
	do {										\
		kunit_mark_skipped(test_or_suite, fmt, ##__VA_ARGS__);			\
		kunit_try_catch_throw(&(test_or_suite)->try_catch);			\
	} while (0)

#define kmk_fail_claim(test, assert_type, claim_kind, ltext, optext, rtext, lval, rval, size, ...) \
	do {										\
		static const struct kmk_claim kmk_claim_ = {				\
			.loc = KUNIT_CURRENT_LOC, .type = assert_type, .kind = claim_kind, \
			.left = ltext, .op = optext, .right = rtext };			\
											\
		kmk_claim_failed(test, &kmk_claim_, (long long)(lval), (long long)(rval), size, \
				 __VA_ARGS__);						\
	} while (0)

#define kmk_check_true(test, type, cond, text, ...)					\
	do {										\
		if (likely(!!(cond)))							\
			break;								\
		kmk_fail_claim(test, type, KMK_CLAIM_TRUE, text, "", "", 0, 0, 0, __VA_ARGS__); \
	} while (0)

#define kmk_check_false(test, type, cond, text, ...)					\
	do {										\
		if (likely(!(cond)))							\
			break;								\
		kmk_fail_claim(test, type, KMK_CLAIM_FALSE, text, "", "", 0, 0, 0, __VA_ARGS__); \
	} while (0)

/* Both sides are evaluated once and compared in their own types. */
#define kmk_check_binary(test, type, kind, l, op, r, ltext, rtext, ...)			\
	do {										\
		const __typeof__(l) kmk_left_ = (l);					\
		const __typeof__(r) kmk_right_ = (r);					\
											\
		if (likely(kmk_left_ op kmk_right_))					\
			break;								\
		kmk_fail_claim(test, type, kind, ltext, #op, rtext, kmk_left_, kmk_right_, 0, \
			       __VA_ARGS__);						\
	} while (0)
#define kmk_check_int(test, type, ...)	kmk_check_binary(test, type, KMK_CLAIM_INT, __VA_ARGS__)
#define kmk_check_ptr(test, type, ...)	kmk_check_binary(test, type, KMK_CLAIM_PTR, __VA_ARGS__)

#define kmk_check_str(test, type, l, op, r, ltext, rtext, ...)				\
	do {										\
		const char *kmk_left_ = (l);						\
		const char *kmk_right_ = (r);						\
											\
		if (likely(kmk_left_ && kmk_right_ && strcmp(kmk_left_, kmk_right_) op 0)) \
			break;								\
		kmk_fail_claim(test, type, KMK_CLAIM_STR, ltext, #op, rtext,		\
			       (unsigned long)kmk_left_, (unsigned long)kmk_right_, 0, __VA_ARGS__); \
	} while (0)

#define kmk_check_mem(test, type, l, op, r, n, ltext, rtext, ...)			\
	do {										\
		const void *kmk_left_ = (l);						\
		const void *kmk_right_ = (r);						\
		const size_t kmk_size_ = (n);						\
											\
		if (likely(kmk_left_ && kmk_right_ &&					\
			   memcmp(kmk_left_, kmk_right_, kmk_size_) op 0))		\
			break;								\
		kmk_fail_claim(test, type, KMK_CLAIM_MEM, ltext, #op, rtext,		\
			       (unsigned long)kmk_left_, (unsigned long)kmk_right_, kmk_size_, \
			       __VA_ARGS__);						\
	} while (0)

#define kmk_check_not_err(test, type, p, text, ...)					\
	do {										\
		const __typeof__(p) kmk_ptr_ = (p);						\
											\
		if (likely(!IS_ERR_OR_NULL(kmk_ptr_)))					\
			break;								\
		kmk_fail_claim(test, type, KMK_CLAIM_NOT_ERR, text, "", "",		\
			       (unsigned long)kmk_ptr_, 0, 0, __VA_ARGS__);		\
	} while (0)

#define KUNIT_SUCCEED(test) do { } while (0)
#define KUNIT_FAIL(test, ...)								\
	kmk_fail_claim(test, KUNIT_EXPECTATION, KMK_CLAIM_NONE, "", "", "", 0, 0, 0, __VA_ARGS__)
#define KUNIT_ASSERT_FAILURE(test, ...)							\
	kmk_fail_claim(test, KUNIT_ASSERTION, KMK_CLAIM_NONE, "", "", "", 0, 0, 0, __VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(test, ...)	KUNIT_ASSERT_FAILURE(test, __VA_ARGS__)

/* KUNIT_EXPECT_*: the case goes on after a failure. */
#define KUNIT_EXPECT_TRUE(test, condition) \
	kmk_check_true(test, KUNIT_EXPECTATION, condition, #condition, NULL)
#define KUNIT_EXPECT_TRUE_MSG(test, condition, ...) \
	kmk_check_true(test, KUNIT_EXPECTATION, condition, #condition, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, condition) \
	kmk_check_false(test, KUNIT_EXPECTATION, condition, #condition, NULL)
#define KUNIT_EXPECT_FALSE_MSG(test, condition, ...) \
	kmk_check_false(test, KUNIT_EXPECTATION, condition, #condition, __VA_ARGS__)
#define KUNIT_EXPECT_EQ(test, left, right) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, ==, right, #left, #right, NULL)
#define KUNIT_EXPECT_EQ_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, ==, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_NE(test, left, right) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, !=, right, #left, #right, NULL)
#define KUNIT_EXPECT_NE_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, !=, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_LT(test, left, right) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, <, right, #left, #right, NULL)
#define KUNIT_EXPECT_LT_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, <, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_LE(test, left, right) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, <=, right, #left, #right, NULL)
#define KUNIT_EXPECT_LE_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, <=, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_GT(test, left, right) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, >, right, #left, #right, NULL)
#define KUNIT_EXPECT_GT_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, >, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_GE(test, left, right) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, >=, right, #left, #right, NULL)
#define KUNIT_EXPECT_GE_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_EXPECTATION, left, >=, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, left, right) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, left, ==, right, #left, #right, NULL)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, left, right, ...) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, left, ==, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, left, right) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, left, !=, right, #left, #right, NULL)
#define KUNIT_EXPECT_PTR_NE_MSG(test, left, right, ...) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, left, !=, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, left, right) \
	kmk_check_str(test, KUNIT_EXPECTATION, left, ==, right, #left, #right, NULL)
#define KUNIT_EXPECT_STREQ_MSG(test, left, right, ...) \
	kmk_check_str(test, KUNIT_EXPECTATION, left, ==, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, left, right) \
	kmk_check_str(test, KUNIT_EXPECTATION, left, !=, right, #left, #right, NULL)
#define KUNIT_EXPECT_STRNEQ_MSG(test, left, right, ...) \
	kmk_check_str(test, KUNIT_EXPECTATION, left, !=, right, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ(test, left, right, size) \
	kmk_check_mem(test, KUNIT_EXPECTATION, left, ==, right, size, #left, #right, NULL)
#define KUNIT_EXPECT_MEMEQ_MSG(test, left, right, size, ...) \
	kmk_check_mem(test, KUNIT_EXPECTATION, left, ==, right, size, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, left, right, size) \
	kmk_check_mem(test, KUNIT_EXPECTATION, left, !=, right, size, #left, #right, NULL)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, left, right, size, ...) \
	kmk_check_mem(test, KUNIT_EXPECTATION, left, !=, right, size, #left, #right, __VA_ARGS__)
#define KUNIT_EXPECT_NULL(test, ptr) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, ptr, ==, NULL, #ptr, "NULL", NULL)
#define KUNIT_EXPECT_NULL_MSG(test, ptr, ...) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, ptr, ==, NULL, #ptr, "NULL", __VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, ptr) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, ptr, !=, NULL, #ptr, "NULL", NULL)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, ...) \
	kmk_check_ptr(test, KUNIT_EXPECTATION, ptr, !=, NULL, #ptr, "NULL", __VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) \
	kmk_check_not_err(test, KUNIT_EXPECTATION, ptr, #ptr, NULL)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, ptr, ...) \
	kmk_check_not_err(test, KUNIT_EXPECTATION, ptr, #ptr, __VA_ARGS__)

/* KUNIT_ASSERT_*: a failure ends the case. */
#define KUNIT_ASSERT_TRUE(test, condition) \
	kmk_check_true(test, KUNIT_ASSERTION, condition, #condition, NULL)
#define KUNIT_ASSERT_TRUE_MSG(test, condition, ...) \
	kmk_check_true(test, KUNIT_ASSERTION, condition, #condition, __VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, condition) \
	kmk_check_false(test, KUNIT_ASSERTION, condition, #condition, NULL)
#define KUNIT_ASSERT_FALSE_MSG(test, condition, ...) \
	kmk_check_false(test, KUNIT_ASSERTION, condition, #condition, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, left, right) \
	kmk_check_int(test, KUNIT_ASSERTION, left, ==, right, #left, #right, NULL)
#define KUNIT_ASSERT_EQ_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_ASSERTION, left, ==, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_NE(test, left, right) \
	kmk_check_int(test, KUNIT_ASSERTION, left, !=, right, #left, #right, NULL)
#define KUNIT_ASSERT_NE_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_ASSERTION, left, !=, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_LT(test, left, right) \
	kmk_check_int(test, KUNIT_ASSERTION, left, <, right, #left, #right, NULL)
#define KUNIT_ASSERT_LT_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_ASSERTION, left, <, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_LE(test, left, right) \
	kmk_check_int(test, KUNIT_ASSERTION, left, <=, right, #left, #right, NULL)
#define KUNIT_ASSERT_LE_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_ASSERTION, left, <=, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_GT(test, left, right) \
	kmk_check_int(test, KUNIT_ASSERTION, left, >, right, #left, #right, NULL)
#define KUNIT_ASSERT_GT_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_ASSERTION, left, >, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_GE(test, left, right) \
	kmk_check_int(test, KUNIT_ASSERTION, left, >=, right, #left, #right, NULL)
#define KUNIT_ASSERT_GE_MSG(test, left, right, ...) \
	kmk_check_int(test, KUNIT_ASSERTION, left, >=, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, left, right) \
	kmk_check_ptr(test, KUNIT_ASSERTION, left, ==, right, #left, #right, NULL)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, left, right, ...) \
	kmk_check_ptr(test, KUNIT_ASSERTION, left, ==, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, left, right) \
	kmk_check_ptr(test, KUNIT_ASSERTION, left, !=, right, #left, #right, NULL)
#define KUNIT_ASSERT_PTR_NE_MSG(test, left, right, ...) \
	kmk_check_ptr(test, KUNIT_ASSERTION, left, !=, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, left, right) \
	kmk_check_str(test, KUNIT_ASSERTION, left, ==, right, #left, #right, NULL)
#define KUNIT_ASSERT_STREQ_MSG(test, left, right, ...) \
	kmk_check_str(test, KUNIT_ASSERTION, left, ==, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, left, right) \
	kmk_check_str(test, KUNIT_ASSERTION, left, !=, right, #left, #right, NULL)
#define KUNIT_ASSERT_STRNEQ_MSG(test, left, right, ...) \
	kmk_check_str(test, KUNIT_ASSERTION, left, !=, right, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ(test, left, right, size) \
	kmk_check_mem(test, KUNIT_ASSERTION, left, ==, right, size, #left, #right, NULL)
#define KUNIT_ASSERT_MEMEQ_MSG(test, left, right, size, ...) \
	kmk_check_mem(test, KUNIT_ASSERTION, left, ==, right, size, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ(test, left, right, size) \
	kmk_check_mem(test, KUNIT_ASSERTION, left, !=, right, size, #left, #right, NULL)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, left, right, size, ...) \
	kmk_check_mem(test, KUNIT_ASSERTION, left, !=, right, size, #left, #right, __VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, ptr) \
	kmk_check_ptr(test, KUNIT_ASSERTION, ptr, ==, NULL, #ptr, "NULL", NULL)
#define KUNIT_ASSERT_NULL_MSG(test, ptr, ...) \
	kmk_check_ptr(test, KUNIT_ASSERTION, ptr, ==, NULL, #ptr, "NULL", __VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, ptr) \
	kmk_check_ptr(test, KUNIT_ASSERTION, ptr, !=, NULL, #ptr, "NULL", NULL)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, ...) \
	kmk_check_ptr(test, KUNIT_ASSERTION, ptr, !=, NULL, #ptr, "NULL", __VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) \
	kmk_check_not_err(test, KUNIT_ASSERTION, ptr, #ptr, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, ptr, ...) \
	kmk_check_not_err(test, KUNIT_ASSERTION, ptr, #ptr, __VA_ARGS__)

/* The kernel's header brings these along, and tests rely on it. */
#include <kunit/resource.h>

#endif
