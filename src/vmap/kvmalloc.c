/* SPDX-License-Identifier: MIT */
/*
 * kvmalloc: from the slab room if that is easily had, else from the vmalloc window. The second way
 * sleeps, so callers that must not are content with the first. Sizes that can never be served are
 * NULL at once, whatever the flags, and over INT_MAX one WARN.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "base/edge.h"
#include "vmap/vmap.h"

/* For a first try that has a second behind it: no effort, no noise. */
static gfp_t try_flags(size_t size, gfp_t flags)
{
	if (size <= PAGE_SIZE)
		return flags;
	flags = (flags | __GFP_NOWARN) & ~__GFP_NOFAIL;
	return flags & __GFP_RETRY_MAYFAIL ? flags : flags | __GFP_NORETRY;
}

void *kvmalloc_node(size_t size, gfp_t flags, int node)
{
	void *p = kmalloc_node(size, try_flags(size, flags), node);

	if (p || size <= PAGE_SIZE || !gfpflags_allow_blocking(flags))
		return p;
	if (size > INT_MAX) {
		WARN_ON_ONCE(!(flags & __GFP_NOWARN));
		return NULL;
	}
	return __vmalloc_node_range(size, 1, VMALLOC_START, VMALLOC_END, flags, PAGE_KERNEL,
				    VM_ALLOW_HUGE_VMAP, node, __builtin_return_address(0));
}

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}

void kvfree_sensitive(const void *addr, size_t len)
{
	if (ZERO_OR_NULL_PTR(addr))
		return;
	memzero_explicit((void *)addr, len);
	kvfree(addr);
}

static size_t capacity(const void *p)
{
	struct vm_struct *area;

	if (!is_vmalloc_addr(p))
		return ksize(p);
	area = find_vm_area(p);
	return area && area->addr == p ? get_vm_area_size(area) : 0;
}

static void *move(const void *p, size_t used, size_t size, gfp_t flags)
{
	void *q = kvmalloc_node(size, flags, NUMA_NO_NODE);

	if (!q)
		return NULL;
	if (!ZERO_OR_NULL_PTR(p))
		memcpy(q, p, min(used, size));
	kvfree(p);
	return q;
}

static void *resize(const void *p, size_t size, gfp_t flags)
{
	size_t room;

	if (!is_vmalloc_addr(p)) {
		void *q = krealloc(p, size, try_flags(size, flags));

		if (q || size <= PAGE_SIZE)
			return q;
	}
	room = ZERO_OR_NULL_PTR(p) ? 0 : capacity(p);
	if (is_vmalloc_addr(p))
		kmk_edge_allow(p, room);
	if (size > room)
		return move(p, room, size, flags);
	if (size && flags & __GFP_ZERO)
		memset((void *)p + size, 0, room - size);
	if (size && is_vmalloc_addr(p))
		kmk_edge_set(p, size, room);
	if (size)
		return (void *)p;
	kvfree(p);
	return NULL;
}

void *kmk_kvrealloc(const void *p, size_t old_size, size_t new_size, gfp_t flags)
{
	if (old_size == SIZE_MAX)
		return resize(p, new_size, flags);
	return old_size >= new_size ? (void *)p : move(p, old_size, new_size, flags);
}
