/* SPDX-License-Identifier: MIT */
/*
 * The corpus of memory maps, each named for what is nasty about it: claims as firmware makes them, the
 * ranges that must come out, RAM left out, and what the page room's zones must then manage (DMA below
 * 16 MiB, DMA32 below 4 GiB, NORMAL; bytes, without frame 0, which is never handed out).
 */
#ifndef MEMMAP_CASES_H
#define MEMMAP_CASES_H

#include "port/x86_64/memmap.h"

#define K	(1ULL << 10)
#define M	(1ULL << 20)
#define G	(1ULL << 30)
#define LIMIT	(1ULL << 40)
#define FRAME	4096ULL

enum { RAM = 1, RES = 2, ACPI = 3, NVS = 4, BAD = 5, ODD = 0x80000000u };

#define MAX_CLAIMS	20
#define MAX_WANT	10

struct claim {
	uint64_t start, len;
	uint32_t type;
};

struct map_case {
	const char *name;
	struct claim in[MAX_CLAIMS];
	struct port_range want[MAX_WANT];	/* ends with kind 0 */
	uint64_t lost;
	uint64_t zone[3];
};

#define R(s, e)	{ (s), (e), PORT_RAM }
#define X(s, e)	{ (s), (e), PORT_RESERVED }

static const struct map_case cases[] = {
	{ "plain", { { 0, 640 * K, RAM }, { M, 127 * M, RAM } },
	  { R(0, 640 * K), R(M, 128 * M) }, 0, { 636 * K + 15 * M, 112 * M, 0 } },
	{ "unsorted", { { 4 * G, G, RAM }, { M, 3 * G - M, RAM }, { 0, 640 * K, RAM } },
	  { R(0, 640 * K), R(M, 3 * G), R(4 * G, 5 * G) }, 0, { 636 * K + 15 * M, 3 * G - 16 * M, G } },
	{ "overlapping RAM is one", { { 0, 8 * M, RAM }, { 4 * M, 8 * M, RAM }, { 5 * M, M, RAM } },
	  { R(0, 12 * M) }, 0, { 12 * M - FRAME, 0, 0 } },
	{ "adjoining RAM is one, though it meets within a frame",
	  { { 0, 0x1800, RAM }, { 0x1800, 0x2800, RAM } }, { R(0, 0x4000) }, 0, { 3 * FRAME, 0, 0 } },
	{ "reserved inside RAM wins", { { 0, 16 * M, RAM }, { 4 * M, M, RES } },
	  { R(0, 4 * M), X(4 * M, 5 * M), R(5 * M, 16 * M) }, 0, { 15 * M - FRAME, 0, 0 } },
	{ "reserved before RAM in the list wins too", { { 4 * M, M, RES }, { 0, 16 * M, RAM } },
	  { R(0, 4 * M), X(4 * M, 5 * M), R(5 * M, 16 * M) }, 0, { 15 * M - FRAME, 0, 0 } },
	{ "one reserved byte takes its frame", { { 0, M, RAM }, { 0x5432, 1, NVS } },
	  { R(0, 0x5000), X(0x5000, 0x6000), R(0x6000, M) }, 0, { M - 2 * FRAME, 0, 0 } },
	{ "reserved over the seam of two RAM claims",
	  { { 0, 2 * M, RAM }, { 2 * M, 2 * M, RAM }, { 2 * M - 1, 2, RES } },
	  { R(0, 2 * M - FRAME), X(2 * M - FRAME, 2 * M + FRAME), R(2 * M + FRAME, 4 * M) }, 0,
	  { 4 * M - 3 * FRAME, 0, 0 } },
	{ "reserved without RAM behind it is a hole", { { 0, 2 * G, RAM }, { 0xb0000000, 256 * M, RES },
	  { 0xfd00000000, 12 * G, RES }, { 4 * G, G, RAM } },
	  { R(0, 2 * G), R(4 * G, 5 * G) }, 0, { 16 * M - FRAME, 2 * G - 16 * M, G } },
	{ "RAM hidden completely", { { M, M, RAM }, { 0, 8 * M, RES }, { 16 * M, M, RAM } },
	  { X(M, 2 * M), R(16 * M, 17 * M) }, 0, { 0, M, 0 } },
	{ "smaller than a frame",
	  { { 0x1001, 0xffe, RAM }, { 0x4000, 0xfff, RAM }, { 0x7001, 0x1fff, RAM } },
	  { R(0x8000, 0x9000) }, 0, { FRAME, 0, 0 } },
	{ "unaligned both ends", { { 0x1234, 0x10000, RAM } }, { R(0x2000, 0x11000) }, 0,
	  { 15 * FRAME, 0, 0 } },
	{ "empty claims", { { M, 0, RAM }, { 2 * M, 0, RES }, { 0, 4 * M, RAM }, { 0, 0, BAD } },
	  { R(0, 4 * M) }, 0, { 4 * M - FRAME, 0, 0 } },
	{ "length that wraps", { { 2 * M, UINT64_MAX, RES }, { 0, 16 * M, RAM } },
	  { R(0, 2 * M), X(2 * M, 16 * M) }, 0, { 2 * M - FRAME, 0, 0 } },
	{ "RAM that wraps stops at the limit", { { LIMIT - M, UINT64_MAX, RAM }, { 0, M, RAM } },
	  { R(0, M), R(LIMIT - M, LIMIT) }, UINT64_MAX - LIMIT, { M - FRAME, 0, M } },
	{ "RAM across and above the limit", { { LIMIT - 2 * M, 4 * M, RAM }, { LIMIT + G, M, RAM } },
	  { R(LIMIT - 2 * M, LIMIT) }, 3 * M, { 0, 0, 2 * M } },
	{ "the last byte there is", { { UINT64_MAX, 1, RES }, { UINT64_MAX - 5, 6, RAM }, { M, M, RAM } },
	  { R(M, 2 * M) }, 0, { M, 0, 0 } },
	{ "unknown types are reserved",
	  { { 0, 8 * M, RAM }, { M, M, ODD }, { 3 * M, M, 0 }, { 5 * M, M, ACPI } },
	  { R(0, M), X(M, 2 * M), R(2 * M, 3 * M), X(3 * M, 4 * M), R(4 * M, 5 * M), X(5 * M, 6 * M),
	    R(6 * M, 8 * M) }, 0, { 5 * M - FRAME, 0, 0 } },
	{ "the same claim twice, and nested ones", { { 0, 8 * M, RAM }, { 0, 8 * M, RAM }, { M, 4 * M, RES },
	  { 2 * M, M, RES }, { M, 4 * M, BAD } },
	  { R(0, M), X(M, 5 * M), R(5 * M, 8 * M) }, 0, { 4 * M - FRAME, 0, 0 } },
	{ "two reserved sharing a frame", { { 0, M, RAM }, { 0x2000, 0x10, RES }, { 0x2f00, 0x200, RES } },
	  { R(0, 0x2000), X(0x2000, 0x4000), R(0x4000, M) }, 0, { M - 3 * FRAME, 0, 0 } },
	{ "only reserved", { { 0, G, RES } }, { { 0, 0, 0 } }, 0, { 0, 0, 0 } },
	{ "nothing", { { 0, 0, 0 } }, { { 0, 0, 0 } }, 0, { 0, 0, 0 } },
	{ "the borders of the zones inside one claim", { { 0, 640 * K, RAM }, { M, 8 * G - M, RAM } },
	  { R(0, 640 * K), R(M, 8 * G) }, 0, { 636 * K + 15 * M, 4 * G - 16 * M, 4 * G } },
	{ "nothing below 16 MiB", { { 16 * M, 48 * M, RAM } }, { R(16 * M, 64 * M) }, 0, { 0, 48 * M, 0 } },
	{ "nothing below 4 GiB", { { 4 * G, 2 * G, RAM }, { 3 * G, G, RES } }, { R(4 * G, 6 * G) }, 0,
	  { 0, 0, 2 * G } },
	{ "the hole below 16 MiB that some boards can be set to",
	  { { 0, 640 * K, RAM }, { M, 14 * M, RAM }, { 16 * M, 16 * M, RAM }, { 15 * M, M, RES } },
	  { R(0, 640 * K), R(M, 15 * M), R(16 * M, 32 * M) }, 0, { 636 * K + 14 * M, 16 * M, 0 } },
	{ "reserved across the border of two zones", { { 0, 64 * M, RAM }, { 15 * M, 2 * M, RES } },
	  { R(0, 15 * M), X(15 * M, 17 * M), R(17 * M, 64 * M) }, 0, { 15 * M - FRAME, 47 * M, 0 } },
	{ "RAM and two reserved bytes across 4 GiB", { { 3 * G, 2 * G, RAM }, { 4 * G - 1, 2, RES } },
	  { R(3 * G, 4 * G - FRAME), X(4 * G - FRAME, 4 * G + FRAME), R(4 * G + FRAME, 5 * G) }, 0,
	  { 0, G - FRAME, G - FRAME } },
	{ "a machine of one frame", { { 16 * M, FRAME, RAM } }, { R(16 * M, 16 * M + FRAME) }, 0,
	  { 0, FRAME, 0 } },
	{ "frame 0 alone, which nobody gets", { { 0, FRAME, RAM }, { M, M, RAM } },
	  { R(0, FRAME), R(M, 2 * M) }, 0, { M, 0, 0 } },
	{ "every other frame", { { 0x10000, FRAME, RAM }, { 0x12000, FRAME, RAM }, { 0x14000, FRAME, RAM },
	  { 0x16000, FRAME, RAM }, { 0x18000, FRAME, RAM } },
	  { R(0x10000, 0x11000), R(0x12000, 0x13000), R(0x14000, 0x15000), R(0x16000, 0x17000),
	    R(0x18000, 0x19000) }, 0, { 5 * FRAME, 0, 0 } },
	{ "only above the limit", { { LIMIT, G, RAM }, { 0, M, RES } }, { { 0, 0, 0 } }, G, { 0, 0, 0 } },
	{ "far apart: the first and the last gigabyte", { { LIMIT - G, G, RAM }, { 0, G, RAM } },
	  { R(0, G), R(LIMIT - G, LIMIT) }, 0, { 16 * M - FRAME, G - 16 * M, G } },
	{ "the window below 1 TiB that AMD's processors keep", { { 4 * G, LIMIT - 4 * G, RAM },
	  { 0xfd00000000, 12 * G, RES } },
	  { R(4 * G, 0xfd00000000), X(0xfd00000000, LIMIT) }, 0, { 0, 0, 0xfd00000000 - 4 * G } },
	{ "reserved from the first byte and to the last",
	  { { M, 8 * M, RAM }, { M, 1, RES }, { 9 * M - 1, 1, RES } },
	  { X(M, M + FRAME), R(M + FRAME, 9 * M - FRAME), X(9 * M - FRAME, 9 * M) }, 0,
	  { 8 * M - 2 * FRAME, 0, 0 } },
	{ "pieces of one range in the wrong order, one missing",
	  { { 6 * M, 2 * M, RAM }, { 2 * M, 2 * M, RAM }, { 0, 2 * M, RAM }, { 8 * M, 2 * M, RAM } },
	  { R(0, 4 * M), R(6 * M, 10 * M) }, 0,
	  { 8 * M - FRAME, 0, 0 } },
	{ "a PC with UEFI: many kinds, neighbours in pieces",
	  { { 0, 0x87000, RAM }, { 0x87000, FRAME, NVS }, { 0x88000, 0x18000, RAM }, { 0xa0000, 0x60000, RES },
	    { M, 7 * M, RAM }, { 0x800000, 0x8000, NVS }, { 0x808000, 0x3000, RAM }, { 0x80b000, 0x1000, NVS },
	    { 0x80c000, 0x4000, RAM }, { 0x810000, 0xf0000, NVS }, { 0x900000, 0x7d5ec000, RAM },
	    { 0x7deec000, 0x100000, RES }, { 0x7dfec000, 0x93000, ACPI }, { 0x7e07f000, 0x80000, NVS },
	    { 0x7e0ff000, 0x1f01000, RAM }, { 0xb0000000, 256 * M, RES }, { 0xffc00000, 4 * M, RES },
	    { 4 * G, 2 * G, RAM } },
	  { R(0, 0x87000), R(0x88000, 0xa0000), R(M, 0x800000), R(0x808000, 0x80b000), R(0x80c000, 0x810000),
	    R(0x900000, 0x7deec000), R(0x7e0ff000, 2 * G), R(4 * G, 6 * G) }, 0,
	  { 0x9e000 + 7 * M + 0x7000 + 7 * M, 0x7deec000 - 16 * M + 0x1f01000, 2 * G } },
};
#endif
