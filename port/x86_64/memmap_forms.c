/* SPDX-License-Identifier: MIT */
/* Other loaders' maps as claims. Fields are read bytewise: nothing promises alignment. */
#include "port/x86_64/memmap.h"

#define FRAME 4096ULL

static uint64_t word(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

/* ---- multiboot2: tags of { type, size }, each on an 8-byte border ---- */

#define MB2_MODULE	3
#define MB2_MAP		6

static bool add_mb2_map(struct memmap *m, const uint8_t *tag, uint64_t size)
{
	uint64_t entry = size < 16 ? 0 : word(tag + 8, 4);

	if (entry < 20)
		return false;
	for (uint64_t at = 16; at + entry <= size; at += entry)
		memmap_add(m, word(tag + at, 8), word(tag + at + 8, 8), (uint32_t)word(tag + at + 16, 4));
	return true;
}

static bool add_mb2_module(struct memmap *m, const uint8_t *tag, uint64_t size)
{
	uint64_t start, end;

	if (size < 16)
		return false;
	start = word(tag + 8, 4);
	end = word(tag + 12, 4);
	if (end > start)
		memmap_add(m, start, end - start, MEMMAP_OTHER);
	return true;
}

bool memmap_from_multiboot2(struct memmap *m, const void *info, size_t size)
{
	const uint8_t *base = info;
	uint64_t total = size < 8 ? 0 : word(base, 4), at = 8;
	bool found = false, good = true;

	if (total < 8 || total > size)
		return false;
	while (good && at + 8 <= total) {
		uint64_t type = word(base + at, 4), len = word(base + at + 4, 4);

		if (len < 8 || len > total - at)
			return false;
		if (type == MB2_MAP)
			found = good = add_mb2_map(m, base + at, len);
		else if (type == MB2_MODULE)
			good = add_mb2_module(m, base + at, len);
		at += (len + 7) & ~7ULL;
	}
	return found && good;
}

/* ---- UEFI: descriptors of { type, -, physical, virtual, pages, attributes } ---- */

/* What is free once the boot services have ended: theirs, and what nobody ever had. */
static bool free_in_uefi(uint64_t type)
{
	return type == 3 || type == 4 || type == 7;
}

bool memmap_from_uefi(struct memmap *m, const void *map, size_t size, size_t descriptor)
{
	const uint8_t *p = map;

	if (descriptor < 40)
		return false;
	for (; size >= descriptor; size -= descriptor, p += descriptor) {
		uint64_t frames = word(p + 24, 8);

		memmap_add(m, word(p + 8, 8), frames > UINT64_MAX / FRAME ? UINT64_MAX : frames * FRAME,
			   free_in_uefi(word(p, 4)) ? MEMMAP_RAM : MEMMAP_OTHER);
	}
	return true;
}

/* ---- Limine: pointers to { base, length, type }; only type 0 is free ---- */

void memmap_from_limine(struct memmap *m, const void *const *entries, uint64_t nr)
{
	for (uint64_t i = 0; i < nr; i++) {
		const uint8_t *e = entries[i];

		memmap_add(m, word(e, 8), word(e + 8, 8), word(e + 16, 8) ? MEMMAP_OTHER : MEMMAP_RAM);
	}
}
