// SPDX-License-Identifier: MIT
/* Windows and idle areas: what is kept, what is not, and that nobody can tell except by the clock. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/atomic.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define LARGE	(100 * PAGE_SIZE)

extern unsigned long kmk_page_warm_limit;	/* src/page/page.h: so many frames idle wake the idle thread */
static unsigned long warm_limit = ~0UL;

/* Recorded stacks of owners are kept for good, and count as free here: ThreadSanitizer's differ from call to call. */
static unsigned long frames_free(void)
{
	struct kmemkit_stats s;

	kmemkit_drain();
	kmemkit_get_stats(&s);
	return s.frames_free + s.frames_cpu + s.frames_records;
}

/* It gives back what is counted here. */
static int idle_test_init(struct kunit *test)
{
	kmemkit_drain();
	if (kmk_page_warm_limit != ~0UL)
		warm_limit = kmk_page_warm_limit;
	kmk_page_warm_limit = ~0UL;
	return 0;
}

static void idle_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	kmemkit_drain();
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	KUNIT_EXPECT_EQ(test, kmk_vmalloc_used(), 0UL);
}

/* Free an area, dirty it before, and take one as large, cleared. Is it the same? */
static bool comes_back(struct kunit *test, unsigned long size)
{
	char *p = vmalloc(size), *q;
	bool same;

	memset(p, 0x5a, size);
	vfree(p);
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p));
	q = vmalloc(size);
	same = q == p;
	memset(q, 0x5a, size);
	vfree(q);
	p = vzalloc(size);
	same &= q == p;
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size));
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->nr_pages, size / PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->flags & VM_USERMAP, 0UL);
	vfree(p);
	return same;
}

/* Always, but where the thread was moved in between: each CPU has a shelf of its own. */
static void freed_areas_are_taken_again(struct kunit *test)
{
	enum { ROUNDS = 40 };
	static const unsigned long sizes[] = { PAGE_SIZE, 4 * PAGE_SIZE, 32 * PAGE_SIZE, 33 * PAGE_SIZE, LARGE };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned int same = 0;

		for (int round = 0; round < ROUNDS; round++)
			same += comes_back(test, sizes[i]);
		KUNIT_EXPECT_GE_MSG(test, same, 3u * ROUNDS / 4, "%lu bytes", sizes[i]);
	}
}

static void idle_areas_suit(struct kunit *test)
{
	char *p = vmalloc(LARGE), *q;

	vfree(p);
	q = __vmalloc_node(LARGE, 4UL << 20, GFP_KERNEL, NUMA_NO_NODE, NULL);
	KUNIT_EXPECT_EQ(test, (unsigned long)q & ((4UL << 20) - 1), 0UL);
	vfree(q);
	p = __vmalloc_node_range(PAGE_SIZE, 1, VMALLOC_END - 64 * PAGE_SIZE, VMALLOC_END, GFP_KERNEL, PAGE_KERNEL,
				 0, NUMA_NO_NODE, NULL);
	KUNIT_EXPECT_GE(test, (unsigned long)p, VMALLOC_END - 64 * PAGE_SIZE);
	vfree(p);
	p = vmalloc_32(PAGE_SIZE);
	vfree(p);
	q = vmalloc_user(3 * PAGE_SIZE);
	KUNIT_EXPECT_NE(test, find_vm_area(q)->flags & VM_USERMAP, 0UL);
	vfree(q);
}

/* A frame somebody else holds, or marked, is not handed out with the area again. */
static void held_frames_are_not_reused(struct kunit *test)
{
	static const unsigned long sizes[] = { 2 * PAGE_SIZE, LARGE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *p = vmalloc(sizes[i]), *q;
		struct page *page = vmalloc_to_page(p + PAGE_SIZE);

		get_page(page);
		strcpy(p + PAGE_SIZE, "kept");
		vfree(p);
		q = vzalloc(sizes[i]);
		KUNIT_EXPECT_PTR_NE(test, vmalloc_to_page(q + PAGE_SIZE), page);
		KUNIT_EXPECT_EQ(test, page_count(page), 1);
		KUNIT_EXPECT_STREQ(test, (char *)page_address(page), "kept");
		vfree(q);
		put_page(page);
	}
}

static void drain_leaves_nothing(struct kunit *test)
{
	enum { N = 400 };
	static void *p[N];
	unsigned long before, i;

	vfree(vmalloc(PAGE_SIZE));
	before = frames_free();
	for (i = 0; i < N; i++)
		p[i] = vmalloc((i % 40 + 1) * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), (unsigned long)N);
	for (i = 0; i < N; i++)
		vfree(p[i]);
	KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), 0UL);
	KUNIT_EXPECT_EQ(test, frames_free(), before);
}

/* Each frame is in one place, also while areas are idle. */
static unsigned long all_frames(void)
{
	struct kmemkit_stats s;

	kmemkit_get_stats(&s);
	return s.frames_free + s.frames_cpu + s.frames_slab + s.frames_records +
	       (kmk_vmalloc_used() + kmk_vmap_idle()) / PAGE_SIZE;
}

static void every_frame_is_counted(struct kunit *test)
{
	enum { N = 200 };
	static void *p[N];
	unsigned long before, i;

	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, kmk_vmap_idle(), 0UL);
	before = all_frames();
	for (i = 0; i < N; i++)
		p[i] = vmalloc((i % 40 + 1) * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, all_frames(), before);
	for (i = 0; i < N; i += 2)
		vfree(p[i]);
	KUNIT_EXPECT_EQ(test, all_frames(), before);
	kmemkit_drain();
	KUNIT_EXPECT_EQ(test, all_frames(), before);
	for (i = 1; i < N; i += 2)
		vfree(p[i]);
	KUNIT_EXPECT_GT(test, kmk_vmap_idle(), 0UL);
	KUNIT_EXPECT_EQ(test, all_frames(), before);
}

static void drain_among_live_areas(struct kunit *test)
{
	enum { N = 300 };
	static char *p[N];
	unsigned long with;
	int i;

	for (i = 0; i < N; i++)
		memset(p[i] = vmalloc(PAGE_SIZE), i, PAGE_SIZE);
	with = frames_free();
	for (i = 0; i < N; i++)
		if (i % 3)
			vfree(p[i]);
	KUNIT_EXPECT_EQ(test, frames_free(), with + N / 3 * 2);
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	for (i = 0; i < N; i++)
		if (i % 3)
			memset(p[i] = vmalloc(PAGE_SIZE), i, PAGE_SIZE);
	for (i = 0; i < N; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(p[i], i, PAGE_SIZE));
		vfree(p[i]);
	}
}

static void descriptors_can_be_taken(struct kunit *test)
{
	char *p = vmalloc(2 * PAGE_SIZE), *q = vmalloc(2 * PAGE_SIZE);
	struct vm_struct *vm = remove_vm_area(p);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, vm);
	KUNIT_EXPECT_EQ(test, vm->nr_pages, 2U);
	KUNIT_EXPECT_PTR_EQ(test, vm->addr, (void *)p);
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	for (i = 0; i < vm->nr_pages; i++)
		__free_page(vm->pages[i]);
	kfree(vm->pages);
	kfree(vm);
	free_vm_area(find_vm_area(q));
	KUNIT_EXPECT_NULL(test, find_vm_area(q));
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void atomic_frees(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	void *p[64];
	int i;

	for (i = 0; i < 64; i++)
		p[i] = vmalloc(i % 2 ? PAGE_SIZE : LARGE);
	spin_lock(&lock);
	for (i = 0; i < 64; i++)
		vfree_atomic(p[i]);
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), 0UL);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 0UL);
}

static void double_free_of_idle(struct kunit *test)
{
	char *small = vmalloc(PAGE_SIZE), *large = vmalloc(LARGE);

	vfree(small);
	vfree(large);
	vfree(small);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	vfree(large);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	kmemkit_drain();
	vfree(small);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
	vfree(large + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kmk_kunit_take_reports(test), 1UL);
}

static atomic_t begun;

static int churn(void *data)
{
	unsigned long *bad = data;
	char *p[32] = { NULL };
	unsigned int i, k;

	atomic_inc(&begun);
	for (i = 0; i < 4000; i++) {
		unsigned long pages = 1 + i * 7 % 5 + (i % 50 ? 0 : 60);

		k = i * 13 % 32;
		*bad += p[k] && p[k][17] != (char)k;
		vfree(p[k]);
		p[k] = vmalloc(pages * PAGE_SIZE);
		p[k][17] = (char)k;
		if (!(i % 500))
			kmk_vmap_drain();
		if (!(i % 1000))
			kmemkit_drain();
	}
	for (k = 0; k < 32; k++)
		vfree(p[k]);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static void threads_and_drains(struct kunit *test)
{
	struct task_struct *t[4];
	unsigned long bad[4] = { 0 };
	int i;

	kmk_page_warm_limit = warm_limit;	/* beside the idle thread, too */
	atomic_set(&begun, 0);
	for (i = 0; i < 4; i++)
		t[i] = kthread_run(churn, &bad[i], "idle%d", i);
	while (atomic_read(&begun) < 4)		/* a thread stopped before it began never runs */
		schedule_timeout_interruptible(1);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, kthread_stop(t[i]), 0);
		KUNIT_EXPECT_EQ(test, bad[i], 0UL);
	}
}

static struct kunit_case idle_cases[] = {
	KUNIT_CASE(freed_areas_are_taken_again),
	KUNIT_CASE(idle_areas_suit),
	KUNIT_CASE(held_frames_are_not_reused),
	KUNIT_CASE(drain_leaves_nothing),
	KUNIT_CASE(every_frame_is_counted),
	KUNIT_CASE(drain_among_live_areas),
	KUNIT_CASE(descriptors_can_be_taken),
	KUNIT_CASE(atomic_frees),
	KUNIT_CASE(double_free_of_idle),
	KUNIT_CASE(threads_and_drains),
	{}
};

static struct kunit_suite idle_suite = {
	.name = "vmap_idle",
	.init = idle_test_init,
	.exit = idle_test_exit,
	.test_cases = idle_cases,
};
kunit_test_suite(idle_suite);
MODULE_LICENSE("Dual MIT/GPL");
