/* SPDX-License-Identifier: MIT */
/*
 * highmem=SIZE: the top of RAM is left out of the direct map, for what 32-bit kernels call HIGHMEM.
 *
 * The direct map was made for all RAM before; here its top is taken away again. To clear such a frame it is
 * shown at an address of the calling processor's own, so that no other must forget a translation.
 */
#include "port/x86_64/highmem.h"

#define P	1ULL
#define PS	0x80ULL
#define ADDR	0x000ffffffffff000ULL
#define BLOCK	(4ULL << 20)		/* zones meet at borders of the largest block */
#define LOW_MIN	(16UL << 20)		/* RAM that must stay in the direct map */
#define WINDOW	(BARE_DEVICES + (1UL << 38))

static uint64_t *slot[BARE_MAX_CPUS];	/* the entry of each processor's address */
static uint64_t high_start = UINT64_MAX;

static bool is_option(const char *o, const char *name)
{
	while (*name && (*o == '-' ? '_' : *o) == *name)
		o++, name++;
	return !*name && *o == '=';
}

uint64_t bare_size_option(const char *name)
{
	const char *o = bare_options;
	uint64_t v = 0;

	while (*o && !is_option(o, name)) {
		while (*o && *o != ' ')
			o++;
		while (*o == ' ')
			o++;
	}
	while (*o && *o++ != '=')
		;
	for (; *o >= '0' && *o <= '9'; o++)
		v = v * 10 + (uint64_t)(*o - '0');
	switch (*o | 0x20) {
	case 'k':
		return v << 10;
	case 'm':
		return v << 20;
	case 'g':
		return v << 30;
	}
	return v;
}

/* The entry that maps va, which small pages map. */
static uint64_t *entry_of(uintptr_t va)
{
	uint64_t *table = __va(port_page_table());

	for (unsigned shift = 39; shift > 12; shift -= 9) {
		uint64_t e = table[va >> shift & 511];

		if (!(e & P) || e & PS)
			return NULL;
		table = __va(e & ADDR);
	}
	return &table[va >> 12 & 511];
}

static int make_slots(void)
{
	for (unsigned i = 0; i < BARE_MAX_CPUS; i++) {
		uintptr_t va = WINDOW + i * 2 * PAGE_SIZE;

		if (bare_map_range(va, bare_image_pa(bare_data_start), PAGE_SIZE, PORT_READ | PORT_WRITE))
			return -ENOMEM;
		slot[i] = entry_of(va);
	}
	return 0;
}

/* Room for one more range behind i; false: there is none. */
static bool split_range(struct port_desc *d, unsigned i, uint64_t at)
{
	if (d->nr_ranges == PORT_MAX_RANGES)
		return false;
	for (unsigned k = d->nr_ranges++; k > i; k--)
		d->ranges[k] = d->ranges[k - 1];
	d->ranges[i].end = d->ranges[i + 1].start = at;
	return true;
}

/* From the top, RAM of that size; a range that sticks out is cut at a border of blocks. */
static void mark_high(struct port_desc *d, uint64_t size)
{
	for (unsigned i = d->nr_ranges; i-- && size; ) {
		uint64_t len = d->ranges[i].end - d->ranges[i].start, at = (d->ranges[i].end - size) & ~(BLOCK - 1);

		if (d->ranges[i].kind != PORT_RAM)
			continue;
		if (len > size && at > d->ranges[i].start) {
			if (!split_range(d, i, at))
				return;
			i++;
			size = len = 0;
		}
		d->ranges[i].kind = PORT_RAM_HIGH;
		high_start = d->ranges[i].start;
		size -= len < size ? len : size;
	}
}

/* The cut may lie a block lower than asked for. */
static bool enough_low(const struct port_desc *d, uint64_t size)
{
	uint64_t ram = bare_ram_bytes(d);

	return ram >= LOW_MIN + BLOCK && size <= ram - LOW_MIN - BLOCK;
}

int bare_high_init(struct port_desc *d)
{
	uint64_t size = bare_size_option("highmem");

	if (!size)
		return 0;
	if (!enough_low(d, size)) {
		bare_printf("bare: highmem= ignored: less than %lu MiB of RAM would be left in the direct map\n",
			    LOW_MIN >> 20);
		return 0;
	}
	mark_high(d, size);
	for (unsigned i = 0; i < d->nr_ranges; i++)
		if (d->ranges[i].kind == PORT_RAM_HIGH &&
		    port_protect(__va(d->ranges[i].start), d->ranges[i].end - d->ranges[i].start, 0))
			return -ENOMEM;
	return make_slots();
}

static void clear_frame(uint64_t pa)
{
	unsigned long flags = bare_irq_save();
	unsigned cpu = (unsigned)bare_this_cpu()->id;
	void *va = (void *)(WINDOW + cpu * 2 * PAGE_SIZE);

	*slot[cpu] = (*slot[cpu] & ~ADDR) | pa;
	__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
	__builtin_memset(va, 0, PAGE_SIZE);
	bare_irq_restore(flags);
}

bool bare_high_clear(uint64_t pa, uint64_t len)
{
	if (pa < high_start)
		return false;
	for (uint64_t at = 0; at < len; at += PAGE_SIZE)
		clear_frame(pa + at);
	return true;
}
