/* SPDX-License-Identifier: MIT */
/*
 * Physical ranges of devices: mapping them (here) and their registers (asm/io.h).
 *
 * In a process a range is a file named at the start (KMEMKIT_IOMEM) or a simulated device
 * (kmemkit/iomem.h); docs/io.md tells more.
 */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

#include <linux/types.h>
#include <linux/err.h>
#include <linux/bug.h>
#include <linux/ioport.h>
#include <asm/io.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>

/*
 * ioremap - show size bytes of a device's range at [phys] to readX() and writeX()
 *
 * phys need not be a page's start; the result has the same offset in its page. NULL, with the reason in the
 * log: no device there, RAM in the range (a misuse report), an empty range or one that wraps round (a misuse
 * report), no memory. May sleep. The kinds differ in what a machine's caches do; in a process they are one.
 * Two mappings of a range are two addresses of the same registers.
 */
void __iomem *ioremap(phys_addr_t phys, size_t size);
void __iomem *ioremap_wc(phys_addr_t phys, size_t size);
void __iomem *ioremap_wt(phys_addr_t phys, size_t size);
void __iomem *ioremap_uc(phys_addr_t phys, size_t size);
void __iomem *ioremap_np(phys_addr_t phys, size_t size);
void __iomem *ioremap_cache(phys_addr_t phys, size_t size);
void __iomem *ioremap_prot(phys_addr_t phys, size_t size, unsigned long prot);
#define ioremap			ioremap
#define ioremap_wc		ioremap_wc
#define ioremap_wt		ioremap_wt
#define ioremap_uc		ioremap_uc
#define ioremap_np		ioremap_np
#define ioremap_cache		ioremap_cache

/* Undo an ioremap. NULL is allowed; an address that is none of ioremap's is reported. May sleep. */
void iounmap(volatile void __iomem *addr);
#define iounmap			iounmap

/* Is there RAM at this frame number? Any context. */
int page_is_ram(unsigned long pfn);
#endif
