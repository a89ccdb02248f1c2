/* SPDX-License-Identifier: MIT */
/*
 * The embedder's API: what a program around the kernel API may ask of the library.
 * Compiler-provided headers only; both worlds may include it.
 */
#ifndef _KMEMKIT_KMEMKIT_H
#define _KMEMKIT_KMEMKIT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * kmemkit_start - bring the library up
 *
 * Called by the first request that needs it; calling it early moves the cost to a known place.
 * Thread safe, may be called again. Returns 0, or a negative errno after saying why (a bad memory
 * map, a taken base address). May sleep.
 */
int kmemkit_start(void);

/*
 * kmemkit_drain - settle everything that is only cached
 *
 * Waits for RCU callbacks, returns all CPU arrays and page lists, purges lazily unmapped areas and
 * gives back empty slabs, so that counters can be compared with those of another quiet moment.
 * May sleep; exact only while no other thread uses the library.
 */
void kmemkit_drain(void);

/*
 * kmemkit_validate - compare all facts the rooms keep twice
 *
 * Returns the number of contradictions, each printed to the log; 0 is well. Takes the rooms' locks
 * one after the other. May sleep.
 */
unsigned int kmemkit_validate(void);

/* Counters at one moment; frames unless said otherwise. */
struct kmemkit_stats {
	unsigned long frames_total, frames_free;	/* managed by the zones; free in them */
	unsigned long frames_cpu;			/* in per-CPU lists */
	unsigned long frames_slab;			/* held by slabs, with their objects' owner records */
	unsigned long frames_records;			/* kept for good: recorded stacks of owners */
	unsigned long objects_live;			/* slab objects handed out */
	unsigned long zone_locked;			/* times a zone lock was taken to allocate or free */
	unsigned long warns, bugs;			/* reports since the start */
	unsigned long frames_released;			/* given back to the host since the start; counted each time */
	unsigned long frames_warm;			/* free, with memory of the host still behind them */
};
void kmemkit_get_stats(struct kmemkit_stats *stats);

/*
 * kmemkit_fail_nth - let exactly the N-th slab or page request from now fail
 *
 * Counts requests that reach the slow path, which are all of them where owners are tracked
 * (slub_debug=U). n 0: stop. Returns how many were left of the last setting: 0 means it fired.
 * Any context.
 */
long kmemkit_fail_nth(long n);

#ifdef __cplusplus
}
#endif
#endif
