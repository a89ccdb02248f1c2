/* SPDX-License-Identifier: MIT */
/*
 * The smallest host: what port/port.h asks for before frames, or frames and slabs, work. docs/porting.md goes
 * through it. It happens to live in a Linux process, where a new kernel has its own ways; what it borrows from
 * there is memory at fixed addresses, a clock and a way to print.
 *
 * One thread and one array owner. Nothing is shown at a second address, so virtual areas need more (level 3).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <asm/page.h>
#include "port/array.h"
#include "port/port.h"

#define RAM_START	(1UL << 20)
#define RAM_END		(65UL << 20)

char tiny_block[PORT_BLOCK_SIZE];

/* Zeros on demand at exactly this address, or an error: somebody else's memory must not be taken over. */
static int place(unsigned long va, unsigned long len)
{
	void *at = mmap((void *)va, len, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (at == (void *)va)
		return 0;
	fprintf(stderr, "host: %#lx is taken\n", va);
	return -ENOMEM;
}

/* 1. The map, and the regions that the core addresses by constants: direct map, frame database, per-CPU variables. */
int port_describe(struct port_desc *d)
{
	static const struct port_range ram = { RAM_START, RAM_END, PORT_RAM };
	const unsigned long frame_database = RAM_END / PAGE_SIZE * 64;

	if (place(PAGE_OFFSET + RAM_START, RAM_END - RAM_START) || place(KMK_VMEMMAP, frame_database) ||
	    place(KMK_PERCPU_BASE, 1UL << KMK_PERCPU_SHIFT))
		return -ENOMEM;
	*d = (struct port_desc){ .features = PORT_F_RSEQ, .nr_cpus = 1, .nr_ids = 1, .nr_ranges = 1,
				 .ranges = { ram }, .options = "" };
	return 0;
}

/* 6. Only what is outside the direct map needs more than this. */
void port_clear(uint64_t pa, size_t len) { memset((void *)(PAGE_OFFSET + pa), 0, len); }

/* 7. */
void port_console(enum port_stream stream, const char *text, size_t len)
{
	(void)stream;
	while (len) {
		ssize_t n = write(STDOUT_FILENO, text, len);

		if (n <= 0)
			return;
		text += n;
		len -= (size_t)n;
	}
}

/* 8. */
void port_halt(int code) { exit(code != 0); }

/* 9. */
uint64_t port_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

uint64_t port_realtime(void) { return (uint64_t)time(NULL) * 1000000000; }

/* 10. */
void port_entropy(void *buf, size_t len)
{
	if (getrandom(buf, len, 0) != (ssize_t)len)
		memset(buf, 1, len);
}

/* 11 and 12. Nobody else runs, so nobody can change the word: a wait ends by its limit, or never. */
int port_wait(uint32_t *addr, uint32_t val, uint64_t timeout_ns)
{
	struct timespec t = { (time_t)(timeout_ns / 1000000000), (long)(timeout_ns % 1000000000) };

	if (__atomic_load_n(addr, __ATOMIC_ACQUIRE) != val)
		return 0;
	if (timeout_ns == UINT64_MAX)
		port_halt(1);
	nanosleep(&t, NULL);
	return -ETIMEDOUT;
}

void port_wake(uint32_t *addr, unsigned n) { (void)addr, (void)n; }

/* 13. No threads: what would use one (kswapd, callbacks after a grace period) does without. */
int port_thread_start(void (*fn)(void *), void *arg, const char *name)
{
	(void)fn, (void)arg, (void)name;
	return -EAGAIN;
}

void port_thread_note(void) { }
void port_stack_trim(void) { }
void port_yield(void) { }

/* 14. Reports say addresses only. */
unsigned port_backtrace(uintptr_t *pc, unsigned max, unsigned skip)
{
	(void)pc, (void)max, (void)skip;
	return 0;
}

void port_symbol(uintptr_t pc, char *buf, size_t size) { snprintf(buf, size, "%#lx", (unsigned long)pc); }

/* 16. The only owner is the caller, who is in no section. */
int port_fence(unsigned id)
{
	(void)id;
	return 0;
}

/* The program: what an image of bare metal calls after it has come up. */
int bare_main(void);

/* The arrays must be there, empty, before the first request: that is what leads it to the library's start. */
int main(void) { return place(KMK_PCPU_BASE, (1UL + KMK_PCPU_DUMMIES) << KMK_PCPU_SHIFT) ? 1 : bare_main(); }
