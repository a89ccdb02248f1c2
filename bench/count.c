/* SPDX-License-Identifier: MIT */
/* A loop of pairs for callgrind to count: tools/count_fast.sh. The loop adds some three instructions. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/callgrind.h>
#include <linux/slab.h>

#define PAIRS 10000

int main(int argc, char **argv)
{
	struct kmem_cache *c = kmem_cache_create("counted", 192, 0, SLAB_NO_MERGE, NULL);

	printf("PAIRS %d\n", PAIRS);
	fflush(stdout);
	kfree(kmalloc(64, GFP_KERNEL));
	kmem_cache_free(c, kmem_cache_alloc(c, GFP_KERNEL));
	CALLGRIND_START_INSTRUMENTATION;
	if (argc > 1 && !strcmp(argv[1], "cache"))
		for (int i = 0; i < PAIRS; i++)
			kmem_cache_free(c, kmem_cache_alloc(c, GFP_KERNEL));
	else
		for (int i = 0; i < PAIRS; i++)
			kfree(kmalloc(64, GFP_KERNEL));
	CALLGRIND_STOP_INSTRUMENTATION;
	_exit(0);
}
