/* SPDX-License-Identifier: MIT */
/*
 * The firmware's list of processors: root pointer, root table, the table of interrupt controllers.
 * Read while the boot tables still show all of the low 4 GiB; whatever does not look right ends
 * the search, and the machine has one processor then.
 */
#include "port/x86_64/bare.h"

#define BIOS_START	0xe0000u
#define BIOS_END	0x100000u
#define HEADER		36u		/* bytes of a table in front of its contents */
#define MADT_HEADER	44u
#define TYPE_LOCAL	0u
#define TYPE_LOCAL_X2	9u

static uint64_t get(const uint8_t *p, unsigned bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

static bool is(const uint8_t *p, const char *text, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (p[i] != (uint8_t)text[i])
			return false;
	return true;
}

static const uint8_t *find_root(uint64_t rsdp)
{
	const uint8_t *p = bare_low(rsdp, HEADER);

	if (p && is(p, "RSD PTR ", 8))
		return p;
	for (uint64_t at = BIOS_START; at < BIOS_END; at += 16) {
		p = bare_low(at, HEADER);
		if (is(p, "RSD PTR ", 8))
			return p;
	}
	return NULL;
}

/* A table with a plausible length, or NULL. */
static const uint8_t *table(uint64_t pa)
{
	const uint8_t *p = bare_low(pa, HEADER);
	uint64_t len = p ? get(p + 4, 4) : 0;

	return len >= HEADER && bare_low(pa, len) ? p : NULL;
}

static const uint8_t *find_madt(const uint8_t *root)
{
	bool wide = root[15] >= 2 && get(root + 24, 8);
	const uint8_t *list = table(get(root + (wide ? 24 : 16), wide ? 8 : 4));
	unsigned step = wide ? 8 : 4;

	for (unsigned at = HEADER; list && at + step <= get(list + 4, 4); at += step) {
		const uint8_t *t = table(get(list + at, step));

		if (t && is(t, "APIC", 4))
			return t;
	}
	return NULL;
}

/* The local APIC's number, or -1 for entries of another kind and processors that are off. */
static int64_t local_apic(const uint8_t *e)
{
	if (e[0] == TYPE_LOCAL && e[1] >= 8 && e[4] & 1)
		return e[3];
	if (e[0] == TYPE_LOCAL_X2 && e[1] >= 16 && e[8] & 1)
		return (int64_t)get(e + 4, 4);
	return -1;
}

unsigned bare_acpi_cpus(uint64_t rsdp, uint32_t *apic, unsigned max)
{
	const uint8_t *root = find_root(rsdp), *madt = root ? find_madt(root) : NULL;
	uint64_t len = madt ? get(madt + 4, 4) : 0;
	unsigned n = 0;

	for (uint64_t at = MADT_HEADER; at + 2 <= len && madt[at + 1] >= 2; at += madt[at + 1]) {
		int64_t id = at + madt[at + 1] <= len ? local_apic(madt + at) : -1;

		/* Larger numbers cannot be reached by this controller's mode. */
		if (id >= 0 && id < 255 && n < max)
			apic[n++] = (uint32_t)id;
	}
	return n;
}
