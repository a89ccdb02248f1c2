/* SPDX-License-Identifier: MIT */
/* What virtual areas ask of the host: neighbours are unmapped by one call, failures leave nothing behind. */
#include <stdio.h>
#include "kmemkit/kmemkit.h"
#include "port/sim/sim.h"

#define PAGE 4096ul

void *vmalloc(unsigned long size);
void vfree(const void *p);
int set_memory_ro(unsigned long addr, int numpages);
int set_memory_rw(unsigned long addr, int numpages);
unsigned long kmk_vmap_trim_idle(unsigned long keep_bytes);
unsigned long kmk_vmap_mappings(void);
unsigned long kmk_vmap_areas(void);
void kmk_vmap_purge(void);
unsigned int kmk_protect_changed(void);

static unsigned passed, failed;

static void check(int ok, const char *what)
{
	if (!ok)
		printf("not ok - %s\n", what);
	ok ? passed++ : failed++;
}

/* Freed in another order than they lie. */
static void free_mixed(void **p, int n)
{
	for (int i = 0; i < n; i++)
		vfree(p[i * 7 % n]);
}

static void neighbours_go_together(void)
{
	enum { N = 10 };
	unsigned long before, calls;
	void *p[N];

	for (int i = 0; i < N; i++)
		p[i] = vmalloc(40 * PAGE);
	free_mixed(p, N);
	before = sim_calls(SIM_UNMAP);
	check(kmk_vmap_trim_idle(0) == 40 * N, "ten areas' frames come back");
	calls = sim_calls(SIM_UNMAP) - before;
	check(calls == 1, "ten areas side by side are unmapped by one call");
	if (calls != 1)
		printf("# %lu calls\n", calls);
}

static void far_ones_do_not(void)
{
	unsigned long before;
	void *p[10];

	for (int i = 0; i < 10; i++)
		p[i] = vmalloc(40 * PAGE);
	vfree(p[1]);
	vfree(p[2]);
	vfree(p[7]);
	vfree(p[5]);
	before = sim_calls(SIM_UNMAP);
	check(kmk_vmap_trim_idle(0) == 160 && sim_calls(SIM_UNMAP) - before == 3, "three groups, three calls");
	for (int i = 0; i < 10; i++)
		if (i != 1 && i != 2 && i != 5 && i != 7)
			vfree(p[i]);
	kmk_vmap_trim_idle(0);
}

static void windows_and_areas(void)
{
	enum { N = 60 };
	unsigned long before, calls, got;
	void *p[N];

	for (int i = 0; i < N; i++)
		p[i] = vmalloc(4 * PAGE);
	free_mixed(p, N);
	before = sim_calls(SIM_UNMAP);
	got = kmk_vmap_trim_idle(0);
	calls = sim_calls(SIM_UNMAP) - before;
	check(got >= 4 * N && calls <= 6, "windows are unmapped whole");
	printf("# %lu frames of small areas: %lu calls\n", got, calls);
}

static void closed_slots(void)
{
	enum { N = 96 };
	unsigned long before, calls;
	void *p[N];

	for (int i = 0; i < N; i++)
		p[i] = vmalloc(PAGE);
	for (int i = 0; i < N; i++)
		if (i % 16)
			vfree(p[i]);
	before = sim_calls(SIM_UNMAP);
	kmk_vmap_purge();
	calls = sim_calls(SIM_UNMAP) - before;
	check(calls < N / 4, "idle slots between live ones are closed by runs");
	printf("# %d slots: %lu calls\n", N / 16 * 15, calls);
	for (int i = 0; i < N; i += 16)
		vfree(p[i]);
	kmk_vmap_purge();
}

static void failures(void)
{
	char *p = vmalloc(40 * PAGE);
	unsigned long before = kmk_vmap_mappings(), a = (unsigned long)p;

	for (int nth = 1; nth < 6; nth++) {
		sim_fail(SIM_PROTECT, nth, false);
		set_memory_ro(a, 5);
		set_memory_rw(a + 2 * PAGE, 1);
		set_memory_ro(a + 9 * PAGE, 2);
		set_memory_rw(a, 40);
		sim_fail(SIM_PROTECT, 0, false);
		set_memory_rw(a, 40);
		check(!kmk_protect_changed() && kmk_vmap_mappings() == before, "a protection that failed costs nothing");
	}
	vfree(p);
	for (int nth = 1; nth < 3; nth++) {
		kmk_vmap_purge();
		sim_fail(SIM_MAP, nth, false);
		vfree(vmalloc(50 * PAGE));
		vfree(vmalloc(2 * PAGE));
		sim_fail(SIM_MAP, 0, false);
		kmk_vmap_purge();
		check(!kmk_vmap_mappings() && !kmk_vmap_areas() && !kmemkit_validate(), "a mapping that failed leaves nothing");
	}
}

int main(void)
{
	struct port_range range = { .start = 1 << 20, .end = 65 << 20, .kind = PORT_RAM };

	if (sim_configure(&range, 1, 1, 2, NULL) || kmemkit_start())
		return 1;
	neighbours_go_together();
	far_ones_do_not();
	windows_and_areas();
	closed_slots();
	failures();
	check(!kmemkit_validate() && !kmk_vmap_areas(), "all is consistent, nothing is left");
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
