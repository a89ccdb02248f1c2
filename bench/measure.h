/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks with threads share. Mixed profile: libc's headers, and the kernel's names for memory.
 *
 * A machine is seldom idle. So two threads that are to meet are measured in short rounds, each started
 * together, and a round counts only if both threads had their CPU for 95 % of it and at the same time. The
 * figure of a case is the median of the rounds that count.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 300

static inline uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static inline uint64_t wall_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
static inline uint64_t cpu_ns(void) { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

static inline long resident_kib(void)
{
	long total = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &total, &resident) != 2)
		resident = -1;
	if (f)
		fclose(f);
	return resident * 4;
}

/* Pin the calling thread to the n-th CPU it may use. */
static inline void pin(int n)
{
	cpu_set_t all, one;

	sched_getaffinity(getpid(), sizeof(all), &all);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || n--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
		return;
	}
}

/* ---- two threads that start each round together ---- */

struct pair {
	void (*turn)(int id, int step);		/* the threads take turns before the rounds; may be NULL */
	int turns;
	void (*before)(int id, int round);	/* not measured; may be NULL */
	void (*work)(int id);
	void (*after)(int id);			/* may be NULL */
	struct { uint64_t begin, end, cpu; } time[2][ROUNDS];
	int arrived __attribute__((aligned(64)));
};

static inline void meet(struct pair *p, int *phase)
{
	int want = 2 * ++*phase, spins = 0;

	__atomic_add_fetch(&p->arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&p->arrived, __ATOMIC_ACQUIRE) < want)
		if (++spins > 20000)
			sched_yield();
}

struct pair_side { struct pair *p; int id; };

static void *pair_thread(void *arg)
{
	struct pair_side *side = arg;
	struct pair *p = side->p;
	int id = side->id, phase = 0;

	pin(id);
	for (int step = 0; step < p->turns; step++) {
		if (step % 2 == id)
			p->turn(id, step);
		meet(p, &phase);
	}
	for (int r = 0; r < ROUNDS; r++) {
		uint64_t cpu;

		if (p->before)
			p->before(id, r);
		meet(p, &phase);
		cpu = cpu_ns();
		p->time[id][r].begin = wall_ns();
		p->work(id);
		p->time[id][r].end = wall_ns();
		p->time[id][r].cpu = cpu_ns() - cpu;
	}
	meet(p, &phase);
	if (p->after)
		p->after(id);
	return NULL;
}

static inline int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Did both threads run, at the same time, in round r? The longer one's nanoseconds, or 0. */
static inline double round_ns(const struct pair *p, int r)
{
	uint64_t begin = p->time[0][r].begin, end = p->time[0][r].end, longest = 0;

	for (int id = 0; id < 2; id++) {
		uint64_t wall = p->time[id][r].end - p->time[id][r].begin;

		if ((double)p->time[id][r].cpu < 0.95 * (double)wall)
			return 0;
		longest = wall > longest ? wall : longest;
		begin = p->time[id][r].begin > begin ? p->time[id][r].begin : begin;
		end = p->time[id][r].end < end ? p->time[id][r].end : end;
	}
	return end > begin && (double)(end - begin) > 0.8 * (double)longest ? (double)longest : 0;
}

/* Median nanoseconds of a round; *counted says how many rounds did. */
static inline double run_pair(struct pair *p, int *counted)
{
	static double ns[ROUNDS];
	struct pair_side side[2] = { { p, 0 }, { p, 1 } };
	pthread_t thread[2];

	p->arrived = 0;
	for (int id = 0; id < 2; id++)
		pthread_create(&thread[id], NULL, pair_thread, &side[id]);
	for (int id = 0; id < 2; id++)
		pthread_join(thread[id], NULL);
	*counted = 0;
	for (int r = ROUNDS / 10; r < ROUNDS; r++) {
		ns[*counted] = round_ns(p, r);
		*counted += ns[*counted] > 0;
	}
	qsort(ns, (size_t)*counted, sizeof(ns[0]), by_value);
	return *counted ? ns[*counted / 2] : 0;
}
#endif
