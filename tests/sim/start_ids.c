/* SPDX-License-Identifier: MIT */
/* The library starts whatever the number of array owners is: the cache of caches grows with it. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kmemkit/kmemkit.h"
#include "port/sim/sim.h"

static int starts_with(unsigned ids)
{
	struct port_range range = { .start = 1 << 20, .end = 17 << 20, .kind = PORT_RAM };
	struct kmemkit_stats stats;

	if (sim_configure(&range, 1, 1, ids, NULL) || kmemkit_start())
		return 1;
	kmemkit_get_stats(&stats);
	return kmemkit_validate() || !stats.objects_live;
}

int main(void)
{
	int passed = 0, failed = 0, status;

	for (unsigned ids = 1; ids <= SIM_MAX_IDS; ids++) {
		pid_t child = fork();

		if (!child)
			_exit(starts_with(ids));
		if (child < 0 || waitpid(child, &status, 0) != child || status) {
			printf("not ok: %u owners\n", ids);
			failed++;
		} else {
			passed++;
		}
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
