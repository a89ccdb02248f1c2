/* SPDX-License-Identifier: MIT */
/*
 * A look-up stopped behind each of its instructions: another thread then frees the area and gives a smaller one its
 * place. Whatever find_vm_area() says then, it reads nothing wild. Needs two processors.
 */
#define _GNU_SOURCE
#include <linux/vmalloc.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <ucontext.h>

#define BASE	(VMALLOC_START + (1ul << 34))
#define MIB	(1ul << 20)
#define STEPS	1000

static struct vm_struct *large, *small;
static atomic_int turn;				/* of the writer */
static volatile unsigned int steps, stop_at;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void *writer(void *unused)
{
	(void)unused;
	pin(1);
	for (;;) {
		while (atomic_load(&turn) != 1)
			if (atomic_load(&turn) < 0)
				return NULL;
		free_vm_area(large);
		small = __get_vm_area_caller(2 * PAGE_SIZE, VM_MAP, BASE + 2 * MIB, BASE + 8 * MIB, NULL);
		atomic_store(&turn, 2);
	}
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The writer may need what the reader holds at this step: then it comes too late, and that is fine. */
static void on_step(int sig, siginfo_t *info, void *context)
{
	long end;

	(void)sig, (void)info, (void)context;
	if (++steps != stop_at)
		return;
	atomic_store(&turn, 1);
	for (end = now_ms() + 20; atomic_load(&turn) == 1 && now_ms() < end; )
		;
}

static void step_through(void)
{
	unsigned long flags;

	asm volatile("pushfq; orq $0x100, (%%rsp); popfq" ::: "memory", "cc");
	find_vm_area((void *)(BASE + 2 * MIB + PAGE_SIZE));
	asm volatile("pushfq; pop %0; and $~0x100, %0; push %0; popfq" : "=r"(flags) :: "memory", "cc");
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	pthread_t t;

	kmemkit_start();
	sigaction(SIGTRAP, &sa, NULL);
	pin(0);
	pthread_create(&t, NULL, writer, NULL);
	for (stop_at = 1; stop_at < STEPS; stop_at++) {
		large = __get_vm_area_caller(6 * MIB, VM_MAP, BASE, BASE + 8 * MIB, NULL);
		steps = 0;
		step_through();
		if (steps < stop_at)
			break;
		while (atomic_load(&turn) == 1)
			;
		free_vm_area(small);
		kmemkit_drain();		/* the index forgets the leaf: the next large area is one entry again */
		atomic_store(&turn, 0);
	}
	atomic_store(&turn, -1);
	pthread_join(t, NULL);
	printf("stopped at each of %u instructions\n", stop_at - 1);
	return stop_at < 50 || stop_at == STEPS || !kmk_vmap_validate();
}
