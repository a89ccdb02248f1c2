/* SPDX-License-Identifier: MIT */
/* The machine comes up, then the image's program runs. What PVH passes is copied at once. */
#include "port/x86_64/bare.h"
#include "port/array.h"

#define PVH_MAGIC	0x336ec578
#define MSR_GS_BASE	0xc0000101

struct pvh_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modules, options, rsdp;
	uint64_t map;			/* from version 1 on */
	uint32_t map_entries, reserved;
};

struct pvh_range {
	uint64_t start, len;
	uint32_t type, reserved;
};

struct pvh_module {
	uint64_t start, len, options, reserved;
};

struct bare_cpu_page bare_cpu_pages[BARE_MAX_CPUS];
unsigned bare_nr_cpus = 1;
char bare_options[BARE_OPTIONS_MAX];
static const struct pvh_info *info;

_Static_assert((KMK_PCPU_DUMMIES + 1UL) << KMK_PCPU_SHIFT <= 1UL << 30, "show_area() knows one directory");

/* Boot tables show the low 4 GiB; beyond it nothing of PVH's may lie. */
const void *bare_low(uint64_t pa, uint64_t len)
{
	return pa && pa < BARE_BOOT_MAP && len <= BARE_BOOT_MAP - pa ? __va(pa) : NULL;
}

static void copy_options(void)
{
	const char *from = bare_low(info->options, BARE_OPTIONS_MAX);

	for (unsigned i = 0; from && i < BARE_OPTIONS_MAX - 1 && from[i]; i++)
		bare_options[i] = from[i];
}

static void add_modules(struct memmap *m)
{
	const struct pvh_module *mod = bare_low(info->modules, (uint64_t)info->nr_modules * sizeof(*mod));

	for (uint32_t i = 0; mod && i < info->nr_modules; i++) {
		memmap_add(m, mod[i].start, mod[i].len, MEMMAP_OTHER);
		if (!i)
			bare_request_found(mod[i].start, mod[i].len);
	}
}

void bare_read_firmware(struct memmap *m)
{
	const struct pvh_range *r;

	if (!info)
		return;
	copy_options();
	add_modules(m);
	if (info->version < 1)
		return;
	r = bare_low(info->map, (uint64_t)info->map_entries * sizeof(*r));
	for (uint32_t i = 0; r && i < info->map_entries; i++)
		memmap_add(m, r[i].start, r[i].len, r[i].type);
}

uint64_t bare_rsdp(void)
{
	return info ? info->rsdp : 0;
}

void bare_cpu_enter(struct bare_cpu *cpu)
{
	bare_wrmsr(MSR_GS_BASE, (uintptr_t)port_array_of(cpu->id, 0));
}

/*
 * The first processor's area as the boot tables show it: its page, behind it zeros that cannot be written. So a
 * request before port_describe() (of a constructor) finds empty arrays, and not what the firmware left.
 */
#define P		1ULL
#define W		2ULL
#define AREA_TABLES	((1UL << KMK_PCPU_SHIFT) / 512 / PAGE_SIZE)	/* lowest ones; all but the first are alike */

extern uint64_t boot_pml4[];
static uint64_t __attribute__((aligned(4096))) area_pdpt[512], area_pd[512], area_first[512], area_rest[512];
static const char __attribute__((aligned(4096))) zeros[PAGE_SIZE];

static void show_area(const struct bare_cpu_page *page)
{
	uintptr_t va = (uintptr_t)port_array_of(0, 0);
	unsigned at = va >> 21 & 511;

	for (unsigned i = 0; i < 512; i++)
		area_first[i] = area_rest[i] = bare_image_pa(zeros) | P;
	area_first[0] = bare_image_pa(page) | P | W;
	for (unsigned i = 0; i < AREA_TABLES; i++)
		area_pd[at + i] = bare_image_pa(i ? area_rest : area_first) | P | W;
	area_pdpt[va >> 30 & 511] = bare_image_pa(area_pd) | P | W;
	boot_pml4[va >> 39 & 511] = bare_image_pa(area_pdpt) | P | W;
}

static void first_cpu(void)
{
	struct bare_cpu_page *page = &bare_cpu_pages[0];

	page->cpu.block = bare_first_block();
	page->cpu.self = &page->cpu;
	show_area(page);
	bare_cpu_enter(&page->cpu);
}

void bare_entry(uint32_t start_info)
{
	const struct pvh_info *found = bare_low(start_info, sizeof(*found));

	first_cpu();
	bare_serial_init();
	bare_idt_init();
	if (found && found->magic == PVH_MAGIC)
		info = found;
	bare_exit(bare_main());
}
