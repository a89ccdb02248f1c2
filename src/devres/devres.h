/* SPDX-License-Identifier: MIT */
/* The record of one resource. */
#ifndef KMK_DEVRES_H
#define KMK_DEVRES_H

#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/slab.h>

struct devres_node {
	struct list_head entry;
	dr_release_t release;
	const char *name;
};

struct devres {
	struct devres_node node;
	u8 data[] __attribute__((aligned(ARCH_KMALLOC_MINALIGN)));
};

static inline struct devres *kmk_devres_of(const void *res)
{
	return container_of((const u8 (*)[])res, struct devres, data);
}

/* Not in any list; caller: whom the memory is attributed to. */
struct devres *kmk_devres_new(dr_release_t release, size_t size, gfp_t gfp, const char *name,
			      unsigned long caller);
#endif
