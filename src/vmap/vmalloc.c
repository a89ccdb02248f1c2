/* SPDX-License-Identifier: MIT */
/* vmalloc: frames from anywhere, in blocks as large as there are, behind contiguous addresses. */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/moduleloader.h>
#include <linux/overflow.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "base/edge.h"
#include "page/page.h"
#include "port.h"
#include "vmap/vmap.h"

#define EASY_ARRAY	32768	/* bytes */
#define BULK		256	/* frames asked for at once, when no blocks are left */

static unsigned long nr_vmalloc_frames;

unsigned long vmalloc_nr_pages(void)
{
	return __atomic_load_n(&nr_vmalloc_frames, __ATOMIC_RELAXED) + kmk_shelves_sum().frames;
}

void kmk_vmalloc_count(long n)
{
	__atomic_fetch_add(&nr_vmalloc_frames, (unsigned long)n, __ATOMIC_RELAXED);
}

static void failed(gfp_t gfp, unsigned long size, const char *what)
{
	if (!(gfp & __GFP_NOWARN))
		pr_warn("vmalloc error: size %lu, %s, mode:%#x(%pGg)\n", size, what, gfp, &gfp);
}

/* One block of 2^order frames, as single frames in pages[]. Never tries hard: there are smaller ones. */
static bool take_block(struct page **pages, unsigned int order, gfp_t gfp)
{
	struct page *page;
	unsigned int i;

	gfp &= ~(__GFP_RECLAIM | __GFP_NOFAIL);
	page = alloc_pages(gfp | __GFP_NORETRY | __GFP_NOWARN, order);
	if (!page)
		return false;
	split_page(page, order);
	for (i = 0; i < 1U << order; i++)
		pages[i] = page + i;
	return true;
}

static unsigned int take_blocks(struct page **pages, unsigned int n, gfp_t gfp)
{
	unsigned int order = MAX_ORDER - 1, got = 0;

	while (got < n) {
		order = min(order, (unsigned int)ilog2(n - got));
		if (!order)
			break;
		if (take_block(pages + got, order, gfp))
			got += 1U << order;
		else
			order--;
	}
	return got;
}

/* Single frames; as many as the flags can bring about. */
static unsigned int take_singles(struct page **pages, unsigned int n, gfp_t gfp)
{
	unsigned int got = 0, ask, more;

	do {
		ask = min(n - got, (unsigned int)BULK);
		more = (unsigned int)alloc_pages_bulk_array(gfp & ~__GFP_NOFAIL, ask, pages + got);
		got += more;
	} while (more == ask && got < n);
	for (; got < n; got++) {
		pages[got] = alloc_page(gfp);
		if (!pages[got])
			break;
	}
	return got;
}

static bool take_frames(struct kmk_area *area, unsigned int n, gfp_t gfp)
{
	unsigned int got;

	gfp |= __GFP_NOWARN;
	if (!(gfp & (__GFP_DMA | __GFP_DMA32)))
		gfp |= __GFP_HIGHMEM;
	got = take_blocks(area->vm.pages, n, gfp);
	got += take_singles(area->vm.pages + got, n - got, gfp);
	area->vm.nr_pages = got;
	kmk_vmalloc_count(got);
	return got == n;
}

/* Not from this room while that is easy: the array of an idle area would be an area in use. */
static bool take_array(struct kmk_area *area, unsigned int n, gfp_t gfp, int node)
{
	unsigned long bytes = (unsigned long)n * sizeof(struct page *);
	gfp_t easy;

	gfp = (gfp & ~(GFP_ZONEMASK | __GFP_ACCOUNT)) | __GFP_ZERO;
	easy = bytes > PAGE_SIZE ? (gfp & ~__GFP_NOFAIL) | __GFP_NORETRY | __GFP_NOWARN : gfp;
	if (bytes <= EASY_ARRAY)
		area->vm.pages = kmalloc_node(bytes, easy, node);
	if (!area->vm.pages && bytes > PAGE_SIZE)
		area->vm.pages = __vmalloc_node(bytes, 1, gfp, node, area->vm.caller);
	return area->vm.pages;
}

/* Mapping fails only for want of host resources, which others may give back. */
static bool map_frames(struct kmk_area *area, unsigned int n, gfp_t gfp, pgprot_t prot)
{
	while (kmk_area_map(area, n, prot)) {
		if (!(gfp & __GFP_NOFAIL))
			return false;
		schedule_timeout_uninterruptible(1);
	}
	return true;
}

static const char *fill(struct kmk_area *area, gfp_t gfp, pgprot_t prot, int node)
{
	unsigned int n = (unsigned int)(get_vm_area_size(&area->vm) >> PAGE_SHIFT);

	if (!take_array(area, n, gfp, node))
		return "failed to allocate page array";
	if (!take_frames(area, n, gfp))
		return "failed to allocate pages";
	if (!map_frames(area, n, gfp, prot))
		return "failed to map pages";
	return NULL;
}

static void undo(struct kmk_area *area, const void *caller)
{
	kmk_vmalloc_count(-(long)area->vm.nr_pages);
	kmk_area_destroy(area, true, caller);
}

/* Requests with nothing special: frames of any kind of zone, a plain protection. */
static bool plain_request(gfp_t gfp, pgprot_t prot, unsigned long vm_flags)
{
	return !(gfp & (__GFP_DMA | __GFP_DMA32)) && pgprot_val(prot) == pgprot_val(PAGE_KERNEL) &&
	       !(vm_flags & (VM_NO_GUARD | VM_FLUSH_RESET_PERMS | VM_IOREMAP));
}

/* An area that is mapped already. What an earlier user left in it is cleared where the flags ask for it. */
static void *take_idle(const struct kmk_area_request *req, gfp_t gfp)
{
	struct kmk_area_request live = *req;
	struct kmk_area *area;

	live.flags &= ~(unsigned long)VM_UNINITIALIZED;
	area = kmk_area_reuse(&live);
	if (!area)
		return NULL;
	kmk_edge_allow(area->vm.addr, area->vm.nr_pages * PAGE_SIZE);
	if (gfp & __GFP_ZERO || kmk_init_on_alloc)
		memset(area->vm.addr, 0, area->vm.nr_pages * PAGE_SIZE);
	return area->vm.addr;
}

/* Addresses or a descriptor that are wanted come free some time, unless the request makes no sense. */
static struct kmk_area *create(const struct kmk_area_request *req)
{
	unsigned long size, align;
	struct kmk_area *area = kmk_area_create(req);
	bool again = req->gfp & __GFP_NOFAIL && kmk_area_size_up(req, &size, &align) && req->end > req->start &&
		     size <= req->end - req->start;

	if (likely(area))
		return area;
	failed(req->gfp, req->size, again ? "vm_struct allocation failed. Retrying." : "vm_struct allocation failed");
	while (!area && again) {
		schedule_timeout_uninterruptible(1);
		area = kmk_area_create(req);
	}
	return area;
}

void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start,
			   unsigned long end, gfp_t gfp, pgprot_t prot, unsigned long vm_flags,
			   int node, const void *caller)
{
	struct kmk_area_request req = { size, align, start, end,
		VM_ALLOC | VM_UNINITIALIZED | vm_flags, gfp, node, caller, false };
	bool usual = plain_request(gfp, prot, vm_flags);
	struct kmk_area *area;
	const char *what;
	void *addr;

	if (WARN_ON_ONCE(!size) || kmemkit_start())
		return NULL;
	req.gfp = gfp = kmk_vmap_gfp(gfp);
	if (size >> PAGE_SHIFT > totalram_pages()) {
		failed(gfp, size, "exceeds total pages");
		return NULL;
	}
	addr = usual ? take_idle(&req, gfp) : NULL;
	if (addr) {
		kmk_edge_set(addr, size, PAGE_ALIGN(size));
		return addr;
	}
	area = create(&req);
	if (!area)
		return NULL;
	kmk_internal_begin();
	what = fill(area, gfp, prot, node);
	kmk_internal_end();
	if (what) {
		failed(gfp, size, what);
		undo(area, caller);
		return NULL;
	}
	area->plain = usual;
	kmk_area_complete(area);
	kmk_edge_set(area->vm.addr, size, PAGE_ALIGN(size));
	return area->vm.addr;
}

void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node, const void *caller)
{
	return __vmalloc_node_range(size, align, VMALLOC_START, VMALLOC_END, gfp, PAGE_KERNEL, 0, node,
				    caller);
}

static void *plain(unsigned long size, gfp_t gfp, const void *caller)
{
	return __vmalloc_node(size, 1, gfp, NUMA_NO_NODE, caller);
}

/* Zeroed, and allowed to be remapped. */
static void *user(unsigned long size, gfp_t gfp, const void *caller)
{
	return __vmalloc_node_range(size, 1, VMALLOC_START, VMALLOC_END, gfp | __GFP_ZERO, PAGE_KERNEL,
				    VM_USERMAP, NUMA_NO_NODE, caller);
}

void *vmalloc(unsigned long size)
{
	return plain(size, GFP_KERNEL, __builtin_return_address(0));
}

void *vzalloc(unsigned long size)
{
	return plain(size, GFP_KERNEL | __GFP_ZERO, __builtin_return_address(0));
}

void *vmalloc_node(unsigned long size, int node)
{
	return __vmalloc_node(size, 1, GFP_KERNEL, node, __builtin_return_address(0));
}

void *vzalloc_node(unsigned long size, int node)
{
	return __vmalloc_node(size, 1, GFP_KERNEL | __GFP_ZERO, node, __builtin_return_address(0));
}

void *vmalloc_user(unsigned long size)
{
	return user(size, GFP_KERNEL, __builtin_return_address(0));
}

void *vmalloc_32(unsigned long size)
{
	return plain(size, GFP_KERNEL | GFP_DMA32, __builtin_return_address(0));
}

void *vmalloc_32_user(unsigned long size)
{
	return user(size, GFP_KERNEL | GFP_DMA32, __builtin_return_address(0));
}

void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return plain(size, gfp, __builtin_return_address(0));
}

#define HUGE_BYTES	(PAGE_SIZE << pageblock_order)

/* From 2 MiB on the address is aligned so that the host can use large pages for the blocks of order 9 and 10. */
void *vmalloc_huge(unsigned long size, gfp_t gfp)
{
	return __vmalloc_node_range(size, size >= HUGE_BYTES ? HUGE_BYTES : 1, VMALLOC_START, VMALLOC_END, gfp, PAGE_KERNEL,
				    VM_ALLOW_HUGE_VMAP, NUMA_NO_NODE, __builtin_return_address(0));
}

static void *array(size_t n, size_t size, gfp_t gfp, const void *caller)
{
	size_t bytes;

	if (check_mul_overflow(n, size, &bytes))
		return NULL;
	return plain(bytes, gfp, caller);
}

void *__vmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	return array(n, size, gfp, __builtin_return_address(0));
}

void *vmalloc_array(size_t n, size_t size)
{
	return array(n, size, GFP_KERNEL, __builtin_return_address(0));
}

void *__vcalloc(size_t n, size_t size, gfp_t gfp)
{
	return array(n, size, gfp | __GFP_ZERO, __builtin_return_address(0));
}

void *vcalloc(size_t n, size_t size)
{
	return array(n, size, GFP_KERNEL | __GFP_ZERO, __builtin_return_address(0));
}

void *module_alloc(unsigned long size)
{
	return size ? plain(size, GFP_KERNEL, __builtin_return_address(0)) : NULL;
}

static void free_now(const void *addr, const void *caller)
{
	struct kmk_area *area = kmk_area_take(addr, false, "vfree", caller);

	if (area)
		kmk_area_put(area);
}

static void free_later(const void *addr, const void *caller)
{
	struct kmk_area *area = kmk_area_take(addr, false, "vfree", caller);

	if (area)
		kmk_area_free_later(area);
}

void vfree(const void *addr)
{
	if (!addr)
		return;
	if (in_interrupt()) {
		free_later(addr, __builtin_return_address(0));
		return;
	}
	might_sleep();
	free_now(addr, __builtin_return_address(0));
}

void vfree_atomic(const void *addr)
{
	if (addr)
		free_later(addr, __builtin_return_address(0));
}

void module_memfree(void *region)
{
	if (region)
		free_now(region, __builtin_return_address(0));
}

void vmalloc_init(void)
{
}

unsigned long kmk_vmalloc_total(void)
{
	return VMALLOC_TOTAL;
}

unsigned long kmk_vmalloc_used(void)
{
	return vmalloc_nr_pages() << PAGE_SHIFT;
}
