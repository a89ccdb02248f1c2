/* SPDX-License-Identifier: MIT */
/* slub_debug=U: the report of a double free has the stacks of the allocation and of the first free. */
#include <linux/slab.h>

static noinline void *inner_alloc(void)
{
	void *p = kmalloc(40, GFP_KERNEL);

	barrier();
	return p;
}

static noinline void *outer_alloc(void)
{
	void *p = inner_alloc();

	barrier();
	return p;
}

static noinline void inner_free(void *p)
{
	kfree(p);
	barrier();
}

static noinline void outer_free(void *p)
{
	inner_free(p);
	barrier();
}

int main(void)
{
	void *p = outer_alloc();

	outer_free(p);
	kfree(p);
	return 0;
}
