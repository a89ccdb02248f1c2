/* SPDX-License-Identifier: MIT */
/* Which device is at which physical range: files of the host, and simulated devices. */
#include <linux/errno.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/slab.h>

#include <kmemkit/kmemkit.h>
#include "base/report.h"
#include "port.h"
#include "rooms.h"
#include "vmap/io.h"

struct kmk_lock kmk_io_lock = KMK_LOCK_INIT(KMK_RANK_IOMEM);
static LIST_HEAD(ranges);
static struct kmk_iomem files[PORT_MAX_IOMEM];
static bool any_address;

static int add(struct kmk_iomem *r)
{
	int err = insert_resource(&iomem_resource, &r->res);

	if (err)
		return err;
	kmk_lock(&kmk_io_lock);
	list_add(&r->list, &ranges);
	kmk_unlock(&kmk_io_lock);
	return 0;
}

int kmk_iomem_start(const struct port_desc *desc)
{
	int err = 0;

	any_address = desc->features & PORT_F_MMIO;
	kmk_ioremap_start();
	for (unsigned int i = 0; i < desc->nr_iomem && !err; i++) {
		const struct port_iomem *p = &desc->iomem[i];

		files[i].res = (struct resource)DEFINE_RES_MEM_NAMED(p->start, p->end - p->start, p->name);
		files[i].widths = p->widths;
		err = add(&files[i]);
	}
	return err;
}

bool kmk_iomem_any_address(void)
{
	return any_address;
}

struct kmk_iomem *kmk_iomem_get(phys_addr_t start, phys_addr_t end)
{
	struct kmk_iomem *r, *found = NULL;

	kmk_lock(&kmk_io_lock);
	list_for_each_entry(r, &ranges, list)
		if (r->res.start <= start && end <= r->res.end)
			found = r;
	if (found)
		found->users++;
	kmk_unlock(&kmk_io_lock);
	return found;
}

void kmk_iomem_put(struct kmk_iomem *range)
{
	kmk_lock(&kmk_io_lock);
	range->users--;
	kmk_unlock(&kmk_io_lock);
}

int kmemkit_iomem_register(phys_addr_t start, resource_size_t size, const char *name,
			   const struct kmk_iomem_ops *ops, void *ctx)
{
	struct kmk_iomem *r;
	int err;

	if (!size || start + size - 1 < start || !ops)
		return -EINVAL;
	err = kmemkit_start();
	if (err)
		return err;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->res = (struct resource)DEFINE_RES_MEM_NAMED(start, size, name);
	r->ops = ops;
	r->ctx = ctx;
	r->widths = ops->widths;
	/* request, not insert: a device neither swallows another range nor goes below one. */
	err = request_resource(&iomem_resource, &r->res);
	if (err) {
		kfree(r);
		return err;
	}
	kmk_lock(&kmk_io_lock);
	list_add(&r->list, &ranges);
	kmk_unlock(&kmk_io_lock);
	return 0;
}

static void still_mapped(const struct kmk_iomem *r, unsigned int users, const void *caller)
{
	kmk_report_begin("BUG: kmemkit_iomem_unregister() of %s, which is still ioremapped (%u times)\n",
			 r->res.name, users);
	kmk_report_line("called from %pSR; nothing was changed\n", caller);
	kmk_report_end(KMK_POLICY_BUG);
}

int kmemkit_iomem_unregister(phys_addr_t start)
{
	struct kmk_iomem *r, *found = NULL;
	unsigned int users = 0;

	kmk_lock(&kmk_io_lock);
	list_for_each_entry(r, &ranges, list)
		if (r->ops && r->res.start == start)
			found = r;
	if (found && !(users = found->users))
		list_del(&found->list);
	kmk_unlock(&kmk_io_lock);
	if (!found)
		return -ENOENT;
	if (users) {
		still_mapped(found, users, __builtin_return_address(0));
		return -EBUSY;
	}
	/* Regions that a driver forgot to release stay, one level up. */
	remove_resource(&found->res);
	kfree(found);
	return 0;
}
