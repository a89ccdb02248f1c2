/* SPDX-License-Identifier: MIT */
/*
 * The host alone, nobody to lend it frames, its pool empty: what needs none must work, what cannot have one must
 * fail and be possible later.
 */
#include "port/x86_64/bare.h"
#include "port/x86_64/space.h"

#define LARGE	(2UL << 20)

static unsigned passed, failed;

#define CHECK(c) check((c), #c, __LINE__)
static void check(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		bare_printf("not ok: line %d: %s\n", line, what);
}

static void do_read(uint64_t a) { (void)*(volatile uint64_t *)a; }

static bool readable(uintptr_t va)
{
	struct bare_user_end end;

	bare_probe(do_read, va, &end);
	return end.vector == UINT64_MAX;
}

/* Physical address of a large page that the core could have. */
static uint64_t large_page(const struct port_desc *d)
{
	for (unsigned i = 0; i < d->nr_ranges; i++)
		if (d->ranges[i].kind == PORT_RAM && d->ranges[i].end - d->ranges[i].start > 4 * LARGE)
			return (d->ranges[i].start + LARGE - 1) & ~(LARGE - 1);
	return 0;
}

/* Keeps its stack until all have been started: another would use it again. */
static uint32_t stay = 1, ran;
static void count(void *arg)
{
	(void)arg;
	while (__atomic_load_n(&stay, __ATOMIC_SEQ_CST))
		port_wait(&stay, 1, UINT64_MAX);
	__atomic_fetch_add(&ran, 1, __ATOMIC_SEQ_CST);
}

/* The last frame of a pool that is used up: linked, so that they can be given back. */
static uint64_t drain(void)
{
	uint64_t pa, last = 0;

	while ((pa = bare_pool_frame(BARE_POOL_ANY))) {
		*(uint64_t *)__va(pa) = last;
		last = pa;
	}
	return last;
}

static uint64_t give_back(uint64_t pa, unsigned n)
{
	while (n--) {
		uint64_t next = *(uint64_t *)__va(pa);

		bare_pool_put(pa);
		pa = next;
	}
	return pa;
}

static void test_unmap(uintptr_t va)
{
	port_unmap((void *)va, LARGE);				/* a whole one needs no frame */
	CHECK(!readable(va) && !readable(va + LARGE - 8));
	CHECK(readable(va + LARGE));
	port_unmap((void *)(va + LARGE + PAGE_SIZE), PAGE_SIZE);	/* a part of one does */
	CHECK(readable(va + LARGE) && !readable(va + LARGE + PAGE_SIZE) && readable(va + LARGE + 2 * PAGE_SIZE));
	CHECK(port_protect((void *)(va + 2 * LARGE), PAGE_SIZE, PORT_READ) == -ENOMEM);
	CHECK(readable(va + 2 * LARGE));
}

/* A stack takes eight frames: the five of the first try are not lost. */
static void test_threads(uint64_t list)
{
	list = give_back(list, 1);		/* for the table that test_unmap() took of those kept */
	CHECK(!bare_pool_frame(BARE_POOL_ANY));
	list = give_back(list, 5);
	CHECK(port_thread_start(count, NULL, "poor") == -EAGAIN);
	CHECK(port_thread_start(count, NULL, "poor") == -EAGAIN);
	list = give_back(list, 3);
	CHECK(port_thread_start(count, NULL, "rich") == 0);
	CHECK(port_thread_start(count, NULL, "poor") == -EAGAIN);
	give_back(list, 8);
	CHECK(port_thread_start(count, NULL, "rich") == 0);
	CHECK(!bare_pool_frame(BARE_POOL_ANY));
	__atomic_store_n(&stay, 0, __ATOMIC_SEQ_CST);
	port_wake(&stay, 2);
	for (unsigned i = 0; i < 1000000 && __atomic_load_n(&ran, __ATOMIC_SEQ_CST) < 2; i++)
		port_yield();
	CHECK(ran == 2);
}

/* What others may not have is there for a fault. */
static void test_fault(void)
{
	volatile uint64_t *own = (void *)(KMK_PCPU_BASE + ((uintptr_t)KMK_PCPU_DUMMIES << KMK_PCPU_SHIFT) + PAGE_SIZE);

	*own = 7;
	CHECK(*own == 7 && bare_pool_frame(BARE_POOL_FAULT));
	CHECK(!bare_pool_empty());
	while (bare_pool_frame(BARE_POOL_FAULT))
		;
	CHECK(bare_pool_empty() && bare_pool_frame(BARE_POOL_UNMAP));
}

int bare_main(void)
{
	uintptr_t va = (VMALLOC_START + LARGE - 1) & ~(LARGE - 1);
	struct port_desc d;
	uint64_t pa, list;

	if (port_describe(&d))
		return 1;
	pa = large_page(&d);
	CHECK(pa && !port_map((void *)va, pa, 3 * LARGE, PORT_READ | PORT_WRITE));
	CHECK(readable(va) && readable(va + 3 * LARGE - 8));
	list = drain();
	test_unmap(va);
	test_threads(list);
	test_fault();
	bare_printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
