/* SPDX-License-Identifier: MIT */
/* What an embedder can ask about virtual areas and high memory, beyond the kernel's own API. */
#ifndef _KMEMKIT_VMAP_H
#define _KMEMKIT_VMAP_H

#include <linux/types.h>

/* /proc/vmallocinfo: one call of emit a line (with its newline), in address order. May sleep. */
void kmk_vmallocinfo(void (*emit)(const char *line, void *data), void *data);
/* /proc/iomem: the resource tree, same manner. */
void kmk_iomem_text(void (*emit)(const char *line, void *data), void *data);

/* The meminfo figures, in bytes: VmallocTotal, and VmallocUsed (frames owned by vmalloc areas). */
unsigned long kmk_vmalloc_total(void);
unsigned long kmk_vmalloc_used(void);
unsigned long kmk_vmap_idle(void);	/* frames kept for the next areas: none after kmemkit_drain() but holes */
unsigned long kmk_vmap_areas(void);	/* live areas of any kind */

/* Finish everything that was put off (vfree from atomic context). May sleep. */
void kmk_vmap_drain(void);

/* Is every fact about areas, gaps and kmap slots consistent? Reports what is not; false then. */
bool kmk_vmap_validate(void);

/*
 * Let at most n slots of the kmap window be in use at once (0 or too many: all). For tests of a
 * full window; slots in use stay valid.
 */
void kmk_kmap_limit(unsigned int n);
unsigned int kmk_kmap_used(void);	/* frames kmapped now */

struct vm_struct;
/* Call fn for each live area, in address order, under the area lock: fn must not sleep or allocate. */
void kmk_vmap_for_each(void (*fn)(const struct vm_struct *area, void *data), void *data);

/* Boot: put a range of RAM, or one the host keeps for itself, into the iomem tree. end is inclusive. */
int kmk_iomem_boot(unsigned long long start, unsigned long long end, bool ram);
#endif
