/* SPDX-License-Identifier: MIT */
/* Runs the test of forgotten blocks (forgotten_core.c): forgotten SEEDS STEPS. Each run is a machine of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "port/sim/sim.h"
#include "forgotten.h"

static int run(unsigned long seed, unsigned long steps, const char *options)
{
	/* Neither end is aligned to a large block. */
	struct port_range range = { .start = (17 << 20) + 0x8000, .end = (47 << 20) + 0x5000, .kind = PORT_RAM };

	return sim_configure(&range, 1, 1, 1, options) || forgotten_start() || forgotten_fuzz(seed, steps);
}

int main(int argc, char **argv)
{
	static const char *const options[] = { "", "page_policy=lowest", "page_group=off" };
	unsigned long seeds = argc > 1 ? strtoul(argv[1], NULL, 10) : 2, steps = argc > 2 ? strtoul(argv[2], NULL, 10) : 20000;
	int passed = 0, failed = 0, status;

	for (unsigned long seed = 1; seed <= seeds; seed++)
		for (int i = 0; i < 3; i++) {
			pid_t child = fork();

			if (!child)
				_exit(run(seed, steps, options[i]));
			if (child < 0 || waitpid(child, &status, 0) != child || status) {
				printf("not ok: seed %lu, options \"%s\"\n", seed, options[i]);
				failed++;
			} else {
				passed++;
			}
		}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
