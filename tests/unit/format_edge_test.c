// SPDX-License-Identifier: MIT
/* Text in and out at its edges: what Linux 6.1 prints and reads there, where it is not C's. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

static char text[128];

#define PRINTS(expected, ...) do {						\
	snprintf(text, sizeof(text), __VA_ARGS__);				\
	KUNIT_EXPECT_STREQ(test, text, expected);				\
} while (0)

static void error_names(struct kunit *test)
{
	PRINTS("-EPROBE_DEFER", "%pe", ERR_PTR(-517));
	PRINTS("-ERESTART_RESTARTBLOCK", "%pe", ERR_PTR(-516));
	PRINTS("-ENOMEM", "%pe", ERR_PTR(-ENOMEM));
	PRINTS("-600", "%pe", ERR_PTR(-600));
}

static void zeros_fill_the_width(struct kunit *test)
{
	PRINTS("00000005", "%08.3d", 5);
	PRINTS("-0000005", "%08.3d", -5);
	PRINTS("     005", "%8.3d", 5);
	PRINTS("005     ", "%-08.3d", 5);
	PRINTS("0x000005", "%#08.3x", 5);
	PRINTS("00005", "%03.5d", 5);
}

static void widths_of_pointers(struct kunit *test)
{
	PRINTS("<   01:02:03:04:05:06>", "<%20pM>", "\1\2\3\4\5\6");
	PRINTS("<010203040506   >", "<%-15pm>", "\1\2\3\4\5\6");
	PRINTS("<30313233-3435-3637-3839-616263646566  >", "<%-38pUb>", "0123456789abcdef");
	PRINTS("<01:02:03:04:05:06>", "<%pM>", "\1\2\3\4\5\6");
	PRINTS("0x0", "%ps", NULL);
	PRINTS("0x0", "%pS", NULL);
}

static void resources_and_flags(struct kunit *test)
{
	struct resource r = { .start = 0x10, .end = 0x1f, .flags = IORESOURCE_MEM | IORESOURCE_UNSET };
	unsigned long vm = 0;
	gfp_t none = 0;

	PRINTS("[mem 0x00000010-0x0000001f flags 0x20000200]", "%pr", &r);
	PRINTS("[mem size 0x00000010]", "%pR", &r);
	r.flags = 0;
	PRINTS("[??? 0x00000010-0x0000001f flags 0x0]", "%pR", &r);
	PRINTS("[]", "[%pGg]", &none);
	PRINTS("[]", "[%pGv]", &vm);
}

static void wide_fields_are_limited(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, snprintf(text, sizeof(text), "%*d", (1 << 23) - 1, 1), (1 << 23) - 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0ul);
	KUNIT_EXPECT_EQ(test, snprintf(text, sizeof(text), "%*d", 1 << 23, 1), (1 << 23) - 1);
	KUNIT_EXPECT_EQ(test, snprintf(text, sizeof(text), "%99999999999d", 1), (1 << 23) - 1);
	KUNIT_EXPECT_EQ(test, snprintf(text, sizeof(text), "%*d", INT_MIN, 1), (1 << 23) - 1);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);	/* once a program */
	KUNIT_EXPECT_EQ(test, snprintf(text, sizeof(text), "%.*d", 32768, 1), 32767);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
}

static void scanning(struct kunit *test)
{
	char s[16] = "keep";
	int n = -1, m = -1;

	KUNIT_EXPECT_EQ(test, sscanf("abc", "%3[0-9]", s), 0);
	KUNIT_EXPECT_STREQ(test, s, "keep");
	KUNIT_EXPECT_EQ(test, sscanf("abc", "%[abc]", s), 0);		/* a width is needed */
	KUNIT_EXPECT_STREQ(test, s, "keep");
	KUNIT_EXPECT_EQ(test, sscanf("00:0a", "%2[^:]:%d", s, &n), 2);
	KUNIT_EXPECT_STREQ(test, s, "00");
	memset(s, 0, sizeof(s));
	KUNIT_EXPECT_EQ(test, sscanf("97", "%5c", s), 1);
	KUNIT_EXPECT_STREQ(test, s, "97");
	KUNIT_EXPECT_EQ(test, sscanf("12:34 7", "%*d %d", &n), 1);
	KUNIT_EXPECT_EQ(test, n, 7);
	KUNIT_EXPECT_EQ(test, sscanf("a b 9", "%*s %*s %d", &n), 1);
	KUNIT_EXPECT_EQ(test, n, 9);
	KUNIT_EXPECT_EQ(test, sscanf("5", "%*3[0-9]", s), 0);
	KUNIT_EXPECT_EQ(test, sscanf("  ", "%s", s), 1);
	KUNIT_EXPECT_STREQ(test, s, "");
	KUNIT_EXPECT_EQ(test, sscanf("5", "%0d", &n), 0);
	KUNIT_EXPECT_EQ(test, sscanf("1 2", "%d%d", &n, &m), 2);
	KUNIT_EXPECT_EQ(test, n * 10 + m, 12);
}

static void numbers_that_do_not_fit(struct kunit *test)
{
	unsigned long long v;
	char *end;

	KUNIT_EXPECT_EQ(test, simple_strtoull("0xfffffffffffffffff", &end, 0), ~0ull);
	KUNIT_EXPECT_EQ(test, *end, 0);
	KUNIT_EXPECT_EQ(test, simple_strtoull("18446744073709551617", NULL, 10), 1ull);
	KUNIT_EXPECT_EQ(test, simple_strtoull("184467440737095516169", NULL, 10), 9ull);
	KUNIT_EXPECT_EQ(test, kstrtoull("0xfffffffffffffffff", 0, &v), -ERANGE);
	KUNIT_EXPECT_EQ(test, memparse("0xfffffffffffffffff", NULL), ~0ull);
	KUNIT_EXPECT_EQ(test, simple_strtoull("0xg", &end, 16), 0ull);
	KUNIT_EXPECT_STREQ(test, end, "g");
	KUNIT_EXPECT_EQ(test, simple_strtoull("0xg", &end, 0), 0ull);
	KUNIT_EXPECT_STREQ(test, end, "xg");
	KUNIT_EXPECT_EQ(test, kstrtoull("0x", 16, &v), -EINVAL);
}

static void lists_end_at_a_newline(struct kunit *test)
{
	DECLARE_BITMAP(map, 64);

	KUNIT_EXPECT_EQ(test, bitmap_parselist("4\n53,0", map, 31), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0x10ul);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("3\n0-N", map, 64), 0);
	KUNIT_EXPECT_EQ(test, map[0], 8ul);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("\n3 \n 5", map, 64), 0);	/* there it is a blank */
	KUNIT_EXPECT_EQ(test, map[0], 0x28ul);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("0-3:1/2\n6", map, 64), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0x45ul);
}

static int parsed(const char *s, unsigned int len, unsigned int bits, unsigned long *map)
{
	return bitmap_parse(s, len, map, bits);
}

static void words_of_eight_digits(struct kunit *test)
{
	DECLARE_BITMAP(map, 128);

	KUNIT_EXPECT_EQ(test, parsed("000000001", 9, 64, map), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, parsed("0,8f", 4, 32, map), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, parsed("1ff", ~0u, 8, map), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, parsed("g", ~0u, 64, map), -EINVAL);
	KUNIT_EXPECT_EQ(test, parsed("", ~0u, 64, map), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0ul);
	KUNIT_EXPECT_EQ(test, parsed("ff\n1", ~0u, 8, map), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0xfful);
	KUNIT_EXPECT_EQ(test, parsed("1, ,23456789", ~0u, 33, map), 0);
	KUNIT_EXPECT_EQ(test, map[0], 0x123456789ul);
	KUNIT_EXPECT_EQ(test, parsed("2,00000000", ~0u, 33, map), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, parsed("3,2,1,0", ~0u, 128, map), 0);
	KUNIT_EXPECT_EQ(test, map[1], 0x300000002ul);
	KUNIT_EXPECT_EQ(test, map[0], 0x100000000ul);
}

static void bitmaps_stay_in_their_page(struct kunit *test)
{
	char *page = (char *)__get_free_pages(GFP_KERNEL, 1);
	DECLARE_BITMAP(map, 64) = { 0x5555555555555555ul };

	memset(page, 'x', 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, bitmap_print_to_pagebuf(true, page + PAGE_SIZE - 16, map, 64), 15);
	KUNIT_EXPECT_EQ(test, page[PAGE_SIZE], 'x');
	KUNIT_EXPECT_EQ(test, bitmap_print_to_pagebuf(false, page, map, 64), 18);
	free_pages((unsigned long)page, 1);
}

static void sizes_beyond_int(struct kunit *test)
{
	volatile size_t huge = (size_t)INT_MAX + 1;
	char b[16] = "";

	KUNIT_EXPECT_EQ(test, strlcpy(b, "ab", huge), 2ul);
	KUNIT_EXPECT_STREQ(test, b, "ab");
	KUNIT_EXPECT_EQ(test, strlcat(b, "cd", huge), 4ul);
	KUNIT_EXPECT_STREQ(test, b, "abcd");
	KUNIT_EXPECT_EQ(test, strlcpy(b, "xyz", 3), 3ul);
	KUNIT_EXPECT_STREQ(test, b, "xy");
	KUNIT_EXPECT_EQ(test, strlcpy(b, "q", 0), 1ul);
	KUNIT_EXPECT_STREQ(test, b, "xy");
}

static void command_lines(struct kunit *test)
{
	char line[] = "=b=c d", escaped[] = "a\\nb";
	char *name, *value;
	int ints[3];

	KUNIT_EXPECT_STREQ(test, next_arg(line, &name, &value), "d");
	KUNIT_EXPECT_STREQ(test, name, "=b");
	KUNIT_EXPECT_STREQ(test, value, "c");
	get_options("1-9", 3, ints);
	KUNIT_EXPECT_EQ(test, ints[0], 8);
	KUNIT_EXPECT_EQ(test, ints[1], 1);
	KUNIT_EXPECT_EQ(test, ints[2], 2);
	KUNIT_EXPECT_EQ(test, string_unescape(escaped, text, 4, UNESCAPE_SPACE), 2);	/* an escape costs two */
	KUNIT_EXPECT_STREQ(test, text, "a\n");
	KUNIT_EXPECT_TRUE(test, rng_is_initialized());
	KUNIT_EXPECT_EQ(test, register_random_vmfork_notifier(NULL), 0);
}

static struct kunit_case format_edge_cases[] = {
	KUNIT_CASE(error_names),
	KUNIT_CASE(zeros_fill_the_width),
	KUNIT_CASE(widths_of_pointers),
	KUNIT_CASE(resources_and_flags),
	KUNIT_CASE(wide_fields_are_limited),
	KUNIT_CASE(scanning),
	KUNIT_CASE(numbers_that_do_not_fit),
	KUNIT_CASE(lists_end_at_a_newline),
	KUNIT_CASE(words_of_eight_digits),
	KUNIT_CASE(bitmaps_stay_in_their_page),
	KUNIT_CASE(sizes_beyond_int),
	KUNIT_CASE(command_lines),
	{ }
};

static struct kunit_suite format_edge_suite = {
	.name = "format_edge",
	.test_cases = format_edge_cases,
};
kunit_test_suite(format_edge_suite);

MODULE_LICENSE("MIT");
