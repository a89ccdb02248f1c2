/* SPDX-License-Identifier: MIT */
/*
 * What an expectation claims. The text known at compile time is one constant per use; values are
 * handed over only when the claim has failed, so a passing check costs its comparison and no more.
 */
#ifndef _KUNIT_ASSERT_H
#define _KUNIT_ASSERT_H

#include <linux/err.h>
#include <linux/printk.h>
#include <linux/types.h>

struct kunit;

enum kunit_assert_type {
	KUNIT_ASSERTION,	/* ends the case */
	KUNIT_EXPECTATION,	/* the case goes on */
};

struct kunit_loc {
	int line;
	const char *file;
};

#define KUNIT_CURRENT_LOC { .file = __FILE__, .line = __LINE__ }

enum kmk_claim_kind {
	KMK_CLAIM_NONE,		/* KUNIT_FAIL: only a message */
	KMK_CLAIM_TRUE,
	KMK_CLAIM_FALSE,
	KMK_CLAIM_INT,
	KMK_CLAIM_PTR,
	KMK_CLAIM_STR,
	KMK_CLAIM_MEM,		/* size bytes at left and right */
	KMK_CLAIM_NOT_ERR,	/* left is neither NULL nor an error pointer */
};

struct kmk_claim {
	struct kunit_loc loc;
	enum kunit_assert_type type;
	enum kmk_claim_kind kind;
	const char *left, *op, *right;	/* as written in the source */
};

/* Report a failed claim and mark the test failed; an assertion does not return. fmt may be NULL. */
__attribute__((format(printf, 6, 7)))
void kmk_claim_failed(struct kunit *test, const struct kmk_claim *claim, long long left,
		      long long right, size_t size, const char *fmt, ...);

#endif
