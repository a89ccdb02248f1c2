/* SPDX-License-Identifier: MIT */
/* SLAB_PANIC: a cache that cannot be made stops the program. */
#include <linux/printk.h>
#include <linux/slab.h>

int main(void)
{
	struct kmem_cache *s = kmem_cache_create("crooked", 64, 24, SLAB_PANIC, NULL);

	pr_info("goes on with %s\n", s ? "a cache" : "NULL");
	return 0;
}
