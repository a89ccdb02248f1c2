/* SPDX-License-Identifier: MIT */
#include <linux/mempool.h>
#include <linux/printk.h>

int main(void)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 64);
	int err = mempool_resize(pool, 0);

	pr_info("error %d, reserve of %d\n", err, pool->min_nr);
	mempool_destroy(pool);
	return 0;
}
