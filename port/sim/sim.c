/* SPDX-License-Identifier: MIT */
/* The simulated machine's counters, clock, console and end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

#define SEED 0x9e3779b97f4a7c15u

static struct port_desc machine;
static unsigned long calls[SIM_NR_CALLS];
static struct { unsigned long left; bool forever; } fail[SIM_NR_CALLS];
static unsigned long failed;
static uint64_t now, random_state = SEED;
static struct { char *buf; size_t size, len; } capture[2];
static const void *roots;
static size_t roots_len;

void (*sim_fence_hook)(unsigned id);
void (*sim_idle)(void);
void (*sim_halt_hook)(int code);

bool sim_count(enum sim_call call)
{
	calls[call]++;
	if (!fail[call].left || --fail[call].left)
		return false;
	if (fail[call].forever)
		fail[call].left = 1;
	failed++;
	return true;
}

int sim_configure(const struct port_range *ranges, unsigned nr_ranges, unsigned nr_cpus, unsigned nr_ids,
		  const char *options)
{
	if (!nr_ranges || nr_ranges > PORT_MAX_RANGES || !nr_cpus || !nr_ids || nr_ids > SIM_MAX_IDS)
		return -EINVAL;
	machine = (struct port_desc){
		.features = PORT_F_ALIAS | PORT_F_RELEASE | PORT_F_RSEQ,
		.nr_cpus = nr_cpus,
		.nr_ids = nr_ids,
		.nr_ranges = nr_ranges,
		.options = options ? options : "",
	};
	memcpy(machine.ranges, ranges, nr_ranges * sizeof(*ranges));
	memset(calls, 0, sizeof(calls));
	memset(fail, 0, sizeof(fail));
	memset(sim_block, 0, PORT_BLOCK_SIZE);
	failed = sim_aborts = 0;
	now = 0;
	random_state = SEED;
	sim_cpu = 0;
	sim_step = NULL;
	return sim_memory_init(&machine);
}

/* A test that does not care gets 64 MiB and two CPUs. */
int port_describe(struct port_desc *desc)
{
	static const struct port_range usual = { 0, 64 << 20, PORT_RAM };

	if (sim_count(SIM_DESCRIBE))
		return -ENOMEM;
	if (!machine.nr_ranges && sim_configure(&usual, 1, 2, 2, NULL))
		return -ENOMEM;
	*desc = machine;
	return 0;
}

unsigned long sim_calls(enum sim_call call)
{
	return calls[call];
}

unsigned long sim_failed(void)
{
	return failed;
}

void sim_fail(enum sim_call call, unsigned long nth, bool forever)
{
	fail[call].left = nth;
	fail[call].forever = forever;
}

void sim_advance(uint64_t ns)
{
	now += ns;
}

void sim_capture(enum port_stream stream, char *buf, size_t size)
{
	capture[stream].buf = buf;
	capture[stream].size = size;
	capture[stream].len = 0;
	if (buf)
		*buf = 0;
}

void sim_set_roots(const void *start, size_t len)
{
	roots = start;
	roots_len = len;
}

void port_console(enum port_stream stream, const char *text, size_t len)
{
	size_t room = capture[stream].size - capture[stream].len - 1;

	sim_count(SIM_CONSOLE);
	if (!capture[stream].buf) {
		if (write(stream == PORT_OUT ? STDOUT_FILENO : STDERR_FILENO, text, len) < 0)
			return;
		return;
	}
	if (len > room)
		len = room;
	memcpy(capture[stream].buf + capture[stream].len, text, len);
	capture[stream].len += len;
	capture[stream].buf[capture[stream].len] = 0;
}

void port_halt(int code)
{
	if (sim_halt_hook)
		sim_halt_hook(code);
	if (!code)
		exit(0);
	abort();
}

uint64_t port_now(void)
{
	return now;
}

uint64_t port_realtime(void)
{
	return 1600000000u * (uint64_t)1000000000 + now;
}

void port_entropy(void *buf, size_t len)
{
	for (unsigned char *p = buf; len--; p++) {
		random_state ^= random_state << 13;
		random_state ^= random_state >> 7;
		random_state ^= random_state << 17;
		*p = (unsigned char)(random_state >> 32);
	}
}

/* Nobody else runs: a sleep uses up its time, and one without limit is a deadlock. */
int port_wait(uint32_t *addr, uint32_t val, uint64_t timeout_ns)
{
	if (sim_count(SIM_WAIT) || *addr != val)
		return 0;
	if (timeout_ns != UINT64_MAX) {
		now += timeout_ns;
		return -ETIMEDOUT;
	}
	if (sim_idle) {
		sim_idle();
		return 0;
	}
	fprintf(stderr, "sim: deadlock: a sleep without limit, and nobody to end it\n");
	port_halt(1);
}

void port_wake(uint32_t *addr, unsigned n)
{
	(void)addr, (void)n;
	sim_count(SIM_WAKE);
}

int port_thread_start(void (*fn)(void *), void *arg, const char *name)
{
	(void)fn, (void)arg, (void)name;
	sim_count(SIM_THREAD);
	return -EAGAIN;
}

void port_thread_note(void)
{
}

void port_stack_trim(void)
{
}

void port_yield(void)
{
	sim_count(SIM_YIELD);
}

unsigned port_backtrace(uintptr_t *pc, unsigned max, unsigned skip)
{
	if (!max || skip)
		return 0;
	*pc = (uintptr_t)__builtin_return_address(0);
	return 1;
}

void port_symbol(uintptr_t pc, char *buf, size_t size)
{
	snprintf(buf, size, "%#lx", pc);
}

void port_roots(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data)
{
	if (roots_len)
		fn((uintptr_t)roots, (uintptr_t)roots + roots_len, data);
}

int port_fence(unsigned id)
{
	sim_count(SIM_FENCE);
	if (sim_fence_hook)
		sim_fence_hook(id);
	return 0;
}
