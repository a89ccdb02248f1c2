/* SPDX-License-Identifier: MIT */
/*
 * Memory before the buddy: claims an image makes itself before port_describe().
 *
 * The pieces already taken stand in bare_map as reservations. Each request reads the firmware's map again,
 * into a scratch map: that is rare, and leaves port_describe() the only one that keeps it.
 */
#include "port/x86_64/bare.h"
#include "port/x86_64/early.h"

static struct memmap scratch;
static bool closed;
static struct { uint64_t start, len; } taken[EARLY_PIECES];
static unsigned nr_taken;

static bool aligned(uint64_t start, uint64_t len)
{
	return len && !((start | len) & (PAGE_SIZE - 1));
}

int bare_early_add(uint64_t start, uint64_t len)
{
	if (closed || !aligned(start, len))
		return -EINVAL;
	return memmap_add(&bare_map, start, len, MEMMAP_RAM) ? 0 : -ENOMEM;
}

int bare_early_reserve(uint64_t start, uint64_t len)
{
	if (closed || !aligned(start, len))
		return -EINVAL;
	return memmap_add(&bare_map, start, len, MEMMAP_OTHER) ? 0 : -ENOMEM;
}

uint64_t bare_early_take(uint64_t len, uint64_t align)
{
	struct port_range r[PORT_MAX_RANGES];
	uint64_t at;

	if (closed || nr_taken == EARLY_PIECES || !aligned(0, len) || !align || align & (align - 1))
		return 0;
	scratch = bare_map;
	bare_read_firmware(&scratch);
	memmap_add(&scratch, 0, 1 << 20, MEMMAP_OTHER);
	memmap_add(&scratch, bare_image_pa(bare_text_start), (uint64_t)(bare_image_end - bare_text_start),
		   MEMMAP_OTHER);
	memmap_settle(&scratch, r, memmap_normalise(&scratch, BARE_BOOT_MAP, r, PORT_MAX_RANGES, NULL));
	at = memmap_take(&scratch, len, align < PAGE_SIZE ? PAGE_SIZE : align, BARE_BOOT_MAP);
	if (!at || !memmap_add(&bare_map, at, len, MEMMAP_OTHER))
		return 0;
	taken[nr_taken].start = at;
	taken[nr_taken++].len = len;
	return at;
}

int bare_early_map(void)
{
	int err = 0;

	for (unsigned i = 0; i < nr_taken && !err; i++)
		err = bare_map_range(PAGE_OFFSET + taken[i].start, taken[i].start, taken[i].len, PORT_READ | PORT_WRITE);
	return err;
}

void bare_early_close(void)
{
	closed = true;
}
