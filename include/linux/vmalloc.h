/* SPDX-License-Identifier: MIT */
/*
 * Virtual areas: contiguous addresses in [VMALLOC_START, VMALLOC_END) over frames from anywhere,
 * each followed by a guard page that faults when touched.
 *
 * Unless a call says otherwise it may sleep, and a call from atomic context is reported. Misuse is
 * reported by name and changes nothing.
 */
#ifndef _LINUX_VMALLOC_H
#define _LINUX_VMALLOC_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/spinlock.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/overflow.h>
#include <linux/gfp.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>

struct vm_area_struct;

#define VM_IOREMAP		0x00000001	/* physical range of a device */
#define VM_ALLOC		0x00000002	/* vmalloc(): the area owns its frames */
#define VM_MAP			0x00000004	/* vmap(): somebody else's frames */
#define VM_USERMAP		0x00000008	/* remap_vmalloc_range() is allowed */
#define VM_DMA_COHERENT		0x00000010
#define VM_UNINITIALIZED	0x00000020	/* being built: only addr and size are valid */
#define VM_NO_GUARD		0x00000040
#define VM_KASAN		0x00000080
#define VM_FLUSH_RESET_PERMS	0x00000100
#define VM_MAP_PUT_PAGES	0x00000200	/* vfree() drops the frames and frees the array */
#define VM_ALLOW_HUGE_VMAP	0x00000400
#define VM_DEFER_KMEMLEAK	0

#define VMALLOC_TOTAL		(VMALLOC_END - VMALLOC_START)

struct vm_struct {
	struct vm_struct *next;
	void *addr;
	unsigned long size;		/* with the guard page */
	unsigned long flags;		/* VM_* */
	struct page **pages;		/* frames the area owns, or NULL */
	unsigned int page_order;
	unsigned int nr_pages;
	phys_addr_t phys_addr;
	const void *caller;
};

static inline size_t get_vm_area_size(const struct vm_struct *area)
{
	return area->flags & VM_NO_GUARD ? area->size : area->size - PAGE_SIZE;
}

/*
 * size bytes, rounded up to pages; v*z* and *_user are zeroed, *_user may be remapped, *_32 lies
 * below 4 GiB. NULL without memory, for size 0 (reported) and for more than there is. The flags
 * of __vmalloc() must allow blocking; __GFP_NOWARN keeps failures silent.
 */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
void *vmalloc_node(unsigned long size, int node);
void *vzalloc_node(unsigned long size, int node);
void *vmalloc_user(unsigned long size);
void *vmalloc_32(unsigned long size);
void *vmalloc_32_user(unsigned long size);
void *vmalloc_huge(unsigned long size, gfp_t gfp_mask);
void *__vmalloc(unsigned long size, gfp_t gfp_mask);
void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp_mask, int node,
		     const void *caller);
void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start,
			   unsigned long end, gfp_t gfp_mask, pgprot_t prot, unsigned long vm_flags,
			   int node, const void *caller);

/* Overflow-checked products: NULL, silently, when n * size does not fit. */
void *__vmalloc_array(size_t n, size_t size, gfp_t flags);
void *vmalloc_array(size_t n, size_t size);
void *__vcalloc(size_t n, size_t size, gfp_t flags);
void *vcalloc(size_t n, size_t size);

/* Free an area. NULL is allowed. From an interrupt, and with vfree_atomic() always, it is freed later. */
void vfree(const void *addr);
void vfree_atomic(const void *addr);

/*
 * Show given frames side by side. The frames stay the caller's, except with VM_MAP_PUT_PAGES,
 * where a later vfree() drops one reference of each and kvfree()s the array. vunmap() undoes the
 * mapping only.
 */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
/* The same for frame numbers without a struct page; RAM is refused. */
void *vmap_pfn(unsigned long *pfns, unsigned int count, pgprot_t prot);
void vunmap(const void *addr);
void *vm_map_ram(struct page **pages, unsigned int count, int node);
void vm_unmap_ram(const void *mem, unsigned int count);	/* same address and count as mapped */
void vm_unmap_aliases(void);
void vmalloc_init(void);

/* The frame behind an address of a mapped area, else NULL (0). */
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);
bool is_vmalloc_addr(const void *x);			/* any context, no lock */
bool is_vmalloc_or_module_addr(const void *x);
unsigned long vmalloc_nr_pages(void);

/*
 * Reserve addresses without mapping anything. remove_vm_area() unmaps and hands the descriptor to
 * the caller, who kfree()s it; free_vm_area() does both. find_vm_area(): the area around addr.
 */
struct vm_struct *get_vm_area(unsigned long size, unsigned long flags);
struct vm_struct *get_vm_area_caller(unsigned long size, unsigned long flags, const void *caller);
struct vm_struct *__get_vm_area_caller(unsigned long size, unsigned long flags, unsigned long start,
				       unsigned long end, const void *caller);
struct vm_struct *find_vm_area(const void *addr);
struct vm_struct *remove_vm_area(const void *addr);
void free_vm_area(struct vm_struct *area);

/*
 * Show a VM_USERMAP area at a vma's addresses, which must lie in a window of ours. -EINVAL for
 * another kind of area, a range beyond it, or addresses the host cannot map.
 */
int remap_vmalloc_range(struct vm_area_struct *vma, void *addr, unsigned long pgoff);
int remap_vmalloc_range_partial(struct vm_area_struct *vma, unsigned long uaddr, void *kaddr,
				unsigned long pgoff, unsigned long size);

/* Print "N-page vmalloc region ..." for an address inside an area; false if it is in none. */
bool vmalloc_dump_obj(void *object);

static inline bool is_vm_area_hugepages(const void *addr)
{
	struct vm_struct *area = find_vm_area(addr);

	return area && area->page_order > 0;
}

static inline void set_vm_flush_reset_perms(void *addr)
{
	struct vm_struct *area = find_vm_area(addr);

	if (area)
		area->flags |= VM_FLUSH_RESET_PERMS;
}
#endif
