/* SPDX-License-Identifier: MIT */
/*
 * The link of a freed object is overwritten: found at the next allocation, and no address that is
 * not an object of the cache is handed out.
 * boot: slub_debug=FP,apples
 */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *s = kmem_cache_create("apples", 40, 0, 0, NULL);
	char *p = kmem_cache_alloc(s, GFP_KERNEL), *q, *r;

	kmem_cache_free(s, p);
	*(void **)(p + 40) = &s;	/* poisoned objects have it behind them */
	q = kmem_cache_alloc(s, GFP_KERNEL);
	r = kmem_cache_alloc(s, GFP_KERNEL);
	pr_info("%s, %s\n", kmem_valid_obj(q) ? "an object" : "not ours",
		kmem_valid_obj(r) && q != r ? "another" : "not ours");
	kmem_cache_free(s, q);
	kmem_cache_free(s, r);
	kmem_cache_destroy(s);
	return 0;
}
