/* SPDX-License-Identifier: MIT */
/* kmem_cache_destroy() of a cache with many live objects: each is named. */
#include <linux/slab.h>

#define NR 100

static void *p[NR];

int main(void)
{
	struct kmem_cache *s = kmem_cache_create("busy", 300, 0, 0, NULL);
	unsigned int i;

	for (i = 0; i < NR; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL);
	kmem_cache_destroy(s);
	for (i = 0; i < NR; i++)
		kmem_cache_free(s, p[i]);
	kmem_cache_destroy(s);
	return 0;
}
