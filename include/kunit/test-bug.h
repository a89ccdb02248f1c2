/* SPDX-License-Identifier: MIT */
/* For code that is not a test but may run under one. */
#ifndef _KUNIT_TEST_BUG_H
#define _KUNIT_TEST_BUG_H

struct kunit;

/* The test this thread belongs to, or NULL. */
struct kunit *kunit_get_current_test(void);

/* Mark the running test failed and print the message; nothing happens outside a test. */
#define kunit_fail_current_test(fmt, ...)	\
	__kunit_fail_current_test(__FILE__, __LINE__, fmt, ##__VA_ARGS__)

__attribute__((format(printf, 3, 4)))
void __kunit_fail_current_test(const char *file, int line, const char *fmt, ...);

#endif
