/* SPDX-License-Identifier: MIT */
/* The start of the kernel's table of suites: linked first, so its empty piece of the section comes first. */
struct kunit_suite;
struct kunit_suite *__kunit_suites_start[0] __attribute__((used, section(".kunit_test_suites"), aligned(8)));
