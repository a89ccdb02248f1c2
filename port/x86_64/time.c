/* SPDX-License-Identifier: MIT */
/* Time is the TSC, its rate measured once against the PIT; the date is the CMOS clock's at start. */
#include "port/x86_64/bare.h"

#define PIT_HZ		1193182u
#define PIT_TICKS	5966u		/* 5 ms */
#define FALLBACK_HZ	1000000000u	/* where no PIT answers: an emulator's instruction clock */

static uint64_t tsc_start, epoch_ns;
static uint64_t ns_mult = 1ULL << 32;	/* ns per TSC tick, 32.32 */

/* Ticks of the TSC while the PIT's channel 2 counts PIT_TICKS down; 0 when it does not. */
static uint64_t measure(void)
{
	uint64_t t;
	unsigned spin = 0;

	bare_out8(0x61, (bare_in8(0x61) & ~2u) | 1);	/* gate on, speaker off */
	bare_out8(0x43, 0xb0);				/* channel 2, both bytes, mode 0 */
	bare_out8(0x42, PIT_TICKS & 0xff);
	bare_out8(0x42, PIT_TICKS >> 8);
	t = bare_tsc();
	while (!(bare_in8(0x61) & 0x20))
		if (++spin > 10000000)
			return 0;
	return bare_tsc() - t;
}

static unsigned cmos(unsigned reg)
{
	bare_out8(0x70, (uint8_t)reg);
	return bare_in8(0x71);
}

static unsigned decimal(unsigned v, bool bcd)
{
	return bcd ? (v >> 4) * 10 + (v & 15) : v;
}

/* Days from 1970-01-01 to a date of 2000-2099, where every fourth year is a leap year. */
static uint64_t days_since_epoch(unsigned year, unsigned month, unsigned day)
{
	static const uint16_t before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	unsigned leap = (year & 3) == 0 && month > 2;

	return 10957 + year * 365ULL + (year + 3) / 4 + before[(month - 1) % 12] + leap + day - 1;
}

static uint64_t read_date(void)
{
	bool bcd = !(cmos(0x0b) & 4);
	uint64_t days;

	for (int spin = 0; spin < 100000 && cmos(0x0a) & 0x80; spin++)
		;
	days = days_since_epoch(decimal(cmos(9), bcd) % 100, decimal(cmos(8), bcd), decimal(cmos(7), bcd));
	return days * 86400 + decimal(cmos(4) & 0x7f, bcd) * 3600 + decimal(cmos(2), bcd) * 60 +
	       decimal(cmos(0), bcd);
}

void bare_time_init(void)
{
	uint64_t ticks = measure();
	uint64_t hz = ticks ? ticks * PIT_HZ / PIT_TICKS : FALLBACK_HZ;

	ns_mult = (1000000000ULL << 32) / hz;
	tsc_start = bare_tsc();
	epoch_ns = read_date() * 1000000000ULL;
}

void bare_delay(uint64_t ns)
{
	uint64_t start = port_now();

	while (port_now() - start < ns)
		__asm__ volatile("pause");
}

uint64_t port_now(void)
{
	return (uint64_t)((unsigned __int128)(bare_tsc() - tsc_start) * ns_mult >> 32);
}

uint64_t port_realtime(void)
{
	return epoch_ns + port_now();
}
