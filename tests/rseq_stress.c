/* SPDX-License-Identifier: MIT */
/*
 * The real sections under fire: workers pop and push numbered objects while timers interrupt them, a mover
 * changes their CPUs and a seizer takes whole arrays over. No object may be lost, doubled or torn.
 *
 * Evidence that sections really were aborted: the kernel redirects an interrupted section before it delivers
 * the signal, so the handler finds the program counter right behind an abort signature. Each of the six
 * sections must have been seen there.
 *
 *   rseq_stress [seconds]
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "port.h"
#include "port_inline.h"

#define OFF		4096
#define CAP		40
#define WORKERS		4
#define OBJECTS		200
#define SIGNATURE	0x53053053u
#define TICK_NS		40000

/* What a run must have seen to say something. */
#define OPS		1000
#define MOVES		10
#define SEIZURES	10
#define SECTIONS	6

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

struct pool { struct port_entry e[OBJECTS]; unsigned n; };
struct worker {
	pthread_t thread;
	pid_t tid;
	struct pool pool;
	unsigned long ops;
	uint32_t random;
};

static struct worker workers[WORKERS];
static struct pool seized;
static bool stop;
static uint32_t owned[OBJECTS + 1];	/* 1 while somebody holds the object */
static unsigned long wrong, seizures, moves;
static struct { uintptr_t pc; unsigned long n; } aborts[16];
static unsigned nr_ids;

/* The core's side of the contract is not in this program. */
void kmk_upcall_thread_exit(void *block) { (void)block; }
void kmk_upcall_fork_prepare(void) { }
void kmk_upcall_fork_parent(void) { }
void kmk_upcall_fork_child(void) { }

/* One section each, so that aborts can be told apart. */
static __attribute__((noinline)) bool pop(struct port_entry *e)
{
	return port_array_pop(OFF, &e->obj, &e->aux);
}

static __attribute__((noinline)) bool push(const struct port_entry *e)
{
	return port_array_push(OFF, e->obj, e->aux);
}

static __attribute__((noinline)) bool pop_at(struct port_entry *e)
{
	return port_array_pop_at(PORT_PLACE(OFF), &e->obj, &e->aux) ||
	       port_slot_pop_at(PORT_PLACE(OFF), &e->obj, &e->aux);
}

/* Which owner is a guess: the section must see when it was wrong. */
static __attribute__((noinline)) bool push_home(const struct port_entry *e, int owner)
{
	return port_array_push_home(port_array_of(owner, OFF), owner, e->obj, e->aux);
}

static __attribute__((noinline)) unsigned pop_n(struct port_entry *e, unsigned n)
{
	return port_array_pop_n(OFF, e, n);
}

static __attribute__((noinline)) unsigned push_n(const struct port_entry *e, unsigned n)
{
	return port_array_push_n(OFF, e, n);
}

static void count_abort(int sig, siginfo_t *info, void *context)
{
	uintptr_t pc = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	uint32_t before;

	(void)sig, (void)info;
	memcpy(&before, (const char *)pc - 4, sizeof(before));
	if (before != SIGNATURE)
		return;
	for (int i = 0; i < 16; i++) {
		uintptr_t none = 0;

		if (__atomic_compare_exchange_n(&aborts[i].pc, &none, pc, false, __ATOMIC_RELAXED,
						__ATOMIC_RELAXED) ||
		    none == pc) {
			__atomic_fetch_add(&aborts[i].n, 1, __ATOMIC_RELAXED);
			return;
		}
	}
}

static void complain(void)
{
	__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

/* Taken out of an array: nobody else may have it, and both words belong together. */
static void take(const struct port_entry *e, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		uintptr_t id = (uintptr_t)e[i].obj;

		if (!id || id > OBJECTS || (uintptr_t)e[i].aux != ~id)
			complain();
		else if (__atomic_exchange_n(&owned[id], 1, __ATOMIC_ACQUIRE))
			complain();
	}
}

static void give(const struct port_entry *e, unsigned n, uint32_t state)
{
	for (unsigned i = 0; i < n; i++)
		__atomic_store_n(&owned[(uintptr_t)e[i].obj], state, __ATOMIC_RELEASE);
}

static void put_back(struct pool *p, unsigned n, bool home)
{
	struct port_entry *e = &p->e[p->n - n];
	unsigned done;

	give(e, n, 0);
	done = n > 1 ? push_n(e, n) : home ? push_home(e, (int)(p->n % nr_ids)) : push(e);
	give(e + done, n - done, 1);
	memmove(e, e + done, (n - done) * sizeof(*e));
	p->n -= done;
}

static void get(struct pool *p, unsigned n, bool at)
{
	struct port_entry *e = &p->e[p->n];

	n = n > 1 ? pop_n(e, n) : at ? pop_at(e) : pop(e);
	take(e, n);
	p->n += n;
}

static void arm_timer(struct worker *w)
{
	struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	struct itimerspec every = { { 0, TICK_NS }, { 0, TICK_NS } };
	timer_t timer;

	ev.sigev_notify_thread_id = w->tid;
	if (!timer_create(CLOCK_MONOTONIC, &ev, &timer))
		timer_settime(timer, 0, &every, NULL);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	__atomic_store_n(&w->tid, gettid(), __ATOMIC_RELEASE);
	arm_timer(w);
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		unsigned n;

		w->random = w->random * 1664525u + 1013904223u;
		n = w->random >> 31 ? 1 : 2 + (w->random >> 28) % 6;
		if (w->random >> 30 & 1 && w->pool.n >= n)
			put_back(&w->pool, n, w->random >> 29 & 1);
		else if (w->pool.n + n <= OBJECTS)
			get(&w->pool, n, w->random >> 29 & 1);
		w->ops++;
	}
	return NULL;
}

static void seize(unsigned id)
{
	struct port_array *a = port_array_of((int)id, OFF);
	int32_t top = port_array_seize((int)id, a);
	unsigned n = top > 0 ? (unsigned)top / PORT_ENTRY_BYTES : 0;

	if (top < 0)
		return;
	memcpy(&seized.e[seized.n], a->e, n * sizeof(a->e[0]));
	port_array_release((int)id, a);
	take(&seized.e[seized.n], n);
	seized.n += n;
	seizures++;
}

static void *seizer(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (unsigned id = 0; id < nr_ids; id++)
			seize(id);
		while (seized.n && !__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
			unsigned before = seized.n;

			put_back(&seized, seized.n < 4 ? seized.n : 4, false);
			if (seized.n == before)
				break;
		}
		usleep(300);
	}
	return NULL;
}

static void move_one(unsigned turn)
{
	pid_t tid = __atomic_load_n(&workers[turn % WORKERS].tid, __ATOMIC_ACQUIRE);
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((turn / WORKERS) % (unsigned)cpus, &set);
	if (tid && !sched_setaffinity(tid, sizeof(set), &set))
		moves++;
}

static void account(const struct port_entry *e, unsigned n, unsigned *count)
{
	for (unsigned i = 0; i < n; i++) {
		uintptr_t id = (uintptr_t)e[i].obj;

		if (!id || id > OBJECTS || (uintptr_t)e[i].aux != ~id)
			complain();
		else
			count[id]++;
	}
}

static unsigned missing(void)
{
	unsigned count[OBJECTS + 1] = { 0 }, bad = 0;

	for (unsigned id = 0; id < nr_ids; id++) {
		struct port_array *a = port_array_of((int)id, OFF);

		account(a->e, (unsigned)a->top / PORT_ENTRY_BYTES, count);
	}
	for (int i = 0; i < WORKERS; i++)
		account(workers[i].pool.e, workers[i].pool.n, count);
	account(seized.e, seized.n, count);
	for (int i = 1; i <= OBJECTS; i++)
		bad += count[i] != 1;
	return bad;
}

static void prepare(void)
{
	struct sigaction sa = { .sa_sigaction = count_abort, .sa_flags = SA_SIGINFO | SA_RESTART };
	uintptr_t id = 1;

	sigaction(SIGUSR1, &sa, NULL);
	for (unsigned i = 0; i < nr_ids; i++)
		port_array_of((int)i, OFF)->cap = CAP * PORT_ENTRY_BYTES;
	for (int i = 0; i < WORKERS; i++) {
		struct pool *p = &workers[i].pool;

		workers[i].random = (uint32_t)i * 77777 + 1;
		for (; p->n < OBJECTS / WORKERS; p->n++, id++) {
			p->e[p->n] = (struct port_entry){ (void *)id, (void *)~id };
			owned[id] = 1;
		}
	}
}

static unsigned sections_seen(void)
{
	unsigned seen = 0;

	while (seen < 16 && __atomic_load_n(&aborts[seen].pc, __ATOMIC_RELAXED))
		seen++;
	return seen;
}

/* Enough to judge by. Where the machine is busy with something else that takes longer, up to two minutes. */
static bool enough(bool rseq, uint64_t late)
{
	unsigned long ops = 0;

	for (int i = 0; i < WORKERS; i++)
		ops += __atomic_load_n(&workers[i].ops, __ATOMIC_RELAXED);
	return port_now() >= late || (ops > OPS && moves > MOVES && __atomic_load_n(&seizures, __ATOMIC_RELAXED) > SEIZURES &&
				      (!rseq || sections_seen() >= SECTIONS));
}

static unsigned passed, failed;

static void check(bool ok, const char *what, unsigned long figure)
{
	printf("%s - %s: %lu\n", ok ? "ok" : "not ok", what, figure);
	ok ? passed++ : failed++;
}

static void verdict(bool rseq)
{
	unsigned long ops = 0, lost = missing();
	unsigned seen = sections_seen();

	for (int i = 0; i < WORKERS; i++)
		ops += workers[i].ops;
	check(ops > OPS, "operations", ops);
	check(moves > MOVES, "moves to another CPU", moves);
	check(seizures > SEIZURES, "arrays seized", seizures);
	check(!wrong, "doubled or torn entries", wrong);
	check(!lost, "objects not in exactly one place at the end", lost);
	for (unsigned i = 0; i < seen; i++)
		printf("# section %u: %lu aborts\n", i + 1, aborts[i].n);
	if (rseq)
		check(seen >= SECTIONS, "sections that were seen aborted", seen);
	else
		printf("# slots: no sections, no aborts\n");
	printf("%u passed, %u failed\n", passed, failed);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 2;
	static struct port_desc desc;
	pthread_t seizing;
	uint64_t end, late;
	bool rseq;

	if (port_describe(&desc))
		return 2;
	nr_ids = desc.nr_ids;
	rseq = desc.features & PORT_F_RSEQ;
	prepare();
	for (int i = 0; i < WORKERS; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			return 2;
	if (pthread_create(&seizing, NULL, seizer, NULL))
		return 2;
	end = port_now() + (uint64_t)(seconds * 1e9);
	late = end + 120000000000ull;
	for (unsigned turn = 0; port_now() < end || !enough(rseq, late); turn++) {
		move_one(turn);
		usleep(200);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_join(seizing, NULL);
	verdict(rseq);
	return failed != 0;
}
