/* SPDX-License-Identifier: MIT */
/*
 * Resources that a device owns, released in reverse order of their adding when its driver is unbound, its
 * probe fails, or its last reference goes.
 *
 * A resource is made by devres_alloc(release, size), becomes the device's by devres_add(), and is named
 * by its release function and a match. The devm_* calls are this for memory, regions and actions. A
 * group is a pair of marks in the list; releasing it releases what lies between them.
 *
 * Context: allocations as the gfp says; adding, finding and removing in any context; releasing as the
 * resource's release functions need. Freeing what the device does not own is reported.
 */
#ifndef _LINUX_DEVICE_DEVRES_H
#define _LINUX_DEVICE_DEVRES_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/numa.h>
#include <linux/overflow.h>
#include <linux/stdarg.h>
#include <linux/types.h>

struct device;
struct device_node;
struct resource;

typedef void (*dr_release_t)(struct device *dev, void *res);
typedef int (*dr_match_t)(struct device *dev, void *res, void *match_data);

/* Zeroed memory of the resource, or NULL. */
void *__devres_alloc_node(dr_release_t release, size_t size, gfp_t gfp, int nid, const char *name)
	__malloc;
#define devres_alloc(release, size, gfp) __devres_alloc_node(release, size, gfp, NUMA_NO_NODE, #release)
#define devres_alloc_node(release, size, gfp, nid) __devres_alloc_node(release, size, gfp, nid, #release)

void devres_free(void *res);		/* one that was never added */
void devres_add(struct device *dev, void *res);
/* The latest that matches; match NULL: any with that release function. */
void *devres_find(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* The same, or else new_res is added; the one not used is freed. */
void *devres_get(struct device *dev, void *new_res, dr_match_t match, void *match_data);
void *devres_remove(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
/* 0, or -ENOENT. destroy: without calling the release function. */
int devres_destroy(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
int devres_release(struct device *dev, dr_release_t release, dr_match_t match, void *match_data);
void devres_for_each_res(struct device *dev, dr_release_t release, dr_match_t match, void *match_data,
			 void (*fn)(struct device *, void *, void *), void *data);
/* How many were released, or -ENODEV for a device that was never initialised. */
int devres_release_all(struct device *dev);

/* id NULL: the group's own address. Returns the id, or NULL. The others, with id NULL: the latest open group. */
void *devres_open_group(struct device *dev, void *id, gfp_t gfp) __must_check;
void devres_close_group(struct device *dev, void *id);
void devres_remove_group(struct device *dev, void *id);	/* the marks only */
int devres_release_group(struct device *dev, void *id);

/* ---- actions ---- */

/* 0 or -ENOMEM; the _or_reset form then runs the action at once. */
int devm_add_action(struct device *dev, void (*action)(void *), void *data);
void devm_remove_action(struct device *dev, void (*action)(void *), void *data);
int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data);
void devm_release_action(struct device *dev, void (*action)(void *), void *data);
bool devm_is_action_added(struct device *dev, void (*action)(void *), void *data);

static inline int devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data)
{
	int err = devm_add_action(dev, action, data);

	if (err)
		action(data);
	return err;
}

/* ---- memory ---- */

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp) __malloc;
void *devm_krealloc(struct device *dev, void *ptr, size_t size, gfp_t gfp) __must_check;
void devm_kfree(struct device *dev, const void *p);
char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp) __malloc;
const char *devm_kstrdup_const(struct device *dev, const char *s, gfp_t gfp);
void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp);
__printf(3, 4) char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...) __malloc;
__printf(3, 0) char *devm_kvasprintf(struct device *dev, gfp_t gfp, const char *fmt, va_list ap) __malloc;
unsigned long devm_get_free_pages(struct device *dev, gfp_t gfp, unsigned int order);
void devm_free_pages(struct device *dev, unsigned long addr);
void __percpu *__devm_alloc_percpu(struct device *dev, size_t size, size_t align);
void devm_free_percpu(struct device *dev, void __percpu *p);
#define devm_alloc_percpu(dev, type) \
	((__typeof__(type) __percpu *)__devm_alloc_percpu(dev, sizeof(type), __alignof__(type)))

static inline void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size, gfp | __GFP_ZERO);
}

static inline void *devm_kmalloc_array(struct device *dev, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return unlikely(check_mul_overflow(n, size, &bytes)) ? NULL : devm_kmalloc(dev, bytes, flags);
}

static inline void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t flags)
{
	return devm_kmalloc_array(dev, n, size, flags | __GFP_ZERO);
}

static inline void *devm_krealloc_array(struct device *dev, void *p, size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return unlikely(check_mul_overflow(n, size, &bytes)) ? NULL : devm_krealloc(dev, p, bytes, flags);
}

static inline void *devm_kmemdup_array(struct device *dev, const void *src, size_t n, size_t size, gfp_t flags)
{
	return devm_kmemdup(dev, src, size_mul(n, size), flags);
}

/* ---- regions of bus addresses ---- */

struct resource *__devm_request_region(struct device *dev, struct resource *parent, resource_size_t start,
				       resource_size_t n, const char *name);
void __devm_release_region(struct device *dev, struct resource *parent, resource_size_t start,
			   resource_size_t n);
#define devm_request_region(dev, start, n, name) \
	__devm_request_region(dev, &ioport_resource, (start), (n), (name))
#define devm_request_mem_region(dev, start, n, name) \
	__devm_request_region(dev, &iomem_resource, (start), (n), (name))
#define devm_release_region(dev, start, n) \
	__devm_release_region(dev, &ioport_resource, (start), (n))
#define devm_release_mem_region(dev, start, n) \
	__devm_release_region(dev, &iomem_resource, (start), (n))
int devm_request_resource(struct device *dev, struct resource *root, struct resource *new);
void devm_release_resource(struct device *dev, struct resource *new);

/* ---- mappings of device ranges: NULL, or (resource) ERR_PTR; may sleep ---- */

void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size);
void __iomem *devm_ioremap_uc(struct device *dev, resource_size_t offset, resource_size_t size);
void __iomem *devm_ioremap_wc(struct device *dev, resource_size_t offset, resource_size_t size);
void devm_iounmap(struct device *dev, void __iomem *addr);
/* Requests the region, too: -EINVAL for what is no memory, -EBUSY, -ENOMEM. */
void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res);
void __iomem *devm_ioremap_resource_wc(struct device *dev, const struct resource *res);
#define IOMEM_ERR_PTR(err)	((void __iomem *)ERR_PTR(err))
#endif
