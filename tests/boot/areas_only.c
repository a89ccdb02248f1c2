/* SPDX-License-Identifier: MIT */
/*
 * An image with frames, slabs and virtual areas, no start.c: the third level that another kernel can take.
 * Scattered frames become one range, with a page behind it that faults. An image that can tell defines
 * areas_faults() (areas_probe.c); without it that is not looked at.
 */
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "rooms.h"
#include "slab/slab.h"
#include "sync/sync.h"
#include "vmap/vmap.h"

/* Names of higher rooms. The tree of bus addresses, which ioremap() asks, is empty here. */
int kmemkit_start(void);
int kmemkit_start(void) { return 0; }
struct resource iomem_resource;
int insert_resource(struct resource *parent, struct resource *new) { (void)parent; (void)new; return 0; }
int request_resource(struct resource *root, struct resource *new) { (void)root; (void)new; return 0; }
int remove_resource(struct resource *old) { (void)old; return 0; }
int region_intersects(resource_size_t start, size_t size, unsigned long flags, unsigned long desc)
{
	(void)start, (void)size, (void)flags, (void)desc;
	return REGION_DISJOINT;
}

static unsigned int passed, failed;

#define CHECK(c) check((c), #c, __LINE__)
static void check(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printk("not ok: line %d: %s\n", line, what);
}

/* Does a read of addr fault? */
bool areas_faults(unsigned long addr) __attribute__((weak));

static void test_vmalloc(void)
{
	unsigned long *p = vmalloc(5 * PAGE_SIZE);

	CHECK(p && is_vmalloc_addr(p));
	for (unsigned int i = 0; i < 5; i++)
		p[i * 512] = i;
	for (unsigned int i = 0; i < 5; i++)
		CHECK(*(unsigned long *)page_address(vmalloc_to_page(p + i * 512)) == i);
	if (areas_faults) {
		CHECK(!areas_faults((unsigned long)p + 4 * PAGE_SIZE));
		CHECK(areas_faults((unsigned long)p + 5 * PAGE_SIZE));
	}
	vfree(p);
}

static void test_vmap(void)
{
	struct page *pages[4];
	char *p;

	for (unsigned int i = 0; i < 4; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	swap(pages[0], pages[3]);
	p = vmap(pages, 4, VM_MAP, PAGE_KERNEL);
	CHECK(p != NULL);
	p[3 * PAGE_SIZE] = 7;
	CHECK(*(char *)page_address(pages[3]) == 7);
	vunmap(p);
	for (unsigned int i = 0; i < 4; i++)
		__free_page(pages[i]);
}

int bare_main(void);
int bare_main(void)
{
	static struct port_desc desc;

	if (port_describe(&desc))
		return 1;
	kmk_option_set(desc.options);
	if (kmk_sync_start(&desc) || kmk_page_start(&desc) || kmk_slab_start() || kmk_vmap_start(&desc))
		return 1;
	test_vmalloc();
	test_vmap();
	CHECK(!page_validate() && !slab_validate() && kmk_vmap_validate());
	printk("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
