/* SPDX-License-Identifier: MIT */
/*
 * Address spaces, and code in ring 3.
 *
 * A space is a top-level table of its own. Its upper half begins with the entries that taking a fault needs
 * (image, stacks, per-CPU areas, devices, direct map); the windows (vmalloc, kmap, frame database ...) are
 * left alone and filled from the kernel's reference table when first touched, by bare_space_fault(). So a
 * mapping made later by anybody is seen by every space, and making one costs no walk over spaces. An entry of
 * the reference is never removed, hence neither are the copies.
 *
 *	space A      reference     space B
 *	  |own|        |   |         |own|        lower half: the space's own, user bit set
 *	  |dir|--------|dir|---------|dir|        copied when the space was made
 *	  | . |        |vm |----.    |vm |---.    filled at the first touch
 *	                         `---> tables below are the same
 *
 * Ring 3 runs with interrupts off and whatever it does wrong ends it: bare_user_run() returns the exception.
 * It sees what the space maps with BARE_USER, and has no way to a table: entries of the upper half, tables
 * included, are supervisor's, and the instructions that change tables fault.
 */
#ifndef KMK_BARE_SPACE_H
#define KMK_BARE_SPACE_H

#include "port/x86_64/bare.h"

#define BARE_USER	0x100u			/* beside PORT_* bits: ring 3 may use the page */
#define BARE_USER_TOP	0x0000800000000000UL	/* spaces' own halves end here */

struct bare_space {
	uint64_t root;			/* physical address of the top-level table */
	unsigned long fills;		/* entries taken from the reference at a fault */
};

/* How ring 3 ended. */
struct bare_user_end {
	uint64_t vector, error, address;	/* of the exception; address: CR2 of a page fault */
	uint64_t rip, rax;
};

/* Make a space with an empty lower half. Its tables come from the host's pool and are kept. 0 or -ENOMEM. */
int bare_space_init(struct bare_space *s);

/*
 * Show frames [pa, pa+len) at va of the lower half: PORT_* bits, and BARE_USER. Whole pages, below
 * BARE_USER_TOP. Call it before the space has run, or flush. 0, -EINVAL or -ENOMEM.
 */
int bare_space_map(struct bare_space *s, uint64_t va, uint64_t pa, uint64_t len, unsigned prot);

/* Use space s, or with NULL the reference, on the calling processor. Preemption is off while s is in use. */
void bare_space_enter(struct bare_space *s);

/* A kernel page is missing because this processor's space has not seen its window: true when it is there now. */
bool bare_space_fault(uintptr_t va, uint64_t error);

/* In space s, call rip in ring 3 with that stack and first argument, until its first exception. */
void bare_user_run(struct bare_space *s, uint64_t rip, uint64_t rsp, uint64_t arg, struct bare_user_end *end);

/* An exception came from ring 3: record it (cr2: its address, for a page fault), and return to bare_user_run(). */
bool bare_user_fault(struct bare_regs *r, uint64_t cr2);

/* idt.c: where exceptions from ring 3 find a stack on the calling processor. */
void bare_ring0_stack(uintptr_t top);

/* For tests of what faults: code in ring 0 whose next exception is returned instead of explained. */
void bare_probe(void (*fn)(uint64_t), uint64_t arg, struct bare_user_end *end);

#endif
