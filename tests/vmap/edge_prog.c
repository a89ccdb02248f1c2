/* SPDX-License-Identifier: MIT */
/*
 * Edges of the room, each found by a reader of the code. edge_prog MODE.
 *
 *   tasks     threads of the program give their tasks back: the 4,500th has one of its own, and RCU waits for it
 *   local     a thread of the program ends with kmap_local_page() open (needs high memory)
 *   remove    remove_vm_area() of a small area without memory for its descriptor
 *   hole      set_memory_ro() and vmap_pfn() over addresses that no memory and no device has
 *   shelf     pairs of a page on a shelf full of other sizes take no common lock
 *   guards    a fork's child has the guards of a window in which neighbouring slots were closed
 *   window    the register window used up
 *   truncated a device's file that became shorter: SIGBUS, whatever guards are made of
 */
#define _GNU_SOURCE
#include <kmemkit/iomem.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/report.h>
#include <kmemkit/vmap.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int failed;

#define CHECK(cond) do {							\
	if (!(cond)) {								\
		failed = 1;							\
		printf("line %d: %s\n", __LINE__, #cond);			\
	}									\
} while (0)

/* ---- threads of the program ---- */

static struct task_struct *seen[2];
static pthread_barrier_t both;
static volatile int reading, over;

static void *come_and_go(void *unused)
{
	(void)unused;
	rcu_read_lock();
	rcu_read_unlock();
	return current;
}

static void *reader(void *nr)
{
	seen[(long)nr] = current;
	pthread_barrier_wait(&both);
	if (nr)
		return NULL;
	rcu_read_lock();
	reading = 1;
	usleep(100000);
	over = 1;
	rcu_read_unlock();
	return NULL;
}

static void tasks(void)
{
	pthread_t t[2];

	for (int i = 0; i < 4500; i++) {
		pthread_create(&t[0], NULL, come_and_go, NULL);
		pthread_join(t[0], NULL);
	}
	pthread_barrier_init(&both, NULL, 2);
	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, reader, (void *)i);
	while (!reading)
		usleep(1000);
	synchronize_rcu();
	CHECK(over);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	CHECK(seen[0] != seen[1]);
}

static void *leave_open(void *page)
{
	return kmap_local_page(page);
}

static void local(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
	pthread_t t;

	CHECK(PageHighMem(page));
	pthread_create(&t, NULL, leave_open, page);
	pthread_join(t, NULL);
	CHECK(kmk_bug_count == 1);
	__free_page(page);
}

/* ---- areas ---- */

static void remove_without_memory(void)
{
	for (int nth = 1; nth <= 2; nth++) {
		char *p = vmalloc(8 * PAGE_SIZE);
		unsigned long areas = kmk_vmap_areas();
		struct vm_struct *vm;

		strcpy(p, "still here");
		kmemkit_fail_nth(nth);
		vm = remove_vm_area(p);
		kmemkit_fail_nth(0);
		CHECK(!vm && find_vm_area(p) && kmk_vmap_areas() == areas && !strcmp(p, "still here"));
		vm = remove_vm_area(p);
		CHECK(vm && vm->nr_pages == 8 && !find_vm_area(p));
		for (unsigned int i = 0; vm && i < vm->nr_pages; i++)
			__free_page(vm->pages[i]);
		if (vm)
			kvfree(vm->pages);
		kfree(vm);
	}
	CHECK(kmk_vmap_validate());
}

static void hole(void)
{
	struct page *below = alloc_page(GFP_DMA32), *above = alloc_page(GFP_KERNEL);
	unsigned long a = (unsigned long)page_address(below), b = (unsigned long)page_address(above);
	unsigned long pfn = 0xfe000000 >> PAGE_SHIFT;

	CHECK(a < PAGE_OFFSET + (pfn << PAGE_SHIFT) && b > PAGE_OFFSET + (pfn << PAGE_SHIFT) && !pfn_valid(pfn));
	CHECK(set_memory_ro(a, (int)((b - a) >> PAGE_SHIFT) + 1) == -EINVAL);
	CHECK(!kmk_protect_changed());
	*(volatile char *)a = 1;
	CHECK(!vmap_pfn(&pfn, 1, PAGE_KERNEL));
	__free_page(below);
	__free_page(above);
}

static unsigned long locked_pairs(void)
{
	unsigned long before = kmk_vmap_lock_taken();

	for (int i = 0; i < 1000; i++)
		vfree(vmalloc(PAGE_SIZE));
	return kmk_vmap_lock_taken() - before;
}

/* The first areas of each size up to the largest small one, a few of each: more than a shelf may hold. */
static void fill_shelf(unsigned int seed)
{
	void *p[64];
	int n = 0;

	for (unsigned long pages = 2; pages <= 32; pages++) {
		seed = seed * 1664525 + 1013904223;
		for (unsigned int k = 1 + (seed >> 16) % 3; k && n < 64; k--)
			p[n++] = vmalloc(pages * PAGE_SIZE);
	}
	while (n)
		vfree(p[--n]);
}

static void shelf(void)
{
	unsigned long most = 0, taken;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (unsigned int seed = 1; seed <= 30; seed++) {
		kmemkit_drain();
		fill_shelf(seed);
		taken = locked_pairs();
		most = taken > most ? taken : most;
	}
	printf("1,000 pairs of a page: the common lock at most %lu times\n", most);
	CHECK(most < 100);
}

static int child_faults(volatile char *p)
{
	int status;

	fflush(stdout);
	if (!fork()) {
		fclose(stderr);
		*p = 1;
		_exit(0);
	}
	wait(&status);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static void guards(void)
{
	char *p[14];

	for (int i = 0; i < 14; i++)
		p[i] = vmalloc(PAGE_SIZE);
	for (int i = 4; i < 7; i++)
		vfree(p[i]);
	kmemkit_drain();
	for (int i = 0; i < 14; i++) {
		CHECK(child_faults(p[i] + PAGE_SIZE));
		CHECK(child_faults(p[i]) == (i >= 4 && i < 7));
	}
}

/* ---- devices ---- */

static u64 read_zero(void *ctx, u64 offset, unsigned int width)
{
	(void)ctx, (void)offset, (void)width;
	return 0;
}

static void window(void)
{
	static const struct kmk_iomem_ops ops = { .read = read_zero };
	u64 base = 1ull << 40, size = 40ull << 30;
	void __iomem *first;

	CHECK(!kmemkit_iomem_register(base, size, "wide", &ops, NULL));
	first = ioremap(base, size);
	CHECK(first && !ioremap(base, size));
	iounmap(first);
}

static void truncated(const char *file)
{
	char *regs = (void *)ioremap(0xfe000000, 0x10000);
	int status;

	CHECK(regs && !truncate(file, 0x1000));
	fflush(stdout);
	if (!fork()) {
		fclose(stderr);
		*(volatile char *)(regs + 0x8000);
		_exit(0);
	}
	wait(&status);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

/* A read of it by the kernel, which fails where the program would fault. */
static bool readable(char *p)
{
	struct iovec to = { &(char){ 0 }, 1 }, from = { p, 1 };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
}

static void *make_area(void *area)
{
	pthread_barrier_wait(&both);
	*(char **)area = vmalloc(PAGE_SIZE);
	return NULL;
}

/* The first areas of a fork's child are made by two threads at a time: guards work then, and still do. */
static void first_in_the_child(void)
{
	char *p[2], *later;
	pthread_t t[2];
	int status;

	for (int round = 0; round < 400 && !failed; round++) {
		fflush(stdout);
		if (!fork()) {
			pthread_barrier_init(&both, NULL, 2);
			for (int i = 0; i < 2; i++)
				pthread_create(&t[i], NULL, make_area, &p[i]);
			for (int i = 0; i < 2; i++)
				pthread_join(t[i], NULL);
			later = vmalloc(20 * PAGE_SIZE);
			for (int i = 0; i < 2; i++)
				CHECK(readable(p[i]) && !readable(p[i] + PAGE_SIZE));
			CHECK(readable(later) && !readable(later + 20 * PAGE_SIZE) && kmk_vmap_mappings() < 60);
			_exit(failed);
		}
		wait(&status);
		CHECK(!status);
	}
}

/* Locked on fault: what the host was asked to bring in is not there yet. */
static void locked(void)
{
	char *p[100];

	vfree(vmalloc(100));
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) {
		printf("mlockall() is not allowed here\n");
		return;
	}
	for (int i = 0; i < 100; i++) {
		p[i] = vmalloc((i % 3 + 1) * PAGE_SIZE);
		p[i][0] = p[i][(i % 3 + 1) * PAGE_SIZE - 1] = 1;
		CHECK(!readable(p[i] + (i % 3 + 1) * PAGE_SIZE));
	}
	for (int i = 0; i < 100; i++)
		vfree(p[i]);
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*run)(void); } modes[] = {
		{ "tasks", tasks }, { "local", local }, { "remove", remove_without_memory }, { "hole", hole }, { "shelf", shelf },
		{ "guards", guards }, { "window", window }, { "first", first_in_the_child }, { "locked", locked },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	kfree(kmalloc(8, GFP_KERNEL));
	if (argc > 2 && !strcmp(argv[1], "truncated")) {
		truncated(argv[2]);
		return failed;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[1], modes[i].name)) {
			modes[i].run();
			return failed;
		}
	return 2;
}
