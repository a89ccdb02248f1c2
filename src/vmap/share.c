/* SPDX-License-Identifier: MIT */
/* Where the frames behind an address are in the file of all frames. */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include <kmemkit/kmemkit.h>
#include <kmemkit/share.h>
#include "vmap/vmap.h"

/* Frame 0 is never handed out, so 0 means none. */
static unsigned long pfn_behind(const void *addr)
{
	struct page *page = NULL;

	if (is_vmalloc_addr(addr))
		page = vmalloc_to_page(addr);
	else if (virt_addr_valid(addr) || is_kmap_addr(addr) || kmk_is_local_addr(addr))
		page = kmap_to_page((void *)addr);
	return page ? page_to_pfn(page) : 0;
}

int kmk_share_runs(const void *addr, size_t len, struct kmk_share_run *run, unsigned int max)
{
	unsigned long last = 0;
	size_t at, end = PAGE_ALIGN(len);
	unsigned int n = 0;

	if (kmemkit_start() || !PAGE_ALIGNED(addr) || !len || end < len)
		return -EINVAL;
	for (at = 0; at < end; at += PAGE_SIZE) {
		unsigned long pfn = pfn_behind((const char *)addr + at);

		if (!pfn)
			return -EINVAL;
		if (!n || pfn != last + 1) {
			if (n++ < max)
				run[n - 1] = (struct kmk_share_run){ pfn << PAGE_SHIFT, PAGE_SIZE };
		} else if (n <= max) {
			run[n - 1].len += PAGE_SIZE;
		}
		last = pfn;
	}
	return (int)n;
}
