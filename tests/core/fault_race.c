/* SPDX-License-Identifier: MIT */
/* failslab=1,100,0,20: exactly 20 requests fail, whichever threads they come from. See options.sh. */
#include <pthread.h>
#include <stdio.h>
#include <linux/slab.h>

#define THREADS	4
#define ROUNDS	20000

static unsigned int failures;

static void *request(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		void *p = kmalloc(64, GFP_KERNEL);

		if (!p)
			__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
		kfree(p);
	}
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, request, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("%u failures\n", failures);
	return failures != 20;
}
