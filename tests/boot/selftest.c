/* SPDX-License-Identifier: MIT */
/*
 * The bare-metal host by itself, without the core: what port/port.h promises, and what each fault
 * looks like on the serial line (boot option fault=null|rodata|exec|stack|guard|dummy|ud). The option moves
 * asks for a test that sees something only where an instruction is a block (-singlestep).
 */
#include "port/x86_64/bare.h"
#include "port/x86_64/port_inline.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);

static unsigned passed, failed;

#define CHECK(c) check((c), #c)
static void check(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		bare_printf("not ok: %s\n", what);
}

static void print_map(const struct port_desc *d)
{
	static const char *const kinds[] = { "?", "RAM", "high", "reserved" };

	for (unsigned i = 0; i < d->nr_ranges; i++)
		bare_printf("%012lx-%012lx %s\n", d->ranges[i].start, d->ranges[i].end,
			    kinds[d->ranges[i].kind & 3]);
}

static const struct port_range *largest(const struct port_desc *d)
{
	const struct port_range *best = &d->ranges[0];

	for (unsigned i = 1; i < d->nr_ranges; i++)
		if (d->ranges[i].kind == PORT_RAM &&
		    d->ranges[i].end - d->ranges[i].start > best->end - best->start)
			best = &d->ranges[i];
	return best;
}

static bool writable(uint64_t pa)
{
	volatile uint64_t *p = __va(pa);

	*p = pa ^ 0x5a5a;
	return *p == (pa ^ 0x5a5a);
}

static void test_direct(const struct port_desc *d)
{
	CHECK(d->nr_ranges >= 2 && d->nr_cpus && d->nr_ids == d->nr_cpus && d->options);
	for (unsigned i = 0; i < d->nr_ranges; i++) {
		const struct port_range *r = &d->ranges[i];

		CHECK(r->start < r->end && !((r->start | r->end) & ~PAGE_MASK));
		CHECK(!i || r->start >= r[-1].end);
		if (r->kind == PORT_RAM)
			CHECK(writable(r->start) && writable(r->end - PAGE_SIZE));
	}
}

static void test_alias(uint64_t pa)
{
	volatile uint64_t *direct = __va(pa), *a = (void *)VMALLOC_START, *b = (void *)(VMALLOC_START + 8192);

	CHECK(port_map((void *)a, pa, PAGE_SIZE, PORT_READ | PORT_WRITE) == 0);
	CHECK(port_map((void *)b, pa, PAGE_SIZE, PORT_READ) == 0);
	*a = 42;
	CHECK(*direct == 42 && *b == 42);
	port_unmap((void *)b, PAGE_SIZE);
	CHECK(port_map((void *)b, pa + PAGE_SIZE, PAGE_SIZE, PORT_READ | PORT_WRITE) == 0);
	*b = 43;
	CHECK(*a == 42 && direct[512] == 43);
	CHECK(port_map((void *)(VMALLOC_START + 1), pa, PAGE_SIZE, PORT_READ) == -EINVAL);
	CHECK(port_map(__va(pa), pa, PAGE_SIZE, PORT_READ) == -EINVAL);
	port_unmap((void *)a, 3 * PAGE_SIZE);
	/* A page inside a large one: the rest keeps its contents and rights. */
	CHECK(port_protect(__va(pa), PAGE_SIZE, 0) == 0);
	CHECK(writable(pa + 2 * PAGE_SIZE) && direct[512] == 43);
	CHECK(port_protect(__va(pa), PAGE_SIZE, PORT_READ | PORT_WRITE) == 0 && *direct == 42);
}

static bool all_zero(uintptr_t at, size_t len)
{
	for (size_t i = 0; i < len / 8; i++)
		if (((volatile uint64_t *)at)[i])
			return false;
	return true;
}

static void test_demand(uint64_t ram)
{
	uintptr_t own = KMK_PCPU_BASE + ((uintptr_t)KMK_PCPU_DUMMIES << KMK_PCPU_SHIFT);

	CHECK(all_zero(KMK_VMEMMAP + ram / 64, PAGE_SIZE));
	CHECK(all_zero(KMK_VMEMMAP + KMK_DIRECT_MAX / 64 - PAGE_SIZE, PAGE_SIZE));
	CHECK(all_zero(KMK_PCPU_BASE, 64) && all_zero(own - 64, 64) && all_zero(own, 64));
	own += PAGE_SIZE;	/* the first page is the host's */
	*(volatile uint64_t *)own = 7;
	*(volatile uint64_t *)(own + (64 << 20)) = 8;
	CHECK(*(volatile uint64_t *)own == 7 && all_zero(own + 8, 4088) && all_zero(own + 4096, 4096));
	CHECK(all_zero(KMK_PCPU_BASE, 64));
}

static void test_time(void)
{
	uint64_t a = port_now(), r = port_realtime();
	uint32_t word = 1, rnd[4] = { 0 };

	CHECK(port_wait(&word, 1, 2000000) == -ETIMEDOUT);
	a = port_now() - a;
	CHECK(a >= 2000000 && a < 60000000000);
	CHECK(port_wait(&word, 2, UINT64_MAX) == 0);
	CHECK(r > 1577836800000000000ULL && port_realtime() > r);	/* after 2019 */
	port_entropy(rnd, sizeof(rnd));
	CHECK(rnd[0] != rnd[1] && rnd[1] != rnd[2] && rnd[2] != rnd[3]);
}

static void sum_range(uintptr_t start, uintptr_t end, void *data)
{
	uintptr_t *at = data;

	if (*at >= start && *at < end)
		*at = 0;
}

static __attribute__((noinline)) void test_stack(void)
{
	uintptr_t pc[8], mark = (uintptr_t)&mark, global = (uintptr_t)&failed;

	CHECK(port_backtrace(pc, 8, 0) >= 2 && pc[0] > (uintptr_t)test_stack &&
	      pc[0] < (uintptr_t)bare_text_end);
	port_roots(sum_range, &mark);
	port_roots(sum_range, &global);
	CHECK(!mark && !global);
	CHECK(port_fence(0) == 0);
}

#define THREADS 12

static uint32_t count, ended;
static volatile bool go_on = true;

static void spinner(void *arg)
{
	(void)arg;
	while (go_on)		/* gives nothing away: only the tick can help the others */
		;
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	port_wake(&ended, 1);
}

static void waiter(void *arg)
{
	uint32_t turn = (uint32_t)(uintptr_t)arg, seen;

	while ((seen = __atomic_load_n(&count, __ATOMIC_SEQ_CST)) < 10 * THREADS) {
		if (seen % THREADS == turn) {
			__atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);
			port_wake(&count, THREADS);
		} else {
			port_wait(&count, seen, UINT64_MAX);
		}
	}
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	port_wake(&ended, 1);
}

static void wait_ended(uint32_t n)
{
	uint32_t seen;

	while ((seen = __atomic_load_n(&ended, __ATOMIC_SEQ_CST)) < n)
		port_wait(&ended, seen, 1000000000);
}

/* As the ABI says: what a compiler aligns to 16 bytes lies so. */
static __attribute__((noinline)) unsigned low_bits(void)
{
	char aligned[16] __attribute__((aligned(16)));
	uintptr_t at = (uintptr_t)aligned;

	__asm__ volatile("" : "+r"(at) : "r"(aligned) : "memory");
	return at & 15;
}

static unsigned bits = 16;

static void look_at_stack(void *arg)
{
	(void)arg;
	bits = low_bits();
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	port_wake(&ended, 1);
}

static void test_threads(void)
{
	bool good = true;

	CHECK(port_thread_start(look_at_stack, NULL, "aligned") == 0);
	wait_ended(1);
	CHECK(bits == 0 && low_bits() == 0);
	ended = 0;

	/* More than there are slots, one after the other: stacks are used again. */
	for (unsigned i = 0; i < 3000 && good; i++) {
		go_on = false;
		good = port_thread_start(spinner, NULL, "short") == 0;
		wait_ended(i + 1);
	}
	CHECK(good && ended == 3000);
	ended = 0;
	go_on = true;
	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(port_thread_start(waiter, (void *)i, "waiter") == 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK(port_thread_start(spinner, NULL, "spinner") == 0);
	while (__atomic_load_n(&count, __ATOMIC_SEQ_CST) < 10 * THREADS)
		port_yield();
	go_on = false;
	wait_ended(THREADS + 3);
	CHECK(count == 10 * THREADS && ended == THREADS + 3);
}

/*
 * Sections under fire: threads pop and push numbered objects while the timer is set to go off within the next few
 * instructions, and another takes whole arrays over. No object may be lost, doubled or torn.
 */
#define OFF	0x100000u
#define CAP	40
#define OBJECTS	200
#define WORKERS	5
#define ROUNDS	40000

static uint32_t found[OBJECTS + 1], pool_lock, torn;
static struct port_entry pool[OBJECTS];
static unsigned nr_pool;

static struct port_entry object(uintptr_t n)
{
	return (struct port_entry){ (void *)n, (void *)(n * 0x9e3779b97f4a7c15UL) };
}

static void look(struct port_entry e)
{
	uintptr_t n = (uintptr_t)e.obj;

	if (!n || n > OBJECTS || object(n).aux != e.aux)
		__atomic_fetch_add(&torn, 1, __ATOMIC_RELAXED);
}

static void to_pool(struct port_entry e)
{
	while (__atomic_exchange_n(&pool_lock, 1, __ATOMIC_ACQUIRE))
		port_yield();
	pool[nr_pool++] = e;
	__atomic_store_n(&pool_lock, 0, __ATOMIC_RELEASE);
}

static bool from_pool(struct port_entry *e)
{
	bool got;

	while (__atomic_exchange_n(&pool_lock, 1, __ATOMIC_ACQUIRE))
		port_yield();
	got = nr_pool;
	if (got)
		*e = pool[--nr_pool];
	__atomic_store_n(&pool_lock, 0, __ATOMIC_RELEASE);
	return got;
}

/* Soon, but not before the next few instructions. */
static uint64_t tease(uint64_t seed)
{
	bare_lapic_timer(1 + (seed >> 33) % 3000);
	return seed * 6364136223846793005UL + 1442695040888963407UL;
}

static void edit(uint64_t seed)
{
	struct port_entry e[3];
	unsigned n = 1;

	if (seed >> 62 & 1)
		n = port_array_pop_n(OFF, e, 3);
	else
		n = port_array_pop(OFF, &e[0].obj, &e[0].aux);
	if (!n)
		n = from_pool(&e[0]);
	for (unsigned i = 0; i < n; i++)
		look(e[i]);
	if (n && seed >> 61 & 1 && port_array_push_n(OFF, e, 1) == 1)
		n--, e[0] = e[n];
	while (n && port_array_push(OFF, e[n - 1].obj, e[n - 1].aux))
		n--;
	while (n)
		to_pool(e[--n]);
}

static void worker(void *arg)
{
	uint64_t seed = (uintptr_t)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		seed = tease(seed);
		edit(seed);
	}
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	port_wake(&ended, 1);
}

static void seize(int id)
{
	struct port_array *a = port_array_of(id, OFF);
	int32_t bytes = port_array_seize(id, a);

	for (int32_t i = 0; i < bytes / PORT_ENTRY_BYTES; i++) {
		look(a->e[i]);
		to_pool(a->e[i]);
	}
	if (bytes >= 0)
		port_array_release(id, a);
}

static void test_sections(void)
{
	uint32_t aborts = 0;

	ended = 0;
	for (uintptr_t i = 1; i <= OBJECTS; i++)
		pool[nr_pool++] = object(i);
	for (unsigned i = 0; i < bare_nr_cpus; i++)
		port_array_of((int)i, OFF)->cap = CAP * PORT_ENTRY_BYTES;
	for (uintptr_t i = 0; i < WORKERS; i++)
		CHECK(port_thread_start(worker, (void *)(i + 1), "worker") == 0);
	while (__atomic_load_n(&ended, __ATOMIC_SEQ_CST) < WORKERS) {
		for (unsigned i = 0; i < bare_nr_cpus; i++)
			seize((int)i);
		port_yield();
	}
	for (unsigned i = 0; i < bare_nr_cpus; i++) {
		seize((int)i);
		aborts += bare_cpu_pages[i].cpu.aborts;
	}
	for (unsigned i = 0; i < nr_pool; i++)
		found[(uintptr_t)pool[i].obj % (OBJECTS + 1)]++;
	for (unsigned i = 1; i <= OBJECTS; i++)
		torn += found[i] != 1;
	CHECK(nr_pool == OBJECTS && !torn);
	bare_printf("%u sections aborted\n", aborts);	/* rare, but where an instruction is a block */
}

/*
 * The same for what the scheduler does before it takes its lock: a thread that is moved to another processor there
 * must still be itself, and run once in all. It is moved only when its share is over: so it lets that pass first.
 */
static uint32_t inside[2 * WORKERS + 1], strangers;

static void mover(void *arg)
{
	uintptr_t me = (uintptr_t)arg;
	const void *self = port_self();
	uint64_t seed = me;

	for (unsigned i = 0; i < 200; i++) {
		bare_lapic_timer(0);
		bare_delay(2100000);
		if (__atomic_fetch_add(&inside[me], 1, __ATOMIC_SEQ_CST) || port_self() != self)
			__atomic_fetch_add(&strangers, 1, __ATOMIC_SEQ_CST);
		seed = tease(seed);
		port_yield();
		__atomic_fetch_sub(&inside[me], 1, __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_add(&ended, 1, __ATOMIC_SEQ_CST);
	port_wake(&ended, 1);
}

static void test_moves(void)
{
	ended = 0;
	for (uintptr_t i = 1; i <= 2 * WORKERS; i++)
		CHECK(port_thread_start(mover, (void *)i, "mover") == 0);
	wait_ended(2 * WORKERS);
	CHECK(!strangers);
}

static void test_mem(void)
{
	char buf[64], two[64];

	__builtin_memset(buf, 'x', sizeof(buf));
	for (int i = 0; i < 40; i++)
		buf[i] = (char)('a' + i % 26);
	memmove(buf + 3, buf, 37);
	CHECK(buf[3] == 'a' && buf[39] == 'a' + 36 % 26 && buf[40] == 'x');
	memmove(buf, buf + 3, 37);
	CHECK(buf[0] == 'a' && buf[36] == 'a' + 36 % 26);
	memcpy(two, buf, 63);
	CHECK(memcmp(two, buf, 63) == 0);
	two[61]++;
	CHECK(memcmp(two, buf, 63) > 0 && memcmp(buf, two, 63) < 0 && memcmp(two, buf, 61) == 0);
}

static bool option(const char *want)
{
	for (const char *o = bare_options; *o; o++) {
		const char *a = o, *b = want;

		while (*b && *a == *b)
			a++, b++;
		if (!*b && (!*a || *a == ' '))
			return true;
	}
	return false;
}

static volatile int depth = 1000000;	/* deeper than the stack */

static int overflow(int n)
{
	volatile char pad[512];

	pad[0] = (char)n;
	return n < depth ? overflow(n + 1) + pad[0] : 0;
}

static const int constant[2] = { 1, 2 };
static volatile int variable;
static int *volatile null_pointer;

static void fault(void)
{
	if (option("fault=null"))
		null_pointer[2] = 1;
	if (option("fault=rodata"))
		*(volatile int *)(uintptr_t)&constant[depth & 1] = 2;
	if (option("fault=exec"))
		((void (*)(void))(uintptr_t)&variable)();
	if (option("fault=stack"))
		overflow(0);
	if (option("fault=dummy"))
		*(volatile int *)KMK_PCPU_BASE = 1;
	if (option("fault=guard"))
		variable = *(volatile int *)(VMALLOC_START + 3 * PAGE_SIZE);
	if (option("fault=ud"))
		__asm__ volatile("ud2");
}

int bare_main(void)
{
	struct port_desc d;
	uint64_t ram;

	if (port_describe(&d))
		return 1;
	print_map(&d);
	ram = largest(&d)->start + PAGE_SIZE;
	ram = (ram + (2 << 20)) & ~((2UL << 20) - 1);
	test_direct(&d);
	test_alias(ram);
	test_demand(ram);
	test_time();
	test_stack();
	test_threads();
	test_sections();
	if (option("moves"))
		test_moves();
	test_mem();
	fault();
	bare_printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
