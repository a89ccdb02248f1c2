/* SPDX-License-Identifier: MIT */
/*
 * Gates. Behind one, threads hold what belongs to no user and is on no list: an isolated page, the batch of a
 * purge. Who must not meet such a state closes the gate and waits until they are out: a fork, whose child
 * has none of these threads, and a look at all of memory.
 *
 * Entering nests, and who is inside is not held up. Closing is a try with a limit: who is inside may wait for a
 * lock of the closer's, or for somebody who now waits at the gate. So who could not have it empty opens it for a
 * moment before the next try.
 *
 * The reclaim gate is outside: who is behind the vmap room's does not enter it.
 */
#ifndef KMK_SYNC_GATE_H
#define KMK_SYNC_GATE_H

#include <stdbool.h>
#include <stdint.h>

/* The calling thread's depth behind each is in its block (thread.h). */
enum kmk_gate { KMK_GATE_RECLAIM, KMK_GATE_VMAP, KMK_NR_GATES };

/* Waits while the gate is closed, unless the thread is inside. May sleep. */
void kmk_gate_enter(enum kmk_gate g);
void kmk_gate_leave(enum kmk_gate g);
bool kmk_gate_inside(enum kmk_gate g);		/* is the calling thread? */
/* Nobody enters until as many kmk_gate_open(). Whether nobody else was inside before the limit was over. */
bool kmk_gate_close(enum kmk_gate g, uint64_t limit_ns);
void kmk_gate_open(enum kmk_gate g);
/* The calling thread ends, wherever it is. */
void kmk_gates_left(void);
/* The calling thread is the only one left. */
void kmk_gates_fork_child(void);

#endif
