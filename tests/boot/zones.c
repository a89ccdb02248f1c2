/* SPDX-License-Identifier: MIT */
/*
 * Zones of a real machine, by address: every frame of every kind of request lies where its zone is, nothing is
 * counted twice, and requests fall back downwards only. HIGHMEM when the boot option highmem= made some.
 */
#include <kmemkit/kmemkit.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "page/page.h"
#include "port.h"
#include "port/x86_64/highmem.h"
#include "port/x86_64/space.h"

#define DMA_END		PHYS_PFN(16ull << 20)
#define DMA32_END	PHYS_PFN(4ull << 30)

static unsigned int passed, failed;

#define CHECK(c) check((c), #c, __LINE__)
static void check(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printk("not ok: line %d: %s\n", line, what);
}

static unsigned int zone_by_address(unsigned long pfn, unsigned long high)
{
	return pfn >= high ? ZONE_HIGHMEM : pfn < DMA_END ? ZONE_DMA : pfn < DMA32_END ? ZONE_DMA32 : ZONE_NORMAL;
}

/* Frame by frame from the firmware's map, less what was claimed: frame 0 is never handed out. */
static void test_counts(unsigned long high)
{
	unsigned long count[MAX_NR_ZONES] = { 0 };

	for (unsigned long pfn = 1; pfn < max_pfn; pfn++)
		if (pfn_valid(pfn))
			count[zone_by_address(pfn, high)]++;
	for (unsigned int z = 0; z < MAX_NR_ZONES; z++) {
		printk("%-8s %lu frames\n", kmk_zones[z].name, kmk_zones[z].managed);
		CHECK(count[z] == kmk_zones[z].managed);
		CHECK(!kmk_zones[z].managed || zone_by_address(kmk_zones[z].start_pfn, high) == z);
		CHECK(!kmk_zones[z].managed || zone_by_address(kmk_zones[z].end_pfn - 1, high) == z);
	}
}

static struct page *chain;

static struct page *hold(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | __GFP_NOWARN | __GFP_NORETRY);

	if (page) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	return page;
}

static void let_go(void)
{
	while (chain) {
		struct page *page = chain;

		chain = (struct page *)page->private;
		page->private = 0;
		__free_page(page);
	}
}

/* Until nothing is left: the zone asked for first, then it and those below it, never above. */
static void exhaust(gfp_t gfp, unsigned int top, unsigned long high)
{
	unsigned long got[MAX_NR_ZONES] = { 0 }, wrong = 0;
	struct page *page;

	while ((page = hold(gfp))) {
		unsigned int z = zone_by_address(page_to_pfn(page), high);

		wrong += z > top || page_zonenum(page) != z || (z < top && !got[top] && kmk_zones[top].managed);
		got[z]++;
	}
	CHECK(!wrong);
	CHECK(!kmk_zones[top].managed || got[top] > kmk_zones[top].managed / 2);
	CHECK(top != ZONE_DMA || (!got[ZONE_DMA32] && !got[ZONE_NORMAL]));
	printk("asked for %s: %lu DMA, %lu DMA32, %lu Normal, %lu HighMem\n", kmk_zones[top].name, got[ZONE_DMA],
	       got[ZONE_DMA32], got[ZONE_NORMAL], got[ZONE_HIGHMEM]);
	let_go();
}

static void do_read(uint64_t a) { (void)*(volatile uint64_t *)a; }

static void test_high(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	struct bare_user_end end;
	unsigned long *p;

	CHECK(page && PageHighMem(page) && !page_address(page));
	p = kmap(page);
	CHECK(p && kmap_to_page(p) == page && !memchr_inv(p, 0, PAGE_SIZE));
	p[7] = 1234;
	kunmap(page);
	p = kmap_local_page(page);
	CHECK(p[7] == 1234);
	kunmap_local(p);
	clear_highpage(page);
	p = kmap_local_page(page);
	CHECK(!p[7]);
	kunmap_local(p);
	bare_probe(do_read, (uint64_t)__va(page_to_phys(page)), &end);
	CHECK(end.vector == 14 && !end.error);		/* not in the direct map */
	bare_probe(do_read, (uint64_t)__va(PFN_PHYS(kmk_zones[ZONE_DMA32].start_pfn)), &end);
	CHECK(end.vector == UINT64_MAX);
	__free_page(page);
}

int bare_main(void)
{
	unsigned long high = ~0ul, want;

	if (kmemkit_start())
		return 1;
	want = bare_size_option("highmem") >> PAGE_SHIFT;
	if (kmk_zones[ZONE_HIGHMEM].managed)
		high = kmk_zones[ZONE_HIGHMEM].start_pfn;
	test_counts(high);
	CHECK(!want == !kmk_zones[ZONE_HIGHMEM].managed);
	CHECK(kmk_zones[ZONE_HIGHMEM].managed >= want && kmk_zones[ZONE_HIGHMEM].managed <= want + 1024);
	exhaust(GFP_KERNEL | __GFP_DMA, ZONE_DMA, high);
	exhaust(GFP_KERNEL | __GFP_DMA32, ZONE_DMA32, high);
	exhaust(GFP_KERNEL, ZONE_NORMAL, high);
	if (want) {
		exhaust(GFP_HIGHUSER, ZONE_HIGHMEM, high);
		test_high();
	}
	CHECK(!kmemkit_validate());
	printk("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
