/* SPDX-License-Identifier: MIT */
/*
 * A load that takes 64 MiB and frees them, over and over for two seconds, by blocks and by objects: the frames
 * it works with are never idle for the delay, so next to nothing of them may go back to the host.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#define BLOCKS	4096	/* of 16 KiB */

int main(void)
{
	static void *block[BLOCKS];
	struct kmemkit_stats s;
	struct timespec t;
	time_t end;
	long rounds = 0;

	if (kmemkit_start())
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &t);
	for (end = t.tv_sec + 3; t.tv_sec < end; clock_gettime(CLOCK_MONOTONIC, &t), rounds++) {
		for (int i = 0; i < BLOCKS; i++) {
			block[i] = i % 2 ? kmalloc(16384, GFP_KERNEL) : (void *)__get_free_pages(GFP_KERNEL, 2);
			if (block[i])
				memset(block[i], 1, 4096);
		}
		for (int i = 0; i < BLOCKS; i++)
			if (i % 2)
				kfree(block[i]);
			else
				free_pages((unsigned long)block[i], 2);
	}
	kmemkit_get_stats(&s);
	printf("%ld rounds of 64 MiB, %lu frames released\n", rounds, s.frames_released);
	return s.frames_released > 16384;
}
