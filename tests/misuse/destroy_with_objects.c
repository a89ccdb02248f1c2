/* SPDX-License-Identifier: MIT */
/* A cache with a live object is kept. */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *a = kmem_cache_create("apples", 64, 0, SLAB_NO_MERGE, NULL);
	void *p = kmem_cache_alloc(a, GFP_KERNEL);

	kmem_cache_destroy(a);
	kmem_cache_free(a, p);
	kmem_cache_destroy(a);
	pr_info("done\n");
	return 0;
}
