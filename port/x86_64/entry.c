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

/* gs by the page's address in the image until the tables show it in front of the area. */
static void first_cpu(void)
{
	struct bare_cpu_page *page = &bare_cpu_pages[0];

	page->cpu.block = bare_first_block();
	page->cpu.self = &page->cpu;
	bare_wrmsr(MSR_GS_BASE, (uintptr_t)page);
}

void bare_cpu_enter(struct bare_cpu *cpu)
{
	bare_wrmsr(MSR_GS_BASE, (uintptr_t)port_array_of(cpu->id, 0));
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
