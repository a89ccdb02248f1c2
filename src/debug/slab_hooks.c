/* SPDX-License-Identifier: MIT */
/* What debug caches need from above the slab room: stacks, and the tests that count their reports. */
#include <kunit/resource.h>
#include <linux/sched.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include "debug.h"

#define DEPTH	20

/* An image without KUnit has no such resources. */
extern __typeof__(kunit_find_named_resource) kunit_find_named_resource __attribute__((weak));
extern __typeof__(kunit_put_resource) kunit_put_resource __attribute__((weak));

/* The allocator's own frames differ by path and by what the compiler inlined: cut at the caller. */
u32 kmk_save_stack(unsigned long caller, gfp_t gfp)
{
	unsigned long entries[DEPTH];
	unsigned int n = stack_trace_save(entries, DEPTH, 0), first = 0;

	while (first < n && entries[first] != caller)
		first++;
	if (first == n)
		first = 0;
	return stack_depot_save(entries + first, n - first, gfp & ~__GFP_NOFAIL);
}

static bool count_error(void)
{
	struct kunit_resource *res;

	if (!current->kunit_test || !kunit_find_named_resource)
		return false;
	res = kunit_find_named_resource(current->kunit_test, "slab_errors");
	if (!res)
		return false;
	++*(int *)res->data;
	kunit_put_resource(res);
	return true;
}

static const struct kmk_slab_hooks hooks = {
	.save_stack = kmk_save_stack, .print_stack = stack_depot_print, .count_error = count_error,
};

void kmk_slab_hooks_start(void)
{
	kmk_slab_hooks = &hooks;
}
