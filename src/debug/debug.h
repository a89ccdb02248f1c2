/* SPDX-License-Identifier: MIT */
/*
 * The debug room: it reads every other room and belongs to none.
 *
 *	options.c	which boot options exist; unknown or malformed ones are named
 *	owner.c		who allocated a frame (page_owner=on, and always under slub_debug=U)
 *	leak.c		objects and blocks nobody can reach any more
 *	proc.c, procslab.c	buddyinfo, zoneinfo, pagetypeinfo, meminfo, slabinfo, layout
 *	slabattr.c, slabtrace.c	/sys/kernel/slab's attributes, and who allocated a cache's objects
 *	slab_hooks.c	stacks and test counters for debug caches
 *	inject.c	failslab=, fail_page_alloc=, and the N-th allocation
 *
 * Nothing here allocates except owner stacks; all of it is off until an option asks for it.
 */
#ifndef KMK_DEBUG_DEBUG_H
#define KMK_DEBUG_DEBUG_H

#include <linux/gfp.h>
#include <linux/types.h>
#include "page/page.h"
#include "slab/slab.h"

/* Where text goes, line by line, newline included. */
struct kmk_sink {
	void (*line)(const char *text, size_t len, void *data);
	void *data;
	char buf[512];
	size_t len;
};
void kmk_sink_add(struct kmk_sink *sink, const char *fmt, ...) __printf(2, 3);
void kmk_sink_end(struct kmk_sink *sink);	/* the line is complete */

/* One text by name: buddyinfo, zoneinfo, ... False: there is none of that name. */
bool kmk_proc_text(const char *name, size_t len, struct kmk_sink *sink);
void kmk_proc_slabinfo(struct kmk_sink *sink);
void kmk_layout_say(void);	/* the text "layout" as debug messages: seen with loglevel=8 */

/* One attribute of one cache, as in /sys/kernel/slab. False: no such cache or attribute. */
bool kmk_slab_attr(const char *cache, size_t len, const char *name, struct kmk_sink *sink);
bool kmk_slab_attr_run(const char *cache, const char *name);
bool kmk_proc_slab(const char *path, size_t len, struct kmk_sink *sink);
void kmk_slab_traces(struct kmem_cache *s, bool alloc, struct kmk_sink *sink);

void kmk_owner_start(void);
void kmk_slab_hooks_start(void);
/* A stack depot handle of the calls that led to `caller`, from its frame on. */
u32 kmk_save_stack(unsigned long caller, gfp_t gfp);
int kmk_inject_start(void);
/* Added to kmk_thread.internal while the stack depot grows: no request of the program, so none is made to fail. */
#define KMK_INTERNAL_DEPOT	0x10000u
void kmk_inject_end(void);		/* the program ends: was the N-th request reached? */

/* The value of failslab= and fail_page_alloc=. times: -1 is without end. False: not four numbers. */
struct kmk_fault_numbers { unsigned long interval, probability, space; long times; };
bool kmk_parse_fault(const char *v, size_t n, struct kmk_fault_numbers *numbers);

/* Leak scan: call fn for each object that is live and unreachable. Returns the reachable rest. */
struct kmk_leak { const void *addr; size_t size; const char *cache; unsigned long caller; u32 pid; u64 time; u32 stack; };
struct kmk_reachable { unsigned long objects, bytes; };
struct kmk_reachable kmk_leak_scan(void (*fn)(const struct kmk_leak *leak, void *data), void *data);
/* What is allocated now belongs to the library, not to the program: never a leak. */
void kmk_leak_baseline(void);
#endif
