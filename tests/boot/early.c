/* SPDX-License-Identifier: MIT */
/*
 * Memory before the buddy: what an image reserved or took before port_describe() is never handed out, and
 * keeps its contents while every other frame of the machine is overwritten.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "base/option.h"
#include "page/page.h"
#include "port.h"
#include "port_inline.h"
#include "port/x86_64/early.h"
#include "sync/sync.h"

int bare_main(void);

/* Names of higher rooms that this image has not. */
int kmemkit_start(void);
int kmemkit_start(void) { return 0; }
void kvfree(const void *addr) { WARN(1, "kvfree(%px) without a slab room\n", addr); }

#define RESERVED	(48ul << 20)
#define RESERVED_LEN	(3ul << 20)
#define MARK		0x5a

static unsigned int passed, failed;

#define CHECK(c) check((c), #c)
static void check(bool ok, const char *what)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printk("not ok: %s\n", what);
}

static bool marked(unsigned long pa, unsigned long len)
{
	const unsigned char *p = __va(pa);

	while (len--)
		if (*p++ != MARK)
			return false;
	return true;
}

/* All frames there are, each written over; then given back. */
static unsigned long overwrite_all(void)
{
	unsigned long n = 0, link = 0;
	struct page *page;

	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN | __GFP_MEMALLOC))) {
		memset(page_address(page), 0, PAGE_SIZE);
		page->private = link;
		link = page_to_pfn(page);
		n++;
	}
	while (link) {
		page = pfn_to_page(link);
		link = page->private;
		page->private = 0;
		__free_page(page);
	}
	return n;
}

int bare_main(void)
{
	static struct port_desc desc;
	unsigned long large, small;
	unsigned int full = 0;
	void *obj, *aux;

	CHECK(!bare_early_reserve(RESERVED, RESERVED_LEN));
	CHECK(bare_early_reserve(RESERVED + 1, PAGE_SIZE) == -EINVAL && bare_early_add(0, 0) == -EINVAL);
	large = bare_early_take(5 * PAGE_SIZE, 2ul << 20);
	small = bare_early_take(PAGE_SIZE, 1);
	CHECK(large && !(large & ((2ul << 20) - 1)) && large >= 1 << 20);
	CHECK(small && small != large && !(small & ~PAGE_MASK));
	CHECK(small + PAGE_SIZE <= large || small >= large + 5 * PAGE_SIZE);
	CHECK(!bare_early_take(1ul << 40, 1) && !bare_early_take(PAGE_SIZE, 3 * PAGE_SIZE));
	CHECK(!bare_early_add(RESERVED + PAGE_SIZE, PAGE_SIZE));	/* reserved wins */
	memset(__va(RESERVED), MARK, RESERVED_LEN);
	memset(__va(large), MARK, 5 * PAGE_SIZE);
	memset(__va(small), MARK, PAGE_SIZE);

	/* Arrays are empty already, wherever they come to lie: RAM behind the image is not mistaken for one. */
	for (unsigned int i = 1; i < 1u << (KMK_PCPU_SHIFT - PAGE_SHIFT); i++)
		full += port_array_pop(i * (u32)PAGE_SIZE, &obj, &aux);
	CHECK(!full && !port_array_push(PAGE_SIZE, &desc, NULL));
	if (port_describe(&desc))
		return 1;
	CHECK(bare_early_reserve(1 << 20, PAGE_SIZE) == -EINVAL && !bare_early_take(PAGE_SIZE, 1));
	kmk_option_set(desc.options);
	if (kmk_sync_start(&desc) || kmk_page_start(&desc))
		return 1;
	CHECK(overwrite_all() > totalram_pages() / 2);
	CHECK(!pfn_valid(PHYS_PFN(RESERVED)) && !pfn_valid(PHYS_PFN(small)) && pfn_valid(PHYS_PFN(RESERVED) - 1));
	CHECK(!page_validate());
	CHECK(marked(large, 5 * PAGE_SIZE) && marked(small, PAGE_SIZE));
	/* What was only reserved is not in the direct map: to look at it again it must be shown elsewhere. */
	CHECK(!port_map((void *)VMALLOC_START, RESERVED, RESERVED_LEN, PORT_READ));
	CHECK(marked(VMALLOC_START - PAGE_OFFSET, RESERVED_LEN));
	CHECK(!port_map((void *)VMALLOC_START, large, 5 * PAGE_SIZE, PORT_READ));
	CHECK(marked(VMALLOC_START - PAGE_OFFSET, 5 * PAGE_SIZE));
	CHECK(!port_map((void *)VMALLOC_START, small, PAGE_SIZE, PORT_READ));
	CHECK(marked(VMALLOC_START - PAGE_OFFSET, PAGE_SIZE));
	printk("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
