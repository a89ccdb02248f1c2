/* SPDX-License-Identifier: MIT */
/* port_describe and the calls that need no file of their own. */
#include "port/x86_64/bare.h"
#include "port/x86_64/early.h"
#include "port/x86_64/highmem.h"
#include "port/array.h"

#define FRAME		PAGE_SIZE
#define PAGE_2M		(2ULL << 20)
#define POOL_MIN	(4ULL << 20)
#define POOL_MAX	(256ULL << 20)	/* the core lends more */

struct memmap bare_map;

/* What no firmware map need say, and what this image itself occupies. */
static void reserve_own(struct memmap *m)
{
	memmap_add(m, 0, FRAME, MEMMAP_OTHER);
	memmap_add(m, 0xa0000, 0x60000, MEMMAP_OTHER);
	memmap_add(m, bare_image_pa(bare_text_start), (uint64_t)(bare_image_end - bare_text_start),
		   MEMMAP_OTHER);
}

/* The final tables show all RAM: below 4 GiB, so that NORMAL stays what the firmware said, else anywhere. */
static uint64_t take_zeroed(uint64_t len)
{
	uint64_t align = len >= PAGE_2M ? PAGE_2M : FRAME, at = memmap_take(&bare_map, len, align, BARE_BOOT_MAP);

	if (!at)
		at = memmap_take(&bare_map, len, align, KMK_DIRECT_MAX);
	if (at)
		__builtin_memset(__va(at), 0, len);
	return at;
}

/*
 * Page tables, per-CPU pages, owner records: a fixed part and a share, never most of memory. One piece below 4 GiB,
 * which the boot tables show; where none is so large, half of it.
 */
static int make_pool(uint64_t ram)
{
	uint64_t len = POOL_MIN + ram / 32, at = 0;

	if (len > POOL_MAX)
		len = POOL_MAX;
	if (len > ram / 4)
		len = ram / 4;
	for (; !at && len >= FRAME; len /= 2) {
		len &= ~(FRAME - 1);
		at = memmap_take(&bare_map, len, FRAME, BARE_BOOT_MAP);
		if (at)
			bare_pool_init(at, len);
	}
	return at ? 0 : -ENOMEM;
}

/* Back the frame database where these ranges have descriptors; neighbours may share a page. */
static int back_database(const struct port_range *r, unsigned nr)
{
	uint64_t done = 0;

	for (unsigned i = 0; i < nr; i++) {
		uint64_t start = (r[i].start / FRAME * BARE_PAGE_DESC) & ~(FRAME - 1);
		uint64_t end = (r[i].end / FRAME * BARE_PAGE_DESC + FRAME - 1) & ~(FRAME - 1);
		uint64_t pa;

		if (start < done)
			start = done;
		if (start >= end)
			continue;
		pa = take_zeroed(end - start);
		if (!pa || bare_map_range(KMK_VMEMMAP + start, pa, end - start, PORT_READ | PORT_WRITE))
			return -ENOMEM;
		done = end;
	}
	return 0;
}

uint64_t bare_ram_bytes(const struct port_desc *d)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < d->nr_ranges; i++)
		if (d->ranges[i].kind == PORT_RAM)
			sum += d->ranges[i].end - d->ranges[i].start;
	return sum;
}

/* The processors' first pages, and the others started. */
static int bare_cpus_init(void)
{
	for (int i = 0; i < BARE_MAX_CPUS; i++) {
		struct bare_cpu *c = &bare_cpu_pages[i].cpu;

		c->id = i;
		c->self = c;
		if (bare_map_range((uintptr_t)port_array_of(i, 0), bare_image_pa(&bare_cpu_pages[i]), FRAME,
				   PORT_READ | PORT_WRITE))
			return -ENOMEM;
	}
	bare_cpu_enter(&bare_cpu_pages[0].cpu);
	if (!bare_lapic_init())
		return -ENOSYS;
	bare_cpu_pages[0].cpu.apic = bare_lapic_id();
	bare_sched_init();
	bare_smp_start(BARE_MAX_CPUS);
	bare_pool_lend();
	return 0;
}

/* Boot options of the request come behind those of the loader's command line. */
static void add_options(const char *more)
{
	size_t n = 0;

	while (bare_options[n])
		n++;
	if (more && *more && n + 1 < BARE_OPTIONS_MAX)
		bare_format(bare_options + n, BARE_OPTIONS_MAX - n, "%s%s", n ? " " : "", more);
}

static int fail(int err, const char *why)
{
	bare_printf("bare: %s\n", why);
	return err;
}

/* The map's normal form for d; what does not fit is said. */
static void describe_ranges(struct port_desc *d)
{
	uint64_t lost;

	d->nr_ranges = memmap_normalise(&bare_map, KMK_DIRECT_MAX, d->ranges, PORT_MAX_RANGES, &lost);
	if (lost)
		bare_printf("bare: %lu KiB left out: too many ranges, or too high\n", lost >> 10);
}

int port_describe(struct port_desc *d)
{
	int err;

	bare_read_firmware(&bare_map);
	if (!bare_map.nr)
		return fail(-EINVAL, "no memory map: neither PVH start info nor entries in it");
	reserve_own(&bare_map);
	describe_ranges(d);
	memmap_settle(&bare_map, d->ranges, d->nr_ranges);
	bare_early_close();
	bare_smp_prepare();
	if (make_pool(bare_ram_bytes(d)))
		return fail(-ENOMEM, "no room for page tables");
	if (bare_paging_init(d->ranges, d->nr_ranges) || bare_early_map() || back_database(d->ranges, d->nr_ranges))
		return fail(-ENOMEM, "no room for the frame database");
	bare_request_map();
	add_options(bare_request("KMEMKIT_BOOT"));
	bare_time_init();
	err = bare_cpus_init();
	if (err)
		return fail(err, err == -ENOSYS ? "no local interrupt controller" : "no room for the processors");
	describe_ranges(d);	/* again, now without what was taken above */
	d->features = PORT_F_ALIAS | PORT_F_RSEQ | PORT_F_THREADS | PORT_F_MMIO;
	d->nr_cpus = bare_nr_cpus;
	d->nr_ids = bare_nr_cpus;
	d->options = bare_options;
	if (bare_high_init(d))
		return fail(-ENOMEM, "no room for high memory");
	return 0;
}

void port_clear(uint64_t pa, size_t len)
{
	if (!bare_high_clear(pa, len))
		__builtin_memset(__va(pa), 0, len);
}

void port_release(uint64_t pa, size_t len)
{
	port_clear(pa, len);
}

void bare_exit(int status)
{
	uint8_t value = (uint8_t)(BARE_EXIT_OK + status);

	bare_smp_stop_others();
	bare_out8(BARE_EXIT_PORT, value);
	bare_out8(BARE_EXIT_PORT2, value);
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

void port_halt(int code)
{
	static const char panic[] = "crash\tpanic\n";

	if (code)
		bare_send_event(panic, sizeof(panic) - 1);
	bare_exit(code != 0);
}

static uint64_t hardware_random(void)
{
	uint32_t id[4];
	uint64_t v = 0;

	bare_cpuid(1, id);
	if (id[2] & 1u << 30)
		__asm__ volatile("rdrand %0" : "=r"(v) : : "cc");
	return v;
}

/* A 64-bit mixer over the clock's low bits and the processor's generator, where there is one. */
void port_entropy(void *buf, size_t len)
{
	static uint64_t state;
	uint8_t *p = buf;

	for (size_t i = 0; i < len; i++) {
		uint64_t z;

		state += 0x9e3779b97f4a7c15ULL ^ bare_tsc() ^ hardware_random();
		z = (state ^ state >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		p[i] = (uint8_t)(z >> 56);
	}
}

unsigned port_backtrace(uintptr_t *pc, unsigned max, unsigned skip)
{
	uintptr_t all[64];
	unsigned n = bare_frames((uintptr_t)__builtin_frame_address(0), all, 64), i;

	for (i = 0; i < max && i + skip < n; i++)
		pc[i] = all[i + skip];
	return i;
}

void port_symbol(uintptr_t pc, char *buf, size_t size)
{
	const char *name;
	uint64_t off, len;

	if (bare_symbol(pc, &name, &off, &len))
		bare_format(buf, size, "%s+0x%lx/0x%lx", name, off, len);
	else
		bare_format(buf, size, "0x%lx", pc);
}

void port_roots(void (*fn)(uintptr_t start, uintptr_t end, void *data), void *data)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) - 64, lo, hi;

	/* Callee-saved registers may hold the only pointer: have them stored in this frame. */
	__builtin_unwind_init();
	fn((uintptr_t)bare_data_start, (uintptr_t)bare_stack_guard, data);
	if (bare_stack_bounds(here, &lo, &hi))
		fn(here, hi, data);
	bare_sched_roots(fn, data);
}
