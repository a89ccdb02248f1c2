/* SPDX-License-Identifier: MIT */
/*
 * Page tables, walked by software: pgd_offset(), p4d_offset(), pud_offset(), pmd_offset(),
 * pte_offset_kernel(), each taking the entry above and the address, and what an entry says.
 *
 *	pgd 512 GiB -> p4d (folded into pgd) -> pud 1 GiB -> pmd 2 MiB -> pte 4 KiB
 *
 * On bare metal these are the processor's own tables, four levels of 512 entries. An entry of pud or pmd level
 * may be a page itself (pud_leaf(), pmd_leaf()): then the walk ends there. A process cannot see its tables:
 * there every top-level entry is empty, and walkers find nothing mapped; vmalloc_to_page() works in both.
 *
 * Everything here only reads, in any context. Mappings are made by vmap(), ioremap() and the like, and changed
 * by set_memory_*(), which keep processors, large pages and records right. Entries may change while they are
 * read; a table once made is never freed, so a walk is safe at any time.
 */
#ifndef _ASM_PGTABLE_H
#define _ASM_PGTABLE_H

#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <linux/mm_types.h>
#include <asm/rwonce.h>
#include <linux/types.h>

#define CONFIG_PGTABLE_LEVELS	4

#define PGDIR_SHIFT	39
#define P4D_SHIFT	39
#define PUD_SHIFT	30
#define PMD_SHIFT	21
#define PGDIR_SIZE	(1UL << PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))
#define P4D_SIZE	PGDIR_SIZE
#define P4D_MASK	PGDIR_MASK
#define PUD_SIZE	(1UL << PUD_SHIFT)
#define PUD_MASK	(~(PUD_SIZE - 1))
#define PMD_SIZE	(1UL << PMD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))
#define PTRS_PER_PGD	512
#define PTRS_PER_P4D	1
#define PTRS_PER_PUD	512
#define PTRS_PER_PMD	512
#define PTRS_PER_PTE	512

#define PTE_PFN_MASK	0x000ffffffffff000UL
#define PTE_FLAGS_MASK	(~PTE_PFN_MASK)

typedef unsigned long pteval_t, pmdval_t, pudval_t, p4dval_t, pgdval_t;
typedef struct { pteval_t pte; } pte_t;
typedef struct { pmdval_t pmd; } pmd_t;
typedef struct { pudval_t pud; } pud_t;
typedef struct { pgdval_t pgd; } pgd_t;
typedef struct { pgd_t pgd; } p4d_t;

/* Where a walk ended, as lookup_address() tells it. */
enum pg_level { PG_LEVEL_NONE, PG_LEVEL_4K, PG_LEVEL_2M, PG_LEVEL_1G, PG_LEVEL_512G, PG_LEVEL_NUM };

/* An address space, as far as a walk needs one. */
struct mm_struct {
	pgd_t *pgd;
};

extern struct mm_struct init_mm;	/* the kernel's own, and the reference of all others; filled by the start */

/*
 * kmk_table_of() - the table an entry points to
 * @entry: the entry's value; present, and no page itself
 *
 * Context: any. Tables lie in the direct map.
 */
static inline void *kmk_table_of(unsigned long entry) { return __va(entry & PTE_PFN_MASK); }

/*
 * kmk_init_pgd() - the kernel's reference table, or in a process an empty one
 *
 * Starts the library if nobody has. Context: any once started.
 */
pgd_t *kmk_init_pgd(void);

/*
 * lookup_address() - the entry that maps an address
 * @address: kernel address
 * @level: gets the level of the entry, also of one that is not present
 *
 * Returns the entry of a page of whatever size, read it by *level; NULL when a table on the way is missing
 * (*level PG_LEVEL_NONE then). As in 6.1's x86, a present entry is not implied. Context: any.
 * lookup_address_in_pgd(): the same from a top-level entry one has.
 */
pte_t *lookup_address(unsigned long address, unsigned int *level);
pte_t *lookup_address_in_pgd(pgd_t *pgd, unsigned long address, unsigned int *level);

/*
 * slow_virt_to_phys() - physical address by the tables, for any kernel address
 * @address: mapped kernel address
 *
 * 0 where nothing is mapped (6.1 stops there: a difference). Context: any.
 */
phys_addr_t slow_virt_to_phys(void *address);

#define pgd_val(x)	((x).pgd)
#define p4d_val(x)	((x).pgd.pgd)
#define pud_val(x)	((x).pud)
#define pmd_val(x)	((x).pmd)
#define pte_val(x)	((x).pte)
#define __pgd(x)	((pgd_t){ (x) })
#define __p4d(x)	((p4d_t){ __pgd(x) })
#define __pud(x)	((pud_t){ (x) })
#define __pmd(x)	((pmd_t){ (x) })
#define __pte(x)	((pte_t){ (x) })

#define pgd_index(a)	(((unsigned long)(a) >> PGDIR_SHIFT) & (PTRS_PER_PGD - 1))
#define p4d_index(a)	0UL
#define pud_index(a)	(((unsigned long)(a) >> PUD_SHIFT) & (PTRS_PER_PUD - 1))
#define pmd_index(a)	(((unsigned long)(a) >> PMD_SHIFT) & (PTRS_PER_PMD - 1))
#define pte_index(a)	(((unsigned long)(a) >> PAGE_SHIFT) & (PTRS_PER_PTE - 1))

static inline pgd_t *pgd_offset_pgd(pgd_t *pgd, unsigned long address) { return pgd + pgd_index(address); }
#define pgd_offset(mm, address)		pgd_offset_pgd((mm)->pgd, (address))
#define pgd_offset_k(address)		pgd_offset_pgd(kmk_init_pgd(), (address))

/* What an entry says, for each level that has a type of its own. */
#define KMK_LEVEL_OPS(x, type)									\
	static inline int x##_none(type e) { return !(x##_val(e) & ~(_PAGE_ACCESSED | _PAGE_DIRTY)); }	\
	static inline int x##_present(type e) { return (x##_val(e) & _PAGE_PRESENT) != 0; }	\
	static inline unsigned long x##_flags(type e) { return x##_val(e) & PTE_FLAGS_MASK; }	\
	static inline unsigned long x##_pfn(type e) { return (x##_val(e) & PTE_PFN_MASK) >> PAGE_SHIFT; } \
	static inline int x##_write(type e) { return (x##_val(e) & _PAGE_RW) != 0; }		\
	static inline int x##_dirty(type e) { return (x##_val(e) & _PAGE_DIRTY) != 0; }		\
	static inline int x##_young(type e) { return (x##_val(e) & _PAGE_ACCESSED) != 0; }

#define KMK_TABLE_OPS(x, type)									\
	KMK_LEVEL_OPS(x, type)									\
	static inline int x##_leaf(type e) { return x##_present(e) && x##_val(e) & _PAGE_PSE; }	\
	static inline int x##_bad(type e) { return !x##_present(e) || x##_val(e) & _PAGE_PSE; }

KMK_LEVEL_OPS(pte, pte_t)
KMK_TABLE_OPS(pmd, pmd_t)
KMK_TABLE_OPS(pud, pud_t)
#undef KMK_LEVEL_OPS
#undef KMK_TABLE_OPS
#define pud_large(e)	pud_leaf(e)
#define pmd_large(e)	pmd_leaf(e)

/* The folded level looks at the entry of pgd: whichever of the two a walker asks, an empty one ends the walk. */
static inline int p4d_none(p4d_t e) { return !(p4d_val(e) & ~(_PAGE_ACCESSED | _PAGE_DIRTY)); }
static inline int p4d_present(p4d_t e) { return (p4d_val(e) & _PAGE_PRESENT) != 0; }
static inline int p4d_bad(p4d_t e) { return !p4d_present(e); }
static inline int p4d_leaf(p4d_t e) { (void)e; return 0; }
static inline unsigned long p4d_pfn(p4d_t e) { return (p4d_val(e) & PTE_PFN_MASK) >> PAGE_SHIFT; }
static inline int pgd_none(pgd_t e) { return !(pgd_val(e) & ~(_PAGE_ACCESSED | _PAGE_DIRTY)); }
static inline int pgd_present(pgd_t e) { return (pgd_val(e) & _PAGE_PRESENT) != 0; }
static inline int pgd_bad(pgd_t e) { return !pgd_present(e); }
static inline int pgd_leaf(pgd_t e) { (void)e; return 0; }

static inline int pte_global(pte_t e) { return (pte_val(e) & _PAGE_GLOBAL) != 0; }
static inline int pte_exec(pte_t e) { return !(pte_val(e) & _PAGE_NX); }
static inline int pte_user(pte_t e) { return (pte_val(e) & _PAGE_USER) != 0; }
static inline pgprot_t pte_pgprot(pte_t e) { return __pgprot(pte_flags(e)); }
static inline int pte_same(pte_t a, pte_t b) { return pte_val(a) == pte_val(b); }
#define pte_page(e)	pfn_to_page(pte_pfn(e))
#define pmd_page(e)	pfn_to_page(pmd_pfn(e))
#define pud_page(e)	pfn_to_page(pud_pfn(e))

/* Values of entries; nothing here stores one. */
static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte((pfn << PAGE_SHIFT & PTE_PFN_MASK) | (pgprot_val(prot) & PTE_FLAGS_MASK));
}
#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), (prot))
static inline pte_t pte_wrprotect(pte_t e) { return __pte(pte_val(e) & ~_PAGE_RW); }
static inline pte_t pte_mkwrite(pte_t e) { return __pte(pte_val(e) | _PAGE_RW); }
static inline pte_t pte_mkexec(pte_t e) { return __pte(pte_val(e) & ~_PAGE_NX); }
static inline pte_t pte_mkclean(pte_t e) { return __pte(pte_val(e) & ~_PAGE_DIRTY); }
static inline pte_t pte_mkdirty(pte_t e) { return __pte(pte_val(e) | _PAGE_DIRTY); }
static inline pte_t pte_mkold(pte_t e) { return __pte(pte_val(e) & ~_PAGE_ACCESSED); }
static inline pte_t pte_mkyoung(pte_t e) { return __pte(pte_val(e) | _PAGE_ACCESSED); }

/* One step down; the entry above must be present and no page. */
static inline p4d_t *p4d_offset(pgd_t *pgd, unsigned long address) { (void)address; return (p4d_t *)pgd; }

static inline pud_t *pud_offset(p4d_t *p4d, unsigned long address)
{
	return (pud_t *)kmk_table_of(READ_ONCE(p4d->pgd.pgd)) + pud_index(address);
}

static inline pmd_t *pmd_offset(pud_t *pud, unsigned long address)
{
	return (pmd_t *)kmk_table_of(READ_ONCE(pud->pud)) + pmd_index(address);
}

static inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long address)
{
	return (pte_t *)kmk_table_of(READ_ONCE(pmd->pmd)) + pte_index(address);
}

static inline pgd_t pgdp_get(pgd_t *p) { return __pgd(READ_ONCE(p->pgd)); }
static inline p4d_t p4dp_get(p4d_t *p) { return __p4d(READ_ONCE(p->pgd.pgd)); }
static inline pud_t pudp_get(pud_t *p) { return __pud(READ_ONCE(p->pud)); }
static inline pmd_t pmdp_get(pmd_t *p) { return __pmd(READ_ONCE(p->pmd)); }
static inline pte_t ptep_get(pte_t *p) { return __pte(READ_ONCE(p->pte)); }

/* Where the next entry of a level begins, or end when that comes first. */
#define kmk_addr_end(addr, end, size)								\
	({ unsigned long next__ = ((addr) + (size)) & ~((size) - 1); next__ - 1 < (end) - 1 ? next__ : (end); })
#define pgd_addr_end(addr, end)	kmk_addr_end((addr), (end), PGDIR_SIZE)
#define p4d_addr_end(addr, end)	(end)
#define pud_addr_end(addr, end)	kmk_addr_end((addr), (end), PUD_SIZE)
#define pmd_addr_end(addr, end)	kmk_addr_end((addr), (end), PMD_SIZE)

static inline unsigned long page_level_size(enum pg_level level)
{
	return PAGE_SIZE << (level - PG_LEVEL_4K) * 9;
}

static inline unsigned long page_level_mask(enum pg_level level) { return ~(page_level_size(level) - 1); }

/*
 * virt_to_kpte() - the lowest entry of a kernel address
 * @vaddr: kernel address
 *
 * NULL where no table of that level is, for want of a mapping or because a larger page maps it. Context: any.
 */
static inline pte_t *virt_to_kpte(unsigned long vaddr)
{
	unsigned int level;
	pte_t *pte = lookup_address(vaddr, &level);

	return level == PG_LEVEL_4K ? pte : NULL;
}

#endif
