/* SPDX-License-Identifier: MIT */
/* Frames, addresses and references. */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/gfp.h>
#include <linux/bug.h>
#include <linux/mmdebug.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/atomic.h>
#include <linux/mm_types.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/err.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/sched.h>
#include <asm/io.h>
#include <asm/page.h>
#include <kmemkit/vm_bits.h>

#define PAGE_ALIGN(addr)	(((unsigned long)(addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(addr)	((unsigned long)(addr) & PAGE_MASK)
#define PAGE_ALIGNED(addr)	(((unsigned long)(addr) & (PAGE_SIZE - 1)) == 0)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define nth_page(page, n)	((page) + (n))
#define folio_page_idx(f, p)	((unsigned long)((p) - &(f)->page))

/* Facts of the running system; filled by the start. */
extern void *high_memory;		/* first address behind the direct map's last frame */
extern unsigned long max_pfn, max_low_pfn, min_low_pfn;
extern unsigned long max_mapnr;
unsigned long totalram_pages(void);
unsigned long totalhigh_pages(void);
unsigned long nr_free_pages(void);
long si_mem_available(void);

/* Laid out as sysinfo(2) has it, so that a program with <sys/sysinfo.h> has one of them. */
#if KMK_MIXED && __has_include(<linux/sysinfo.h>)
#include <linux/sysinfo.h>
#else
struct sysinfo {
	long uptime;
	unsigned long loads[3];
	unsigned long totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	unsigned short procs, pad;
	unsigned long totalhigh, freehigh;
	unsigned int mem_unit;
};
#endif
void si_meminfo(struct sysinfo *val);

/* Does a descriptor, or a direct-map address, stand for a frame of RAM? Any context. */
int pfn_valid(unsigned long pfn);
bool kmk_virt_addr_valid(unsigned long addr);
#define virt_addr_valid(kaddr)	kmk_virt_addr_valid((unsigned long)(kaddr))

/*
 * virt_to_page - the descriptor of a direct-map address
 *
 * For lowmem only. An address of another region (vmalloc, kmap, stack) is reported and gives NULL:
 * there is no frame to name. Any context. Source: contract 1.4; kmap_to_page() takes both.
 */
struct page *kmk_virt_to_page_bad(const void *addr);
extern unsigned long kmk_direct_bytes;
static inline struct page *kmk_virt_to_page(const void *addr)
{
	unsigned long pa = (unsigned long)addr - PAGE_OFFSET;

	return __builtin_expect(pa < kmk_direct_bytes, 1) ? pfn_to_page(pa >> PAGE_SHIFT)
							  : kmk_virt_to_page_bad(addr);
}
#define virt_to_page(addr)	kmk_virt_to_page((const void *)(addr))
#ifdef KMEMKIT_CLASSIC		/* takes kmap addresses too, as course notes teach */
#undef virt_to_page
struct page *__kmap_to_page(void *addr);
#define virt_to_page(addr)	__kmap_to_page((void *)(addr))
#endif
#define virt_to_head_page(addr)	compound_head(virt_to_page(addr))
#define virt_to_folio(addr)	page_folio(virt_to_page(addr))

bool kmk_pfn_is_high(unsigned long pfn);
static inline int PageHighMem(const struct page *page)
{
	return kmk_pfn_is_high(page_to_pfn((struct page *)page));
}

static inline void *lowmem_page_address(const struct page *page)
{
	return __va(PFN_PHYS(page_to_pfn((struct page *)page)));
}

/* Address of a frame: direct map, or its kmap address (NULL when a HIGHMEM frame is not mapped). */
void *page_address(const struct page *page);
#define page_to_virt(page)	lowmem_page_address(page)
#define folio_address(folio)	page_address(&(folio)->page)
static inline void set_page_address(struct page *page, void *addr)
{
	if (PageHighMem(page))		/* a lowmem frame's address follows from its number */
		page->virtual = addr;
}

enum zone_type page_zonenum(const struct page *page);
struct zone *page_zone(const struct page *page);
static inline int page_to_nid(const struct page *page) { (void)page; return 0; }

static inline unsigned int compound_order(const struct page *page)
{
	return PageHead(page) ? page[1].compound_order : 0;
}
static inline unsigned long compound_nr(const struct page *page) { return 1UL << compound_order(page); }
static inline unsigned long page_size(const struct page *page) { return PAGE_SIZE << compound_order(page); }
static inline unsigned int folio_order(const struct folio *folio) { return compound_order(&folio->page); }
static inline long folio_nr_pages(const struct folio *folio) { return (long)compound_nr(&folio->page); }
static inline size_t folio_size(const struct folio *folio) { return page_size(&folio->page); }

static inline int put_page_testzero(struct page *page) { return page_ref_dec_and_test(page); }
static inline bool get_page_unless_zero(struct page *page) { return page_ref_add_unless(page, 1, 0); }

/*
 * One more reference to a page that has one. A page without is free: that is reported, and nothing is
 * counted. try_get_page() says so, with a WARN. Any context. Source: Linux 6.1, whose folio_get() is a BUG
 * there under CONFIG_DEBUG_VM.
 */
void kmk_bad_get(struct page *page) __attribute__((cold));
static inline void folio_get(struct folio *folio)
{
	if (__builtin_expect(atomic_read(&folio->page._refcount) <= 0, 0))
		kmk_bad_get(&folio->page);
	else
		page_ref_inc(&folio->page);
}
static inline void get_page(struct page *page) { folio_get(page_folio(page)); }
static inline bool try_get_page(struct page *page)
{
	page = compound_head(page);
	if (WARN_ON_ONCE(page_ref_count(page) <= 0))
		return false;
	page_ref_inc(page);
	return true;
}

/* Drop a reference; the last one frees the block (for a compound page, all of it). Any context. */
void put_page(struct page *page);
static inline void folio_put(struct folio *folio) { put_page(&folio->page); }
void release_pages(struct page **pages, int nr);
void free_compound_page(struct page *page);

static inline unsigned long page_private(const struct page *page) { return page->private; }
static inline void set_page_private(struct page *page, unsigned long v) { page->private = v; }
static inline int page_mapcount(struct page *page) { return atomic_read(&page->_mapcount); }
static inline void page_mapcount_reset(struct page *page) { atomic_set(&page->_mapcount, 0); }
static inline struct address_space *page_mapping(struct page *page) { return page->mapping; }
static inline pgoff_t page_index(struct page *page) { return page->index; }

/* Sleep until the page's lock bit is ours; unlock wakes the next. */
void lock_page(struct page *page);
void unlock_page(struct page *page);
int trylock_page(struct page *page);
void wait_on_page_locked(struct page *page);

/*
 * The page's contents are newer than their copy: true if they were not before. By the mapping's
 * dirty_folio or set_page_dirty; the caller holds the page's lock, or a reference where truncation cannot
 * come. Any context; set_page_dirty_lock() takes the lock and may sleep.
 */
bool folio_mark_dirty(struct folio *folio);
int set_page_dirty(struct page *page);
int set_page_dirty_lock(struct page *page);
/* The locked page is about to be written: true if it was dirty, and it is not any more. */
bool clear_page_dirty_for_io(struct page *page);
static inline bool folio_clear_dirty_for_io(struct folio *folio) { return clear_page_dirty_for_io(&folio->page); }

/*
 * Take the pages of a mapping from byte offset start on (to end, inclusive) away, dirty ones without writing;
 * a page cut in two is zeroed in that part. They wait for locks and for write-back. _final: the mapping's
 * owner is about to free it. truncate_setsize: i_size first, then the pages.
 */
struct inode;
void truncate_inode_pages(struct address_space *mapping, loff_t start);
void truncate_inode_pages_range(struct address_space *mapping, loff_t start, loff_t end);
void truncate_inode_pages_final(struct address_space *mapping);
void truncate_pagecache(struct inode *inode, loff_t new_size);
void truncate_pagecache_range(struct inode *inode, loff_t start, loff_t end);
void truncate_setsize(struct inode *inode, loff_t new_size);
int generic_error_remove_page(struct address_space *mapping, struct page *page);

bool want_init_on_alloc(gfp_t flags);
bool want_init_on_free(void);
void mark_page_accessed(struct page *page);	/* linux/swap.h */

bool is_vmalloc_addr(const void *x);
bool is_vmalloc_or_module_addr(const void *x);
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);
void *(kvmalloc_node)(size_t size, gfp_t flags, int node);	/* a macro in the classic dialect */
void kvfree(const void *addr);
void kvfree_sensitive(const void *addr, size_t len);

#define untagged_addr(addr)	(addr)
#define page_kasan_tag(page)	0xff
#define page_kasan_tag_reset(page) do { } while (0)
#endif
