/* SPDX-License-Identifier: MIT */
/*
 * Page size and the address-space layout of this flavour.
 *
 * Bases are compile-time constants, so that the direct map costs one addition. KMK_LOW_BASES is
 * the ThreadSanitizer flavour, whose shadow leaves only the lowest 512 GiB to fixed mappings;
 * KMK_BARE is bare metal (upper half).
 */
#ifndef _ASM_PAGE_H
#define _ASM_PAGE_H

#ifndef _UL
#define _UL(x)	x##UL
#endif

#ifdef PAGE_SIZE
#undef PAGE_SIZE
#endif
#ifdef PAGE_MASK
#undef PAGE_MASK
#endif
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#if defined(KMK_BARE)
#define PAGE_OFFSET	_UL(0xffff888000000000)	/* direct map: physical 0 */
#define KMK_DIRECT_MAX	_UL(0x0000010000000000)	/* bytes of it: 1 TiB */
#define KMK_VMEMMAP	_UL(0xffffea0000000000)	/* struct page of frame 0 */
#define KMK_PAGE_EXT	_UL(0xffffeb0000000000)	/* owner records, tracked mode */
#define VMALLOC_START	_UL(0xffffc90000000000)
#define VMALLOC_END	_UL(0xffffc97fffffffff)
#define KMK_IO_WINDOW	_UL(0xffffc97000000000)
#define KMK_IO_SHIFT	36
#define PKMAP_BASE	_UL(0xfffffe8000000000)
#define FIXADDR_START	_UL(0xfffffe9000000000)
#define KMK_PCPU_BASE	_UL(0xffffd00000000000)	/* per-CPU object arrays */
#define KMK_PCPU_SHIFT	28
#define KMK_PERCPU_BASE	_UL(0xffffd80000000000)	/* the kernel API's dynamic per-CPU memory */
#elif defined(KMK_LOW_BASES)
#define PAGE_OFFSET	_UL(0x0000001000000000)
#define KMK_DIRECT_MAX	_UL(0x0000004000000000)	/* 256 GiB */
#define KMK_VMEMMAP	_UL(0x0000005000000000)
#define KMK_PAGE_EXT	_UL(0x0000005400000000)
#define VMALLOC_START	_UL(0x0000005800000000)
#define VMALLOC_END	_UL(0x0000006000000000)
#define KMK_IO_WINDOW	_UL(0x0000005fc0000000)
#define KMK_IO_SHIFT	30
#define PKMAP_BASE	_UL(0x0000006000000000)
#define FIXADDR_START	_UL(0x0000006100000000)
#define KMK_PCPU_BASE	_UL(0x0000006200000000)
#define KMK_PCPU_SHIFT	28
#define KMK_PERCPU_BASE	_UL(0x0000007000000000)
#else
#define PAGE_OFFSET	_UL(0x0000200000000000)
#define KMK_DIRECT_MAX	_UL(0x0000080000000000)	/* 8 TiB */
#ifdef KMK_ASAN
#define KMK_VMEMMAP	_UL(0x0000300000000000)	/* AddressSanitizer's shadow lies at the other place */
#else
#define KMK_VMEMMAP	(PAGE_OFFSET >> 6)	/* 512 GiB: an address becomes its page by shifts alone */
#endif
#define KMK_PAGE_EXT	_UL(0x0000320000000000)
#define VMALLOC_START	_UL(0x0000340000000000)
#define VMALLOC_END	_UL(0x0000360000000000)
#define KMK_IO_WINDOW	_UL(0x000035f000000000)	/* end of the vmalloc window: device call-backs */
#define KMK_IO_SHIFT	36			/* its size, which it is aligned to */
#define PKMAP_BASE	_UL(0x0000360000000000)
#define FIXADDR_START	_UL(0x0000361000000000)
#define KMK_PCPU_BASE	_UL(0x0000380000000000)
#define KMK_PCPU_SHIFT	32
#define KMK_PERCPU_BASE	_UL(0x00003c0000000000)
#endif

#define KMK_PAGE_EXT_BYTES	48	/* of an owner record */
/*
 * What a register of the I/O window is addressed by: the window's addresses with these bits set, which no
 * program can touch, and whose sign readl() tests. Bare metal's window is in the upper half already.
 */
#ifdef KMK_BARE
#define KMK_IO_TAG		_UL(0)
#else
#define KMK_IO_TAG		_UL(0xffff800000000000)
#endif

#define KMK_PCPU_DUMMIES	2		/* ids -2 and -1: always empty and always full */
#define KMK_PERCPU_SHIFT	30		/* distance of two CPUs' copies in KMK_PERCPU_BASE */
#define LAST_PKMAP		1024		/* kmap slots, one page each plus a guard */
#define KMK_FIXMAP_SLOTS	4096		/* kmap_local slots */

#define MAX_ORDER		11		/* 6.1: exclusive */
#define MAX_PAGE_ORDER		(MAX_ORDER - 1)
#define NR_PAGE_ORDERS		MAX_ORDER
#define MAX_ORDER_NR_PAGES	(1UL << (MAX_ORDER - 1))

#ifndef __ASSEMBLY__
#define __pa(x)			((unsigned long)(x) - PAGE_OFFSET)
#define __va(x)			((void *)((unsigned long)(x) + PAGE_OFFSET))
#define PFN_UP(x)		(((unsigned long)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)		((unsigned long)(x) >> PAGE_SHIFT)
#define PFN_PHYS(x)		((unsigned long long)(x) << PAGE_SHIFT)
#define PHYS_PFN(x)		((unsigned long)((x) >> PAGE_SHIFT))
#define page_to_pfn(p)		((unsigned long)((p) - (struct page *)KMK_VMEMMAP))
#define pfn_to_page(pfn)	((struct page *)KMK_VMEMMAP + (pfn))
/* The page of a direct-map address by shifts alone: where KMK_VMEMMAP is PAGE_OFFSET / 64 the sum vanishes. */
#define kmk_page_of(addr)	((struct page *)((((unsigned long)(addr) >> PAGE_SHIFT) << 6) +	\
						 (KMK_VMEMMAP - (PAGE_OFFSET >> 6))))
#define virt_to_pfn(kaddr)	(__pa(kaddr) >> PAGE_SHIFT)
#define pfn_to_virt(pfn)	__va((unsigned long)(pfn) << PAGE_SHIFT)
#define pfn_to_kaddr(pfn)	pfn_to_virt(pfn)
#define page_to_phys(p)		((phys_addr_t)page_to_pfn(p) << PAGE_SHIFT)
#define phys_to_page(phys)	pfn_to_page(PHYS_PFN(phys))
#define clear_page(p)		__builtin_memset((p), 0, PAGE_SIZE)
#define copy_page(to, from)	__builtin_memcpy((to), (from), PAGE_SIZE)
#define get_order(size)		kmk_get_order(size)
static inline int kmk_get_order(unsigned long size)
{
	unsigned long frames = (size - 1) >> PAGE_SHIFT;

	return frames ? 64 - __builtin_clzl(frames) : 0;
}
#endif
#endif
