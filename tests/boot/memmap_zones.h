/* SPDX-License-Identifier: MIT */
/* Between the two worlds of the zone test. */
#ifndef MEMMAP_ZONES_H
#define MEMMAP_ZONES_H

/* Start the page room on the simulated machine; bytes[] is what DMA, DMA32 and NORMAL manage. 0 or -errno. */
int zones_start(unsigned long long bytes[3]);

/*
 * Take every kind of frame, from the bottom of each zone to a limit: each must lie in its zone and in RAM,
 * be writable, and all must come back. The number of things that were wrong.
 */
unsigned int zones_use(void);
#endif
