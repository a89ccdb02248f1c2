/* SPDX-License-Identifier: MIT */
/*
 * A write into a freed object: found when the object is about to be handed out again.
 * boot: slub_debug=FZPU,apples
 */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *s = kmem_cache_create("apples", 40, 0, 0, NULL);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), *q;

	kmem_cache_free(s, p);
	p[12] = 1;
	q = kmem_cache_alloc(s, GFP_KERNEL);
	pr_info("the object %s\n", p == q ? "is used again" : "is lost");
	kmem_cache_free(s, q);
	kmem_cache_destroy(s);
	return 0;
}
