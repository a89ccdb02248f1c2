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
unsigned long kmk_vmap_lock_taken(void);	/* how often the lock that all CPUs share was taken */

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

/*
 * Host mappings that others hold (anonymous regions): by more, or fewer, count against the limit. Not forced, it
 * is refused (false, nothing changes) when that leaves less than a quarter of the limit to areas. Any context.
 */
bool kmk_mappings_adjust(long by, bool force);

/*
 * kmk_vmap_trim_idle - give idle areas' frames back, those idle longest first
 * @keep_bytes: how much may stay
 *
 * Undoes areas that vfree() left mapped, and windows of small areas without a live one, until at most keep_bytes of
 * them stay. Idle slots beside live ones stay until kmemkit_drain() or a request that finds no frames. For a worker
 * that runs now and then. Returns the frames given back. May sleep; takes no lock for long.
 */
unsigned long kmk_vmap_trim_idle(unsigned long keep_bytes);

/*
 * Host mappings charged for areas, for changed protections and for what others hold; and a limit below that of the
 * host, for tests (0: the host's). Over it vmalloc() and its kin fail, and one warning names it.
 */
unsigned long kmk_vmap_mappings(void);
void kmk_vmap_mappings_limit(unsigned long n);

struct vm_struct;
/* Call fn for each live area, in address order, under the area lock: fn must not sleep or allocate. */
void kmk_vmap_for_each(void (*fn)(const struct vm_struct *area, void *data), void *data);

/* Boot: put a range of RAM, or one the host keeps for itself, into the iomem tree. end is inclusive. */
int kmk_iomem_boot(unsigned long long start, unsigned long long end, bool ram);
#endif
