// SPDX-License-Identifier: MIT
/* Text and numbers at their edges: nothing to print, numbers that do not fit, a user's text. */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>

static void numbers_that_do_not_fit(struct kunit *test)
{
	unsigned long long v = 7;
	u8 b;

	KUNIT_EXPECT_EQ(test, kstrtoull("99999999999999999999x", 10, &v), -ERANGE);
	KUNIT_EXPECT_EQ(test, v, 7ull);
	KUNIT_EXPECT_EQ(test, kstrtoull("0x", 0, &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 10, &b), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou8("12\n\n", 10, &b), -EINVAL);
}

static void a_user_s_numbers(struct kunit *test)
{
	bool yes = false;
	s8 small = 0;
	int i = 0;
	u64 big = 0;

	KUNIT_EXPECT_EQ(test, kstrtoint_from_user("-12\nrest", 4, 10, &i), 0);
	KUNIT_EXPECT_EQ(test, i, -12);
	KUNIT_EXPECT_EQ(test, kstrtoint_from_user("12x", 3, 10, &i), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtos8_from_user("-128", 4, 10, &small), 0);
	KUNIT_EXPECT_EQ(test, small, -128);
	KUNIT_EXPECT_EQ(test, kstrtos8_from_user("128", 3, 10, &small), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou64_from_user("0xffffffffffffffff", 18, 0, &big), 0);
	KUNIT_EXPECT_EQ(test, big, U64_MAX);
	KUNIT_EXPECT_EQ(test, kstrtobool_from_user("on\n", 3, &yes), 0);
	KUNIT_EXPECT_TRUE(test, yes);
}

static void nothing_to_print(struct kunit *test)
{
	static const u8 bytes[] = { 1, 2, 3, 4 };
	char line[200];

	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(bytes, 0, 16, 1, line, sizeof(line), true), 0);
	KUNIT_EXPECT_STREQ(test, line, "");
	snprintf(line, sizeof(line), "[%*ph]", 0, bytes);
	KUNIT_EXPECT_STREQ(test, line, "[]");
	snprintf(line, sizeof(line), "[%*ph]", 0, (void *)NULL);
	KUNIT_EXPECT_STREQ(test, line, "[]");
	snprintf(line, sizeof(line), "[%ph]", bytes);
	KUNIT_EXPECT_STREQ(test, line, "[01]");
	snprintf(line, sizeof(line), "[%*pE]", 0, (void *)NULL);
	KUNIT_EXPECT_STREQ(test, line, "[]");
	snprintf(line, sizeof(line), "[%pE]", "ab");
	KUNIT_EXPECT_STREQ(test, line, "[a]");
}

static void a_user_s_text(struct kunit *test)
{
	DECLARE_BITMAP(map, 70);
	char *p = strndup_user("abc", 4);

	KUNIT_EXPECT_STREQ(test, p, "abc");
	kfree(p);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user("abc", 3)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(strndup_user("abc", 0)), (long)-EFAULT);
	KUNIT_EXPECT_EQ(test, bitmap_parselist_user("1,64-66xyz", 7, map, 70), 0);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 70), 4u);
}

static void digits_and_addresses(struct kunit *test)
{
	u8 mac[6] = { 9 };
	char text[24];

	memset(text, 'z', sizeof(text));
	KUNIT_EXPECT_EQ(test, num_to_str(text, sizeof(text), U64_MAX, 0), 20);
	KUNIT_EXPECT_EQ(test, memcmp(text, "18446744073709551615z", 21), 0);
	KUNIT_EXPECT_EQ(test, num_to_str(text, sizeof(text), 0, 3), 3);
	KUNIT_EXPECT_EQ(test, memcmp(text, "  0", 3), 0);
	KUNIT_EXPECT_EQ(test, num_to_str(text, 2, 123, 0), 0);
	KUNIT_EXPECT_EQ(test, num_to_str(text, 2, 1, 3), 0);
	KUNIT_EXPECT_FALSE(test, mac_pton("00:11:22:33:44", mac));
	KUNIT_EXPECT_EQ(test, mac[0], 9);
	KUNIT_EXPECT_TRUE(test, mac_pton("0a:1B:22:33:44:ff", mac));
	KUNIT_EXPECT_EQ(test, mac[1], 0x1b);
	KUNIT_EXPECT_EQ(test, mac[5], 0xff);
	KUNIT_EXPECT_EQ(test, hashlen_hash(hashlen_string(test, "name")), full_name_hash(test, "name", 4));
	KUNIT_EXPECT_EQ(test, hashlen_len(hashlen_string(test, "name")), 4u);
}

static void relative_sets(struct kunit *test)
{
	DECLARE_BITMAP(src, 40) = { 0x1ul << 5 | 0x1ul << 12 | 0x1ul << 33 };
	DECLARE_BITMAP(old, 40) = { 0xf0 };			/* 4 5 6 7 */
	DECLARE_BITMAP(to, 40) = { 0x7ul << 12 | 0x1ul << 39 };	/* 12 13 14 39 */
	DECLARE_BITMAP(dst, 40);
	nodemask_t nodes = NODE_MASK_ALL, none;

	KUNIT_EXPECT_EQ(test, bitmap_bitremap(7, old, to, 40), 39);
	KUNIT_EXPECT_EQ(test, bitmap_bitremap(8, old, to, 40), 8);
	bitmap_remap(dst, src, old, to, 40);
	KUNIT_EXPECT_EQ(test, dst[0], 1ul << 13 | 1ul << 12 | 1ul << 33);
	bitmap_onto(dst, (unsigned long []){ 0x15 }, to, 40);	/* of 0, 2 and 4 the first two have a place */
	KUNIT_EXPECT_EQ(test, dst[0], 1ul << 12 | 1ul << 14);
	bitmap_fold(dst, src, 8, 40);
	KUNIT_EXPECT_EQ(test, dst[0], 1ul << 5 | 1ul << 4 | 1ul << 1);
	nodes_andnot(none, nodes, nodes);
	KUNIT_EXPECT_TRUE(test, nodes_empty(none));
	KUNIT_EXPECT_TRUE(test, nodes_full(nodes));
	KUNIT_EXPECT_EQ(test, next_node_in(0, nodes), 0u);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(numbers_that_do_not_fit),
	KUNIT_CASE(a_user_s_numbers),
	KUNIT_CASE(nothing_to_print),
	KUNIT_CASE(a_user_s_text),
	KUNIT_CASE(digits_and_addresses),
	KUNIT_CASE(relative_sets),
	{}
};

static struct kunit_suite suite = { .name = "text_edge", .test_cases = cases };
kunit_test_suite(suite);
MODULE_LICENSE("GPL");
