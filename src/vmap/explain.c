/* SPDX-License-Identifier: MIT */
/* What lies at a faulting address: the first of those who know says so. Nobody waits for a lock here. */
#include <linux/types.h>

#include "port.h"
#include "slab/slab.h"
#include "vmap/io.h"
#include "vmap/vmap.h"

size_t kmk_upcall_explain_fault(uintptr_t addr, char *buf, size_t size)
{
	size_t len = kmk_io_explain(addr, buf, size);

	if (!len)
		len = kmk_protect_explain(addr, buf, size);
	if (!len)
		len = kmk_area_explain(addr, buf, size);
	if (!len)
		len = kmk_object_explain(addr, buf, size);
	return len;
}
