/* SPDX-License-Identifier: MIT */
/* A planted bug of the user's: two threads write one kmalloc'ed word without order. It must be reported. */
#include <pthread.h>
#include <stdio.h>
#include <linux/slab.h>

static int *shared;

static void *writer(void *arg)
{
	for (int i = 0; i < 1000; i++)
		*shared += (int)(long)arg;
	return NULL;
}

int main(void)
{
	pthread_t t[2];

	shared = kzalloc(sizeof(*shared), GFP_KERNEL);
	for (long i = 0; i < 2; i++)
		if (pthread_create(&t[i], NULL, writer, (void *)(i + 1)))
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	kfree(shared);
	puts("raced");
	return 0;
}
