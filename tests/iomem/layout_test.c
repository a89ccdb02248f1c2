// SPDX-License-Identifier: MIT
/* For --proc layout,iomem: the check is in run.sh. The addresses that things really get. */
#include <kunit/test.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static void addresses(struct kunit *test)
{
	struct page *high = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
	void *k = kmalloc(100, GFP_KERNEL), *v = vmalloc(100), *p, *f;

	KUNIT_ASSERT_NOT_NULL(test, high);
	KUNIT_ASSERT_TRUE(test, PageHighMem(high));
	p = kmap(high);
	f = kmap_local_page(high);
	kunit_info(test, "at lowmem %px\n", k);
	kunit_info(test, "at vmemmap %px\n", high);
	kunit_info(test, "at vmalloc %px\n", v);
	kunit_info(test, "at pkmap %px\n", p);
	kunit_info(test, "at fixmap %px\n", f);
	kunit_info(test, "is vmalloc %#lx %#lx\n", VMALLOC_START, VMALLOC_END);
	kunit_info(test, "is pkmap %#lx %#lx\n", PKMAP_BASE, PKMAP_BASE + LAST_PKMAP * KMK_SLOT_STRIDE);
	kunit_info(test, "is fixmap %#lx %#lx\n", FIXADDR_START, FIXADDR_START + KMK_FIXMAP_SLOTS * KMK_SLOT_STRIDE);
	kunit_info(test, "is lowmem %#lx %#lx\n", PAGE_OFFSET, (unsigned long)high_memory);
	kunmap_local(f);
	kunmap(high);
	vfree(v);
	kfree(k);
	__free_page(high);
}

static struct kunit_case layout_cases[] = { KUNIT_CASE(addresses), {} };
static struct kunit_suite layout_suite = { .name = "layout", .test_cases = layout_cases };
kunit_test_suite(layout_suite);
MODULE_LICENSE("Dual MIT/GPL");
