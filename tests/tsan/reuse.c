/* SPDX-License-Identifier: MIT */
/*
 * A planted bug of the user's that only a wrong annotation would hide: one thread frees an object
 * that another still writes, without order between the two. It must be reported.
 */
#include <pthread.h>
#include <stdio.h>
#include <linux/slab.h>

static char *shared;
static int started, stop;

static void *writer(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		*(volatile char *)shared = 1;
		__atomic_store_n(&started, 1, __ATOMIC_RELAXED);
	}
	return arg;
}

int main(void)
{
	pthread_t t;
	char *mine;

	shared = kmalloc(64, GFP_KERNEL);
	if (pthread_create(&t, NULL, writer, NULL))
		return 1;
	while (!__atomic_load_n(&started, __ATOMIC_RELAXED))
		;
	kfree(shared);
	mine = kmalloc(64, GFP_KERNEL);
	for (int i = 0; i < 100000; i++)
		*(volatile char *)mine = 2;
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(t, NULL);
	kfree(mine);
	puts("reused");
	return 0;
}
