/* SPDX-License-Identifier: MIT */
/* The simulation host keeps its promises: memory, clock, counts, failures on demand, fresh machines. */
#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include "sim.h"
#include "port_inline.h"

static unsigned passed, failed;

static void check(bool ok, const char *what)
{
	if (!ok)
		printf("not ok - %s\n", what);
	ok ? passed++ : failed++;
}

static const struct port_range two[] = {
	{ 0, 1 << 20, PORT_RAM }, { 4 << 20, 5 << 20, PORT_RAM_HIGH },
};

static void memory(void)
{
	char *direct = __va(0x5000), *window = (char *)VMALLOC_START + 0x10000, *high = (char *)PKMAP_BASE;
	struct port_desc d;

	check(!sim_configure(two, 2, 2, 2, "quiet") && !port_describe(&d), "describe");
	check(d.nr_ranges == 2 && d.nr_cpus == 2 && d.nr_ids == 2 && !strcmp(d.options, "quiet"),
	      "description");
	strcpy(direct, "frame");
	check(!port_map(window, 0x5000, 4096, PORT_READ | PORT_WRITE), "map");
	check(!strcmp(window, "frame"), "an alias shows the frame");
	strcpy(window, "alias");
	check(!strcmp(direct, "alias"), "the frame shows what the alias wrote");
	check(!port_map(high, 4 << 20, 4096, PORT_READ | PORT_WRITE), "map high");
	strcpy(high, "high");
	port_clear(4 << 20, 4096);
	check(!*high, "clear high");
	port_release(0x5000, 4096);
	check(!*direct && !*window, "released frames read as zeros");
	port_unmap(window, 4096);
	check(port_map(direct, 0, 4096, PORT_READ) == -EINVAL, "map outside a window");
	check(port_map(window, 5 << 20, 4096, PORT_READ) == -EINVAL, "map behind the last range");
	check(sim_calls(SIM_MAP) == 4 && sim_calls(SIM_UNMAP) == 1 && sim_calls(SIM_DESCRIBE) == 1, "counts");
	strcpy(direct, "old");
	check(!sim_configure(two, 2, 1, 1, NULL) && !*direct && !sim_calls(SIM_MAP),
	      "a new machine is empty");
}

static void failures(void)
{
	void *window = (void *)VMALLOC_START;

	sim_fail(SIM_MAP, 2, false);
	check(!port_map(window, 0, 4096, PORT_READ), "first map");
	check(port_map(window, 0, 4096, PORT_READ) == -ENOMEM, "second map fails on demand");
	check(!port_map(window, 0, 4096, PORT_READ) && sim_failed() == 1, "third map");
	sim_fail(SIM_PROTECT, 1, true);
	check(port_protect(window, 4096, PORT_READ) && port_protect(window, 4096, PORT_READ),
	      "failing for ever");
	sim_fail(SIM_PROTECT, 0, false);
	check(!port_protect(window, 4096, PORT_READ), "no longer failing");
	check(port_thread_start(NULL, NULL, "x") == -EAGAIN, "no threads");
}

static uint32_t word;
static jmp_buf halted;

static void wake_up(void)
{
	word = 1;
}

static void on_halt(int code)
{
	longjmp(halted, code);
}

static void time_and_sleep(void)
{
	uint64_t start = port_now();

	sim_advance(500);
	check(port_now() == start + 500, "the clock moves on demand");
	check(port_wait(&word, 0, 1000) == -ETIMEDOUT && port_now() == start + 1500,
	      "a sleep uses its time up");
	check(port_wait(&word, 7, UINT64_MAX) == 0, "no sleep where the value differs");
	sim_idle = wake_up;
	check(port_wait(&word, 0, UINT64_MAX) == 0 && word == 1,
	      "somebody else runs in a sleep without limit");
	sim_idle = NULL;
	sim_halt_hook = on_halt;
	if (!setjmp(halted))
		port_halt(42);
	else
		check(true, "a halt comes back to the test");
	sim_halt_hook = NULL;
}

static void text(void)
{
	char log[8];

	sim_capture(PORT_LOG, log, sizeof(log));
	port_console(PORT_LOG, "hello ", 6);
	port_console(PORT_LOG, "world", 5);
	check(!strcmp(log, "hello w"), "captured text is cut at its buffer");
	sim_capture(PORT_LOG, NULL, 0);
}

static void arrays(void)
{
	struct port_entry e[4] = { { (void *)1, (void *)2 }, { (void *)3, (void *)4 } };
	void *obj, *aux;

	check(!port_array_push(64, (void *)1, (void *)2) && !port_array_pop(64, &obj, &aux),
	      "an untouched array");
	port_array_of(0, 64)->cap = 3 * PORT_ENTRY_BYTES;
	check(port_array_push_n(64, e, 2) == 2 && port_array_push(64, (void *)5, (void *)6), "push");
	check(!port_array_push(64, (void *)7, (void *)8), "full");
	check(port_array_pop(64, &obj, &aux) && obj == (void *)5 && aux == (void *)6, "newest first");
	sim_set_cpu(-1);
	check(port_uses_slots() && !port_array_pop(64, &obj, &aux), "without sections the fast way fails");
	sim_set_cpu(0);
	check(port_array_pop_n(64, e, 4) == 2 && e[0].obj == (void *)3, "pop_n");
}

int main(void)
{
	memory();
	failures();
	time_and_sleep();
	text();
	arrays();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
