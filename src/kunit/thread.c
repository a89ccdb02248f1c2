/* SPDX-License-Identifier: MIT */
/* Running foreign code in a thread of its own, and leaving it from any depth. */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include <kunit/test-bug.h>

#include "kunit.h"

/* Attempts that are running, innermost first: few, since only a captured suite nests. */
static struct kunit_try_catch *attempts;
static DEFINE_SPINLOCK(attempts_lock);

static void attempt_link(struct kunit_try_catch *tc)
{
	unsigned long flags;

	spin_lock_irqsave(&attempts_lock, flags);
	tc->outer = attempts;
	attempts = tc;
	spin_unlock_irqrestore(&attempts_lock, flags);
}

static void attempt_unlink(struct kunit_try_catch *tc)
{
	struct kunit_try_catch **at = &attempts;
	unsigned long flags;

	spin_lock_irqsave(&attempts_lock, flags);
	while (*at && *at != tc)
		at = &(*at)->outer;
	if (*at)
		*at = tc->outer;
	spin_unlock_irqrestore(&attempts_lock, flags);
}

/* The attempt whose thread is calling, or NULL. */
static struct kunit_try_catch *attempt_mine(void)
{
	struct kunit_try_catch *tc;
	unsigned long flags;

	spin_lock_irqsave(&attempts_lock, flags);
	for (tc = attempts; tc && tc->task != current; tc = tc->outer)
		;
	spin_unlock_irqrestore(&attempts_lock, flags);
	return tc;
}

/* End the calling thread; its attempt, if it has one, ends as thrown. */
static void __attribute__((noreturn)) leave_thread(void)
{
	struct kunit_try_catch *tc = attempt_mine();

	if (!tc)
		kthread_exit(-EFAULT);
	tc->try_result = -EFAULT;
	kthread_complete_and_exit(tc->try_completion, -EFAULT);
}

static int attempt_thread(void *data)
{
	struct kunit_try_catch *tc = data;

	tc->try(tc->context);
	kthread_complete_and_exit(tc->try_completion, 0);
}

void kunit_try_catch_run(struct kunit_try_catch *tc, void *context)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct task_struct *task;

	tc->context = context;
	tc->try_completion = &done;
	tc->try_result = 0;
	task = kthread_create(attempt_thread, tc, "kunit_try_catch_thread");
	if (IS_ERR(task)) {
		tc->try_result = (int)PTR_ERR(task);
	} else {
		tc->task = task;
		attempt_link(tc);
		wake_up_process(task);
		wait_for_completion(&done);
		attempt_unlink(tc);
	}
	if (!tc->try_result)
		return;
	if (tc->try_result == -EFAULT)
		tc->try_result = 0;
	if (tc->catch)
		tc->catch(context);
}

void kunit_try_catch_throw(struct kunit_try_catch *try_catch)
{
	(void)try_catch;
	leave_thread();
}

int kmk_attempt(void (*fn)(void *), void *context, const char *name)
{
	struct kunit_try_catch tc = { .try = fn };

	kunit_try_catch_run(&tc, context);
	if (tc.try_result)
		kmk_complain("%s: cannot start a thread (%d)", name, tc.try_result);
	return tc.try_result;
}

/* What BUG() does after its report. Returns in threads that are not ours: then the host halts. */
static void die(void)
{
	struct kunit *test = current->kunit_test;

	if (!(current->flags & PF_KTHREAD))
		return;
	if (test) {
		kunit_set_failure(test);
		kunit_err(test, "BUG");
	}
	kmk_atomic_forget();
	leave_thread();
}

void kmk_attempt_setup(void)
{
	kmk_die_hook = die;
}

struct kunit *kunit_get_current_test(void)
{
	return current->kunit_test;
}

void __kunit_fail_current_test(const char *file, int line, const char *fmt, ...)
{
	struct kmk_text text = { .len = 0 };
	struct kunit *test = current->kunit_test;
	va_list args;

	if (!test)
		return;
	kunit_set_failure(test);
	kmk_text_add(&text, KUNIT_SUBTEST_INDENT "# %s: %s:%d: ", test->name, file, line);
	va_start(args, fmt);
	kmk_text_addv(&text, fmt, args);
	va_end(args);
	kmk_text_print(&text, test->log);
}
