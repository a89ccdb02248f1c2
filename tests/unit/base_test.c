// SPDX-License-Identifier: MIT
/*
 * What stands below everything: bits, sums, counters, sorting, trees. Where there is a simpler way to
 * compute the same, the test computes it that way and compares.
 */
#include <kunit/test.h>
#include <kmemkit/report.h>
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/list_sort.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/rbtree_augmented.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

static u32 seed = 1;

static u32 rnd(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

/* sorting */

struct item {
	struct list_head link;
	int key, nr;
};

static int by_key(void *priv, const struct list_head *a, const struct list_head *b)
{
	(*(int *)priv)++;
	return list_entry(a, struct item, link)->key - list_entry(b, struct item, link)->key;
}

static void list_sort_is_stable(struct kunit *test)
{
	struct item *items = kunit_kcalloc(test, 500, sizeof(*items), GFP_KERNEL), *pos, *prev = NULL;
	int compared = 0, n = 0;
	LIST_HEAD(head);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, items);
	for (int i = 0; i < 500; i++) {
		items[i].key = (int)(rnd() % 40);
		items[i].nr = i;
		list_add_tail(&items[i].link, &head);
	}
	list_sort(&compared, &head, by_key);
	list_for_each_entry(pos, &head, link) {
		KUNIT_ASSERT_PTR_EQ(test, pos->link.next->prev, &pos->link);
		if (prev && prev->key == pos->key)
			KUNIT_ASSERT_LT(test, prev->nr, pos->nr);
		else if (prev)
			KUNIT_ASSERT_LT(test, prev->key, pos->key);
		prev = pos;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 500);
	KUNIT_EXPECT_LT(test, compared, 500 * 9);
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static void sort_and_bsearch(struct kunit *test)
{
	static int v[1000];

	for (int i = 0; i < 1000; i++)
		v[i] = (int)(rnd() % 5000) * 2;
	sort(v, 1000, sizeof(v[0]), by_value, NULL);
	for (int i = 1; i < 1000; i++)
		KUNIT_ASSERT_LE(test, v[i - 1], v[i]);
	for (int i = 0; i < 1000; i++) {
		int odd = v[i] + 1, *found = bsearch(&v[i], v, 1000, sizeof(v[0]), by_value);

		KUNIT_ASSERT_NOT_NULL(test, found);
		KUNIT_ASSERT_EQ(test, *found, v[i]);
		KUNIT_ASSERT_NULL(test, bsearch(&odd, v, 1000, sizeof(v[0]), by_value));
	}
}

/* bits */

#define NBITS 201

static void find_bits(struct kunit *test)
{
	DECLARE_BITMAP(map, NBITS + 64);
	unsigned long bit, seen;

	for (int round = 0; round < 200; round++) {
		unsigned long first = NBITS, last = NBITS, zero = NBITS, weight = 0;

		bitmap_fill(map, NBITS + 64);	/* bits behind the end must not count */
		bitmap_clear(map, 0, NBITS);
		for (u32 i = rnd() % 12; i; i--)
			__set_bit(rnd() % NBITS, map);
		for (bit = NBITS; bit-- > 0;) {
			if (!test_bit((long)bit, map)) {
				zero = bit;
				continue;
			}
			first = bit;
			last = last == NBITS ? bit : last;
			weight++;
		}
		KUNIT_ASSERT_EQ(test, find_first_bit(map, NBITS), first);
		KUNIT_ASSERT_EQ(test, find_last_bit(map, NBITS), last);
		KUNIT_ASSERT_EQ(test, find_first_zero_bit(map, NBITS), zero);
		KUNIT_ASSERT_EQ(test, bitmap_weight(map, NBITS), weight);
		seen = 0;
		for_each_set_bit(bit, map, NBITS) {
			KUNIT_ASSERT_TRUE(test, test_bit((long)bit, map));
			KUNIT_ASSERT_EQ(test, find_nth_bit(map, NBITS, seen), bit);
			seen++;
		}
		KUNIT_ASSERT_EQ(test, seen, weight);
	}
}

/* set, clear and both shifts against a loop over single bits */
static void bitmap_ranges(struct kunit *test)
{
	DECLARE_BITMAP(map, NBITS);
	DECLARE_BITMAP(moved, NBITS);

	for (int round = 0; round < 200; round++) {
		unsigned int start = rnd() % NBITS, len = rnd() % (NBITS - start + 1), by = rnd() % 150;

		bitmap_zero(map, NBITS);
		bitmap_set(map, start, len);
		for (unsigned int i = 0; i < NBITS; i++)
			KUNIT_ASSERT_EQ(test, test_bit(i, map), i >= start && i < start + len);
		bitmap_shift_left(moved, map, by, NBITS);
		for (unsigned int i = 0; i < NBITS; i++)
			KUNIT_ASSERT_EQ(test, test_bit(i, moved), i >= by && test_bit(i - by, map));
		bitmap_shift_right(moved, map, by, NBITS);
		for (unsigned int i = 0; i < NBITS; i++)
			KUNIT_ASSERT_EQ(test, test_bit(i, moved), i + by < NBITS && test_bit(i + by, map));
		bitmap_clear(map, start, len);
		KUNIT_ASSERT_TRUE(test, bitmap_empty(map, NBITS));
	}
}

static void bitmap_areas(struct kunit *test)
{
	DECLARE_BITMAP(map, 128) = { 0 };
	char text[32];

	bitmap_set(map, 0, 5);
	bitmap_set(map, 64, 8);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, 128, 0, 10, 7), 8);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, 128, 0, 60, 0), 128 + 4);
	KUNIT_EXPECT_EQ(test, bitmap_find_free_region(map, 128, 5), 32);
	KUNIT_EXPECT_EQ(test, bitmap_allocate_region(map, 32, 2), -EBUSY);
	bitmap_release_region(map, 32, 5);
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 128), 13);

	snprintf(text, sizeof(text), "%*pbl", 128, map);
	KUNIT_EXPECT_STREQ(test, text, "0-4,64-71");
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1,3-5 9,100-127:2/8\n", map, 128), 0);
	snprintf(text, sizeof(text), "%*pbl", 100, map);
	KUNIT_EXPECT_STREQ(test, text, "1,3-5,9");
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, 128), 5 + 8);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("1-128", map, 128), -ERANGE);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("5-1", map, 128), -EINVAL);
	KUNIT_EXPECT_EQ(test, bitmap_parselist("x", map, 128), -EINVAL);
}

static void word_bits(struct kunit *test)
{
	unsigned long w = 0;

	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls(1), 1);
	KUNIT_EXPECT_EQ(test, fls(~0u), 32);
	KUNIT_EXPECT_EQ(test, fls64(1ULL << 63), 64);
	KUNIT_EXPECT_EQ(test, __ffs(0x50), 4);
	KUNIT_EXPECT_EQ(test, ffz(0x2f), 4);
	KUNIT_EXPECT_EQ(test, rol32(0x80000001, 1), 3);
	KUNIT_EXPECT_EQ(test, ror64(1, 0), 1);
	KUNIT_EXPECT_EQ(test, sign_extend32(0xff, 7), -1);
	for (int i = 0; i < 100; i++) {
		u64 v = ((u64)rnd() << 40) ^ ((u64)rnd() << 20) ^ rnd();
		unsigned long n = 0;

		for (u64 rest = v; rest; rest &= rest - 1)
			n++;
		KUNIT_ASSERT_EQ(test, hweight64(v), n);
	}
	KUNIT_EXPECT_FALSE(test, test_and_set_bit(5, &w));
	KUNIT_EXPECT_TRUE(test, test_and_set_bit(5, &w));
	KUNIT_EXPECT_TRUE(test, test_and_change_bit(5, &w));
	KUNIT_EXPECT_EQ(test, w, 0);
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0);
	KUNIT_EXPECT_EQ(test, GENMASK_ULL(63, 0), ~0ULL);
}

/* sums */

static void sums_that_overflow(struct kunit *test)
{
	struct { int n; u64 a[]; } *p = NULL;
	size_t n = rnd() % 2 + SIZE_MAX / 8;
	u8 byte;
	s32 word;
	int i;

	KUNIT_EXPECT_FALSE(test, check_add_overflow(200, 55, &byte));
	KUNIT_EXPECT_TRUE(test, check_add_overflow(200, 56, &byte));
	KUNIT_EXPECT_EQ(test, byte, 0);
	KUNIT_EXPECT_TRUE(test, check_sub_overflow(1u, 2u, &byte));
	KUNIT_EXPECT_TRUE(test, check_mul_overflow(S32_MIN, -1, &word));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow(1, 30, &word));
	KUNIT_EXPECT_EQ(test, word, 1 << 30);
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 31, &word));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, 32, &word));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(1, -1, &word));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(-1, 0, &word));
	i = -1;
	KUNIT_EXPECT_TRUE(test, check_shl_overflow(i, 3, &byte));
	KUNIT_EXPECT_EQ(test, size_mul(n, 16), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_add(SIZE_MAX, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(SIZE_MAX, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub(3, 5), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array3_size(2, 3, 4), 24);
	KUNIT_EXPECT_EQ(test, struct_size(p, a, 3), 32);
	KUNIT_EXPECT_EQ(test, struct_size(p, a, n + 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, type_min(s8), -128);
	KUNIT_EXPECT_EQ(test, type_max(s64), S64_MAX);
	KUNIT_EXPECT_EQ(test, type_min(u64), 0);
	KUNIT_EXPECT_TRUE(test, overflows_type(256, u8));
	KUNIT_EXPECT_FALSE(test, overflows_type(-128, s8));
}

static void logarithms(struct kunit *test)
{
	static const char sized[roundup_pow_of_two(100)];

	KUNIT_EXPECT_EQ(test, sizeof(sized), 128);
	for (unsigned long n = 1; n < 3000; n++) {
		unsigned long up = 1;
		int order = 0;

		while (up < n) {
			up *= 2;
			order++;
		}
		KUNIT_ASSERT_EQ(test, roundup_pow_of_two(n), up);
		KUNIT_ASSERT_EQ(test, order_base_2(n), order);
		KUNIT_ASSERT_EQ(test, is_power_of_2(n), up == n);
		KUNIT_ASSERT_EQ(test, rounddown_pow_of_two(n), up == n ? n : up / 2);
		KUNIT_ASSERT_EQ(test, ilog2(n), up == n ? order : order - 1);
	}
	KUNIT_EXPECT_EQ(test, order_base_2(0), 0);
	KUNIT_EXPECT_EQ(test, ilog2(1ULL << 63), 63);
}

static void divisions(struct kunit *test)
{
	u64 big = 1000000000001ULL, rest;
	u32 rem;

	KUNIT_EXPECT_EQ(test, div_u64_rem(big, 10, &rem), 100000000000ULL);
	KUNIT_EXPECT_EQ(test, rem, 1);
	KUNIT_EXPECT_EQ(test, do_div(big, 1000), 1);
	KUNIT_EXPECT_EQ(test, big, 1000000000ULL);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_div_u64(U64_MAX, U64_MAX, U64_MAX), U64_MAX);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_div_u64(1ULL << 63, 10, 1ULL << 62), 20);
	KUNIT_EXPECT_EQ(test, mul_u64_u64_shr(U64_MAX, 16, 64), 15);
	KUNIT_EXPECT_EQ(test, div64_u64_rem(17, 5, &rest), 3);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_CLOSEST(-7, 2), -4);
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(7, 2), 4);
	KUNIT_EXPECT_EQ(test, round_up(17, 16), 32);
	KUNIT_EXPECT_EQ(test, roundup(17, 10), 20);
	for (u64 n = 0; n < 2000; n++) {
		u64 root = int_sqrt(n * 12345);

		KUNIT_ASSERT_TRUE(test, root * root <= n * 12345 && (root + 1) * (root + 1) > n * 12345);
	}
	KUNIT_EXPECT_EQ(test, int_sqrt(~0UL), 0xffffffffUL);
	KUNIT_EXPECT_EQ(test, int_pow(3, 13), 1594323);
}

/* Known answers: of lookup3 for the empty string, and of the text of its author's own example. */
static void hashes(struct kunit *test)
{
	static const char text[] = "Four score and seven years ago";
	u32 counts[16] = { 0 };

	KUNIT_EXPECT_EQ(test, jhash("", 0, 0), 0xdeadbeef);
	KUNIT_EXPECT_EQ(test, jhash(text, 30, 0), 0x17770551);
	KUNIT_EXPECT_EQ(test, jhash(text, 30, 1), 0xcd628161);
	for (unsigned long p = 0; p < 1600; p++)
		counts[hash_long(0x200000000000 + p * 64, 4)]++;
	for (int i = 0; i < 16; i++)
		KUNIT_EXPECT_TRUE(test, counts[i] > 50 && counts[i] < 150);
}

/* counters */

static void atomics(struct kunit *test)
{
	atomic_t a = ATOMIC_INIT(1);
	atomic64_t l = ATOMIC64_INIT(1LL << 40);
	int old = 5;
	void *ptr = NULL;

	KUNIT_EXPECT_EQ(test, atomic_add_return(2, &a), 3);
	KUNIT_EXPECT_EQ(test, atomic_fetch_sub(1, &a), 3);
	KUNIT_EXPECT_FALSE(test, atomic_try_cmpxchg(&a, &old, 9));
	KUNIT_EXPECT_EQ(test, old, 2);
	KUNIT_EXPECT_TRUE(test, atomic_try_cmpxchg(&a, &old, 0));
	KUNIT_EXPECT_FALSE(test, atomic_inc_not_zero(&a));
	KUNIT_EXPECT_EQ(test, atomic_dec_if_positive(&a), -1);
	KUNIT_EXPECT_EQ(test, atomic_read(&a), 0);
	KUNIT_EXPECT_TRUE(test, atomic_add_negative(-1, &a));
	KUNIT_EXPECT_FALSE(test, atomic_inc_unless_negative(&a));
	KUNIT_EXPECT_TRUE(test, atomic_inc_and_test(&a));
	KUNIT_EXPECT_EQ(test, atomic64_fetch_andnot(1LL << 40, &l), 1LL << 40);
	KUNIT_EXPECT_EQ(test, atomic64_xchg(&l, 7), 0);
	KUNIT_EXPECT_EQ(test, cmpxchg(&ptr, NULL, &a), NULL);
	KUNIT_EXPECT_PTR_EQ(test, xchg(&ptr, NULL), (void *)&a);
}

static void refcounts(struct kunit *test)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_TRUE(test, refcount_dec_not_one(&r) == false);
	KUNIT_EXPECT_TRUE(test, refcount_dec_if_one(&r));
	KUNIT_EXPECT_FALSE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), 0);
}

/* Each way to go wrong: one report, and a count that stays far from zero. */
static void refcounts_saturate(struct kunit *test)
{
	unsigned long warns = kmk_warn_count;
	refcount_t r;

	refcount_set(&r, 0);
	refcount_inc(&r);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), (unsigned int)REFCOUNT_SATURATED);
	refcount_set(&r, REFCOUNT_MAX);
	refcount_inc(&r);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), (unsigned int)REFCOUNT_SATURATED);
	refcount_set(&r, 0);
	KUNIT_EXPECT_FALSE(test, refcount_dec_and_test(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), (unsigned int)REFCOUNT_SATURATED);
	refcount_set(&r, 1);
	refcount_dec(&r);
	KUNIT_EXPECT_EQ(test, refcount_read(&r), (unsigned int)REFCOUNT_SATURATED);
	refcount_set(&r, REFCOUNT_MAX);
	KUNIT_EXPECT_TRUE(test, refcount_inc_not_zero(&r));
	KUNIT_EXPECT_EQ(test, refcount_read(&r), (unsigned int)REFCOUNT_SATURATED);
	KUNIT_EXPECT_EQ(test, kmk_warn_count - warns, 5);
	kmk_warn_count = warns;		/* expected: the run need not fail for them */
}

static int released;

static void release(struct kref *kref)
{
	released++;
}

static void krefs(struct kunit *test)
{
	struct kref k;

	kref_init(&k);
	kref_get(&k);
	KUNIT_EXPECT_EQ(test, kref_put(&k, release), 0);
	KUNIT_EXPECT_EQ(test, kref_put(&k, release), 1);
	KUNIT_EXPECT_EQ(test, released, 1);
	KUNIT_EXPECT_FALSE(test, kref_get_unless_zero(&k));
}

static void lockless_stack(struct kunit *test)
{
	struct llist_node n[3], *top;
	LLIST_HEAD(stack);

	KUNIT_EXPECT_TRUE(test, llist_add(&n[0], &stack));
	KUNIT_EXPECT_FALSE(test, llist_add(&n[1], &stack));
	llist_add(&n[2], &stack);
	KUNIT_EXPECT_PTR_EQ(test, llist_del_first(&stack), &n[2]);
	top = llist_reverse_order(llist_del_all(&stack));
	KUNIT_EXPECT_PTR_EQ(test, top, &n[0]);
	KUNIT_EXPECT_PTR_EQ(test, top->next, &n[1]);
	KUNIT_EXPECT_TRUE(test, llist_empty(&stack));
}

/* strings */

static void option_strings(struct kunit *test)
{
	char text[] = "one=1  two \"three=a b\" four=\"c d\"", *at = text, *name, *value;
	int v[8];

	KUNIT_EXPECT_STREQ(test, get_options("3,5-7,9x", 8, v), "x");
	KUNIT_EXPECT_EQ(test, v[0], 5);
	KUNIT_EXPECT_EQ(test, v[4], 7);
	KUNIT_EXPECT_EQ(test, v[5], 9);
	KUNIT_EXPECT_TRUE(test, parse_option_str("ab,cd", "cd"));
	KUNIT_EXPECT_FALSE(test, parse_option_str("ab,cd", "c"));
	KUNIT_EXPECT_EQ(test, memparse("4k", NULL), 4096);

	at = next_arg(at, &name, &value);
	KUNIT_EXPECT_STREQ(test, name, "one");
	KUNIT_EXPECT_STREQ(test, value, "1");
	at = next_arg(at, &name, &value);
	KUNIT_EXPECT_STREQ(test, name, "two");
	KUNIT_EXPECT_NULL(test, value);
	at = next_arg(at, &name, &value);
	KUNIT_EXPECT_STREQ(test, value, "a b");
	at = next_arg(at, &name, &value);
	KUNIT_EXPECT_STREQ(test, name, "four");
	KUNIT_EXPECT_STREQ(test, value, "c d");
	KUNIT_EXPECT_EQ(test, *at, 0);
}

static void allocated_text(struct kunit *test)
{
	unsigned long *map = bitmap_zalloc(130, GFP_KERNEL);
	char **argv, pad[6], *copy;
	int argc;

	KUNIT_ASSERT_NOT_NULL(test, map);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(map, 130));
	bitmap_free(map);
	argv = argv_split(GFP_KERNEL, "  a bc  d ", &argc);
	KUNIT_ASSERT_NOT_NULL(test, argv);
	KUNIT_EXPECT_EQ(test, argc, 3);
	KUNIT_EXPECT_STREQ(test, argv[1], "bc");
	KUNIT_EXPECT_NULL(test, argv[3]);
	argv_free(argv);
	copy = strndup_user("long", 4);
	KUNIT_EXPECT_EQ(test, PTR_ERR(copy), -EINVAL);
	memcpy_and_pad(pad, sizeof(pad), "xy", 2, '-');
	KUNIT_EXPECT_EQ(test, memcmp(pad, "xy----", 6), 0);
	KUNIT_EXPECT_EQ(test, strscpy(pad, "abcdefgh", sizeof(pad)), -E2BIG);
	KUNIT_EXPECT_STREQ(test, pad, "abcde");
	KUNIT_EXPECT_EQ(test, strscpy(pad, "ab"), 2);
}

/* trees */

struct leaf {
	struct rb_node rb;
	u32 key, most;
	bool in;
};

#define LEAVES 300

static u32 leaf_key(struct leaf *leaf)
{
	return leaf->key;
}

RB_DECLARE_CALLBACKS_MAX(static, leaf_max, struct leaf, rb, u32, most, leaf_key)

/* Returns how many black nodes each path has, or -1 where a rule or a summary is broken. */
static int check_tree(struct rb_node *node, int *count)
{
	struct leaf *leaf = rb_entry_safe(node, struct leaf, rb);
	u32 most = leaf ? leaf->key : 0;
	int left, right;

	if (!node)
		return 1;
	for (int side = 0; side < 2; side++) {
		struct rb_node *kid = side ? node->rb_right : node->rb_left;

		if (kid && (rb_parent(kid) != node || (rb_is_red(node) && rb_is_red(kid))))
			return -1;
		if (kid)
			most = max(most, rb_entry(kid, struct leaf, rb)->most);
	}
	left = check_tree(node->rb_left, count);
	right = check_tree(node->rb_right, count);
	(*count)++;
	return left != right || left < 0 || leaf->most != most ? -1 : left + rb_is_black(node);
}

static void insert_leaf(struct leaf *leaf, struct rb_root *root)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	leaf->most = leaf->key;
	while (*link) {
		struct leaf *at = rb_entry(*link, struct leaf, rb);

		parent = *link;
		at->most = max(at->most, leaf->key);
		link = leaf->key < at->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&leaf->rb, parent, link);
	rb_insert_augmented(&leaf->rb, root, &leaf_max);
	leaf->in = true;
}

static void expect_tree(struct kunit *test, struct rb_root *root, int expected)
{
	struct rb_node *node, *prev = NULL;
	int count = 0, forward = 0;

	KUNIT_ASSERT_GT(test, check_tree(root->rb_node, &count), 0);
	KUNIT_ASSERT_EQ(test, count, expected);
	if (root->rb_node)
		KUNIT_ASSERT_TRUE(test, rb_is_black(root->rb_node));
	for (node = rb_first(root); node; prev = node, node = rb_next(node), forward++) {
		KUNIT_ASSERT_PTR_EQ(test, rb_prev(node), prev);
		if (prev)
			KUNIT_ASSERT_LE(test, rb_entry(prev, struct leaf, rb)->key,
					rb_entry(node, struct leaf, rb)->key);
	}
	KUNIT_ASSERT_EQ(test, forward, expected);
	KUNIT_ASSERT_PTR_EQ(test, rb_last(root), prev);
}

/* 6,000 random insertions and removals; every rule and every summary after each. */
static void augmented_tree(struct kunit *test)
{
	struct leaf *leaves = kunit_kcalloc(test, LEAVES, sizeof(*leaves), GFP_KERNEL), *pos, *next;
	struct rb_root root = RB_ROOT;
	int in = 0, n = 0;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, leaves);
	for (int step = 0; step < 6000; step++) {
		struct leaf *leaf = &leaves[rnd() % LEAVES];

		if (leaf->in) {
			rb_erase_augmented(&leaf->rb, &root, &leaf_max);
			leaf->in = false;
			in--;
		} else {
			leaf->key = rnd() % 1000;
			insert_leaf(leaf, &root);
			in++;
		}
		expect_tree(test, &root, in);
	}
	rbtree_postorder_for_each_entry_safe(pos, next, &root, rb) {
		KUNIT_ASSERT_TRUE(test, pos->in);
		pos->in = false;
		memset(&pos->rb, 0x6b, sizeof(pos->rb));
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, in);
}

static bool leaf_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct leaf, rb)->key < rb_entry(b, struct leaf, rb)->key;
}

static int leaf_cmp(const void *key, const struct rb_node *node)
{
	u32 a = *(const u32 *)key, b = rb_entry(node, struct leaf, rb)->key;

	return a < b ? -1 : a > b;
}

static void plain_tree(struct kunit *test)
{
	struct leaf leaves[20], stand_in = { .key = 9 };
	struct rb_root_cached root = RB_ROOT_CACHED;
	struct rb_node *node;
	u32 key = 9, absent = 30, n = 0;

	for (u32 i = 0; i < 20; i++) {
		leaves[i].key = i * 7 % 10;
		rb_add_cached(&leaves[i].rb, &root, leaf_less);
		KUNIT_ASSERT_PTR_EQ(test, rb_first_cached(&root), rb_first(&root.rb_root));
	}
	rb_for_each(node, &key, &root.rb_root, leaf_cmp)
		n++;
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_NULL(test, rb_find(&absent, &root.rb_root, leaf_cmp));
	node = rb_find_first(&key, &root.rb_root, leaf_cmp);
	rb_replace_node(node, &stand_in.rb, &root.rb_root);
	KUNIT_EXPECT_PTR_EQ(test, rb_find_first(&key, &root.rb_root, leaf_cmp), &stand_in.rb);
	for (n = 0; rb_first_cached(&root); n++)
		rb_erase_cached(rb_first_cached(&root), &root);
	KUNIT_EXPECT_EQ(test, n, 20);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root.rb_root));
}

static struct kunit_case base_cases[] = {
	KUNIT_CASE(list_sort_is_stable),
	KUNIT_CASE(sort_and_bsearch),
	KUNIT_CASE(find_bits),
	KUNIT_CASE(bitmap_ranges),
	KUNIT_CASE(bitmap_areas),
	KUNIT_CASE(word_bits),
	KUNIT_CASE(sums_that_overflow),
	KUNIT_CASE(logarithms),
	KUNIT_CASE(divisions),
	KUNIT_CASE(hashes),
	KUNIT_CASE(atomics),
	KUNIT_CASE(refcounts),
	KUNIT_CASE(refcounts_saturate),
	KUNIT_CASE(option_strings),
	KUNIT_CASE(allocated_text),
	KUNIT_CASE(krefs),
	KUNIT_CASE(lockless_stack),
	KUNIT_CASE(augmented_tree),
	KUNIT_CASE(plain_tree),
	{}
};

static struct kunit_suite base_suite = {
	.name = "base",
	.test_cases = base_cases,
};
kunit_test_suite(base_suite);

MODULE_LICENSE("Dual MIT/GPL");
