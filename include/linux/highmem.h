/* SPDX-License-Identifier: MIT */
/*
 * High memory: frames outside the direct map, seen through two windows.
 *
 * kmap() counts per frame over the LAST_PKMAP slots at PKMAP_BASE: for long uses, may sleep until
 * a slot is free. kmap_local_page() takes a slot at FIXADDR_START that belongs to the thread, for
 * short uses, in any context; undo in reverse order. Frames of the direct map need no slot: these
 * calls then return their address and cost nothing.
 */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/kernel.h>
#include <linux/bug.h>
#include <linux/cacheflush.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/hardirq.h>
#include <linux/uaccess.h>
#include <linux/string.h>
#include <asm/pgtable_types.h>

#define kmap_prot	PAGE_KERNEL
#define KM_MAX_IDX	16	/* kmap_local nesting of one thread */
#define KMK_SLOT_STRIDE	(2 * PAGE_SIZE)
#define PKMAP_ADDR(nr)	(PKMAP_BASE + (unsigned long)(nr) * KMK_SLOT_STRIDE)
#define PKMAP_NR(va)	(((unsigned long)(va) - PKMAP_BASE) / KMK_SLOT_STRIDE)

/*
 * kmap_high - the HIGHMEM half of kmap(): one more use of the frame's slot, taking one if it has
 * none; sleeps while the window is full. kunmap_high: one less; at zero the slot is unmapped,
 * page_address() is NULL again, and a sleeper is woken. A kunmap too many is reported.
 */
void *kmap_high(struct page *page);
void kunmap_high(struct page *page);
/* Frame behind an address of either window or of the direct map; others are reported: NULL. */
struct page *__kmap_to_page(void *addr);
/* Nothing stays mapped after its last kunmap(), so there is nothing to flush. */
void __kmap_flush_unused(void);

void *__kmap_local_pfn_prot(unsigned long pfn, pgprot_t prot);
void *__kmap_local_page_prot(struct page *page, pgprot_t prot);
void kunmap_local_indexed(const void *vaddr);

unsigned int __nr_free_highpages(void);
unsigned long totalhigh_pages(void);

static __always_inline void *kmap(struct page *page)
{
	might_sleep();
	return PageHighMem(page) ? kmap_high(page) : page_address(page);
}

static __always_inline void kunmap(struct page *page)
{
	might_sleep();
	if (PageHighMem(page))
		kunmap_high(page);
}

static inline struct page *kmap_to_page(void *addr)
{
	return __kmap_to_page(addr);
}

static inline void kmap_flush_unused(void)
{
	__kmap_flush_unused();
}

static inline bool is_kmap_addr(const void *x)
{
	return (unsigned long)x - PKMAP_BASE < LAST_PKMAP * KMK_SLOT_STRIDE;
}

static inline void *kmap_local_page_prot(struct page *page, pgprot_t prot)
{
	return __kmap_local_page_prot(page, prot);
}

static inline void *kmap_local_page(struct page *page)
{
	return __kmap_local_page_prot(page, kmap_prot);
}

static inline void *kmap_local_pfn(unsigned long pfn)
{
	return __kmap_local_pfn_prot(pfn, kmap_prot);
}

static inline void *kmap_local_folio(struct folio *folio, size_t offset)
{
	return kmap_local_page(folio_page(folio, offset / PAGE_SIZE)) + offset % PAGE_SIZE;
}

static inline void *kmap_atomic_prot(struct page *page, pgprot_t prot)
{
	preempt_disable();
	pagefault_disable();
	return kmap_local_page_prot(page, prot);
}

static inline void *kmap_atomic(struct page *page)
{
	return kmap_atomic_prot(page, kmap_prot);
}

static inline void *kmap_atomic_pfn(unsigned long pfn)
{
	preempt_disable();
	pagefault_disable();
	return kmap_local_pfn(pfn);
}

static __always_inline void __kunmap_local(const void *addr)
{
	kunmap_local_indexed(addr);
}

static __always_inline void __kunmap_atomic(const void *addr)
{
	kunmap_local_indexed(addr);
	pagefault_enable();
	preempt_enable();
}

/* Both take the address that the mapping call returned, or any address in that page; not the page. */
#define kunmap_local(addr) do {							\
	BUILD_BUG_ON(__builtin_types_compatible_p(__typeof__(addr), struct page *)); \
	__kunmap_local(addr);							\
} while (0)

#define kunmap_atomic(addr) do {						\
	BUILD_BUG_ON(__builtin_types_compatible_p(__typeof__(addr), struct page *)); \
	__kunmap_atomic(addr);							\
} while (0)

static inline unsigned int nr_free_highpages(void)
{
	return __nr_free_highpages();
}

static inline void clear_highpage(struct page *page)
{
	void *kaddr = kmap_local_page(page);

	clear_page(kaddr);
	kunmap_local(kaddr);
}
#define clear_highpage_kasan_tagged(page)	clear_highpage(page)
#define clear_user_highpage(page, vaddr)	clear_highpage(page)

static inline void copy_highpage(struct page *to, struct page *from)
{
	char *src = kmap_local_page(from), *dst = kmap_local_page(to);

	copy_page(dst, src);
	kunmap_local(dst);
	kunmap_local(src);
}
#define copy_user_highpage(to, from, vaddr, vma)	copy_highpage(to, from)

/* Clear [start1, end1) and [start2, end2) of a page, compound ones too; BUG beyond its end. */
void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
			unsigned int start2, unsigned int end2);

static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	zero_user_segments(page, start, end, 0, 0);
}

static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	zero_user_segments(page, start, start + size, 0, 0);
}

static inline void memcpy_page(struct page *dst_page, size_t dst_off, struct page *src_page,
			       size_t src_off, size_t len)
{
	char *dst = kmap_local_page(dst_page), *src = kmap_local_page(src_page);

	VM_BUG_ON(dst_off + len > PAGE_SIZE || src_off + len > PAGE_SIZE);
	memcpy(dst + dst_off, src + src_off, len);
	kunmap_local(src);
	kunmap_local(dst);
}

static inline void memset_page(struct page *page, size_t offset, int val, size_t len)
{
	char *addr = kmap_local_page(page);

	VM_BUG_ON(offset + len > PAGE_SIZE);
	memset(addr + offset, val, len);
	kunmap_local(addr);
}

static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	char *from = kmap_local_page(page);

	VM_BUG_ON(offset + len > PAGE_SIZE);
	memcpy(to, from + offset, len);
	kunmap_local(from);
}

static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	char *to = kmap_local_page(page);

	VM_BUG_ON(offset + len > PAGE_SIZE);
	memcpy(to + offset, from, len);
	flush_dcache_page(page);
	kunmap_local(to);
}

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset_page(page, offset, 0, len);
}

static inline void folio_zero_segments(struct folio *folio, size_t start1, size_t end1, size_t start2,
				       size_t end2)
{
	zero_user_segments(&folio->page, (unsigned int)start1, (unsigned int)end1,
			   (unsigned int)start2, (unsigned int)end2);
}

static inline void folio_zero_segment(struct folio *folio, size_t start, size_t end)
{
	folio_zero_segments(folio, start, end, 0, 0);
}

static inline void folio_zero_range(struct folio *folio, size_t start, size_t length)
{
	folio_zero_segments(folio, start, start + length, 0, 0);
}
#endif
