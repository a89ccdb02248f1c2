/* SPDX-License-Identifier: MIT */
/* What tests of the library itself need beyond KUnit's API. */
#ifndef _KMEMKIT_KUNIT_H
#define _KMEMKIT_KUNIT_H

#include <linux/types.h>

struct kunit;

/*
 * WARN and BUG reports since the test began, or since the last call. They were expected: they are
 * neither shown as a diagnostic of the case nor counted at the end of the program.
 */
unsigned long kmk_kunit_take_reports(struct kunit *test);

/*
 * Redirect test output (KTAP and KUnit's messages) into buf, size bytes, always terminated, until
 * capture is ended with buf NULL. Events are held back meanwhile, and suites run by
 * kunit_run_tests() number their result lines from 1. One capture at a time.
 */
void kmk_kunit_capture(char *buf, size_t size);

#endif
