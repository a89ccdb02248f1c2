/* SPDX-License-Identifier: MIT */
/* Memory for modules: from the vmalloc area. */
#ifndef _LINUX_MODULELOADER_H
#define _LINUX_MODULELOADER_H

#include <linux/types.h>

/* As vmalloc(), page aligned; NULL for size 0 without a report. */
void *module_alloc(unsigned long size);
void module_memfree(void *module_region);

#ifdef KMEMKIT_CLASSIC
#define module_map(size)	module_alloc(size)
#define module_unmap(addr)	module_memfree(addr)
#endif
#endif
