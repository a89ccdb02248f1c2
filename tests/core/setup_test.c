// SPDX-License-Identifier: MIT
/* __setup() and early_param(): each call has a text of its own, whole, for each time the option is given. */
#include <kunit/test.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>

static char *one[2], *two, *early;
static int ones, length;

static int __init take_one(char *text)
{
	if (ones < 2)
		one[ones] = text;
	ones++;
	return 1;
}
__setup("edge_one=", take_one);

static int __init take_two(char *text)
{
	two = text;
	return 1;
}
__setup("edge_two=", take_two);

static int __init take_long(char *text)
{
	length = (int)strlen(text);
	memset(text, '-', strlen(text));	/* who gets it may write into it */
	return 1;
}
__setup("edge_long=", take_long);

static int __init take_early(char *text)
{
	early = text;
	return 0;
}
early_param("edge_early", take_early);

static void texts_are_kept(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ones, 2);
	KUNIT_EXPECT_STREQ(test, one[0], "alpha");
	KUNIT_EXPECT_STREQ(test, one[1], "omega");
	KUNIT_EXPECT_STREQ(test, two, "beta");
	KUNIT_EXPECT_STREQ(test, early, "dawn");
	KUNIT_EXPECT_EQ(test, length, 300);
}

static struct kunit_case setup_cases[] = {
	KUNIT_CASE(texts_are_kept),
	{ }
};

static struct kunit_suite setup_suite = {
	.name = "setup",
	.test_cases = setup_cases,
};
kunit_test_suite(setup_suite);

MODULE_LICENSE("MIT");
