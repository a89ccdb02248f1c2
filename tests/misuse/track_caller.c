/* SPDX-License-Identifier: MIT */
/* boot: slub_debug=U */
/* kmalloc_track_caller: the record names who called the function that allocates on somebody's behalf. */
#include <linux/printk.h>
#include <linux/slab.h>

static noinline void *copy(size_t n)
{
	void *p = kmalloc_track_caller(n, GFP_KERNEL);

	barrier();
	return p;
}

static noinline void *copy_node(size_t n)
{
	void *p = kmalloc_node_track_caller(n, GFP_KERNEL, NUMA_NO_NODE);

	barrier();
	return p;
}

static noinline void user_of_copy(void)
{
	void *p = copy(100);

	kfree(p);
	kfree(p);
}

static noinline void user_of_copy_node(void)
{
	void *p = copy_node(200);

	kfree(p);
	kfree(p);
}

int main(void)
{
	user_of_copy();
	user_of_copy_node();
	return 0;
}
