/* SPDX-License-Identifier: MIT */
/*
 * Forced migration: two threads edit per-CPU arrays, and at each memory access of a section the test may
 * switch threads, which preempts whoever shares the CPU, or move a thread to the other CPU. All schedules
 * up to a number of switches and moves are run; after each, every object must be in exactly one place.
 *
 * The threads are coroutines. A schedule is the list of choices made at its steps; the next one in order
 * is found by counting up the last choice (depth first, by running again from the start).
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include "sim.h"

static void seizer_step(void);

/* The seizer's own accesses are steps too. */
#define __atomic_load_n(p, order)		(seizer_step(), *(p))
#define __atomic_store_n(p, val, order)		(seizer_step(), (void)(*(p) = (val)))
#define __atomic_exchange_n(p, val, order) \
	({ seizer_step(); __typeof__(*(p)) old_ = *(p); *(p) = (val); old_; })
#include "port_inline.h"

#define OFF		64
#define CAP		5
#define MAX_CHOICES	200
#define MAX_OPS		3
#define NR_THREADS	2
#define NR_OBJECTS	16

enum op { NONE, POP, PUSH, POP_N, PUSH_N, SEIZE };

struct scenario {
	const char *name;
	enum op op[NR_THREADS][MAX_OPS];
	int cpu[NR_THREADS];
	int fill[2];			/* entries in the arrays at the start */
	unsigned switches, moves;	/* limits */
};

struct thread {
	ucontext_t first;
	jmp_buf at;
	bool started, done, aborted;
	int cpu;
	struct port_entry held[NR_OBJECTS];
	unsigned nr_held;
	char stack[64 << 10];
};

static struct thread threads[NR_THREADS];
static struct thread *me;			/* the coroutine that runs */
static jmp_buf scheduler;
static const struct scenario *sc;
static unsigned extra;			/* added to the limit of switches by --long */

/* ---- choices ---- */

static struct { unsigned char made, of; } choice[MAX_CHOICES];
static unsigned depth, known;
static unsigned long cut;

static unsigned choose(unsigned n)
{
	if (depth == MAX_CHOICES) {
		cut++;
		return 0;
	}
	if (depth == known) {
		choice[known].made = 0;
		choice[known++].of = (unsigned char)n;
	}
	return choice[depth++].made;
}

static bool next_schedule(void)
{
	while (known && choice[known - 1].made + 1 == choice[known - 1].of)
		known--;
	if (!known)
		return false;
	choice[known - 1].made++;
	return true;
}

/* ---- coroutines ---- */

static void stop_here(void)
{
	if (!_setjmp(me->at))
		_longjmp(scheduler, 1);
	sim_cpu = me->cpu;
	sim_aborted = me->aborted;
	me->aborted = false;
}

static void seizer_step(void)
{
	if (me)
		stop_here();
}

/* A fence aborts whoever is inside a section on that CPU, and orders; here it is one step. */
static void fence(unsigned id)
{
	stop_here();
	for (int i = 0; i < NR_THREADS; i++)
		if (&threads[i] != me && threads[i].cpu == (int)id)
			threads[i].aborted = true;
}

static void seize_other(void)
{
	int id = 1 - me->cpu;
	struct port_array *a = port_array_of(id, OFF);
	int32_t top = port_array_seize(id, a);

	for (; top > 0; top -= PORT_ENTRY_BYTES)
		me->held[me->nr_held++] = a->e[top / PORT_ENTRY_BYTES - 1];
	port_array_release(id, a);
}

static void do_op(enum op op)
{
	struct port_entry *e;

	switch (op) {
	case POP:
		e = &me->held[me->nr_held];
		me->nr_held += port_array_pop(OFF, &e->obj, &e->aux);
		break;
	case PUSH:
		e = &me->held[me->nr_held - 1];
		if (me->nr_held && port_array_push(OFF, e->obj, e->aux))
			me->nr_held--;
		break;
	case POP_N:
		me->nr_held += port_array_pop_n(OFF, &me->held[me->nr_held], 2);
		break;
	case PUSH_N:
		if (me->nr_held >= 2) {
			unsigned n = port_array_push_n(OFF, &me->held[me->nr_held - 2], 2);

			if (n == 1)
				me->held[me->nr_held - 2] = me->held[me->nr_held - 1];
			me->nr_held -= n;
		}
		break;
	case SEIZE:
		seize_other();
		break;
	default:
		break;
	}
}

static void thread_main(void)
{
	const enum op *op = sc->op[me - threads];

	sim_cpu = me->cpu;
	sim_aborted = false;
	for (int i = 0; i < MAX_OPS; i++)
		do_op(op[i]);
	me->done = true;
	_longjmp(scheduler, 1);
}

static void resume(struct thread *t)
{
	me = t;
	if (_setjmp(scheduler))
		return;
	if (t->started)
		_longjmp(t->at, 1);
	t->started = true;
	setcontext(&t->first);
}

/* ---- one schedule ---- */

static void put(int cpu, unsigned n)
{
	struct port_array *a = port_array_of(cpu, OFF);

	a->e[a->top / PORT_ENTRY_BYTES] =
	    (struct port_entry){ (void *)(uintptr_t)n, (void *)(uintptr_t)(n + 100) };
	a->top += PORT_ENTRY_BYTES;
}

/* Objects are numbered from 1: the arrays' first, then two in each thread's hands. */
static unsigned prepare(void)
{
	unsigned n = 0;

	for (int cpu = 0; cpu < 2; cpu++) {
		memset(port_array_of(cpu, OFF), 0, sizeof(struct port_array) + CAP * PORT_ENTRY_BYTES);
		port_array_of(cpu, OFF)->cap = CAP * PORT_ENTRY_BYTES;
		for (int i = 0; i < sc->fill[cpu]; i++)
			put(cpu, ++n);
	}
	for (int i = 0; i < NR_THREADS; i++) {
		struct thread *t = &threads[i];

		t->started = t->done = t->aborted = false;
		t->cpu = sc->cpu[i];
		for (t->nr_held = 0; t->nr_held < 2; t->nr_held++) {
			n++;
			t->held[t->nr_held].obj = (void *)(uintptr_t)n;
			t->held[t->nr_held].aux = (void *)(uintptr_t)(n + 100);
		}
		getcontext(&t->first);
		t->first.uc_stack.ss_sp = t->stack;
		t->first.uc_stack.ss_size = sizeof(t->stack);
		makecontext(&t->first, thread_main, 0);
	}
	return n;
}

static bool see(const struct port_entry *e, unsigned n, bool *seen)
{
	uintptr_t id = (uintptr_t)e->obj;

	if (!id || id > n || seen[id] || (uintptr_t)e->aux != id + 100)
		return false;
	return seen[id] = true;
}

static bool all_accounted(unsigned n)
{
	bool seen[NR_OBJECTS * 2] = { false };
	unsigned found = 0;

	for (int cpu = 0; cpu < 2; cpu++) {
		struct port_array *a = port_array_of(cpu, OFF);

		if (a->top < 0 || a->top > a->cap || a->cap != CAP * PORT_ENTRY_BYTES)
			return false;
		for (int i = 0; i < a->top / PORT_ENTRY_BYTES; i++, found++)
			if (!see(&a->e[i], n, seen))
				return false;
	}
	for (int i = 0; i < NR_THREADS; i++)
		for (unsigned h = 0; h < threads[i].nr_held; h++, found++)
			if (!see(&threads[i].held[h], n, seen))
				return false;
	return found == n;
}

/* Who shares the CPU of the one that runs has been preempted. */
static void preempt_others(const struct thread *t)
{
	for (int i = 0; i < NR_THREADS; i++)
		if (&threads[i] != t && threads[i].cpu == t->cpu)
			threads[i].aborted = true;
}

static void run_schedule(void)
{
	unsigned switches = 0, moves = 0;
	int cur = (int)choose(NR_THREADS);

	while (!threads[0].done || !threads[1].done) {
		bool may_switch = !threads[!cur].done && switches < sc->switches + extra;
		unsigned pick;

		if (threads[cur].done) {
			cur = !cur;
			may_switch = false;
		}
		pick = choose(1 + may_switch + 2 * (moves < sc->moves));
		if (pick && pick <= may_switch) {
			switches++;
			cur = !cur;
		} else if (pick) {
			struct thread *t = &threads[pick - may_switch - 1];

			moves++;
			t->cpu = !t->cpu;
			t->aborted = true;
			continue;
		}
		preempt_others(&threads[cur]);
		resume(&threads[cur]);
	}
	me = NULL;
}

/* ---- scenarios ---- */

static const struct scenario scenarios[] = {
	{ "pop and pop, one CPU", { { POP }, { POP } }, { 0, 0 }, { 3, 1 }, 4, 1 },
	{ "pop and push, one CPU", { { POP }, { PUSH } }, { 0, 0 }, { 2, 5 }, 4, 1 },
	{ "push and push, one CPU", { { PUSH }, { PUSH } }, { 0, 0 }, { 4, 0 }, 4, 1 },
	{ "pop and push, two CPUs", { { POP }, { PUSH } }, { 0, 1 }, { 1, 4 }, 4, 1 },
	{ "push and push, two CPUs", { { PUSH }, { PUSH } }, { 0, 1 }, { 3, 3 }, 4, 1 },
	{ "pop_n and push_n, one CPU", { { POP_N }, { PUSH_N } }, { 0, 0 }, { 3, 4 }, 4, 1 },
	{ "pop_n and pop, two CPUs", { { POP_N }, { POP } }, { 0, 1 }, { 1, 2 }, 4, 1 },
	{ "push_n and push, one CPU", { { PUSH_N }, { PUSH } }, { 0, 0 }, { 3, 3 }, 4, 1 },
	{ "pop push pop and push pop, one CPU", { { POP, PUSH, POP }, { PUSH, POP } },
	  { 0, 0 }, { 2, 1 }, 3, 1 },
	{ "pop push and push pop, two CPUs", { { POP, PUSH }, { PUSH, POP } }, { 0, 1 }, { 2, 2 }, 3, 1 },
	{ "pop and seize", { { POP }, { SEIZE } }, { 0, 1 }, { 2, 1 }, 6, 0 },
	{ "push and seize", { { PUSH }, { SEIZE } }, { 0, 1 }, { 2, 1 }, 6, 0 },
	{ "push pop and seize", { { PUSH, POP }, { SEIZE } }, { 0, 1 }, { 1, 0 }, 6, 0 },
	{ "push_n and seize", { { PUSH_N }, { SEIZE } }, { 0, 1 }, { 2, 1 }, 6, 0 },
	{ "pop_n push and seize", { { POP_N, PUSH }, { SEIZE } }, { 0, 1 }, { 3, 1 }, 5, 0 },
	{ "moving push and seize", { { PUSH }, { SEIZE } }, { 0, 1 }, { 2, 1 }, 4, 1 },
};
#define NR_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

/* All schedules of a scenario; returns how many lost or doubled something. */
static unsigned long explore(const struct scenario *s, unsigned long *runs)
{
	unsigned long wrong = 0;

	sc = s;
	known = 0;
	*runs = 0;
	do {
		unsigned n = prepare();

		depth = 0;
		run_schedule();
		wrong += !all_accounted(n);
		++*runs;
	} while (next_schedule());
	return wrong;
}

static void toothless_fence(unsigned id)
{
	(void)id;
	stop_here();
}

static unsigned passed, failed;

static void verdict(bool ok, const char *name, unsigned long runs, unsigned long wrong)
{
	printf("%s - %s: %lu schedules, %lu wrong\n", ok ? "ok" : "not ok", name, runs, wrong);
	ok ? passed++ : failed++;
}

static const struct scenario *by_name(const char *name)
{
	const struct scenario *s = scenarios;

	while (strcmp(s->name, name))
		s++;
	return s;
}

/* The test must notice a machine without aborts, and a fence that orders but does not abort. */
static void break_something(void)
{
	unsigned long runs, wrong;

	sim_ignore_aborts = true;
	wrong = explore(by_name("pop and pop, one CPU"), &runs);
	verdict(wrong, "a machine that never aborts is noticed", runs, wrong);
	sim_ignore_aborts = false;
	sim_fence_hook = toothless_fence;
	wrong = explore(by_name("pop and seize"), &runs);
	verdict(wrong, "a fence that does not abort is noticed", runs, wrong);
}

int main(int argc, char **argv)
{
	static const struct port_range memory = { 0, 1 << 20, PORT_RAM };
	unsigned long runs, wrong, total = 0;

	extra = argc > 1 && !strcmp(argv[1], "--long");
	if (sim_configure(&memory, 1, 2, 2, NULL))
		return 2;
	sim_step = stop_here;
	sim_fence_hook = fence;
	for (size_t i = 0; i < NR_SCENARIOS; i++) {
		wrong = explore(&scenarios[i], &runs);
		total += runs;
		verdict(!wrong, scenarios[i].name, runs, wrong);
	}
	verdict(sim_aborts > 0, "sections were aborted", sim_aborts, 0);
	break_something();
	printf("%lu schedules, %lu aborts, %lu cut short\n%u passed, %u failed\n", total, sim_aborts, cut,
	       passed, failed);
	return failed || cut;
}
