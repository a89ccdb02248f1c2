/* SPDX-License-Identifier: MIT */
/*
 * What AddressSanitizer's report does not know: whose bytes they were.
 *
 * The core says which bytes may be touched (src/base/edge.h). The sanitizer reports the access with its stack and ends
 * the program; behind its report comes our line about the address. Empty in other flavours.
 */
#ifdef KMK_ASAN
#include <sanitizer/asan_interface.h>
#include "host.h"

static void explain(const char *report)
{
	uintptr_t addr = (uintptr_t)__asan_get_report_address();
	const char *region = kmk_host_region(addr);
	char text[512];

	(void)report;
	if (region && kmk_upcall_explain_fault && kmk_upcall_explain_fault(addr, text, sizeof(text)))
		kmk_host_log("kmemkit: %#lx is %s", addr, text);
	else if (region)
		kmk_host_log("kmemkit: %#lx lies in the %s", addr, region);
}

void kmk_host_edges_init(void)
{
	__asan_set_error_report_callback(explain);
}
#else
#include "host.h"

void kmk_host_edges_init(void)
{
}
#endif
