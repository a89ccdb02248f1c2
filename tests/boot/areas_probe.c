/* SPDX-License-Identifier: MIT */
/* What areas_only.c asks a host that can look at its own faults. */
#include "port/x86_64/space.h"

bool areas_faults(unsigned long addr);

static void do_read(uint64_t a) { (void)*(volatile char *)a; }

bool areas_faults(unsigned long addr)
{
	struct bare_user_end end;

	bare_probe(do_read, addr, &end);
	return end.vector == 14 && end.address == addr;
}
