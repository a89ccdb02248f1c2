/* SPDX-License-Identifier: MIT */
/*
 * One byte in front of an object: found at kmem_cache_free().
 * boot: slub_debug=FZPU,apples
 */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *s = kmem_cache_create("apples", 40, 0, 0, NULL);
	char *p = kmem_cache_alloc(s, GFP_KERNEL);

	memset(p, 0, 40);
	p[-1] = 7;
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
	pr_info("done\n");
	return 0;
}
