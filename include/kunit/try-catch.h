/* SPDX-License-Identifier: MIT */
/* Running a function so that it can be left from any depth. See kunit/test.h. */
#ifndef _KUNIT_TRY_CATCH_H
#define _KUNIT_TRY_CATCH_H

#include <linux/compiler.h>
#include <linux/types.h>

struct completion;
struct kunit;
struct task_struct;

typedef void (*kunit_try_catch_func_t)(void *context);

struct kunit_try_catch {
	struct kunit *test;
	struct completion *try_completion;
	int try_result;
	kunit_try_catch_func_t try;
	kunit_try_catch_func_t catch;
	void *context;
	struct task_struct *task;	/* the thread that runs try */
	struct kunit_try_catch *outer;	/* the runner's list of running ones */
};

/*
 * Run try(context) in a thread of its own; wait; if it was left by a throw, run catch(context) in
 * the caller's thread. try_result is then 0 after a throw by an assertion, or a negative errno if the
 * thread could not be started. May sleep.
 */
void kunit_try_catch_run(struct kunit_try_catch *try_catch, void *context);

/*
 * Leave the calling thread. In try's own thread that leads to catch; another thread of the library
 * just ends, and try goes on.
 */
void __attribute__((noreturn)) kunit_try_catch_throw(struct kunit_try_catch *try_catch);

static inline int kunit_try_catch_get_result(struct kunit_try_catch *try_catch)
{
	return try_catch->try_result;
}

#endif
