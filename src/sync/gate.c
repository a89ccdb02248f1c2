/* SPDX-License-Identifier: MIT */
/* Gates: see gate.h. Who enters counts itself, then looks whether the gate is closed; who closes does the reverse. */
#include "gate.h"
#include "port_inline.h"
#include "thread.h"

#define LOOK_NS		100000u		/* who leaves wakes nobody */
#define WAIT_NS		10000000u

static struct { uint32_t inside, closed; } __attribute__((aligned(64))) gates[KMK_NR_GATES];

void kmk_gate_enter(enum kmk_gate g)
{
	if (kmk_self()->gate[g]++)
		return;
	for (;;) {
		uint32_t closed;

		__atomic_fetch_add(&gates[g].inside, 1, __ATOMIC_SEQ_CST);
		closed = __atomic_load_n(&gates[g].closed, __ATOMIC_SEQ_CST);
		if (!closed)
			return;
		__atomic_fetch_sub(&gates[g].inside, 1, __ATOMIC_SEQ_CST);
		port_wait(&gates[g].closed, closed, WAIT_NS);
	}
}

void kmk_gate_leave(enum kmk_gate g)
{
	if (!--kmk_self()->gate[g])
		__atomic_fetch_sub(&gates[g].inside, 1, __ATOMIC_SEQ_CST);
}

bool kmk_gate_inside(enum kmk_gate g)
{
	return kmk_self()->gate[g] != 0;
}

bool kmk_gate_close(enum kmk_gate g, uint64_t limit_ns)
{
	uint32_t mine = kmk_gate_inside(g), now;
	uint64_t end = 0;

	__atomic_fetch_add(&gates[g].closed, 1, __ATOMIC_SEQ_CST);
	while ((now = __atomic_load_n(&gates[g].inside, __ATOMIC_SEQ_CST)) > mine) {
		if (!end)
			end = port_now() + limit_ns;
		if (port_now() >= end)
			return false;
		port_wait(&gates[g].inside, now, LOOK_NS);
	}
	return true;
}

void kmk_gate_open(enum kmk_gate g)
{
	__atomic_fetch_sub(&gates[g].closed, 1, __ATOMIC_SEQ_CST);
	port_wake(&gates[g].closed, UINT32_MAX);
}

void kmk_gates_left(void)
{
	struct kmk_thread *self = kmk_self();

	for (unsigned int g = 0; g < KMK_NR_GATES; g++)
		if (self->gate[g]) {
			self->gate[g] = 0;
			__atomic_fetch_sub(&gates[g].inside, 1, __ATOMIC_SEQ_CST);
		}
}

void kmk_gates_fork_child(void)
{
	for (unsigned int g = 0; g < KMK_NR_GATES; g++) {
		gates[g].inside = kmk_self()->gate[g] != 0;
		gates[g].closed = 0;		/* who else had it closed is not here */
	}
}
