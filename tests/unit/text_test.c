// SPDX-License-Identifier: MIT
/* Text that drivers make and read: %p extensions with structures behind them, sizes, escapes, option lists. */
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/in.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmdebug.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#define expect_text(test, wanted, fmt, ...) do {					\
	char text[128];									\
	int n = snprintf(text, sizeof(text), fmt, __VA_ARGS__);				\
	KUNIT_EXPECT_STREQ(test, text, wanted);						\
	KUNIT_EXPECT_EQ(test, n, (int)strlen(wanted));					\
} while (0)

static void resources(struct kunit *test)
{
	struct resource mem = DEFINE_RES_MEM(0xfe000000, 0x1000), io = DEFINE_RES_IO(0x3f8, 8);
	struct resource irq = DEFINE_RES_IRQ(5);

	expect_text(test, "[mem 0xfe000000-0xfe000fff]", "%pR", &mem);
	expect_text(test, "[io  0x03f8-0x03ff]", "%pR", &io);
	expect_text(test, "[irq 5]", "%pR", &irq);
	expect_text(test, "[irq 5 flags 0x400]", "%pr", &irq);
	mem.flags |= IORESOURCE_MEM_64 | IORESOURCE_PREFETCH;
	expect_text(test, "[mem 0xfe000000-0xfe000fff 64bit pref]", "%pR", &mem);
	mem.flags |= IORESOURCE_UNSET | IORESOURCE_DISABLED;
	expect_text(test, "[mem size 0x00001000 64bit pref disabled]", "%pR", &mem);
}

static void network_addresses(struct kunit *test)
{
	static const u8 one[16] = { [15] = 1 }, any[16], mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 7 };
	static const u8 full[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2 };
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_port = cpu_to_be16(80), .sin6_scope_id = 3 };

	expect_text(test, "2001:0db8:0000:0000:0001:0000:0000:0002", "%pI6", full);
	expect_text(test, "20010db8000000000001000000000002", "%pi6", full);
	expect_text(test, "2001:db8::1:0:0:2", "%pI6c", full);
	expect_text(test, "::1", "%pI6c", one);
	expect_text(test, "::", "%pI6c", any);
	expect_text(test, "::ffff:192.0.2.7", "%pI6c", mapped);
	expect_text(test, "7.2.0.192", "%pI4l", mapped + 12);
	memcpy(&sa.sin6_addr, one, 16);
	expect_text(test, "[::1]:80%3", "%pIScps", &sa);
}

static void sizes(struct kunit *test)
{
	char text[32], *end;

	KUNIT_EXPECT_EQ(test, memparse("3k,", &end), 3ull << 10);
	KUNIT_EXPECT_EQ(test, *end, ',');
	KUNIT_EXPECT_EQ(test, memparse("2P", NULL), 2ull << 50);
	KUNIT_EXPECT_EQ(test, memparse("0x1E", NULL), 0x1eull);
	KUNIT_EXPECT_EQ(test, memparse("1E", NULL), 1ull << 60);
	string_get_size(8192, 512, STRING_UNITS_2, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "4.00 MiB");
	string_get_size(1999, 1, STRING_UNITS_10, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "2.00 kB");
	string_get_size(~0ull, ~0ull, STRING_UNITS_2, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "256 UNK");
}

static void quotable(struct kunit *test)
{
	char *s = kstrdup_quotable("a\n\"b", GFP_KERNEL), **names = kasprintf_strarray(GFP_KERNEL, "gpio", 2);

	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_NOT_NULL(test, names);
	KUNIT_EXPECT_STREQ(test, s, "a\\x0a\\x22b");
	KUNIT_EXPECT_STREQ(test, names[1], "gpio-1");
	kfree_strarray(names, 2);
	kfree(s);
	expect_text(test, "a\\nb", "%*pE", 3, "a\nb");
}

static void option_lists(struct kunit *test)
{
	int v[8] = { 0 };

	get_options("4,7-9,1", ARRAY_SIZE(v), v);
	KUNIT_EXPECT_EQ(test, v[0], 5);
	KUNIT_EXPECT_EQ(test, v[4], 9);
	KUNIT_EXPECT_EQ(test, v[5], 1);
	get_options("1-20", ARRAY_SIZE(v), v);	/* the range's last value is not read any more */
	KUNIT_EXPECT_EQ(test, v[0], 19);
	KUNIT_EXPECT_EQ(test, v[7], 7);
	get_options("1-20", 0, v);
	KUNIT_EXPECT_EQ(test, v[0], 20);
}

static void a_page_is_described(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);

	KUNIT_ASSERT_NOT_NULL(test, page);
	dump_page(page + 1, "the test asks for it");
	__free_pages(page, 1);
}

static struct kunit_case text_cases[] = {
	KUNIT_CASE(resources),
	KUNIT_CASE(network_addresses),
	KUNIT_CASE(sizes),
	KUNIT_CASE(quotable),
	KUNIT_CASE(option_lists),
	KUNIT_CASE(a_page_is_described),
	{}
};

static struct kunit_suite text_suite = { .name = "text", .test_cases = text_cases };
kunit_test_suite(text_suite);

MODULE_LICENSE("Dual MIT/GPL");
