// SPDX-License-Identifier: MIT
/* The software walk of page tables: real on bare metal, empty in a process, the same code in both. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#ifdef KMK_BARE
#define VISIBLE true
#else
#define VISIBLE false
#endif

/* The frame that maps an address, by the walk as drivers write it; 0: none. */
static unsigned long walk(unsigned long address)
{
	pgd_t *pgd = pgd_offset(&init_mm, address);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t *pmd;
	pte_t *pte;

	if (pgd_none(*pgd) || pgd_bad(*pgd))
		return 0;
	p4d = p4d_offset(pgd, address);
	if (p4d_none(*p4d) || p4d_bad(*p4d))
		return 0;
	pud = pud_offset(p4d, address);
	if (pud_none(*pud))
		return 0;
	if (pud_leaf(*pud))
		return pud_pfn(*pud) + ((address & ~PUD_MASK) >> PAGE_SHIFT);
	pmd = pmd_offset(pud, address);
	if (pmd_none(*pmd))
		return 0;
	if (pmd_leaf(*pmd))
		return pmd_pfn(*pmd) + ((address & ~PMD_MASK) >> PAGE_SHIFT);
	pte = pte_offset_kernel(pmd, address);
	return pte_present(*pte) ? pte_pfn(*pte) : 0;
}

static void walk_finds_frames(struct kunit *test)
{
	char *slab = kmalloc(100, GFP_KERNEL), *area = vmalloc(3 * PAGE_SIZE);
	unsigned long at = (unsigned long)area;

	KUNIT_ASSERT_NOT_NULL(test, slab);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_PTR_EQ(test, pgd_offset_k(at), pgd_offset(&init_mm, at));
	KUNIT_EXPECT_EQ(test, walk((unsigned long)slab), VISIBLE ? PHYS_PFN(virt_to_phys(slab)) : 0);
	for (unsigned int i = 0; i < 3; i++, at += PAGE_SIZE)
		KUNIT_EXPECT_EQ(test, walk(at), VISIBLE ? vmalloc_to_pfn((void *)at) : 0);
	KUNIT_EXPECT_EQ(test, walk(at), 0);		/* the guard page */
	KUNIT_EXPECT_EQ(test, slow_virt_to_phys(area + 5), VISIBLE ? PFN_PHYS(vmalloc_to_pfn(area)) + 5 : 0);
	vfree(area);
	kfree(slab);
}

static void entries_show_protections(struct kunit *test)
{
	unsigned long page = get_zeroed_page(GFP_KERNEL);
	unsigned int level = 99;
	pte_t *pte;

	KUNIT_ASSERT_NE(test, page, 0);
	KUNIT_ASSERT_EQ(test, set_memory_ro(page, 1), 0);
	pte = lookup_address(page, &level);
	KUNIT_EXPECT_EQ(test, pte != NULL, VISIBLE);
	KUNIT_EXPECT_EQ(test, level, VISIBLE ? PG_LEVEL_4K : PG_LEVEL_NONE);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_kpte(page), pte);
	if (pte) {
		KUNIT_EXPECT_TRUE(test, pte_present(*pte) && !pte_write(*pte) && !pte_exec(*pte) && !pte_user(*pte));
		KUNIT_EXPECT_PTR_EQ(test, pte_page(*pte), virt_to_page((void *)page));
	}
	KUNIT_ASSERT_EQ(test, set_memory_rw(page, 1), 0);
	if (pte)
		KUNIT_EXPECT_TRUE(test, pte_write(*pte));
	free_page(page);
}

static void entries_are_values(struct kunit *test)
{
	pte_t e = pfn_pte(0x12345, PAGE_KERNEL);

	KUNIT_EXPECT_EQ(test, pte_pfn(e), 0x12345);
	KUNIT_EXPECT_TRUE(test, pte_present(e) && pte_write(e) && !pte_exec(e) && !pte_none(e) && pte_global(e));
	KUNIT_EXPECT_FALSE(test, pte_write(pte_wrprotect(e)));
	KUNIT_EXPECT_TRUE(test, pte_exec(pte_mkexec(e)) && pte_same(pte_mkwrite(pte_wrprotect(e)), e));
	KUNIT_EXPECT_FALSE(test, pte_dirty(pte_mkclean(e)) || pte_young(pte_mkold(e)));
	KUNIT_EXPECT_EQ(test, pgprot_val(pte_pgprot(e)), pgprot_val(PAGE_KERNEL));
	KUNIT_EXPECT_TRUE(test, pmd_leaf(__pmd(_PAGE_PSE | _PAGE_PRESENT)) && pmd_bad(__pmd(_PAGE_PSE | _PAGE_PRESENT)));
	KUNIT_EXPECT_TRUE(test, !pmd_leaf(__pmd(_PAGE_PRESENT)) && pud_none(__pud(0)));
}

static void borders(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pmd_addr_end(PMD_SIZE + 5, 8 * PMD_SIZE), 2 * PMD_SIZE);
	KUNIT_EXPECT_EQ(test, pmd_addr_end(PMD_SIZE, PMD_SIZE + 7), PMD_SIZE + 7);
	KUNIT_EXPECT_EQ(test, pud_addr_end(-PUD_SIZE, 0UL), 0);	/* the end of the address space */
	KUNIT_EXPECT_EQ(test, page_level_size(PG_LEVEL_2M), PMD_SIZE);
	KUNIT_EXPECT_EQ(test, page_level_mask(PG_LEVEL_1G), PUD_MASK);
	KUNIT_EXPECT_EQ(test, pgd_index(-1UL) + pud_index(-1UL) + pmd_index(-1UL) + pte_index(-1UL), 4 * 511);
}

static struct kunit_case pgtable_cases[] = {
	KUNIT_CASE(walk_finds_frames),
	KUNIT_CASE(entries_show_protections),
	KUNIT_CASE(entries_are_values),
	KUNIT_CASE(borders),
	{}
};

static struct kunit_suite pgtable_suite = {
	.name = "pgtable",
	.test_cases = pgtable_cases,
};
kunit_test_suite(pgtable_suite);
MODULE_LICENSE("Dual MIT/GPL");
