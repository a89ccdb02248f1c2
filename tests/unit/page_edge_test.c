// SPDX-License-Identifier: MIT
/* Frames: splitting with references held, frees of foreign addresses, references to free pages. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

static void split_keeps_references(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	get_page(page);
	split_page(page, 2);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	for (int i = 1; i < 4; i++)
		KUNIT_EXPECT_EQ(test, page_count(page + i), 1);
	put_page(page);
	for (int i = 0; i < 4; i++)
		__free_page(page + i);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
}

static void split_checks_the_order(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	for (unsigned int order = 0; order < 12; order++) {
		if (order == 1)
			continue;
		split_page(page, order);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		KUNIT_EXPECT_EQ(test, page_count(page + 1), 0);
	}
	__free_pages(page, 1);		/* still the block it was */
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
}

static char data[2 * PAGE_SIZE];

static void foreign_addresses_each_time(struct kunit *test)
{
	char local[16];
	void *area = vmalloc(PAGE_SIZE);
	unsigned long address[] = { (unsigned long)data, (unsigned long)local, 4096, ~0ul, (unsigned long)area };

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < ARRAY_SIZE(address); i++) {
			free_pages(address[i], i & 1);
			KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
		}
	free_page(0);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
	vfree(area);
}

/* A reference to a free page is none: neither counted nor to be given back. */
static void no_reference_to_free_pages(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL), *a, *b;

	__free_page(page);
	get_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_EQ(test, page_count(page), 0);
	put_page(page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	folio_get((struct folio *)page);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_FALSE(test, get_page_unless_zero(page));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
	KUNIT_EXPECT_FALSE(test, try_get_page(page));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
	KUNIT_EXPECT_EQ(test, page_count(page), 0);
	a = alloc_page(GFP_KERNEL);
	b = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_PTR_NE(test, a, b);
	KUNIT_EXPECT_TRUE(test, try_get_page(a));
	put_page(a);
	__free_page(a);
	__free_page(b);
}

static struct kunit_case page_edge_cases[] = {
	KUNIT_CASE(split_keeps_references),
	KUNIT_CASE(split_checks_the_order),
	KUNIT_CASE(foreign_addresses_each_time),
	KUNIT_CASE(no_reference_to_free_pages),
	{ }
};

static struct kunit_suite page_edge_suite = {
	.name = "page_edge",
	.test_cases = page_edge_cases,
};
kunit_test_suite(page_edge_suite);

MODULE_LICENSE("MIT");
