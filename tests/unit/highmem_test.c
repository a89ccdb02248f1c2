// SPDX-License-Identifier: MIT
/* kmap and kmap_local. Needs a machine with high memory: tests/highmem/run.sh gives it one. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/vmap.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static struct page *page[4];

static int highmem_init(struct kunit *test)
{
	int i;

	if (!totalhigh_pages())
		kunit_skip(test, "this machine has no high memory");
	for (i = 0; i < 4; i++) {
		page[i] = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);
		KUNIT_ASSERT_NOT_NULL(test, page[i]);
		KUNIT_ASSERT_TRUE(test, PageHighMem(page[i]));
	}
	return 0;
}

static void highmem_exit(struct kunit *test)
{
	int i;

	if (!totalhigh_pages())
		return;
	kmk_kmap_limit(0);
	KUNIT_EXPECT_EQ(test, kmk_kmap_used(), 0U);
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	for (i = 0; i < 4; i++)
		__free_page(page[i]);
}

static void kmap_counts_per_frame(struct kunit *test)
{
	char *a = kmap(page[0]), *b = kmap(page[0]), *other = kmap(page[1]);

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	KUNIT_EXPECT_TRUE(test, a != other);
	KUNIT_EXPECT_TRUE(test, is_kmap_addr(a));
	KUNIT_EXPECT_PTR_EQ(test, page_address(page[0]), (void *)a);
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(a + 100), page[0]);
	KUNIT_EXPECT_EQ(test, kmk_kmap_used(), 2U);
	kunmap(page[0]);
	KUNIT_EXPECT_PTR_EQ(test, page_address(page[0]), (void *)a);
	kunmap(page[0]);
	KUNIT_EXPECT_NULL(test, page_address(page[0]));
	kunmap(page[1]);
}

static void windows_alias(struct kunit *test)
{
	char *k = kmap(page[0]), *l = kmap_local_page(page[0]);
	char *v = vmap(page, 2, VM_MAP, PAGE_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, v);
	KUNIT_EXPECT_TRUE(test, k != l);
	strcpy(k, "through kmap");
	KUNIT_EXPECT_STREQ(test, l, "through kmap");
	KUNIT_EXPECT_STREQ(test, v, "through kmap");
	strcpy(v + 50, "through vmap");
	KUNIT_EXPECT_STREQ(test, k + 50, "through vmap");
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(l), page[0]);
	vunmap(v);
	kunmap_local(l);
	kunmap(page[0]);
}

static void local_nests(struct kunit *test)
{
	char *a = kmap_local_page(page[0]), *b = kmap_local_page(page[1]), *c = kmap_atomic(page[2]);

	KUNIT_EXPECT_TRUE(test, a != b && b != c && a != c);
	KUNIT_EXPECT_TRUE(test, in_atomic());
	*a = 1;
	*b = 2;
	*c = 3;
	kunmap_atomic(c);
	kunmap_local(b);
	KUNIT_EXPECT_EQ(test, *a, 1);
	b = kmap_local_page(page[2]);
	KUNIT_EXPECT_EQ(test, *b, 3);
	kunmap_local(b);
	kunmap_local(a);
	KUNIT_EXPECT_FALSE(test, in_atomic());
}

static void low_frames_need_no_slot(struct kunit *test)
{
	struct page *low = alloc_page(GFP_KERNEL);
	void *k = kmap(low), *l = kmap_local_page(low);

	KUNIT_EXPECT_PTR_EQ(test, k, page_address(low));
	KUNIT_EXPECT_PTR_EQ(test, l, page_address(low));
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(k), low);
	kunmap_local(l);
	kunmap(low);
	KUNIT_EXPECT_EQ(test, kmk_kmap_used(), 0U);
	__free_page(low);
}

static void unbalanced_is_reported(struct kunit *test)
{
	char *a, *b;

	kunmap(page[0]);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	a = kmap_local_page(page[0]);
	b = kmap_local_page(page[1]);
	kunmap_local(a);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kunmap_local(a);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	*b = 7;
	if (is_kmap_addr(b)) {		/* a pointer that went on to the page's end */
		KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(b), page[1]);
		KUNIT_EXPECT_NULL(test, kmap_to_page(b + PAGE_SIZE));
		kunmap_local(b + PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	}
	kunmap_local(b);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void helpers(struct kunit *test)
{
	char text[] = "twelve bytes", back[sizeof(text)];
	char *p;

	memset_page(page[0], 0, 0x5a, PAGE_SIZE);
	memcpy_to_page(page[0], 200, text, sizeof(text));
	copy_highpage(page[1], page[0]);
	memcpy_from_page(back, page[1], 200, sizeof(text));
	KUNIT_EXPECT_STREQ(test, back, text);
	memcpy_page(page[2], 0, page[1], 200, sizeof(text));
	zero_user(page[1], 200, 6);
	zero_user_segments(page[1], 0, 1, PAGE_SIZE - 1, PAGE_SIZE);
	p = kmap_local_page(page[1]);
	KUNIT_EXPECT_EQ(test, p[0], 0);
	KUNIT_EXPECT_EQ(test, p[1], 0x5a);
	KUNIT_EXPECT_EQ(test, p[200], 0);
	KUNIT_EXPECT_STREQ(test, p + 206, text + 6);
	KUNIT_EXPECT_EQ(test, p[PAGE_SIZE - 1], 0);
	kunmap_local(p);
	clear_highpage(page[1]);
	p = kmap_local_page(page[1]);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, PAGE_SIZE));
	kunmap_local(p);
}

static void zero_compound(struct kunit *test)
{
	struct page *big = alloc_pages(GFP_KERNEL | __GFP_HIGHMEM | __GFP_COMP, 2);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, big);
	for (i = 0; i < 4; i++)
		memset_page(big + i, 0, 1, PAGE_SIZE);
	zero_user_segments(big, 100, PAGE_SIZE + 100, 3 * PAGE_SIZE, 3 * PAGE_SIZE + 1);
	for (i = 0; i < 4 * PAGE_SIZE; i += 50) {
		char *p = kmap_local_page(big + i / PAGE_SIZE);
		bool zero = (i >= 100 && i < PAGE_SIZE + 100) || i == 3 * PAGE_SIZE;

		KUNIT_ASSERT_EQ_MSG(test, p[i % PAGE_SIZE], !zero, "byte %u", i);
		kunmap_local(p);
	}
	__free_pages(big, 2);
}

static int want_slot(void *data)
{
	char *p = kmap(page[2]);

	WRITE_ONCE(*(int *)data, p ? 2 : 1);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	kunmap(page[2]);
	return 0;
}

static void full_window_sleeps(struct kunit *test)
{
	static int got;
	unsigned long end;
	struct task_struct *t;

	got = 0;
	kmk_kmap_limit(2);
	kmap(page[0]);
	kmap(page[1]);
	t = kthread_run(want_slot, &got, "want_slot");
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(got), 0);
	kunmap(page[0]);
	for (end = jiffies + 20 * HZ; !READ_ONCE(got) && time_before(jiffies, end); )
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(got), 2);
	kthread_stop(t);
	kunmap(page[1]);
}

static atomic_t begun;

static int fight(void *data)
{
	unsigned int i, who = (unsigned int)(unsigned long)data;

	atomic_inc(&begun);
	for (i = 0; i < 3000; i++) {
		struct page *pg = page[(i + who) % 4];

		kmap(pg);
		kunmap(pg);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void no_wakeup_is_lost(struct kunit *test)
{
	struct task_struct *t[4];
	unsigned long i;

	atomic_set(&begun, 0);
	kmk_kmap_limit(2);
	for (i = 0; i < 4; i++)
		t[i] = kthread_run(fight, (void *)i, "fight%lu", i);
	/* A thread stopped before it began never runs. */
	while (atomic_read(&begun) < 4)
		msleep(1);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
}

static void vmalloc_prefers_high(struct kunit *test)
{
	char *p = vmalloc(8 * PAGE_SIZE);
	unsigned int i, high = 0;

	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 1, 8 * PAGE_SIZE);
	for (i = 0; i < 8; i++)
		high += PageHighMem(vmalloc_to_page(p + i * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, high, 8U);
	vfree(p);
}

static struct kunit_case highmem_cases[] = {
	KUNIT_CASE(kmap_counts_per_frame),
	KUNIT_CASE(windows_alias),
	KUNIT_CASE(local_nests),
	KUNIT_CASE(low_frames_need_no_slot),
	KUNIT_CASE(unbalanced_is_reported),
	KUNIT_CASE(helpers),
	KUNIT_CASE(zero_compound),
	KUNIT_CASE(full_window_sleeps),
	KUNIT_CASE(no_wakeup_is_lost),
	KUNIT_CASE(vmalloc_prefers_high),
	{}
};

static struct kunit_suite highmem_suite = {
	.name = "highmem",
	.init = highmem_init,
	.exit = highmem_exit,
	.test_cases = highmem_cases,
};
kunit_test_suite(highmem_suite);
MODULE_LICENSE("Dual MIT/GPL");
