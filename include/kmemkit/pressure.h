/* SPDX-License-Identifier: MIT */
/*
 * Word of memory pressure, for programs that can give up something themselves. Compiler-provided headers only.
 * (Kernel-style code registers a shrinker instead and is asked for an amount.)
 */
#ifndef _KMEMKIT_PRESSURE_H
#define _KMEMKIT_PRESSURE_H

#ifdef __cplusplus
extern "C" {
#endif

/* What somebody had to do for memory, within the last second. */
enum kmemkit_pressure {
	KMEMKIT_PRESSURE_NONE,
	KMEMKIT_PRESSURE_LOW,		/* a zone fell below its low mark: kswapd was woken */
	KMEMKIT_PRESSURE_MEDIUM,	/* a request had to reclaim by itself */
	KMEMKIT_PRESSURE_CRITICAL,	/* nothing more was found: out of memory */
};

/*
 * kmemkit_on_pressure - call fn when the level changes
 *
 * fn(level, data) runs on a thread of the library's, one call at a time, and may sleep, free and allocate. It is
 * called when the level rises, and when what made it so high was more than a second ago: then with the highest
 * level of that second, or NONE. watch is the caller's until kmemkit_off_pressure(), which waits for a call under
 * way (so fn must not call it). 0, or the negative errno of a library that cannot start. The thread begins with
 * the first event. May sleep.
 */
struct kmemkit_pressure_watch {
	void (*fn)(enum kmemkit_pressure level, void *data);
	void *data;
	struct kmemkit_pressure_watch *next;	/* the library's */
};
int kmemkit_on_pressure(struct kmemkit_pressure_watch *watch);
void kmemkit_off_pressure(struct kmemkit_pressure_watch *watch);

/* The level now. Any context; NONE while nobody watches. */
enum kmemkit_pressure kmemkit_pressure_level(void);

/*
 * kmemkit_pressure_fd - a file descriptor that poll() reports readable when the level changed
 *
 * Read 8 bytes to be told of the next change; ask kmemkit_pressure_level() for the level. The same descriptor
 * for all callers, open until the process ends; in a fork's child the number names one of the child's own. Or a negative errno: -ENOSYS (-38) where the host has none. May sleep.
 */
int kmemkit_pressure_fd(void);

#ifdef __cplusplus
}
#endif
#endif
