/* SPDX-License-Identifier: MIT */
/* A reference count went wrong: it is pinned far from zero, so that nothing is freed too early. */
#include <linux/bug.h>
#include <linux/array_size.h>
#include <linux/refcount.h>

void refcount_warn_saturate(refcount_t *r, enum refcount_saturation_type t)
{
	static const char *const what[] = {
		[REFCOUNT_ADD_NOT_ZERO_OVF] = "saturated; leaking memory",
		[REFCOUNT_ADD_OVF] = "saturated; leaking memory",
		[REFCOUNT_ADD_UAF] = "addition on 0; use-after-free",
		[REFCOUNT_SUB_UAF] = "underflow; use-after-free",
		[REFCOUNT_DEC_LEAK] = "decrement hit 0; leaking memory",
	};

	refcount_set(r, REFCOUNT_SATURATED);
	WARN(1, "refcount_t: %s.\n", (unsigned int)t < ARRAY_SIZE(what) && what[t] ? what[t] : "unknown saturation");
}
