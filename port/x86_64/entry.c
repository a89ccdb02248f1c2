/* SPDX-License-Identifier: MIT */
/* The machine comes up, then the image's program runs. What PVH passes is copied at once. */
#include "port/x86_64/bare.h"

#define PVH_MAGIC	0x336ec578
#define MSR_GS_BASE	0xc0000101
#define OPTIONS_MAX	1024

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

static char thread_block[PORT_BLOCK_SIZE] __attribute__((aligned(64)));
struct bare_cpu bare_cpu0 = { .block = thread_block };
char bare_options[OPTIONS_MAX];
static const struct pvh_info *info;

/* Boot tables show the low 4 GiB; beyond it nothing of PVH's may lie. */
static const void *low(uint64_t pa, uint64_t len)
{
	return pa && pa < BARE_BOOT_MAP && len <= BARE_BOOT_MAP - pa ? __va(pa) : NULL;
}

static void copy_options(void)
{
	const char *from = low(info->options, OPTIONS_MAX);

	for (unsigned i = 0; from && i < OPTIONS_MAX - 1 && from[i]; i++)
		bare_options[i] = from[i];
}

static void add_modules(struct memmap *m)
{
	const struct pvh_module *mod = low(info->modules, (uint64_t)info->nr_modules * sizeof(*mod));

	for (uint32_t i = 0; mod && i < info->nr_modules; i++)
		memmap_add(m, mod[i].start, mod[i].len, MEMMAP_OTHER);
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
	r = low(info->map, (uint64_t)info->map_entries * sizeof(*r));
	for (uint32_t i = 0; r && i < info->map_entries; i++)
		memmap_add(m, r[i].start, r[i].len, r[i].type);
}

void bare_entry(uint32_t start_info)
{
	const struct pvh_info *found = low(start_info, sizeof(*found));

	bare_wrmsr(MSR_GS_BASE, (uintptr_t)&bare_cpu0);
	bare_serial_init();
	bare_idt_init();
	if (found && found->magic == PVH_MAGIC)
		info = found;
	port_halt(bare_main());
}
