/* SPDX-License-Identifier: MIT */
/*
 * What the host sees of virtual areas: mappings, frames, faults in a child. vmap_prog MODE [N].
 *
 *   live N       N one-page areas at a time, all written and read
 *   return N     N areas made and freed: after kmemkit_drain() mappings and frames are those of the start
 *   holes        every other area of many is freed and drained: its frames are back, its addresses fault
 *   child        guards, idle and dead slots in a fork's child
 *   lazy         a fork while freed areas wait: on shelves, in windows, in the list, for a helper thread
 *   pressure     what idle areas hold is given to requests that find no other frames
 *   limit        areas until the host's mappings are used up
 *   ioremap      the same for a device's registers, which KMEMKIT_IOMEM gives at 0xfe000000
 */
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static sigjmp_buf back;
static int failed;
static volatile sig_atomic_t expected;

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		failed = 1;							\
		printf("line %d: %s\n", __LINE__, #cond);			\
	}									\
} while (0)

static void on_fault(int sig)
{
	if (!expected) {
		signal(sig, SIG_DFL);		/* ends the program, and says so, when it faults again */
		return;
	}
	siglongjmp(back, sig);
}

static int faults(volatile char *p)
{
	bool faulted = sigsetjmp(back, 1);

	expected = !faulted;
	if (!faulted)
		(void)*p;
	expected = 0;
	return faulted;
}

static unsigned int mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned int n = 0;
	int c;

	while (f && (c = getc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static unsigned long frames(void)
{
	struct kmemkit_stats s;

	kmemkit_drain();
	kmemkit_get_stats(&s);
	return s.frames_free + s.frames_cpu;
}

static void live(unsigned long n)
{
	unsigned int before = mappings(), with;
	char **p = calloc(n, sizeof(*p));
	unsigned long i, bad = 0;

	for (i = 0; i < n; i++) {
		p[i] = vmalloc(PAGE_SIZE);
		if (!p[i])
			break;
		*(unsigned long *)p[i] = i;
	}
	CHECK(i == n);
	with = mappings();
	for (i = 0; i < n && p[i]; i++)
		bad += *(unsigned long *)p[i] != i || !faults(p[i] + PAGE_SIZE);
	CHECK(!bad);
	CHECK(kmk_vmap_validate());
	for (i = 0; i < n; i++)
		vfree(p[i]);
	kmemkit_drain();
	printf("%lu areas of one page: %u mappings more; after vfree and kmemkit_drain() %d\n", n, with - before,
	       (int)(mappings() - before));
	free(p);
}

static unsigned long size_of(unsigned long i)
{
	return i % 64 == 0 ? 100 * PAGE_SIZE : (1 + i % 5) * PAGE_SIZE;
}

static void come_and_go(unsigned long n)
{
	enum { AT_ONCE = 10000 };
	static char *p[AT_ONCE];
	unsigned long i, k, start;
	unsigned int before;

	vfree(vmalloc(PAGE_SIZE));
	start = frames();
	before = mappings();
	for (i = 0; i < n; i++) {
		k = i % AT_ONCE;
		vfree(p[k]);
		p[k] = vmalloc(size_of(i));
		CHECK(p[k]);
		p[k][0] = 1;
	}
	for (k = 0; k < AT_ONCE; k++)
		vfree(p[k]);
	CHECK(frames() == start);
	CHECK(mappings() <= before + 8);	/* a helper thread may have come: its stack */
	CHECK(!kmk_vmap_areas() && !kmk_vmalloc_used());
	printf("%lu areas: mappings %u, then %u; frames %lu, then %lu\n", n, before, mappings(), start, frames());
}

static void holes(void)
{
	enum { N = 2000 };
	static char *p[N];
	unsigned long with, i;

	for (i = 0; i < N; i++)
		p[i] = vmalloc(2 * PAGE_SIZE);
	with = frames();
	for (i = 0; i < N; i += 2)
		vfree(p[i]);
	CHECK(frames() == with + N);
	for (i = 0; i < N; i++) {
		CHECK(faults(p[i]) == !(i % 2));
		CHECK(faults(p[i] + 2 * PAGE_SIZE));
	}
	CHECK(kmk_vmap_validate());
	for (i = 1; i < N; i += 2)
		vfree(p[i]);
	CHECK(kmk_vmap_validate());
}

static void look_around(char **p, int n)
{
	for (int i = 0; i < n; i++) {
		CHECK(faults(p[i]) == (i == 3));
		CHECK(faults(p[i] + PAGE_SIZE));
		if (i != 3)
			CHECK(p[i][17] == (char)i);
	}
	vfree(p[5]);
	p[5] = vzalloc(PAGE_SIZE);
	CHECK(!p[5][17] && faults(p[5] + PAGE_SIZE));
	CHECK(kmk_vmap_validate());
}

static void child(void)
{
	char *p[8];
	int i, status;

	for (i = 0; i < 8; i++) {
		p[i] = vmalloc(PAGE_SIZE);
		p[i][17] = (char)i;
	}
	vfree(p[3]);
	kmemkit_drain();
	if (!fork()) {
		look_around(p, 8);
		fflush(stdout);
		_exit(failed);
	}
	wait(&status);
	CHECK(!status);
	look_around(p, 8);
}

/* All of what was freed is there to be taken again, in both processes, and none of it is the other's. */
static void take_again(int mark)
{
	enum { N = 300 };
	static char *p[N];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			p[i] = vmalloc((i % 50 + 1) * PAGE_SIZE);
			CHECK(p[i]);
			memset(p[i], mark + i, PAGE_SIZE);
		}
		CHECK(kmk_vmap_validate());
		for (int i = 0; i < N; i++) {
			CHECK(p[i][PAGE_SIZE - 1] == (char)(mark + i));
			CHECK(faults(p[i] + (i % 50 + 1) * PAGE_SIZE));
			vfree(p[i]);
		}
		kmk_vmap_trim_idle(round * 100 * PAGE_SIZE);
	}
	kmemkit_drain();
	CHECK(!kmk_vmap_idle() || kmk_vmap_areas());
	CHECK(kmk_vmap_validate() && !kmemkit_validate());
}

static void lazy(void)
{
	enum { N = 120 };
	static char *p[N];
	int status = 0;
	pid_t pid;

	for (int i = 0; i < N; i++)
		memset(p[i] = vmalloc((i % 60 + 1) * PAGE_SIZE), i, PAGE_SIZE);
	set_memory_ro((unsigned long)p[2], 1);
	for (int i = 0; i < N; i++)
		if (i % 3 == 0)
			vfree(p[i]);
		else if (i % 3 == 1)
			vfree_atomic(p[i]);
	pid = fork();
	if (!pid) {
		for (int i = 2; i < N; i += 3)
			CHECK(p[i][PAGE_SIZE - 1] == (char)i);
		kmk_vmap_drain();
		CHECK(kmk_vmap_areas() == N / 3);
		take_again(7);
		fflush(stdout);
		_exit(failed);
	}
	take_again(50);
	waitpid(pid, &status, 0);
	CHECK(!status);
	for (int i = 2; i < N; i += 3) {
		CHECK(p[i][PAGE_SIZE - 1] == (char)i);
		vfree(p[i]);
	}
	CHECK(!kmk_vmap_areas());
}

static void map_registers(void)
{
	void __iomem *r[3];

	kmemkit_drain();
	kmk_vmap_mappings_limit(kmk_vmap_mappings() + 4);
	for (int i = 0; i < 3; i++)
		r[i] = ioremap(0xfe000000 + i * PAGE_SIZE, PAGE_SIZE);
	CHECK(r[0] && r[1] && !r[2]);
	iounmap(r[0]);
	r[2] = ioremap(0xfe002000, PAGE_SIZE);
	CHECK(r[2]);
	writel(77, r[2] + 8);
	CHECK(readl(r[2] + 8) == 77);
	iounmap(r[1]);
	iounmap(r[2]);
	CHECK(!kmk_vmap_areas() && !kmk_vmap_mappings());
}

static void pressure(void)
{
	enum { N = 600 };
	static char *p[N];
	struct page *page, *all = NULL;
	unsigned long free_before = frames(), got = 0;

	for (int i = 0; i < N; i++)
		p[i] = vmalloc((i % 40 + 1) * PAGE_SIZE);
	for (int i = 0; i < N; i++)
		vfree(p[i]);
	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN | __GFP_HIGHMEM))) {
		page->private = (unsigned long)all;
		all = page;
		got++;
	}
	printf("frames free at first: %lu, got with idle areas: %lu\n", free_before, got);
	CHECK(got + 1024 > free_before);
	while ((page = all)) {
		all = (struct page *)page->private;
		page->private = 0;
		__free_page(page);
	}
	CHECK(frames() == free_before);
}

static void limit(void)
{
	enum { N = 70000 };
	static char *p[N];
	unsigned long n = 0;

	while (n < N && (p[n] = __vmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN)))
		n++;
	printf("%s\n", n < N ? "refused" : "not refused");
	CHECK(malloc(1 << 20));		/* the program has mappings left */
	while (n)
		vfree(p[--n]);
	vfree(p[0] = vmalloc(PAGE_SIZE));
	CHECK(p[0]);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	unsigned long n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;

	setvbuf(stdout, NULL, _IOLBF, 0);
	kmemkit_start();
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	if (!strcmp(mode, "live"))
		live(n);
	else if (!strcmp(mode, "return"))
		come_and_go(n);
	else if (!strcmp(mode, "holes"))
		holes();
	else if (!strcmp(mode, "child"))
		child();
	else if (!strcmp(mode, "lazy"))
		lazy();
	else if (!strcmp(mode, "ioremap"))
		map_registers();
	else if (!strcmp(mode, "pressure"))
		pressure();
	else if (!strcmp(mode, "limit"))
		limit();
	else
		return 2;
	return failed;
}
