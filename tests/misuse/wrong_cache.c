/* SPDX-License-Identifier: MIT */
/* Reliability list, "kmem_cache_free to the wrong cache". The object goes home: both are empty at the end. */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *a = kmem_cache_create("apples", 64, 0, SLAB_NO_MERGE, NULL);
	struct kmem_cache *b = kmem_cache_create("pears", 64, 0, SLAB_NO_MERGE, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	kmem_cache_free(b, p);
	kmem_cache_destroy(a);
	kmem_cache_destroy(b);
	pr_info("done\n");
	return 0;
}
