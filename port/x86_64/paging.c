/* SPDX-License-Identifier: MIT */
/*
 * Four-level tables, edited in place. Level 1 entries map 4 KiB, level 2 2 MiB, level 3 1 GiB.
 *
 * Tables are reached through the direct map: the boot tables' until bare_paging_init() has
 * switched, ours afterwards. Both show the pool at the same addresses.
 *
 * One lock for all of it. Other processors are told to forget translations after it was released, once a call.
 */
#include "port/x86_64/bare.h"

#define P	0x001ULL
#define W	0x002ULL
#define PWT	0x008ULL
#define PCD	0x010ULL
#define PS	0x080ULL
#define G	0x100ULL
#define NX	(1ULL << 63)
#define ADDR	0x000ffffffffff000ULL

#define MSR_EFER 0xc0000080
#define TRIES	10u		/* for a table, some 20 ms apart where the caller may wait */

#define LEVEL_SIZE(l)	(1ULL << (12 + 9 * ((l) - 1)))
#define INDEX(va, l)	((va) >> (12 + 9 * ((l) - 1)) & 511)

static uint64_t *root;
static uint64_t zero_frame;		/* shown wherever a demand-zero page was only read */
static uint64_t nx_bit;			/* NX where the processor has it */
static unsigned top_level = 2;		/* 3 where 1 GiB pages work */
static bool live;			/* our tables are the processor's */
static struct bare_lock lock;		/* tables */

static uint64_t prot_bits(unsigned prot)
{
	uint64_t bits = P | G;

	if (!(prot & (PORT_READ | PORT_WRITE | PORT_EXEC)))
		return 0;
	if (prot & PORT_WRITE)
		bits |= W;
	if (!(prot & PORT_EXEC))
		bits |= nx_bit;
	if (prot & PORT_NOCACHE)
		bits |= PCD | PWT;
	return bits;
}

/* Replace a large page by a table of pages one level down with the same effect. */
static bool split(uint64_t *entry, unsigned level, enum bare_pool_use use)
{
	uint64_t table = bare_pool_frame(use), *t = __va(table), step = LEVEL_SIZE(level - 1);
	uint64_t pa = *entry & ADDR, bits = *entry & ~ADDR;

	if (!table)
		return false;
	if (level - 1 == 1)
		bits &= ~PS;
	for (unsigned i = 0; i < 512; i++)
		t[i] = (pa + i * step) | bits;
	*entry = table | P | W;
	return true;
}

/* The entry of va at level leaf: tables on the way are added and large pages split. NULL: no frame for a table. */
static uint64_t *make(uintptr_t va, unsigned leaf, enum bare_pool_use use)
{
	uint64_t *table = root;

	for (unsigned l = 4; l > leaf; l--) {
		uint64_t *e = &table[INDEX(va, l)], pa;

		if (*e & PS) {
			if (!split(e, l, use))
				return NULL;
		} else if (!(*e & P)) {
			pa = bare_pool_frame(use);
			if (!pa)
				return NULL;
			*e = pa | P | W;
		}
		table = __va(*e & ADDR);
	}
	return &table[INDEX(va, leaf)];
}

/* The entry that decides about va, and its level. */
static uint64_t *find(uintptr_t va, unsigned *level)
{
	uint64_t *table = root, *e;

	for (*level = 4; ; --*level) {
		e = &table[INDEX(va, *level)];
		if (*level == 1 || !(*e & P) || *e & PS)
			return e;
		table = __va(*e & ADDR);
	}
}

static bool holds_table(uint64_t entry, unsigned level)
{
	return level > 1 && entry & P && !(entry & PS);
}

static unsigned best_level(uintptr_t va, uint64_t pa, uint64_t len)
{
	unsigned l = top_level;

	while (l > 1 && ((va | pa) & (LEVEL_SIZE(l) - 1) || len < LEVEL_SIZE(l)))
		l--;
	return l;
}

/* Held: the lock. *replaced: something was there. */
static int map_range(uintptr_t va, uint64_t pa, uint64_t len, unsigned prot, bool *replaced)
{
	uint64_t bits = prot_bits(prot);

	while (len) {
		unsigned l = best_level(va, pa, len);
		uint64_t *e = make(va, l, BARE_POOL_ANY);

		/* A table already there is used, not dropped. */
		while (e && holds_table(*e, l))
			e = make(va, --l, BARE_POOL_ANY);
		if (!e)
			return -ENOMEM;
		*replaced |= *e & P;
		*e = pa | bits | (l > 1 ? PS : 0);
		va += LEVEL_SIZE(l);
		pa += LEVEL_SIZE(l);
		len -= LEVEL_SIZE(l);
	}
	return 0;
}

int bare_map_range(uintptr_t va, uint64_t pa, uint64_t len, unsigned prot)
{
	unsigned long flags = bare_lock(&lock);
	bool replaced = false;
	int err = map_range(va, pa, len, prot, &replaced);

	bare_unlock(&lock, flags);
	if (replaced && live)
		bare_flush_range(va, len);
	if (flags & 0x200)
		bare_pool_check(false);
	return err;
}

static bool in_window(uintptr_t va, size_t len)
{
	static const struct { uintptr_t start, last; } w[] = {
		{ VMALLOC_START, VMALLOC_END },
		{ PKMAP_BASE, FIXADDR_START - 1 },
		{ FIXADDR_START, FIXADDR_START + (KMK_FIXMAP_SLOTS * 2 * PAGE_SIZE) - 1 },
	};

	for (unsigned i = 0; i < sizeof(w) / sizeof(w[0]); i++)
		if (va >= w[i].start && va <= w[i].last && len - 1 <= w[i].last - va)
			return true;
	return false;
}

int port_map(void *va, uint64_t pa, size_t len, unsigned prot)
{
	uintptr_t at = (uintptr_t)va;
	bool may_wait = bare_sched_preemptible();
	int err;

	if (!len || (at | pa | len) & (PAGE_SIZE - 1) || !in_window(at, len) || pa & ~ADDR)
		return -EINVAL;
	err = bare_map_range(at, pa, len, prot);
	for (unsigned i = 0; err && may_wait && i < TRIES; i++) {
		bare_pool_check(true);
		err = bare_map_range(at, pa, len, prot);
	}
	return err;
}

/* As change() below; the lock is held. *changed: something was there. */
static int change_locked(uintptr_t va, uint64_t len, uint64_t bits, bool keep, bool *changed)
{
	while (len) {
		unsigned l;
		uint64_t *e = find(va, &l), size = LEVEL_SIZE(l);

		if (!(*e & (P | ADDR))) {
			/* nothing here: on to the next entry of this level */
			size -= va & (size - 1);
		} else if (l > 1 && (va & (size - 1) || len < size || (keep && !bits))) {
			if (!split(e, l, keep ? BARE_POOL_ANY : BARE_POOL_UNMAP))
				return -ENOMEM;
			continue;
		} else {
			*e = keep ? (*e & ADDR) | bits | (l > 1 ? PS : 0) : 0;
			*changed = true;
		}
		if (size >= len)
			return 0;
		va += size;
		len -= size;
	}
	return 0;
}

/* Apply bits (0: nothing mapped) to what is mapped in [va, va+len); with keep, the frames stay. */
static int change(uintptr_t va, uint64_t len, uint64_t bits, bool keep)
{
	unsigned long flags = bare_lock(&lock);
	bool changed = false;
	int err = change_locked(va, len, bits, keep, &changed);

	bare_unlock(&lock, flags);
	if (changed && live)
		bare_flush_range(va, len);
	return err;
}

/* What is not taken away could be written through after its frames are somebody else's: so rather stop. */
void port_unmap(void *va, size_t len)
{
	if (!in_window((uintptr_t)va, len))
		return;
	for (unsigned i = 0; change((uintptr_t)va, len, 0, false); i++) {
		if (i == TRIES) {
			bare_printf("bare: no frame to take %p out of a large page\n", va);
			port_halt(1);
		}
		bare_pool_check(bare_sched_preemptible());
	}
}

int port_protect(void *va, size_t len, unsigned prot)
{
	return change((uintptr_t)va, len, prot_bits(prot), true);
}

static bool in_dummies(uintptr_t va)
{
	return va - KMK_PCPU_BASE < (uintptr_t)KMK_PCPU_DUMMIES << KMK_PCPU_SHIFT;
}

/* Regions whose pages come to be at the first touch. The arrays of the dummy ids are never written. */
static bool demand_zero(uintptr_t va, bool write)
{
	const uintptr_t frames = KMK_DIRECT_MAX / PAGE_SIZE * BARE_PAGE_DESC;
	const uintptr_t areas = BARE_MAX_CPUS + KMK_PCPU_DUMMIES;

	if (va - KMK_VMEMMAP < frames || va - KMK_PAGE_EXT < frames)
		return true;
	if (in_dummies(va))
		return !write;
	return va - KMK_PCPU_BASE < areas << KMK_PCPU_SHIFT ||
	       va - KMK_PERCPU_BASE < (uintptr_t)BARE_MAX_CPUS << KMK_PERCPU_SHIFT;
}

/*
 * The lock is held. A page that another processor has just brought needs only another look. What is
 * read and may be written later shares the zero frame only where there is one processor: others
 * would go on reading zeros through it.
 */
static int fill_locked(uintptr_t va, bool write)
{
	uint64_t pa = 0, *e = make(va, 1, BARE_POOL_FAULT);

	if (!e)
		return -ENOMEM;
	if (*e & P && (*e & ADDR) != zero_frame)
		return !write || *e & W;
	if (*e & P && !write)
		return 1;
	if (!write && (in_dummies(va) || !bare_smp_expected))
		pa = zero_frame;
	else
		pa = bare_pool_frame(BARE_POOL_FAULT);
	if (!pa)
		return -ENOMEM;
	*e = pa | prot_bits(pa != zero_frame ? PORT_READ | PORT_WRITE : PORT_READ);
	return 1;
}

int bare_fill(uintptr_t va, uint64_t error)
{
	unsigned long flags;
	int done;

	va &= PAGE_MASK;
	if (!live || error & ~3ULL || !demand_zero(va, error & 2))
		return 0;
	flags = bare_lock(&lock);
	done = fill_locked(va, error & 2);
	bare_unlock(&lock, flags);
	if (done > 0)
		__asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
	return done;
}

static void read_features(void)
{
	uint32_t id[4];

	bare_cpuid(0x80000001, id);
	if (id[3] & 1u << 20)
		nx_bit = NX;
	if (id[3] & 1u << 26)
		top_level = 3;
}

static int map_image(const char *start, const char *end, unsigned prot)
{
	return bare_map_range((uintptr_t)start, bare_image_pa(start), (uint64_t)(end - start), prot);
}

static int map_whole_image(void)
{
	int err = map_image(bare_text_start, bare_text_end, PORT_READ | PORT_EXEC);

	if (!err)
		err = map_image(bare_text_end, bare_rodata_end, PORT_READ);
	if (!err)
		err = map_image(bare_data_start, bare_stack_guard, PORT_READ | PORT_WRITE);
	if (!err)
		err = map_image(bare_stack, bare_image_end, PORT_READ | PORT_WRITE);
	return err;
}

static int map_direct(const struct port_range *r, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		int err = r[i].kind != PORT_RAM ? 0 :
			bare_map_range(PAGE_OFFSET + r[i].start, r[i].start, r[i].end - r[i].start,
				       PORT_READ | PORT_WRITE);
		if (err)
			return err;
	}
	return 0;
}

uint64_t port_page_table(void)
{
	return root ? (uint64_t)(uintptr_t)root - PAGE_OFFSET : 0;
}

uint64_t bare_nx_bit(void)
{
	return nx_bit;
}

bool bare_top_entry(uintptr_t va)
{
	unsigned long flags = bare_lock(&lock);
	bool there = make(va, 3, BARE_POOL_ANY) != NULL;

	bare_unlock(&lock, flags);
	return there;
}

int bare_paging_init(const struct port_range *r, unsigned nr)
{
	uint64_t pa = bare_pool_frame(BARE_POOL_ANY);

	zero_frame = bare_pool_frame(BARE_POOL_ANY);
	if (!pa || !zero_frame)
		return -ENOMEM;
	root = __va(pa);
	read_features();
	if (map_direct(r, nr) || map_whole_image())
		return -ENOMEM;
	__asm__ volatile("mov %0, %%cr3" : : "r"(pa) : "memory");
	live = true;
	return 0;
}
