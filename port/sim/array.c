/* SPDX-License-Identifier: MIT */
/*
 * A restartable section in C: the same loads and stores in the same order as the assembly of
 * port/process/rseq, with a step before each, the last of them the commit.
 */
#include "sim.h"
#include "port_inline.h"

int sim_cpu;
bool sim_aborted;
bool sim_ignore_aborts;
unsigned long sim_aborts;
void (*sim_step)(void);

static char first_block[PORT_BLOCK_SIZE] __attribute__((aligned(64)));
char *sim_block = first_block;

struct port_slot_lock port_slot_locks[PORT_SLOTS];

int port_slot_id(void)
{
	return SIM_MAX_IDS - 1;
}

void sim_set_cpu(int id)
{
	sim_cpu = id;
}

void sim_migrate(int id)
{
	sim_cpu = id;
	sim_aborted = true;
}

void sim_preempt(void)
{
	sim_aborted = true;
}

/* True: the section was aborted before this access. */
static bool step(void)
{
	if (sim_step)
		sim_step();
	if (!sim_aborted || sim_ignore_aborts)
		return false;
	sim_aborts++;
	return true;
}

/* Also how a section starts: what happened before it does not concern it. */
#define SECTION(label)	label: sim_aborted = false
#define STEP(label)	do { if (step()) goto label; } while (0)

bool sim_array_pop(uint32_t off, void **obj, void **aux)
{
	struct port_array *a;
	struct port_entry e;
	int32_t top;

	SECTION(again);
	STEP(again);
	a = port_array_of(sim_cpu, off);
	STEP(again);
	top = a->top;
	if (top <= 0)
		return false;
	STEP(again);
	e.obj = a->e[top / PORT_ENTRY_BYTES - 1].obj;
	STEP(again);
	e.aux = a->e[top / PORT_ENTRY_BYTES - 1].aux;
	STEP(again);
	a->top = top - PORT_ENTRY_BYTES;
	*obj = e.obj;
	*aux = e.aux;
	return true;
}

bool sim_array_push(uint32_t off, void *obj, void *aux)
{
	struct port_array *a;
	int32_t top;

	SECTION(again);
	STEP(again);
	a = port_array_of(sim_cpu, off);
	STEP(again);
	top = a->top;
	STEP(again);
	if (top >= a->cap)
		return false;
	STEP(again);
	a->e[top / PORT_ENTRY_BYTES].obj = obj;
	STEP(again);
	a->e[top / PORT_ENTRY_BYTES].aux = aux;
	STEP(again);
	a->top = top + PORT_ENTRY_BYTES;
	return true;
}

unsigned sim_array_pop_n(uint32_t off, struct port_entry *out, unsigned n)
{
	struct port_array *a;
	int32_t top;
	unsigned i;

	SECTION(again);
	STEP(again);
	a = port_array_of(sim_cpu, off);
	STEP(again);
	top = a->top;
	if (top <= 0)
		return 0;
	for (i = 0; i < n && top > 0; i++) {
		STEP(again);
		top -= PORT_ENTRY_BYTES;
		out[i] = a->e[top / PORT_ENTRY_BYTES];
	}
	STEP(again);
	a->top = top;
	return i;
}

unsigned sim_array_push_n(uint32_t off, const struct port_entry *in, unsigned n)
{
	struct port_array *a;
	int32_t top, cap;
	unsigned i;

	SECTION(again);
	STEP(again);
	a = port_array_of(sim_cpu, off);
	STEP(again);
	top = a->top;
	STEP(again);
	cap = a->cap;
	if (top < 0 || top >= cap)
		return 0;
	for (i = 0; i < n && top < cap; i++) {
		STEP(again);
		a->e[top / PORT_ENTRY_BYTES] = in[i];
		top += PORT_ENTRY_BYTES;
	}
	STEP(again);
	a->top = top;
	return i;
}
