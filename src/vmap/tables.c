/* SPDX-License-Identifier: MIT */
/* Page tables as the host shows them: where a walk begins, and ready walks. */
#include <asm/pgtable.h>
#include <kmemkit/kmemkit.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include "port.h"
#include "vmap/vmap.h"

/* What a host without visible tables has: nothing mapped anywhere. */
static pgd_t empty[PTRS_PER_PGD];

struct mm_struct init_mm = { empty };

void kmk_tables_start(void)
{
	uint64_t root = port_page_table ? port_page_table() : 0;

	if (root)
		init_mm.pgd = __va(root);
}

pgd_t *kmk_init_pgd(void)
{
	kmemkit_start();
	return READ_ONCE(init_mm.pgd);
}

pte_t *lookup_address_in_pgd(pgd_t *pgd, unsigned long address, unsigned int *level)
{
	p4d_t *p4d = p4d_offset(pgd, address);
	pud_t *pud;
	pmd_t *pmd;

	*level = PG_LEVEL_NONE;
	if (p4d_none(p4dp_get(p4d)))
		return NULL;
	pud = pud_offset(p4d, address);
	if (pud_none(pudp_get(pud)))
		return NULL;
	*level = PG_LEVEL_1G;
	if (pud_bad(pudp_get(pud)))
		return (pte_t *)pud;
	*level = PG_LEVEL_NONE;
	pmd = pmd_offset(pud, address);
	if (pmd_none(pmdp_get(pmd)))
		return NULL;
	*level = PG_LEVEL_2M;
	if (pmd_bad(pmdp_get(pmd)))
		return (pte_t *)pmd;
	*level = PG_LEVEL_4K;
	return pte_offset_kernel(pmd, address);
}

pte_t *lookup_address(unsigned long address, unsigned int *level)
{
	return lookup_address_in_pgd(pgd_offset_k(address), address, level);
}

phys_addr_t slow_virt_to_phys(void *address)
{
	unsigned int level;
	pte_t *entry = lookup_address((unsigned long)address, &level);
	unsigned long size;

	if (!entry || !pte_present(ptep_get(entry)))
		return 0;
	size = page_level_size(level);
	return (pte_val(ptep_get(entry)) & PTE_PFN_MASK & ~(size - 1)) | ((unsigned long)address & (size - 1));
}
