// SPDX-License-Identifier: MIT
/* What a device owns: order of release, groups, actions, managed memory and regions, wrong frees. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

/* The numbers of the resources in the order they were released. */
static int order[32], released;
static struct device *dev;

static void note(struct device *owner, void *res)
{
	order[released++] = *(int *)res;
}

static void act(void *data)
{
	order[released++] = (int)(long)data;
}

static void add(struct kunit *test, int number)
{
	int *res = devres_alloc(note, sizeof(*res), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, res);
	KUNIT_EXPECT_EQ(test, *res, 0);
	*res = number;
	devres_add(dev, res);
}

static int is_number(struct device *owner, void *res, void *wanted)
{
	return *(int *)res == (int)(long)wanted;
}

#define expect_order(test, ...) do {							\
	int wanted[] = { __VA_ARGS__ };							\
	KUNIT_ASSERT_EQ(test, released, (int)ARRAY_SIZE(wanted));			\
	for (int n = 0; n < released; n++)						\
		KUNIT_EXPECT_EQ_MSG(test, order[n], wanted[n], "place %d", n);		\
} while (0)

static int devres_test_init(struct kunit *test)
{
	released = 0;
	dev = root_device_register("devres");
	return PTR_ERR_OR_ZERO(dev);
}

static void devres_test_exit(struct kunit *test)
{
	root_device_unregister(dev);
}

static void release_all_goes_backwards(struct kunit *test)
{
	for (int i = 1; i <= 4; i++)
		add(test, i);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 4);
	expect_order(test, 4, 3, 2, 1);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 0);
}

static void the_last_put_releases(struct kunit *test)
{
	struct device *other = root_device_register("other"), *mine = dev;

	dev = other;
	add(test, 1);
	add(test, 2);
	dev = mine;
	get_device(other);
	root_device_unregister(other);
	KUNIT_EXPECT_EQ(test, released, 0);
	put_device(other);
	expect_order(test, 2, 1);
}

static void find_get_remove(struct kunit *test)
{
	int *second, *spare, *found;

	add(test, 1);
	add(test, 2);
	second = devres_find(dev, note, NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_EXPECT_EQ(test, *second, 2);
	found = devres_find(dev, note, is_number, (void *)1L);
	KUNIT_ASSERT_NOT_NULL(test, found);
	KUNIT_EXPECT_EQ(test, *found, 1);
	KUNIT_EXPECT_NULL(test, devres_find(dev, note, is_number, (void *)3L));

	spare = devres_alloc(note, sizeof(*spare), GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, devres_get(dev, spare, is_number, (void *)2L), (void *)second);
	spare = devres_alloc(note, sizeof(*spare), GFP_KERNEL);
	*spare = 3;
	KUNIT_EXPECT_PTR_EQ(test, devres_get(dev, spare, is_number, (void *)3L), (void *)spare);

	KUNIT_EXPECT_PTR_EQ(test, devres_remove(dev, note, is_number, (void *)1L), (void *)found);
	devres_free(found);
	KUNIT_EXPECT_EQ(test, devres_destroy(dev, note, is_number, (void *)2L), 0);
	KUNIT_EXPECT_EQ(test, released, 0);
	KUNIT_EXPECT_EQ(test, devres_release(dev, note, is_number, (void *)3L), 0);
	expect_order(test, 3);
	KUNIT_EXPECT_EQ(test, devres_release(dev, note, NULL, NULL), -ENOENT);
	KUNIT_EXPECT_EQ(test, devres_destroy(dev, note, NULL, NULL), -ENOENT);
}

static void group_releases_what_it_encloses(struct kunit *test)
{
	void *id;

	add(test, 1);
	id = devres_open_group(dev, NULL, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, id);
	add(test, 2);
	add(test, 3);
	devres_close_group(dev, id);
	add(test, 4);
	KUNIT_EXPECT_EQ(test, devres_release_group(dev, id), 2);
	expect_order(test, 3, 2);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 2);
	expect_order(test, 3, 2, 4, 1);
}

static void open_group_reaches_to_the_end(struct kunit *test)
{
	static int id;

	add(test, 1);
	KUNIT_EXPECT_PTR_EQ(test, devres_open_group(dev, &id, GFP_KERNEL), (void *)&id);
	add(test, 2);
	add(test, 3);
	KUNIT_EXPECT_EQ(test, devres_release_group(dev, NULL), 2);
	expect_order(test, 3, 2);
}

static void nested_and_overlapping_groups(struct kunit *test)
{
	void *outer = devres_open_group(dev, NULL, GFP_KERNEL), *inner, *across;

	add(test, 1);
	inner = devres_open_group(dev, NULL, GFP_KERNEL);
	add(test, 2);
	devres_close_group(dev, inner);
	across = devres_open_group(dev, NULL, GFP_KERNEL);
	add(test, 3);
	devres_close_group(dev, outer);
	add(test, 4);
	devres_close_group(dev, across);
	KUNIT_EXPECT_EQ(test, devres_release_group(dev, outer), 3);
	expect_order(test, 3, 2, 1);
	KUNIT_EXPECT_EQ(test, devres_release_group(dev, across), 1);
	expect_order(test, 3, 2, 1, 4);
	add(test, 5);
	devres_release_group(dev, inner);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1ul);
}

static void removed_group_leaves_its_resources(struct kunit *test)
{
	void *id = devres_open_group(dev, NULL, GFP_KERNEL);

	add(test, 1);
	devres_remove_group(dev, id);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 1);
	expect_order(test, 1);
}

static void actions(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, act, (void *)1L), 0);
	KUNIT_EXPECT_EQ(test, devm_add_action_or_reset(dev, act, (void *)2L), 0);
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, act, (void *)3L), 0);
	KUNIT_EXPECT_EQ(test, devm_add_action(dev, act, (void *)4L), 0);
	KUNIT_EXPECT_TRUE(test, devm_is_action_added(dev, act, (void *)3L));
	devm_remove_action(dev, act, (void *)3L);
	KUNIT_EXPECT_FALSE(test, devm_is_action_added(dev, act, (void *)3L));
	devm_release_action(dev, act, (void *)2L);
	expect_order(test, 2);
	devres_release_all(dev);
	expect_order(test, 2, 4, 1);
}

static void strings_and_copies(struct kunit *test)
{
	char *s = devm_kstrdup(dev, "abc", GFP_KERNEL), *t = devm_kasprintf(dev, GFP_KERNEL, "%d-%s", 7, "x");
	const char *c = devm_kstrdup_const(dev, "fixed", GFP_KERNEL);
	u32 words[2] = { 1, 2 }, *copy = devm_kmemdup(dev, words, sizeof(words), GFP_KERNEL);

	KUNIT_EXPECT_STREQ(test, s, "abc");
	KUNIT_EXPECT_STREQ(test, t, "7-x");
	KUNIT_EXPECT_STREQ(test, c, "fixed");
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, memcmp(copy, words, sizeof(words)), 0);
	KUNIT_EXPECT_NULL(test, devm_kstrdup(dev, NULL, GFP_KERNEL));
	devm_kfree(dev, t);
	devm_kfree(dev, c);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 2);
}

static void memory_kinds(struct kunit *test)
{
	int *a = devm_kcalloc(dev, 10, sizeof(*a), GFP_KERNEL);
	void *zero = devm_kmalloc(dev, 0, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_NULL(test, memchr_inv(a, 0, 10 * sizeof(*a)));
	KUNIT_EXPECT_PTR_EQ(test, zero, ZERO_SIZE_PTR);
	devm_kfree(dev, zero);
	devm_kfree(dev, NULL);
	KUNIT_EXPECT_NULL(test, devm_kmalloc_array(dev, SIZE_MAX / 2, 4, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, devm_kmalloc(dev, SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 1);
}

static void krealloc_keeps_place_and_content(struct kunit *test)
{
	char *p = devm_kzalloc(dev, 16, GFP_KERNEL), *q;

	KUNIT_ASSERT_NOT_NULL(test, p);
	devm_add_action(dev, act, (void *)1L);
	strscpy(p, "content", 16);
	q = devm_krealloc(dev, p, 3000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_STREQ(test, q, "content");
	KUNIT_EXPECT_PTR_EQ(test, (void *)devm_krealloc(dev, q, 100, GFP_KERNEL), (void *)q);
	KUNIT_EXPECT_PTR_EQ(test, devm_krealloc(dev, q, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	p = devm_krealloc(dev, NULL, 8, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 2);
}

static void pages_and_percpu(struct kunit *test)
{
	unsigned long pages = devm_get_free_pages(dev, GFP_KERNEL | __GFP_ZERO, 1);
	unsigned long more = devm_get_free_pages(dev, GFP_KERNEL, 0);
	int __percpu *counter = devm_alloc_percpu(dev, int);

	KUNIT_ASSERT_NE(test, pages, 0ul);
	KUNIT_EXPECT_EQ(test, *(char *)pages, 0);
	KUNIT_EXPECT_NOT_NULL(test, counter);
	devm_free_pages(dev, more);
	devm_free_percpu(dev, counter);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 1);
}

static void regions(struct kunit *test)
{
	static struct resource r = DEFINE_RES_IO(0x300, 8);

	KUNIT_EXPECT_NOT_NULL(test, devm_request_region(dev, 0x200, 16, "devres"));
	KUNIT_EXPECT_NULL(test, devm_request_region(dev, 0x208, 4, "other"));
	KUNIT_EXPECT_EQ(test, devm_request_resource(dev, &ioport_resource, &r), 0);
	devm_release_region(dev, 0x200, 16);
	KUNIT_EXPECT_NOT_NULL(test, devm_request_region(dev, 0x208, 4, "other"));
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 2);
	KUNIT_EXPECT_NOT_NULL(test, request_region(0x200, 0x108, "free again"));
	release_region(0x200, 0x108);
}

/* Each of these is a named report, and changes nothing. */
static void wrong_frees_are_reported(struct kunit *test)
{
	struct device *other = root_device_register("stranger");
	char *p = devm_kmalloc(dev, 8, GFP_KERNEL);
	int local;

	devm_kfree(other, p);
	devm_kfree(dev, &local);
	devm_free_pages(dev, 0x1000);
	devm_remove_action(dev, act, NULL);
	KUNIT_EXPECT_NULL(test, devm_krealloc(dev, &local, 64, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 5ul);
	KUNIT_EXPECT_EQ(test, devres_release_all(dev), 1);
	root_device_unregister(other);
}

/* An action added by a release function is released too, at the latest with the device. */
static void add_again(struct device *owner, void *res)
{
	devm_add_action(owner, act, (void *)9L);
}

static void release_may_add(struct kunit *test)
{
	struct device *other = root_device_register("adds");

	devres_add(other, devres_alloc(add_again, 1, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, devres_release_all(other), 1);
	KUNIT_EXPECT_EQ(test, released, 0);
	root_device_unregister(other);
	expect_order(test, 9);
}

static struct kunit_case devres_cases[] = {
	KUNIT_CASE(release_all_goes_backwards),
	KUNIT_CASE(the_last_put_releases),
	KUNIT_CASE(find_get_remove),
	KUNIT_CASE(group_releases_what_it_encloses),
	KUNIT_CASE(open_group_reaches_to_the_end),
	KUNIT_CASE(nested_and_overlapping_groups),
	KUNIT_CASE(removed_group_leaves_its_resources),
	KUNIT_CASE(actions),
	KUNIT_CASE(strings_and_copies),
	KUNIT_CASE(memory_kinds),
	KUNIT_CASE(krealloc_keeps_place_and_content),
	KUNIT_CASE(pages_and_percpu),
	KUNIT_CASE(regions),
	KUNIT_CASE(wrong_frees_are_reported),
	KUNIT_CASE(release_may_add),
	{}
};

static struct kunit_suite devres_suite = {
	.name = "devres", .init = devres_test_init, .exit = devres_test_exit, .test_cases = devres_cases,
};
kunit_test_suite(devres_suite);

MODULE_LICENSE("Dual MIT/GPL");
