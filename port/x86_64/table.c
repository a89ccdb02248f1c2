/* SPDX-License-Identifier: MIT */
/* Top-level tables beside the reference: see space.h. The reference itself is paging.c's. */
#include "port/x86_64/space.h"

#define P	0x001ULL
#define W	0x002ULL
#define U	0x004ULL
#define NX	(1ULL << 63)
#define ADDR	0x000ffffffffff000ULL

#define TOP(va)	((va) >> 39 & 511)
#define HALF	256u				/* entries of a half */

static struct bare_space *in_use[BARE_MAX_CPUS];

static uint64_t *table_at(uint64_t pa)
{
	return __va(pa & ADDR);
}

static bool copy_entry(uint64_t *top, uintptr_t va)
{
	const uint64_t *reference = table_at(port_page_table());

	if (!bare_top_entry(va))
		return false;
	top[TOP(va)] = reference[TOP(va)];
	return true;
}

int bare_space_init(struct bare_space *s)
{
	static const uintptr_t needed[] = { BARE_IMAGE_BASE, BARE_STACKS, BARE_DEVICES };
	uint64_t *top;

	*s = (struct bare_space){ .root = bare_pool_frame(BARE_POOL_ANY) };
	if (!s->root)
		return -ENOMEM;
	top = table_at(s->root);
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!copy_entry(top, needed[i]))
			return -ENOMEM;
	for (uintptr_t at = 0; at < KMK_DIRECT_MAX; at += 1UL << 39)
		if (!copy_entry(top, PAGE_OFFSET + at))
			return -ENOMEM;
	for (uintptr_t cpu = 0; cpu < BARE_MAX_CPUS + KMK_PCPU_DUMMIES; cpu++)
		if (!copy_entry(top, KMK_PCPU_BASE + (cpu << KMK_PCPU_SHIFT)))
			return -ENOMEM;
	return 0;
}

/* The lowest entry of va, its tables made. */
static uint64_t *entry_of(struct bare_space *s, uint64_t va)
{
	uint64_t *table = table_at(s->root);

	for (unsigned shift = 39; shift > 12; shift -= 9) {
		uint64_t *e = &table[va >> shift & 511];

		if (!(*e & P)) {
			uint64_t pa = bare_pool_frame(BARE_POOL_ANY);

			if (!pa)
				return NULL;
			*e = pa | P | W | U;	/* the last level decides */
		}
		table = table_at(*e);
	}
	return &table[va >> 12 & 511];
}

int bare_space_map(struct bare_space *s, uint64_t va, uint64_t pa, uint64_t len, unsigned prot)
{
	uint64_t bits = prot & (PORT_READ | PORT_WRITE | PORT_EXEC) ? P : 0;

	if ((va | pa | len) & (PAGE_SIZE - 1) || va >= BARE_USER_TOP || len > BARE_USER_TOP - va)
		return -EINVAL;
	if (prot & PORT_WRITE)
		bits |= W;
	if (prot & BARE_USER)
		bits |= U;
	if (!(prot & PORT_EXEC))
		bits |= bare_nx_bit();
	for (uint64_t at = 0; at < len; at += PAGE_SIZE) {
		uint64_t *e = entry_of(s, va + at);

		if (!e)
			return -ENOMEM;
		*e = (pa + at) | bits;
	}
	return 0;
}

void bare_space_enter(struct bare_space *s)
{
	unsigned long flags = bare_irq_save();

	in_use[bare_this_cpu()->id] = s;
	__asm__ volatile("mov %0, %%cr3" : : "r"(s ? s->root : port_page_table()) : "memory");
	bare_irq_restore(flags);
}

bool bare_space_fault(uintptr_t va, uint64_t error)
{
	struct bare_space *s = in_use[bare_this_cpu()->id];
	const uint64_t *reference = table_at(port_page_table());
	uint64_t *top;

	/* Only what is missing, to the kernel, in its own half. */
	if (!s || error & 5 || TOP(va) < HALF)
		return false;
	top = table_at(s->root);
	if (top[TOP(va)] & P || !(reference[TOP(va)] & P))
		return false;
	top[TOP(va)] = reference[TOP(va)];
	s->fills++;
	return true;
}
