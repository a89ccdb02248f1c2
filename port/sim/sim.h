/* SPDX-License-Identifier: MIT */
/*
 * The simulation host: a machine whose size, clock, CPU and failures a test decides.
 *
 * One thread runs everything. Memory is a small file mapped at the usual addresses, so the core is the
 * same code as in a process. Time stands still unless a test moves it or a sleep uses it up. Each port
 * call is counted and can be told to fail. Per-CPU arrays are edited by a C model of the restartable
 * sections: before each of its memory accesses sim_step runs, in which a test may move the "thread" to
 * another CPU (sim_migrate) or preempt it (sim_preempt), and the section starts over.
 *
 * A test configures, then lets the core start (port_describe). Configuring again begins a new machine.
 */
#ifndef KMK_SIM_H
#define KMK_SIM_H

#include "port.h"

#define SIM_MAX_IDS 8

enum sim_call {
	SIM_DESCRIBE,
	SIM_MAP,
	SIM_UNMAP,
	SIM_PROTECT,
	SIM_RELEASE,
	SIM_CLEAR,
	SIM_CONSOLE,
	SIM_WAIT,
	SIM_WAKE,
	SIM_THREAD,
	SIM_YIELD,
	SIM_FENCE,
	SIM_NR_CALLS
};

/* A new machine: all memory zero, counters zero, clock at 0, CPU 0. 0 or -errno. options may be NULL. */
int sim_configure(const struct port_range *ranges, unsigned nr_ranges, unsigned nr_cpus, unsigned nr_ids,
		  const char *options);

/* Calls made since sim_configure. */
unsigned long sim_calls(enum sim_call call);

/* Fail the nth call from now (1: the next), and with forever all after it. nth 0: stop failing. */
void sim_fail(enum sim_call call, unsigned long nth, bool forever);
unsigned long sim_failed(void);		/* how many calls failed on demand */

/* Clock. */
void sim_advance(uint64_t ns);

/* Owner id of the running "thread"; -1 takes restartable sections away from it (slots). */
extern int sim_cpu;
void sim_set_cpu(int id);

/* Called before each memory access of a section, when set. */
extern void (*sim_step)(void);
extern bool sim_aborted;		/* the running section starts over at its next step */
void sim_migrate(int id);		/* move to CPU id and abort */
void sim_preempt(void);			/* another thread ran on this CPU: abort */
extern unsigned long sim_aborts;	/* sections started over */
extern bool sim_ignore_aborts;		/* a broken machine, to show that a test notices */

/* Fences reach the other threads a test plays through this hook. */
extern void (*sim_fence_hook)(unsigned id);

/* Called when a sleep could never end; after it the condition is looked at again. NULL: halt. */
extern void (*sim_idle)(void);

/* Called instead of ending the process; it must not return (longjmp). */
extern void (*sim_halt_hook)(int code);

/* Console text goes to this buffer when set, cut at size-1; else to the usual file descriptors. */
void sim_capture(enum port_stream stream, char *buf, size_t size);

/* The range port_roots reports. */
void sim_set_roots(const void *start, size_t len);

/* The "thread's" block; a test that plays several threads points it elsewhere. */
extern char *sim_block;
#endif
