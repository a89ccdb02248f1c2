/* SPDX-License-Identifier: MIT */
/*
 * Letters of slub_debug= that a suite cannot see: T prints each allocation and free of its caches, A marks the
 * caches that failslab= is meant for. run.sh looks at the text.
 */
#include <stdio.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *traced = kmem_cache_create("traced", 48, 0, 0, NULL);
	struct kmem_cache *frail = kmem_cache_create("frail", 48, 0, 0, NULL);
	void *a = kmem_cache_alloc(traced, GFP_KERNEL), *b = kmem_cache_alloc(frail, GFP_KERNEL);

	printf("traced: %s\nfrail: %s\n", a ? "object" : "NULL", b ? "object" : "NULL");
	fflush(stdout);
	if (a)
		kmem_cache_free(traced, a);
	if (b)
		kmem_cache_free(frail, b);
	kmem_cache_destroy(traced);
	kmem_cache_destroy(frail);
	return 0;
}
