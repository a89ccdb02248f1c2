/* SPDX-License-Identifier: MIT */
/*
 * Replacing a function during a test. The function opens with KUNIT_STATIC_STUB_REDIRECT(its name,
 * its arguments); a test then activates a replacement of the same type, for its own threads only
 * and until it ends.
 */
#ifndef _KUNIT_STATIC_STUB_H
#define _KUNIT_STATIC_STUB_H

#include <kunit/test.h>
#include <kunit/test-bug.h>

void *kmk_static_stub_of(struct kunit *test, void *real);
void kmk_static_stub_activate(struct kunit *test, void *real, void *replacement);

#define KUNIT_STATIC_STUB_REDIRECT(real_fn, args...)					\
	do {										\
		struct kunit *kmk_test_ = kunit_get_current_test();			\
		__typeof__(&real_fn) kmk_stub_ = kmk_test_ ?				\
			(__typeof__(&real_fn))kmk_static_stub_of(kmk_test_, (void *)&real_fn) : NULL; \
											\
		if (kmk_stub_)								\
			return kmk_stub_(args);						\
	} while (0)

/* The conditional's two arms must have the same type: that is the check of the replacement. */
#define kunit_activate_static_stub(test, real_fn, replacement)				\
	kmk_static_stub_activate(test, (void *)&real_fn,				\
				 (void *)(1 ? (replacement) : &real_fn))

void kunit_deactivate_static_stub(struct kunit *test, void *real_fn);

#endif
