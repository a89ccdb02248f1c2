/* SPDX-License-Identifier: MIT */
/*
 * A load that takes 64 MiB and frees them, over and over for three seconds, by blocks and by objects: the frames
 * it works with are never idle for the delay, so next to nothing of them may go back to the host. Where the machine
 * lets the program stand still for part of the delay, frames are idle: such moments do not count.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#define BLOCKS	4096	/* of 16 KiB */
#define STEADY	3.0	/* seconds that count */
#define LONGEST	60.0
#define PAUSE	0.1	/* a round takes a tenth of it; the delay is half a second */
#define AFTER	0.3

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static unsigned long released(void)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	return s.frames_released;
}

static void take_and_free(void)
{
	static void *block[BLOCKS];

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

int main(void)
{
	double steady = 0, start, begin, slow_at;
	unsigned long before, back = 0, other = 0;
	long rounds = 0, slow = 0;

	if (kmemkit_start())
		return 2;
	start = slow_at = now();
	for (; steady < STEADY && now() - start < LONGEST; rounds++) {
		before = released();
		begin = now();
		take_and_free();
		if (now() - begin > PAUSE) {
			slow_at = now();
			slow++;
		}
		/* Frames that a pause made idle may still be on their way for a while. */
		if (now() - slow_at < AFTER) {
			other += released() - before;
		} else {
			steady += now() - begin;
			back += released() - before;
		}
	}
	printf("%ld rounds of 64 MiB, %ld of them with a pause; %lu frames released in %.1f steady seconds, %lu in others\n", rounds,
	       slow, back, steady, other);
	if (steady < 1)
		printf("not judged: the machine has no steady second\n");
	return steady >= 1 && back > 16384;
}
