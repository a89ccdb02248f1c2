/* SPDX-License-Identifier: MIT */
/*
 * Maps as multiboot2, UEFI and Limine hand them over: read right, and cut or damaged ones never read beyond
 * their end (each copy lies before an inaccessible page).
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "memmap_cases.h"

static unsigned passed, failed;

static void verdict(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("not ok: %s\n", what);
}

/* ---- little writers -------------------------------------------------------------------------- */

struct text { uint8_t b[1024]; size_t n; };

static void put(struct text *t, uint64_t v, unsigned bytes)
{
	while (bytes--) {
		t->b[t->n++] = (uint8_t)v;
		v >>= 8;
	}
}

static void set(struct text *t, size_t at, uint32_t v)
{
	memcpy(t->b + at, &v, 4);
}

/* A command line of 5 bytes, so that the next tag needs padding, a module, and the map in 24-byte entries. */
static void multiboot2(struct text *t, const struct claim *c, unsigned nr)
{
	t->n = 8;
	put(t, 1, 4), put(t, 13, 4), put(t, 0x6f6c6c6568, 5), put(t, 0, 3);
	put(t, 3, 4), put(t, 17, 4), put(t, 4 * M, 4), put(t, 4 * M + 1, 4), put(t, 0, 8);
	put(t, 6, 4), put(t, 16 + 24 * nr, 4), put(t, 24, 4), put(t, 0, 4);
	for (unsigned i = 0; i < nr; i++)
		put(t, c[i].start, 8), put(t, c[i].len, 8), put(t, c[i].type, 4), put(t, 0, 4);
	put(t, 0, 4), put(t, 8, 4);
	set(t, 0, (uint32_t)t->n);
	set(t, 4, 0);
}

/* ---- a place whose next byte faults ------------------------------------------------------------ */

static uint8_t *edge;

static const void *at_edge(const void *from, size_t n)
{
	if (!edge) {
		edge = mmap(NULL, 2 * FRAME, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mprotect(edge + FRAME, FRAME, PROT_NONE);
	}
	return memcpy(edge + FRAME - n, from, n);
}

static bool is(const struct memmap *m, const struct port_range *want, unsigned nr)
{
	struct port_range out[PORT_MAX_RANGES];

	return memmap_normalise(m, LIMIT, out, PORT_MAX_RANGES, NULL) == nr &&
	       !memcmp(out, want, nr * sizeof(*want));
}

static const struct claim claims[] = {
	{ 0, 0x9fc00, RAM }, { 0x9fc00, 0x400, RES }, { M, 127 * M, RAM }, { 0xfffc0000, 256 * K, RES },
	{ 64 * M, 64 * K, ACPI },
};
#define NR (sizeof(claims) / sizeof(claims[0]))

static const struct port_range ranges[] = {
	R(0, 0x9f000), R(M, 4 * M), X(4 * M, 4 * M + FRAME), R(4 * M + FRAME, 64 * M),
	X(64 * M, 64 * M + 64 * K), R(64 * M + 64 * K, 128 * M),
};

static void test_multiboot2(void)
{
	struct text t;
	struct memmap m = { 0 };
	unsigned cut = 0;

	multiboot2(&t, claims, NR);
	verdict(memmap_from_multiboot2(&m, at_edge(t.b, t.n), t.n) && is(&m, ranges, 6), "multiboot2");
	for (size_t n = 0; n < t.n; n++) {
		m.nr = 0;
		cut += !memmap_from_multiboot2(&m, at_edge(t.b, n), n);
	}
	verdict(cut == t.n, "multiboot2 cut short anywhere is refused");
	set(&t, 0, 8);
	verdict(!memmap_from_multiboot2(&m, at_edge(t.b, t.n), t.n), "multiboot2 without a map");
	multiboot2(&t, claims, NR);
	set(&t, 12, 0);
	verdict(!memmap_from_multiboot2(&m, at_edge(t.b, t.n), t.n), "multiboot2 with a tag of size 0");
	multiboot2(&t, claims, NR);
	set(&t, 8 + 16 + 24 + 8, 0);
	verdict(!memmap_from_multiboot2(&m, at_edge(t.b, t.n), t.n), "multiboot2 with entries of size 0");
}

static void test_damaged(void)
{
	uint64_t state = 88172645463325252ULL;
	struct text good, t;

	multiboot2(&good, claims, NR);
	for (unsigned i = 0; i < 200000; i++) {
		struct port_range out[PORT_MAX_RANGES];
		struct memmap m = { 0 };

		t = good;
		for (unsigned k = 0; k < 1 + i % 4; k++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			t.b[(state >> 33) % t.n] = (uint8_t)(state >> 55 & (k & 1 ? 0xff : 0x1f));
		}
		memmap_from_multiboot2(&m, at_edge(t.b, t.n), t.n);
		if (!(i % 64))
			memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, NULL);
	}
	verdict(true, "damaged multiboot2 structures");
}

static void test_uefi(void)
{
	static const struct { uint32_t type; uint64_t start, frames; } d[] = {
		{ 3, 0, 1 }, { 7, FRAME, 0x9e }, { 7, M, 0x300 }, { 2, 4 * M, 1 }, { 4, 4 * M + FRAME, 0x3bff },
		{ 9, 64 * M, 16 }, { 1, 64 * M + 64 * K, 0 }, { 7, 64 * M + 64 * K, 0x3ff0 }, { 11, 0xfffc0000, 64 },
		{ 5, UINT64_MAX - FRAME + 1, UINT64_MAX },
	};
	static const struct port_range want[] = {
		R(0, 0x9f000), R(M, 4 * M), R(4 * M + FRAME, 64 * M), R(64 * M + 64 * K, 128 * M),
	};
	struct text t = { .n = 0 };
	struct memmap m = { 0 };

	for (unsigned i = 0; i < sizeof(d) / sizeof(d[0]); i++) {
		put(&t, d[i].type, 4), put(&t, 0, 4), put(&t, d[i].start, 8), put(&t, 0, 8);
		put(&t, d[i].frames, 8), put(&t, 0xf, 8), put(&t, 0, 8);
	}
	verdict(memmap_from_uefi(&m, at_edge(t.b, t.n), t.n, 48) && is(&m, want, 4), "UEFI, 48-byte descriptors");
	m.nr = 0;
	verdict(memmap_from_uefi(&m, at_edge(t.b, 47), 47, 48) && !m.nr, "UEFI, half a descriptor is none");
	verdict(!memmap_from_uefi(&m, at_edge(t.b, 48), 48, 0), "UEFI, descriptors of size 0");
}

static void test_limine(void)
{
	static const uint64_t e[][3] = {
		{ M, 127 * M, 0 }, { 0, 0x9f000, 0 }, { 64 * M, 64 * K, 2 }, { 4 * M, FRAME, 6 }, { 0xfd000000, M, 7 },
	};
	const void *pointers[5];
	struct memmap m = { 0 };

	for (unsigned i = 0; i < 5; i++)
		pointers[i] = e[i];
	memmap_from_limine(&m, pointers, 5);
	verdict(is(&m, ranges, 6), "Limine");
}

int main(void)
{
	test_multiboot2();
	test_damaged();
	test_uefi();
	test_limine();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
