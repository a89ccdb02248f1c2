/* SPDX-License-Identifier: MIT */
/*
 * The memory-map normaliser in a process: maps named for what is nasty about them, each with the
 * ranges that must come out, and random small maps against a byte-by-byte oracle.
 *
 *	memmap_test [random maps, default 20000]
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "memmap_cases.h"

static unsigned passed, failed;

static void verdict(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("not ok: %s\n", what);
}

static void print(const struct port_range *r, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++)
		printf("  %012" PRIx64 "-%012" PRIx64 " kind %u\n", r[i].start, r[i].end, r[i].kind);
}

static void run_case(const struct map_case *c)
{
	struct memmap m = { 0 };
	struct port_range out[PORT_MAX_RANGES];
	unsigned nr, want = 0;
	uint64_t lost;
	bool ok = true;

	for (unsigned i = 0; i < MAX_CLAIMS; i++)
		memmap_add(&m, c->in[i].start, c->in[i].len, c->in[i].type);
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, &lost);
	while (want < MAX_WANT && c->want[want].kind)
		want++;
	ok = nr == want && lost == c->lost;
	for (unsigned i = 0; ok && i < nr; i++)
		ok = out[i].start == c->want[i].start && out[i].end == c->want[i].end &&
		     out[i].kind == c->want[i].kind;
	verdict(ok, c->name);
	if (!ok) {
		printf("  lost %" PRIu64 "\n", lost);
		print(out, nr);
	}
}

/* More RAM ranges than fit: the smallest go, and nothing comes back when room appears later. */
static void test_cap(void)
{
	struct memmap m = { 0 };
	struct port_range out[PORT_MAX_RANGES];
	uint64_t lost, at;
	unsigned nr;
	bool ok = true;

	for (unsigned i = 0; i < 20; i++)
		memmap_add(&m, i * 16 * M, (i + 1) * FRAME, RAM);
	memmap_add(&m, 19 * 16 * M + FRAME, FRAME, RES);
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, &lost);
	for (unsigned i = 0; i < nr; i++)
		ok &= out[i].kind == PORT_RAM;
	/* 20 RAM ranges, the last in two parts: of sizes 1 1 2 3 ... 19 frames the five least go. */
	verdict(ok && nr == PORT_MAX_RANGES && lost == (1 + 1 + 2 + 3 + 4) * FRAME, "smallest dropped");
	memmap_settle(&m, out, nr);
	at = memmap_take(&m, 15 * FRAME, FRAME, LIMIT);
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, &lost);
	verdict(at && out[0].start >= 4 * 16 * M, "what was dropped stays dropped");
}

static void test_full(void)
{
	struct memmap m = { 0 };
	struct port_range out[2 * MEMMAP_MAX];
	unsigned dropped = 0, nr;
	bool ok = true;

	for (unsigned i = 0; i < 200; i++)
		dropped += !memmap_add(&m, i * M, M / 2, RAM);
	verdict(dropped == 200 - (MEMMAP_MAX - MEMMAP_SPARE), "a full map drops RAM, and says so");
	for (unsigned i = 0; i < 100; i++)
		memmap_add(&m, i * M + 64 * K, FRAME, RES);
	nr = memmap_normalise(&m, LIMIT, out, 2 * MEMMAP_MAX, NULL);
	for (unsigned i = 0; i < nr; i++)
		for (unsigned k = 0; k < 100; k++)
			ok &= out[i].kind != PORT_RAM || out[i].end <= k * M + 64 * K ||
			      out[i].start >= k * M + 64 * K + FRAME;
	verdict(ok, "a full map never forgets a reservation");
}

/* Reservations that find the map full join the nearest one: what lies between is lost, no more. */
static void test_absorb(void)
{
	struct memmap m = { 0 };
	struct port_range out[PORT_MAX_RANGES];
	unsigned nr;

	memmap_add(&m, 0, 64 * M, RAM);
	memmap_add(&m, 8 * M, M, RES);
	memmap_add(&m, 32 * M, M, RES);
	while (m.nr < MEMMAP_MAX)
		memmap_add(&m, G + m.nr * M, M, RES);
	memmap_add(&m, 30 * M, M, RES);
	memmap_add(&m, 10 * M, M, RES);
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, NULL);
	verdict(nr == 5 && out[1].start == 8 * M && out[1].end == 11 * M && out[3].start == 30 * M &&
		out[3].end == 33 * M && out[4].end == 64 * M, "a late reservation joins the nearest");
}

static void test_settle(void)
{
	static const struct port_range want[] = { R(0, M), X(M, 2 * M), R(2 * M, 3 * M) };
	struct memmap m = { 0 };
	struct port_range out[PORT_MAX_RANGES];
	unsigned nr;

	memmap_add(&m, 0, 64 * M, RAM);
	memmap_settle(&m, want, 3);
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, NULL);
	verdict(nr == 3 && !memcmp(out, want, sizeof(want)), "a settled map says what it was told");
}

static void test_take(void)
{
	struct memmap m = { 0 };
	struct port_range out[PORT_MAX_RANGES];
	uint64_t a, b, c;
	unsigned nr;

	memmap_add(&m, 0, 640 * K, RAM);
	memmap_add(&m, M, 63 * M, RAM);
	memmap_add(&m, 4 * G, G, RAM);
	a = memmap_take(&m, 3 * M, 2 * M, 4 * G);
	b = memmap_take(&m, FRAME, FRAME, 4 * G);
	c = memmap_take(&m, 512 * M, 2 * M, LIMIT);
	verdict(a == 60 * M && b == 64 * M - FRAME && c == 4 * G + 512 * M, "taken from the top");
	verdict(!memmap_take(&m, 64 * M, FRAME, 4 * G) && !memmap_take(&m, 0, FRAME, 4 * G), "too large: 0");
	nr = memmap_normalise(&m, LIMIT, out, PORT_MAX_RANGES, NULL);
	verdict(nr == 7 && out[2].kind == PORT_RESERVED && out[2].start == 60 * M && out[2].end == 63 * M,
		"what was taken is reserved");
}

/* Aligned down from its end, a piece may begin before its range: then another range must do. */
static void test_take_aligned(void)
{
	struct memmap m = { 0 };

	memmap_add(&m, 5 * M, 3 * M / 2, RAM);
	verdict(!memmap_take(&m, M, 4 * M, LIMIT), "alignment does not leave the range");
	memmap_add(&m, M, 2 * M, RAM);
	verdict(memmap_take(&m, M, 2 * M, LIMIT) == 2 * M, "the next lower range serves");
}

static uint64_t seed = 88172645463325252ULL;
static uint64_t rnd(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

#define WORLD	(24 * FRAME)

/* Byte by byte: RAM where only RAM is claimed, whole frames only. */
static void oracle(const struct claim *c, unsigned n, unsigned char *frames)
{
	static unsigned char ram[WORLD], other[WORLD];

	memset(ram, 0, sizeof(ram));
	memset(other, 0, sizeof(other));
	for (unsigned i = 0; i < n; i++)
		memset((c[i].type == RAM ? ram : other) + c[i].start, 1, c[i].len);
	for (unsigned f = 0; f < WORLD / FRAME; f++) {
		bool all = !memchr(ram + f * FRAME, 0, FRAME), any = memchr(other + f * FRAME, 1, FRAME);

		frames[f] = !all ? 0 : any ? PORT_RESERVED : PORT_RAM;
	}
}

static bool well_formed(const struct port_range *r, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		if ((r[i].start | r[i].end) % FRAME || r[i].start >= r[i].end)
			return false;
		if (i && (r[i].start < r[i - 1].end ||
			  (r[i].start == r[i - 1].end && r[i].kind == r[i - 1].kind)))
			return false;
	}
	return true;
}

static bool random_map(void)
{
	struct memmap m = { 0 };
	struct claim c[8];
	struct port_range out[32];
	unsigned char want[WORLD / FRAME], got[WORLD / FRAME] = { 0 };
	unsigned n = 1 + (unsigned)rnd(8), nr;

	for (unsigned i = 0; i < n; i++) {
		bool aligned = rnd(2);

		c[i].start = rnd(WORLD);
		c[i].len = rnd(WORLD - c[i].start);
		if (aligned) {
			c[i].start &= ~(FRAME - 1);
			c[i].len &= ~(FRAME - 1);
		}
		c[i].type = rnd(3) ? RAM : RES;
		memmap_add(&m, c[i].start, c[i].len, c[i].type);
	}
	oracle(c, n, want);
	nr = memmap_normalise(&m, LIMIT, out, 32, NULL);
	for (unsigned i = 0; i < nr; i++)
		for (uint64_t a = out[i].start; a < out[i].end; a += FRAME)
			got[a / FRAME] = (unsigned char)out[i].kind;
	return well_formed(out, nr) && !memcmp(want, got, sizeof(want));
}

int main(int argc, char **argv)
{
	long maps = argc > 1 ? atol(argv[1]) : 20000, bad = 0;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		run_case(&cases[i]);
	test_cap();
	test_full();
	test_absorb();
	test_settle();
	test_take();
	test_take_aligned();
	for (long i = 0; i < maps; i++)
		bad += !random_map();
	verdict(!bad, "random maps agree with the oracle");
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
