/* SPDX-License-Identifier: MIT */
/* Freed a second time while the element lies in the reserve. */
#include <linux/mempool.h>
#include <linux/printk.h>
#include <linux/slab.h>

static bool empty;

static void *get(gfp_t gfp, void *data)
{
	return empty ? NULL : kmalloc(64, gfp);
}

static void put(void *element, void *data)
{
	kfree(element);
}

int main(void)
{
	mempool_t *pool = mempool_create(2, get, put, NULL);
	void *p;

	empty = true;
	p = mempool_alloc(pool, GFP_KERNEL);
	mempool_alloc(pool, GFP_KERNEL);
	mempool_free(p, pool);
	mempool_free(p, pool);
	pr_info("in reserve: %d\n", pool->curr_nr);
	return 0;
}
