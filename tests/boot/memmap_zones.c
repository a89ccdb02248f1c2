/* SPDX-License-Identifier: MIT */
/*
 * Each map of the corpus as a simulated machine: the page room started on the normaliser's ranges has the
 * zones that the corpus expects, and frames taken from them lie in RAM. A process for each map.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "memmap_cases.h"
#include "memmap_zones.h"
#include "port/sim/sim.h"

static int run_map(const struct map_case *c)
{
	struct memmap m = { 0 };
	struct port_range out[PORT_MAX_RANGES];
	unsigned long long got[3];
	unsigned nr, bad;
	int err;

	for (unsigned i = 0; i < MAX_CLAIMS; i++)
		memmap_add(&m, c->in[i].start, c->in[i].len, c->in[i].type);
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, NULL);
	if (!nr)
		return c->zone[0] || c->zone[1] || c->zone[2];
	err = sim_configure(out, nr, 1, 1, NULL);
	if (!err)
		err = zones_start(got);
	if (err || got[0] != c->zone[0] || got[1] != c->zone[1] || got[2] != c->zone[2]) {
		printf("not ok: %s: error %d, DMA %#llx DMA32 %#llx NORMAL %#llx\n", c->name, err, got[0],
		       got[1], got[2]);
		return 1;
	}
	bad = zones_use();
	if (bad)
		printf("not ok: %s: %u frames or counters wrong\n", c->name, bad);
	return bad != 0;
}

int main(void)
{
	int passed = 0, failed = 0, status;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t child;

		fflush(stdout);
		child = fork();
		if (!child) {
			status = run_map(&cases[i]);
			fflush(stdout);
			_exit(status);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status) {
			printf("not ok: %s: status %#x\n", cases[i].name, status);
			failed++;
		} else {
			passed++;
		}
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
