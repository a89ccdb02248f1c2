/* SPDX-License-Identifier: MIT */
/* Reliability list, "double free": from another thread, which runs on any CPU. */
#include <pthread.h>
#include <linux/printk.h>
#include <linux/slab.h>

static void *again(void *p)
{
	kfree(p);
	return NULL;
}

int main(void)
{
	void *p = kmalloc(100, GFP_KERNEL), *a, *b;
	pthread_t thread;

	kfree(p);
	pthread_create(&thread, NULL, again, p);
	pthread_join(thread, NULL);
	a = kmalloc(100, GFP_KERNEL);
	b = kmalloc(100, GFP_KERNEL);
	pr_info("later objects %s\n", a == b ? "overlap" : "differ");
	kfree(a);
	kfree(b);
	return 0;
}
