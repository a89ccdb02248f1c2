/* SPDX-License-Identifier: MIT */
/*
 * Page protections. The bits stand where x86-64's page tables have them, so that printed values
 * mean the same; which of them a mapping really gets is the host's MMU.
 */
#ifndef _ASM_PGTABLE_TYPES_H
#define _ASM_PGTABLE_TYPES_H

#include <linux/mm_types.h>

#define _PAGE_PRESENT		(1UL << 0)
#define _PAGE_RW		(1UL << 1)
#define _PAGE_USER		(1UL << 2)
#define _PAGE_PWT		(1UL << 3)
#define _PAGE_PCD		(1UL << 4)
#define _PAGE_ACCESSED		(1UL << 5)
#define _PAGE_DIRTY		(1UL << 6)
#define _PAGE_PSE		(1UL << 7)	/* in tables above the lowest: a page, no table */
#define _PAGE_GLOBAL		(1UL << 8)
#define _PAGE_NX		(1UL << 63)

#define KMK_PROT_RO		(_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
#define PAGE_NONE		__pgprot(_PAGE_ACCESSED | _PAGE_GLOBAL)
#define PAGE_KERNEL		__pgprot(KMK_PROT_RO | _PAGE_RW | _PAGE_NX)
#define PAGE_KERNEL_RO		__pgprot(KMK_PROT_RO | _PAGE_NX)
#define PAGE_KERNEL_ROX		__pgprot(KMK_PROT_RO)
#define PAGE_KERNEL_EXEC	__pgprot(KMK_PROT_RO | _PAGE_RW)
#define PAGE_KERNEL_NOCACHE	__pgprot(KMK_PROT_RO | _PAGE_RW | _PAGE_NX | _PAGE_PCD)

#define pgprot_nx(prot)		__pgprot(pgprot_val(prot) | _PAGE_NX)
#define pgprot_noncached(prot)	__pgprot(pgprot_val(prot) | _PAGE_PCD)
#define pgprot_writecombine(prot) __pgprot(pgprot_val(prot) | _PAGE_PCD | _PAGE_PWT)
#endif
