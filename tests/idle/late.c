/* SPDX-License-Identifier: MIT */
/*
 * Idle virtual areas that come when the idle thread is about to fall asleep go back to the host, too: late [ROUNDS].
 * The moments are spread over what it does after a peak; with idle_release_ms=20 that is over after some 60 ms.
 * Nothing is freed later, which could wake it: what it missed would stay for ever.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <kmemkit/kmemkit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#define PEAK	4096		/* frames */
#define AREA	(8ul << 20)
#define LIMIT	60000		/* ms that the thread may take: a minute */

unsigned long kmk_vmap_idle(void);	/* bytes */

static void peak(void)
{
	static struct page *page[PEAK];

	for (int i = 0; i < PEAK; i++)
		page[i] = alloc_page(GFP_KERNEL);
	for (int i = 0; i < PEAK; i++)
		if (page[i])
			__free_page(page[i]);
}

static void areas(void)
{
	void *area[2];

	for (int i = 0; i < 2; i++)
		area[i] = vmalloc(AREA);
	for (int i = 0; i < 2; i++)
		vfree(area[i]);
}

static bool goes_away(void)
{
	for (int ms = 0; ms < LIMIT && kmk_vmap_idle(); ms++)
		usleep(1000);
	return !kmk_vmap_idle();
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 60;

	if (kmemkit_start())
		return 2;
	for (int i = 0; i < rounds; i++) {
		kmemkit_drain();
		peak();
		usleep((unsigned int)(i % 60 * 1500));
		areas();
		if (!goes_away()) {
			printf("round %d: %lu KiB of areas stay idle\n", i, kmk_vmap_idle() >> 10);
			return 1;
		}
	}
	printf("%d rounds, all went away\n", rounds);
	return 0;
}
