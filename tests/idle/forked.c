/* SPDX-License-Identifier: MIT */
/*
 * Forks while memory goes back to the host: both sides keep what is live, byte for byte, and both go on giving
 * back what they free later (the child with a thread of its own).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#define PIECES	4096
#define SIZE	16384

static unsigned char *piece[PIECES];

static void take(int from)
{
	for (int i = from; i < PIECES; i++) {
		piece[i] = i % 2 ? kmalloc(SIZE, GFP_KERNEL) : (void *)__get_free_pages(GFP_KERNEL, 2);
		if (!piece[i])
			exit(3);
		memset(piece[i], i * 7 + 1, SIZE);
	}
}

static void drop(int from)
{
	for (int i = from; i < PIECES; i++)
		if (i % 2)
			kfree(piece[i]);
		else
			free_pages((unsigned long)piece[i], 2);
}

static int live_good(void)
{
	for (int i = 0; i < PIECES / 16; i++)
		for (int k = 0; k < SIZE; k += 97)
			if (piece[i][k] != (unsigned char)(i * 7 + 1))
				return 0;
	return 1;
}

/* Another peak; does it go back? */
static int again(void)
{
	struct kmemkit_stats before, after;

	kmemkit_get_stats(&before);
	take(PIECES / 16);
	drop(PIECES / 16);
	for (int i = 0; i < 1200; i++) {		/* a minute: the limit of a hang */
		usleep(50000);
		kmemkit_get_stats(&after);
		if (after.frames_released - before.frames_released > PIECES * 3)
			return live_good() && !kmemkit_validate();
	}
	fprintf(stderr, "%lu frames released\n", after.frames_released - before.frames_released);
	return 0;
}

int main(void)
{
	int bad = 0;

	take(0);
	drop(PIECES / 16);
	usleep(450000);
	for (int i = 0; i < 8; i++, usleep(60000)) {
		pid_t child = fork();
		int status;

		if (!child)
			_exit(live_good() && (i != 3 || again()) ? 0 : 1);
		if (waitpid(child, &status, 0) != child || status) {
			fprintf(stderr, "child %d: status %#x\n", i, status);
			bad++;
		}
	}
	if (!again()) {
		fprintf(stderr, "the parent lost something, or keeps too much\n");
		bad++;
	}
	return bad;
}
