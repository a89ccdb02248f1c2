/* SPDX-License-Identifier: MIT */
/* How long the library's start takes, seen from inside: "KMEMSTART <ns of start> <ns of first kmalloc>". */
#include <stdio.h>
#include <time.h>
#include <linux/slab.h>

int kmemkit_start(void);

static unsigned long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long)t.tv_sec * 1000000000UL + (unsigned long)t.tv_nsec;
}

int main(void)
{
	unsigned long t0 = now(), t1, t2;
	void *p;

	if (kmemkit_start())
		return 1;
	t1 = now();
	p = kmalloc(24, GFP_KERNEL);
	t2 = now();
	if (!p)
		return 1;
	kfree(p);
	printf("KMEMSTART %lu %lu\n", t1 - t0, t2 - t1);
	return 0;
}
