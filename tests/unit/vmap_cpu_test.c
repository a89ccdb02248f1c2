// SPDX-License-Identifier: MIT
/* Shelves: who takes which lock how often, who owns what is handed out again, and how idle areas age. */
#include <kunit/test.h>
#include <kmemkit/kunit.h>
#include <kmemkit/kmemkit.h>
#include <kmemkit/vmap.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

extern unsigned long kmk_page_warm_limit;	/* src/page/page.h: so many frames idle wake the idle thread */
static unsigned long warm_limit = ~0UL;

/* It gives back what is counted here. */
static int cpu_test_init(struct kunit *test)
{
	kmemkit_drain();
	if (kmk_page_warm_limit != ~0UL)
		warm_limit = kmk_page_warm_limit;
	kmk_page_warm_limit = ~0UL;
	return 0;
}

static void cpu_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), 0UL);
	kmemkit_drain();
	KUNIT_EXPECT_TRUE(test, kmk_vmap_validate());
	KUNIT_EXPECT_EQ(test, kmk_vmalloc_used(), 0UL);
	KUNIT_EXPECT_EQ(test, kmk_vmap_idle(), 0UL);
}

/* A thread may be moved between CPUs at any time: then a shelf is refilled, which takes the lock twice. */
static void steady_state_takes_no_common_lock(struct kunit *test)
{
	enum { PAIRS = 100000, HELD = 4 };
	static const unsigned int pages[] = { 1, 4, 7, 32 };
	static void *p[HELD];
	unsigned long before;
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(pages); k++) {
		for (i = 0; i < HELD; i++)
			p[i] = vmalloc(pages[k] * PAGE_SIZE);
		before = kmk_vmap_lock_taken();
		for (i = 0; i < PAIRS; i++) {
			vfree(p[i % HELD]);
			p[i % HELD] = vmalloc(pages[k] * PAGE_SIZE);
		}
		KUNIT_EXPECT_LE(test, kmk_vmap_lock_taken() - before, PAIRS / 100UL);
		for (i = 0; i < HELD; i++)
			vfree(p[i]);
	}
}

/* What a shelf does not hold is exchanged in batches. */
static void many_at_once_share_takings(struct kunit *test)
{
	enum { N = 4096 };
	void **p = kvcalloc(N, sizeof(*p), GFP_KERNEL);
	unsigned long before;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < N; i++)
		p[i] = vmalloc(PAGE_SIZE);
	before = kmk_vmap_lock_taken();
	for (i = 0; i < N; i++)
		vfree(p[i]);
	KUNIT_EXPECT_LE(test, kmk_vmap_lock_taken() - before, N / 8UL);
	kvfree(p);
}

static noinline void *first_owner(unsigned long size)
{
	void *p = vmalloc(size);

	barrier();
	return p;
}

static noinline void *second_owner(unsigned long size)
{
	void *p = vzalloc(size);

	barrier();
	return p;
}

static bool made_by(const void *p, void *fn)
{
	const struct vm_struct *vm = find_vm_area(p);

	return vm && vm->caller > fn && vm->caller < fn + 256;
}

/* An area that is handed out again belongs to the new owner in everything that can be asked. */
static void recycled_areas_have_new_owners(struct kunit *test)
{
	static const unsigned long sizes[] = { PAGE_SIZE, 4 * PAGE_SIZE, 100 * PAGE_SIZE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *p = first_owner(sizes[i]), *q;

		KUNIT_ASSERT_NOT_NULL(test, p);
		KUNIT_EXPECT_TRUE(test, made_by(p, first_owner));
		KUNIT_EXPECT_EQ(test, kmk_vmalloc_used(), sizes[i]);
		KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), sizes[i] / PAGE_SIZE);
		p[5] = 1;
		vfree(p);
		KUNIT_EXPECT_NULL(test, find_vm_area(p));
		KUNIT_EXPECT_EQ(test, kmk_vmalloc_used(), 0UL);
		KUNIT_EXPECT_GE(test, kmk_vmap_idle(), sizes[i]);
		q = second_owner(sizes[i]);
		KUNIT_EXPECT_TRUE(test, made_by(q, second_owner));
		KUNIT_EXPECT_EQ(test, q[5], 0);
		KUNIT_EXPECT_EQ(test, kmk_vmalloc_used(), sizes[i]);
		KUNIT_EXPECT_EQ(test, kmk_vmap_areas(), 1UL);
		vfree(q);
		kmemkit_drain();
	}
}

static void oldest_go_first(struct kunit *test)
{
	char *p[3];
	unsigned long before, got;
	int i;

	for (i = 0; i < 3; i++)
		p[i] = vmalloc((100 + i) * PAGE_SIZE);
	for (i = 0; i < 3; i++)
		vfree(p[i]);
	before = kmk_vmap_idle();
	KUNIT_EXPECT_EQ(test, kmk_vmap_trim_idle(before), 0UL);
	got = kmk_vmap_trim_idle(before - PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, got, 100UL);
	KUNIT_EXPECT_EQ(test, kmk_vmap_idle(), before - 100 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kmk_vmap_trim_idle(102 * PAGE_SIZE), 101UL);
	KUNIT_EXPECT_PTR_EQ(test, vmalloc(102 * PAGE_SIZE), (void *)p[2]);
	vfree(p[2]);
	KUNIT_EXPECT_EQ(test, kmk_vmap_trim_idle(0), 102UL);
	KUNIT_EXPECT_EQ(test, kmk_vmap_idle(), 0UL);
}

/* Windows of small areas age beside larger areas; what lies beside live ones stays. */
static void windows_age_too(struct kunit *test)
{
	char *small[8], *large = vmalloc(50 * PAGE_SIZE);
	unsigned long got;
	int i;

	for (i = 0; i < 8; i++)
		small[i] = vmalloc(2 * PAGE_SIZE);
	for (i = 0; i < 8; i++)
		vfree(small[i]);
	KUNIT_EXPECT_GE(test, kmk_vmap_trim_idle(0), 16UL);
	KUNIT_EXPECT_EQ(test, kmk_vmap_idle(), 0UL);
	for (i = 0; i < 8; i++)
		small[i] = vmalloc(2 * PAGE_SIZE);
	vfree(large);
	for (i = 1; i < 8; i++)
		vfree(small[i]);
	strcpy(small[0], "still here");
	got = kmk_vmap_trim_idle(0);
	KUNIT_EXPECT_GE(test, got, 50UL);
	KUNIT_EXPECT_STREQ(test, small[0], "still here");
	vfree(small[0]);
}

static int churn(void *stop)
{
	unsigned long i;

	for (i = 0; !READ_ONCE(*(bool *)stop); i++) {
		char *p = vmalloc((1 + i % 40) * PAGE_SIZE), *q = vmalloc(PAGE_SIZE);

		if (!p || !q)
			return -ENOMEM;
		*p = *q = 1;
		vfree(p);
		if (find_vm_area(q)->addr != q)
			return -EFAULT;
		vfree(q);
	}
	return 0;
}

static void trimming_beside_users(struct kunit *test)
{
	static bool stop;
	struct task_struct *t[3];
	int i;

	kmk_page_warm_limit = warm_limit;	/* beside the idle thread, too */
	stop = false;
	for (i = 0; i < 3; i++) {
		t[i] = kthread_create(churn, &stop, "churn/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(t[i]));
		get_task_struct(t[i]);
		wake_up_process(t[i]);
	}
	for (i = 0; i < 300; i++) {
		kmk_vmap_trim_idle(i % 3 * 64 * PAGE_SIZE);
		if (i % 30 == 0)
			kmemkit_drain();
		KUNIT_EXPECT_NULL(test, find_vm_area((void *)(VMALLOC_START + (1UL << 32))));
		KUNIT_ASSERT_TRUE(test, kmk_vmap_validate());
	}
	WRITE_ONCE(stop, true);
	for (i = 0; i < 3; i++) {
		int err = kthread_stop_put(t[i]);

		KUNIT_EXPECT_TRUE(test, err == 0 || err == -EINTR);	/* stopped before it ran at all */
	}
}

static struct kunit_case cpu_cases[] = {
	KUNIT_CASE(steady_state_takes_no_common_lock),
	KUNIT_CASE(many_at_once_share_takings),
	KUNIT_CASE(recycled_areas_have_new_owners),
	KUNIT_CASE(oldest_go_first),
	KUNIT_CASE(windows_age_too),
	KUNIT_CASE(trimming_beside_users),
	{}
};

static struct kunit_suite cpu_suite = {
	.name = "vmap_cpu",
	.init = cpu_test_init,
	.exit = cpu_test_exit,
	.test_cases = cpu_cases,
};
kunit_test_suite(cpu_suite);
MODULE_LICENSE("Dual MIT/GPL");
