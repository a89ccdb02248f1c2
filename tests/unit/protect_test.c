// SPDX-License-Identifier: MIT
/* set_memory_*: what is changed, kept and refused. That pages really fault: tests/iomem/protect.c. */
#include <kunit/test.h>
#include <kmemkit/iomem.h>
#include <kmemkit/kunit.h>
#include <kmemkit/vmap.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/set_memory.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static void spans_split_and_vanish(struct kunit *test)
{
	char *p = vmalloc(8 * PAGE_SIZE);
	unsigned long a = (unsigned long)p;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 7, 8 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a, 8), 0);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 1U);
	KUNIT_EXPECT_EQ(test, p[5 * PAGE_SIZE], 7);
	KUNIT_EXPECT_EQ(test, set_memory_rw(a + 2 * PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 2U);
	p[2 * PAGE_SIZE] = p[4 * PAGE_SIZE - 1] = 8;
	KUNIT_EXPECT_EQ(test, set_memory_x(a + PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 4U);	/* r | rx | rwx | (usual) | r */
	p[2 * PAGE_SIZE] = 9;
	KUNIT_EXPECT_EQ(test, set_memory_nx(a, 8), 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw(a, 8), 0);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 0U);
	memset(p, 7, 8 * PAGE_SIZE);
	vfree(p);
}

static void freeing_makes_normal(struct kunit *test)
{
	char *p;
	int i;

	for (i = 0; i < 4; i++) {
		p = vmalloc(3 * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, p);
		memset(p, i, 3 * PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)p + PAGE_SIZE, 1), 0);
		KUNIT_EXPECT_EQ(test, set_memory_np((unsigned long)p, 1), 0);
		vfree(p);
		KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 0U);
	}
}

static void direct_map_pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	char *p, *v;

	KUNIT_ASSERT_NOT_NULL(test, page);
	p = page_address(page);
	v = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, set_pages_ro(page, 1), 0);
	strcpy(v, "another alias stays writable");
	KUNIT_EXPECT_STREQ(test, p, "another alias stays writable");
	KUNIT_EXPECT_EQ(test, set_pages_rw(page, 1), 0);
	KUNIT_EXPECT_EQ(test, set_direct_map_invalid_noflush(page + 1), 0);
	KUNIT_EXPECT_EQ(test, set_direct_map_default_noflush(page + 1), 0);
	memset(p, 1, 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 0U);
	vunmap(v);
	__free_pages(page, 2);
}

static void read_only_mapping(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	char *v = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_EQ(test, v[1], 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw((unsigned long)v, 1), 0);
	v[1] = 5;
	KUNIT_EXPECT_EQ(test, *((char *)page_address(page) + 1), 5);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 1U);
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)v, 1), 0);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 0U);
	vunmap(v);
	__free_page(page);
}

static struct completion done;

/* Changes of one's own area beside those of others. */
static int change_own(void *unused)
{
	int i;

	for (i = 0; i < 300; i++) {
		char *p = vzalloc((1 + i % 5) * PAGE_SIZE);

		if (!p || set_memory_ro((unsigned long)p, 1 + i % 5) || *p == 'x' ||
		    set_memory_rw((unsigned long)p, 1))
			break;
		*p = 'x';
		if (i % 3)
			set_memory_np((unsigned long)p, 1);
		vfree(p);
	}
	complete(&done);
	return i;
}

static void threads_do_not_mix(struct kunit *test)
{
	struct task_struct *t[4];
	int i;

	init_completion(&done);
	for (i = 0; i < 4; i++) {
		t[i] = kthread_create(change_own, NULL, "protect/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
		wake_up_process(t[i]);
	}
	for (i = 0; i < 4; i++)
		wait_for_completion(&done);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop_put(t[i]), 300);
	KUNIT_EXPECT_EQ(test, kmk_protect_changed(), 0U);
}

static void what_is_refused(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE);
	unsigned long a = (unsigned long)p;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a, 0), 0);
	KUNIT_EXPECT_EQ(test, set_memory_ro(0x1000, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(~0UL & PAGE_MASK, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(~0UL & PAGE_MASK, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)&p & PAGE_MASK, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(a + 8, 1), 0);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	vfree(p);
}

static struct kunit_case protect_cases[] = {
	KUNIT_CASE(spans_split_and_vanish),
	KUNIT_CASE(freeing_makes_normal),
	KUNIT_CASE(direct_map_pages),
	KUNIT_CASE(read_only_mapping),
	KUNIT_CASE(threads_do_not_mix),
	KUNIT_CASE(what_is_refused),
	{}
};

static struct kunit_suite protect_suite = {
	.name = "protect",
	.test_cases = protect_cases,
};
kunit_test_suite(protect_suite);
MODULE_LICENSE("Dual MIT/GPL");
