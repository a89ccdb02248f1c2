/* SPDX-License-Identifier: MIT */
/* Managed memory, actions and regions: thin users of the resource list. */
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/instruction_pointer.h>
#include <linux/ioport.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "devres.h"

/* Callbacks have the parameters that their callers pass. */
#pragma GCC diagnostic ignored "-Wunused-parameter"

static void not_owned(struct device *dev, const char *call, const void *p)
{
	WARN(1, "%s(): %px does not belong to device '%s'\n", call, p, dev_name(dev));
}

/* ---- memory ---- */

static void memory_release(struct device *dev, void *res) { }

static int is_address(struct device *dev, void *res, void *p)
{
	return res == p;
}

static void *memory(struct device *dev, size_t size, gfp_t gfp, unsigned long caller)
{
	struct devres *dr;

	if (unlikely(!size))
		return ZERO_SIZE_PTR;
	dr = kmk_devres_new(memory_release, size, gfp, "devm_kmalloc", caller);
	if (!dr)
		return NULL;
	devres_add(dev, dr->data);
	return dr->data;
}

void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return memory(dev, size, gfp, _RET_IP_);
}

void devm_kfree(struct device *dev, const void *p)
{
	if (ZERO_OR_NULL_PTR(p))
		return;
	if (devres_destroy(dev, memory_release, is_address, (void *)p))
		not_owned(dev, "devm_kfree", p);
}

/* Puts new where old stands, so that the order of release stays. */
static bool replace(struct device *dev, void *old, struct devres *new)
{
	struct devres_node *node;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dev->devres_lock, flags);
	list_for_each_entry_reverse(node, &dev->devres_head, entry) {
		if (node != &kmk_devres_of(old)->node || node->release != memory_release)
			continue;
		if (new)
			list_replace_init(&node->entry, &new->node.entry);
		found = true;
		break;
	}
	spin_unlock_irqrestore(&dev->devres_lock, flags);
	return found;
}

static void *grow(struct device *dev, void *ptr, size_t room, size_t size, gfp_t gfp, unsigned long caller)
{
	struct devres *new = kmk_devres_new(memory_release, size, gfp, "devm_krealloc", caller);

	if (!new)
		return NULL;
	memcpy(new->data, ptr, room);
	replace(dev, ptr, new);
	kfree(kmk_devres_of(ptr));
	return new->data;
}

void *devm_krealloc(struct device *dev, void *ptr, size_t size, gfp_t gfp)
{
	size_t room;

	if (!size) {
		devm_kfree(dev, ptr);
		return ZERO_SIZE_PTR;
	}
	if (ZERO_OR_NULL_PTR(ptr))
		return memory(dev, size, gfp, _RET_IP_);
	if (!replace(dev, ptr, NULL)) {
		not_owned(dev, "devm_krealloc", ptr);
		return NULL;
	}
	room = ksize(kmk_devres_of(ptr)) - sizeof(struct devres);
	if (size <= room) {
		if (gfp & __GFP_ZERO)
			memset((char *)ptr + size, 0, room - size);
		return ptr;
	}
	return grow(dev, ptr, room, size, gfp, _RET_IP_);
}

static void *copy(struct device *dev, const void *src, size_t len, gfp_t gfp, unsigned long caller)
{
	void *p = memory(dev, len, gfp, caller);

	if (p && len)
		memcpy(p, src, len);
	return p;
}

char *devm_kstrdup(struct device *dev, const char *s, gfp_t gfp)
{
	return s ? copy(dev, s, strlen(s) + 1, gfp, _RET_IP_) : NULL;
}

/* As kstrdup_const() here: always a copy, since programs have no section that only the kernel owns. */
const char *devm_kstrdup_const(struct device *dev, const char *s, gfp_t gfp)
{
	return s ? copy(dev, s, strlen(s) + 1, gfp, _RET_IP_) : NULL;
}

void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp)
{
	return copy(dev, src, len, gfp, _RET_IP_);
}

static char *print(struct device *dev, gfp_t gfp, const char *fmt, va_list ap, unsigned long caller)
{
	va_list again;
	size_t len;
	char *p;

	va_copy(again, ap);
	len = (size_t)vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = memory(dev, len + 1, gfp, caller);
	if (p)
		vsnprintf(p, len + 1, fmt, ap);
	return p;
}

char *devm_kvasprintf(struct device *dev, gfp_t gfp, const char *fmt, va_list ap)
{
	return print(dev, gfp, fmt, ap, _RET_IP_);
}

char *devm_kasprintf(struct device *dev, gfp_t gfp, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = print(dev, gfp, fmt, ap, _RET_IP_);
	va_end(ap);
	return p;
}

/* ---- pages ---- */

struct pages { unsigned long addr; unsigned int order; };

static void pages_release(struct device *dev, void *res)
{
	struct pages *pages = res;

	free_pages(pages->addr, pages->order);
}

static int is_pages(struct device *dev, void *res, void *addr)
{
	return ((struct pages *)res)->addr == (unsigned long)addr;
}

unsigned long devm_get_free_pages(struct device *dev, gfp_t gfp, unsigned int order)
{
	unsigned long addr = __get_free_pages(gfp, order);
	struct pages *pages = addr ? devres_alloc(pages_release, sizeof(*pages), GFP_KERNEL) : NULL;

	if (!pages) {
		if (addr)
			free_pages(addr, order);
		return 0;
	}
	*pages = (struct pages){ addr, order };
	devres_add(dev, pages);
	return addr;
}

void devm_free_pages(struct device *dev, unsigned long addr)
{
	if (devres_release(dev, pages_release, is_pages, (void *)addr))
		not_owned(dev, "devm_free_pages", (void *)addr);
}

/* ---- per-CPU memory ---- */

static void percpu_release(struct device *dev, void *res)
{
	free_percpu(*(void __percpu **)res);
}

static int is_percpu(struct device *dev, void *res, void *p)
{
	return *(void **)res == p;
}

void __percpu *__devm_alloc_percpu(struct device *dev, size_t size, size_t align)
{
	void __percpu *p = __alloc_percpu(size, align);
	void **res = p ? devres_alloc(percpu_release, sizeof(p), GFP_KERNEL) : NULL;

	if (!res) {
		free_percpu(p);
		return NULL;
	}
	*res = p;
	devres_add(dev, res);
	return p;
}

void devm_free_percpu(struct device *dev, void __percpu *p)
{
	if (devres_release(dev, percpu_release, is_percpu, p))
		not_owned(dev, "devm_free_percpu", p);
}

/* ---- actions ---- */

struct action { void (*fn)(void *); void *data; };

static void action_release(struct device *dev, void *res)
{
	struct action *a = res;

	a->fn(a->data);
}

static int is_action(struct device *dev, void *res, void *p)
{
	struct action *a = res, *wanted = p;

	return a->fn == wanted->fn && a->data == wanted->data;
}

int devm_add_action(struct device *dev, void (*action)(void *), void *data)
{
	struct devres *dr = kmk_devres_new(action_release, sizeof(struct action), GFP_KERNEL, "devm_action", _RET_IP_);

	if (!dr)
		return -ENOMEM;
	*(struct action *)dr->data = (struct action){ action, data };
	devres_add(dev, dr->data);
	return 0;
}

int devm_remove_action_nowarn(struct device *dev, void (*action)(void *), void *data)
{
	struct action a = { action, data };

	return devres_destroy(dev, action_release, is_action, &a);
}

void devm_remove_action(struct device *dev, void (*action)(void *), void *data)
{
	if (devm_remove_action_nowarn(dev, action, data))
		not_owned(dev, "devm_remove_action", (void *)action);
}

void devm_release_action(struct device *dev, void (*action)(void *), void *data)
{
	struct action a = { action, data };

	if (devres_release(dev, action_release, is_action, &a))
		not_owned(dev, "devm_release_action", (void *)action);
}

bool devm_is_action_added(struct device *dev, void (*action)(void *), void *data)
{
	struct action a = { action, data };

	return devres_find(dev, action_release, is_action, &a) != NULL;
}

/* ---- regions ---- */

struct region { struct resource *parent; resource_size_t start, n; };

static void region_release(struct device *dev, void *res)
{
	struct region *r = res;

	__release_region(r->parent, r->start, r->n);
}

static int is_region(struct device *dev, void *res, void *p)
{
	struct region *r = res, *wanted = p;

	return r->parent == wanted->parent && r->start == wanted->start && r->n == wanted->n;
}

struct resource *__devm_request_region(struct device *dev, struct resource *parent, resource_size_t start,
				       resource_size_t n, const char *name)
{
	struct region *r = devres_alloc(region_release, sizeof(*r), GFP_KERNEL);
	struct resource *res;

	if (!r)
		return NULL;
	*r = (struct region){ parent, start, n };
	res = __request_region(parent, start, n, name, 0);
	if (res)
		devres_add(dev, r);
	else
		devres_free(r);
	return res;
}

void __devm_release_region(struct device *dev, struct resource *parent, resource_size_t start,
			   resource_size_t n)
{
	struct region r = { parent, start, n };

	if (devres_release(dev, region_release, is_region, &r))
		not_owned(dev, "devm_release_region", (void *)(unsigned long)start);
}

static void resource_release(struct device *dev, void *res)
{
	release_resource(*(struct resource **)res);
}

static int is_resource(struct device *dev, void *res, void *p)
{
	return *(struct resource **)res == p;
}

int devm_request_resource(struct device *dev, struct resource *root, struct resource *new)
{
	struct resource **res = devres_alloc(resource_release, sizeof(new), GFP_KERNEL), *conflict;

	if (!res)
		return -ENOMEM;
	conflict = request_resource_conflict(root, new);
	if (conflict) {
		dev_err(dev, "resource collision: %pR conflicts with %s %pR\n", new, conflict->name, conflict);
		devres_free(res);
		return -EBUSY;
	}
	*res = new;
	devres_add(dev, res);
	return 0;
}

void devm_release_resource(struct device *dev, struct resource *new)
{
	if (devres_release(dev, resource_release, is_resource, new))
		not_owned(dev, "devm_release_resource", new);
}
